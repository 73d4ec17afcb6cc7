"""Guess of our columns from a file's headers; also used by the reader process, so nothing heavy is imported here."""

import re
import unicodedata
from collections.abc import Sequence

from geoservice.ingest.coordinate_headers import Grade, coordinate_pair
from geoservice.ingest.datums import datums_in, without_datum
from geoservice.ingest.header_patterns import SURE, Patterns, patterns_of
from geoservice.ingest.header_vocabulary import Fields
from geoservice.ingest.level_columns import finest_level

PAIR_ORDERS = ("lon,lat", "lat,lon")
"""Keys of ``--map`` for a header whose cells hold both coordinates, in this order."""
PAIR_FIELDS = (*PAIR_ORDERS, "coordinates")
"""Columns of coordinate pairs; the order of ``coordinates`` is detected."""
COORDINATES = ("lon", "lat", "coordinates")
PLACES = ("lon", "lat", *PAIR_FIELDS, "wkt")
"""Columns of locations."""
_EQUAL = 1e-6
_DATUM_PENALTY = 1e-3
"""Penalty for a pair column whose header names no datum; twice that for a datum other than WGS 84."""


def normalize_header(header: str) -> str:
    """Return a header in half-width, lower case, without spaces, underscores, hyphens and full stops.

    >>> normalize_header("Household_ID"), normalize_header("人口 (人)")
    ('householdid', '人口(人)')
    """
    return re.sub(r"[\s_\-.·:：]", "", unicodedata.normalize("NFKC", header).lower())


def _by_name(_field: str, _header: str, sure: bool) -> float:
    return float(sure)


def guess_columns(
    headers: Sequence[str], fields: Fields, grade: Grade = _by_name, doubts: dict[str, list[str]] | None = None
) -> dict[str, str]:
    """Return column -> header, in the order of ``fields``, each header once.

    A header is not used for a column that its values do not fit, unless it is the column's own name. If two headers are equally
    good, the column is left out as a doubt.

    Parameters
    ----------
    headers, fields
        Headers of the file, and our columns with the names files use for them.
    grade
        How well the values below a header fit a column; by default names alone count, and only certain ones.
    doubts
        Collects column -> headers that are equally good.

    Examples
    --------
    >>> fields = {"id": {"names": ["户号"]}, "lon": {"names": ["经度", "x"]}, "lat": {"names": ["纬度", "y"]}}
    >>> guess_columns(["户号", "X", "Y", "备注"], fields)
    {'id': '户号', 'lon': 'X', 'lat': 'Y'}
    """
    mapping = coordinate_pair(headers, fields, grade, doubts)
    remaining = [h for h in headers if h not in mapping.values()]
    scored: list[tuple[float, int, int, str, str]] = []
    for i, (field, names) in enumerate(fields.items()):
        if field in {"lon", "lat"}:
            continue
        patterns = patterns_of(field, names)
        for j, header in enumerate(remaining):
            name_score = _pair_score(header, patterns) if field == "coordinates" else patterns.score(header)
            if (value := _total_score(header, field, name_score, grade)) > 0:
                scored.append((-value, i, j, field, header))
    scored.sort()
    unsure: set[str] = set()
    for negative, _, _, field, header in scored:
        if field in mapping or field in unsure or header in mapping.values():
            continue
        unused = [h for n, _, _, f, h in scored if f == field and abs(n - negative) < _EQUAL and h not in mapping.values()]
        best = finest_level(unused)
        if len(best) == 1:
            mapping[field] = best[0]
            continue
        unsure.add(field)
        if doubts is not None:
            doubts[field] = best
    if "lon" in mapping and "lat" in mapping:
        mapping.pop("coordinates", None)
    return {f: mapping[f] for f in fields if f in mapping}


def _pair_score(header: str, patterns: Patterns) -> float:
    """Return how well a header names a coordinate pair; it may also name a datum, of which WGS 84 scores best."""
    datum, bare = datum_of(header), without_datum(header)
    name_score = max(patterns.score(header), patterns.score(bare) if bare.strip() else 0.0)
    return name_score and name_score - _DATUM_PENALTY * (2 if datum not in {"", "wgs84"} else datum == "")


def datum_of(header: str) -> str:
    """Return the datum that a header names, empty if none."""
    return "/".join(datums_in(header))


def _total_score(header: str, field: str, name_score: float, grade: Grade) -> float:
    """Return how well a header fits a column, by its name and values."""
    if not name_score or normalize_header(header) == normalize_header(field):
        return name_score
    fit = grade(field, header, name_score >= SURE)
    return name_score * fit if name_score >= SURE or fit == 1 else 0
