"""Headers compared with the names of our columns; the reading process does it too, so nothing heavy is imported here."""

import re
import unicodedata
from collections.abc import Sequence

from geoservice.ingest.coordinate_headers import Grade, coordinate_pair
from geoservice.ingest.datums import datums_in, without_datum
from geoservice.ingest.header_patterns import SURE, Patterns, patterns_of
from geoservice.ingest.header_vocabulary import Fields
from geoservice.ingest.level_columns import finest

PAIR_ORDERS = ("lon,lat", "lat,lon")
"""Instead of a column in ``--map``: a header whose cells hold both, in this order."""
PAIR_FIELDS = (*PAIR_ORDERS, "coordinates")
"""Columns of pairs; the order of ``coordinates`` is found."""
COORDINATES = ("lon", "lat", "coordinates")
PLACES = ("lon", "lat", *PAIR_FIELDS, "wkt")
"""Columns that say where something is."""
_EQUAL = 1e-6
_LESS = 1e-3
"""What a column of pairs is worth less with no datum in its header than with WGS 84, and again with another."""


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
            named = _pair_score(header, patterns) if field == "coordinates" else patterns.score(header)
            if (value := _value(header, field, named, grade)) > 0:
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
    if "lon" in found and "lat" in found:
        found.pop("coordinates", None)
    return {f: found[f] for f in fields if f in found}


def _pair_score(header: str, patterns: Patterns) -> float:
    """Return how well a header names a pair of coordinates; it may name a datum too, of which WGS 84 is the best."""
    datum, bare = datum_of(header), without_datum(header)
    named = max(patterns.score(header), patterns.score(bare) if bare.strip() else 0.0)
    return named and named - _LESS * (2 if datum not in {"", "wgs84"} else datum == "")


def datum_of(header: str) -> str:
    """Return the datum that a header names, empty if none."""
    return "/".join(datums_in(header))


def _value(header: str, field: str, named: float, grade: Grade) -> float:
    """Return how good a header is for a column, by name and values."""
    if not named or plain(header) == plain(field):
        return named
    good = grade(field, header, named >= SURE)
    return named * good if named >= SURE or good == 1 else 0
