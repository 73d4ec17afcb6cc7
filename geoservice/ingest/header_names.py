"""Headers compared with the names of our columns; the reading process does it too, so nothing heavy is imported here."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence

THRESHOLD = 0.6
"""Least score of a guess."""
_BRACKETS = re.compile(r"[(\[【（].*?[)\]】）]")


def plain(header: str) -> str:
    """Return a header as it is compared: narrow, lower case, no spaces, underscores, hyphens or full stops.

    >>> plain("Household_ID"), plain("人口 (人)")
    ('householdid', '人口(人)')
    """
    return re.sub(r"[\s_\-.·:：]", "", unicodedata.normalize("NFKC", header).lower())


def score(header: str, words: Sequence[str]) -> float:
    """Score a header against a column's names, best names first: 1 the same, >= 0.6 worth a guess, 0 nothing alike.

    >>> score("人口(人)", ["人口"]) > score("总人口数", ["人口数"]) > 0.6 > score("流动人口", ["人口"])
    True
    """
    whole = plain(header)
    bare = plain(_BRACKETS.sub("", unicodedata.normalize("NFKC", header))) or whole
    best = 0.0
    for place, word in enumerate(words):
        known = plain(word)
        if whole == known:
            best = max(best, 1 - place / 1000)
        elif bare == known:
            best = max(best, 0.95 - place / 1000)
        elif len(whole) >= 8 and known.startswith(whole) and header.isascii():
            best = max(best, 0.85 - place / 1000)  # a shapefile cuts names to ten letters
        elif len(known) >= 2 and known in bare and len(known) >= 0.6 * len(bare):
            best = max(best, 0.5 + 0.4 * len(known) / len(bare) - place / 1000)
    return best


Fits = Callable[[str, str], bool]
"""Whether the values below a header (the second) can be those of a column (the first)."""


def guess(headers: Sequence[str], fields: Mapping[str, Sequence[str]], fits: Fits = lambda _f, _h: True) -> dict[str, str]:
    """Return column -> header, best scores first, each header once; ties go to the earlier column, then the earlier header.

    A header whose values do not fit a column is passed over for it, unless it is the column's own name.

    >>> guess(["户号", "X", "Y", "备注"], {"id": ["户号"], "lon": ["经度", "x"], "lat": ["纬度", "y"]})
    {'id': '户号', 'lon': 'X', 'lat': 'Y'}
    """
    scored = sorted(
        (-score(h, words), i, j, f, h) for i, (f, words) in enumerate(fields.items()) for j, h in enumerate(headers)
    )
    found: dict[str, str] = {}
    for negative, _, _, f, h in scored:
        if -negative >= THRESHOLD and f not in found and h not in found.values() and (plain(h) == plain(f) or fits(f, h)):
            found[f] = h
    return {f: found[f] for f in fields if f in found}
