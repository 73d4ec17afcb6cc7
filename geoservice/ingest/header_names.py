"""Headers compared with the names of our columns; the reading process does it too, so nothing heavy is imported here."""

import re
import unicodedata
from collections.abc import Sequence

from geoservice.ingest.coordinate_headers import Grade, coordinate_pair
from geoservice.ingest.header_patterns import SURE, patterns_of
from geoservice.ingest.level_columns import finest
from geoservice.ingest.vocabulary import Fields

_EQUAL = 1e-6


def plain(header: str) -> str:
    """Return a header narrow, in lower case, without spaces, underscores, hyphens and full stops.

    >>> plain("Household_ID"), plain("人口 (人)")
    ('householdid', '人口(人)')
    """
    return re.sub(r"[\s_\-.·:：]", "", unicodedata.normalize("NFKC", header).lower())


def _by_name(_field: str, _header: str, sure: bool) -> float:
    return float(sure)


def guess(
    headers: Sequence[str], fields: Fields, grade: Grade = _by_name, doubts: dict[str, list[str]] | None = None
) -> dict[str, str]:
    """Return column -> header, best first, each header once.

    A header whose values do not fit a column is passed over for it, unless it is the column's own name. Two headers that are
    equally good are no guess but a doubt.

    Parameters
    ----------
    headers, fields
        What the file has, and our columns with their names.
    grade
        How well the values below a header fit a column; left out, names alone are looked at, and only sure ones.
    doubts
        Gets column -> headers that are equally good.

    Examples
    --------
    >>> fields = {"id": {"names": ["户号"]}, "lon": {"names": ["经度", "x"]}, "lat": {"names": ["纬度", "y"]}}
    >>> guess(["户号", "X", "Y", "备注"], fields)
    {'id': '户号', 'lon': 'X', 'lat': 'Y'}
    """
    found = coordinate_pair(headers, fields, grade, doubts)
    left = [h for h in headers if h not in found.values()]
    scored: list[tuple[float, int, int, str, str]] = []
    for i, (field, names) in enumerate(fields.items()):
        if field in {"lon", "lat"}:
            continue
        patterns = patterns_of(field, names)
        for j, header in enumerate(left):
            if (value := _value(header, field, patterns.score(header), grade)) > 0:
                scored.append((-value, i, j, field, header))
    scored.sort()
    unsure: set[str] = set()
    for negative, _, _, field, header in scored:
        if field in found or field in unsure or header in found.values():
            continue
        same = finest([h for n, _, _, f, h in scored if f == field and abs(n - negative) < _EQUAL and h not in found.values()])
        if len(same) == 1:
            found[field] = same[0]
            continue
        unsure.add(field)
        if doubts is not None:
            doubts[field] = same
    return {f: found[f] for f in fields if f in found}


def _value(header: str, field: str, named: float, grade: Grade) -> float:
    """Return how good a header is for a column, by name and values."""
    if not named or plain(header) == plain(field):
        return named
    good = grade(field, header, named >= SURE)
    return named * good if named >= SURE or good == 1 else 0
