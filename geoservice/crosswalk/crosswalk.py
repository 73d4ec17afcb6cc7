"""A crosswalk: a row for each pair of areas that are matched, and for each area without a counterpart."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import pandas as pd
import pyarrow as pa

from geoservice.areas import significant_digits
from geoservice.crosswalk.borders import Overlap
from geoservice.crosswalk.coded_areas import CodedAreas
from geoservice.crosswalk.scopes import Pair
from geoservice.schema import LEVELS

UNKNOWN = "unknown"
"""Why a code that is not in a crosswalk has no counterpart."""
METHODS = ("name", "short_name", "overlap", "none")
ROWS = pa.schema(
    [(n, pa.string()) for n in ("from_code", "from_name", "to_code", "to_name", "level", "method", "relation")]
    + [("from_share", pa.float64()), ("to_share", pa.float64())]
    + [(n, pa.string()) for n in ("reason", "same_code_name")]
)
"""The columns of a crosswalk.

``method`` is one of :data:`METHODS`. ``relation`` is one_to_one, split (several counterparts), merge (the counterpart has
several) or many_to_many; null for an area without a counterpart, whose ``reason`` is stated. The shares are the parts of the
two areas that are in both, null without borders. ``same_code_name`` is the area that has the same code in the other system
although it is certainly another place.
"""


class Link(NamedTuple):
    """How an area and its counterpart were matched; ``overlap`` is None unless both have borders."""

    method: str
    overlap: Overlap | None


class LevelSummary(NamedTuple):
    """Numbers of areas of a level: by method of their first match, with exactly one counterpart, and with a false friend."""

    level: str
    areas: int
    methods: Mapping[str, int]
    one_to_one: int
    same_code: int


@dataclass(frozen=True)
class Crosswalk:
    """Which areas of ``from_system`` are which of ``to_system``; ``rows`` as :data:`ROWS`, by level and code.

    ``unmatched`` is the number of areas of ``to_system`` by level that are in no row.
    """

    from_system: str
    to_system: str
    rows: pa.Table
    unmatched: Mapping[str, int]

    @cached_property
    def counterparts(self) -> dict[str, str]:
        """The code of the counterpart of each area that is the same place as exactly one area of the other system."""
        rows = self.rows.select(["from_code", "to_code", "relation"]).to_pylist()
        return {row["from_code"]: row["to_code"] for row in rows if row["relation"] == "one_to_one"}

    def translate(self, code: str) -> tuple[str | None, str]:
        """Return the code of the counterpart and an empty text, or None and why there is none: a key of ``REASON_LABELS``.

        Chinese codes may be written with or without the trailing zeros of the table.
        """
        counterpart, reason = self._translations.get(significant_digits(code), (None, UNKNOWN))
        return counterpart, reason

    @cached_property
    def _translations(self) -> dict[str, tuple[str | None, str]]:
        rows = self.rows.select(["from_code", "relation", "reason"]).to_pylist()
        found = self.counterparts
        return {
            significant_digits(row["from_code"]): (found[row["from_code"]], "")
            if row["from_code"] in found
            else (None, row["reason"] or row["relation"])
            for row in rows
        }

    def summary(self) -> list[LevelSummary]:
        """Return the numbers of each level."""
        frame = self.rows.select(["from_code", "level", "method", "relation", "same_code_name"]).to_pandas()
        frame = frame.drop_duplicates("from_code")
        return [_level_summary(str(level), frame[frame["level"] == level]) for level in LEVELS if level in set(frame["level"])]


def _level_summary(level: str, frame: pd.DataFrame) -> LevelSummary:
    methods = {method: int((frame["method"] == method).sum()) for method in METHODS}
    one, same = int((frame["relation"] == "one_to_one").sum()), int(frame["same_code_name"].notna().sum())
    return LevelSummary(level, len(frame), methods, one, same)


def crosswalk_of(ours: CodedAreas, theirs: CodedAreas, links: Mapping[Pair, Link], reasons: Mapping[str, str]) -> Crosswalk:
    """Return the crosswalk of areas with links between them; ``reasons`` say why areas have none."""
    counterparts: dict[str, list[str]] = {}
    for one, other in links:
        counterparts.setdefault(one, []).append(other)
    matched = Counter(other for _, other in links)
    traps = _same_codes(ours, theirs, counterparts, matched)
    rows = [
        row
        for code in sorted(ours.names, key=lambda c: (LEVELS.index(ours.levels[c]), c))
        for row in _rows(code, sorted(counterparts.get(code, [])), ours, theirs, links, matched, reasons, traps)
    ]
    unmatched = Counter(theirs.levels[code] for code in theirs.names if code not in matched)
    return Crosswalk(ours.system, theirs.system, pa.Table.from_pylist(rows, ROWS), dict(unmatched))


def _rows(
    code: str,
    counterparts: list[str],
    ours: CodedAreas,
    theirs: CodedAreas,
    links: Mapping[Pair, Link],
    matched: Mapping[str, int],
    reasons: Mapping[str, str],
    traps: Mapping[str, str],
) -> Iterator[dict[str, object]]:
    """Yield the rows of an area: one for each counterpart, or one that says why it has none."""
    row = {"from_code": code, "from_name": ours.names[code], "level": ours.levels[code], "same_code_name": traps.get(code)}
    if not counterparts:
        yield {**row, "method": "none", "reason": reasons[code]}
    for other in counterparts:
        link = links[code, other]
        shares = {} if link.overlap is None else link.overlap._asdict()
        relation = _relation(len(counterparts), matched[other])
        yield {**row, "to_code": other, "to_name": theirs.names[other], "method": link.method, "relation": relation, **shares}


def _relation(counterparts: int, of_counterpart: int) -> str:
    """Return the relation of an area with some counterparts to one that has some itself.

    >>> _relation(1, 1), _relation(2, 1), _relation(1, 2)
    ('one_to_one', 'split', 'merge')
    """
    if counterparts == of_counterpart == 1:
        return "one_to_one"
    if of_counterpart == 1:
        return "split"
    return "merge" if counterparts == 1 else "many_to_many"


def _same_codes(
    ours: CodedAreas, theirs: CodedAreas, counterparts: Mapping[str, list[str]], matched: Mapping[str, int]
) -> dict[str, str]:
    """Return the name of the area that each code denotes in the other system where it is certainly another place.

    Of two areas without counterparts nobody knows whether they are one place, for instance under a new name.
    """
    pairs = ((code, theirs.by_digits.get(significant_digits(code))) for code in ours.names)
    return {
        code: theirs.names[other]
        for code, other in pairs
        if other is not None and other not in counterparts.get(code, ()) and (code in counterparts or other in matched)
    }
