"""How well a parser reads labelled addresses: precision, recall and F1 by kind of element, for exact spans and kinds."""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from geoservice.addresses.elements import ParsedAddress
from geoservice.addresses.normalise import plain_characters

NOT_SCORED = "redundant"
"""Persons and telephones are labelled so, and the parser keeps neither."""


class Score(NamedTuple):
    """True and false positives and false negatives, by kind."""

    right: Counter[str]
    wrong: Counter[str]
    missed: Counter[str]

    def f1(self, *kinds: str) -> float:
        """Return the micro-F1 of some kinds, of all without any."""
        right, wrong, missed = (sum(counts[kind] for kind in kinds or counts) for counts in self)
        return 2 * right / max(1, 2 * right + wrong + missed)

    def table(self) -> str:
        """Return F1 by kind as text, the most frequent kinds first."""
        kinds = sorted(self.right | self.missed | self.wrong, key=lambda kind: -self.right[kind] - self.missed[kind])
        rows = [f"{kind:17} n={self.right[kind] + self.missed[kind]:4} F1={self.f1(kind):.3f}" for kind in kinds]
        return "\n".join([f"all {self.f1():.4f}", *rows])


def labelled(path: Path) -> list[dict]:
    """Return the addresses of a file of labels: ``text``, and ``elements`` of a kind and a piece of it."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def score(addresses: Iterable[dict], parse: Callable[[str], ParsedAddress], country: str) -> Score:
    """Return how well a parser reads addresses; its elements are compared with labels in normalised characters."""
    result = Score(Counter(), Counter(), Counter())
    for address in addresses:
        expected = Counter((kind, _key(text, country)) for kind, text in address["elements"] if kind != NOT_SCORED)
        found = Counter((e.kind.value, _key(e.text, country)) for e in parse(address["text"]).elements if e.kind != NOT_SCORED)
        for counts, elements in zip(result, (expected & found, found - expected, expected - found), strict=True):
            for (kind, _), count in elements.items():
                counts[kind] += count
    return result


def _key(text: str, country: str) -> str:
    return "".join(plain_characters(text, country).split())
