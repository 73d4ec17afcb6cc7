"""Headers compared with the names of our columns; the reading process does it too, so nothing heavy is imported here."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from geoservice.ingest.datums import datums_in, without_datum

THRESHOLD = 0.6
"""Least score of a guess."""
PAIR_ORDERS = ("lon,lat", "lat,lon")
"""Instead of a column in ``--map``: a header whose cells hold both, in this order."""
PAIR_FIELDS = (*PAIR_ORDERS, "coordinates")
"""Columns of pairs; the order of ``coordinates`` is found."""
COORDINATES = ("lon", "lat", "coordinates")
PLACES = ("lon", "lat", *PAIR_FIELDS, "wkt")
"""Columns that say where something is."""
_WITHIN = re.compile(r"[(\[【（](.*?)[)\]】）]")
_BRACKETS = re.compile(r"[(\[【（].*?[)\]】）]")


@lru_cache(maxsize=4096)
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


def guess(
    headers: Sequence[str],
    fields: Mapping[str, Sequence[str]],
    fits: Fits = lambda _f, _h: True,
    datum: str | None = None,
) -> dict[str, str]:
    """Return column -> header, best scores first, each header once; ties go to the earlier column, then the earlier header.

    A header whose values do not fit a column is passed over for it, unless it is the column's own name. Coordinates are of one
    datum: ``datum``, or the best that headers name both axes of.

    >>> guess(["户号", "X", "Y", "备注"], {"id": ["户号"], "lon": ["经度", "x"], "lat": ["纬度", "y"]})
    {'id': '户号', 'lon': 'X', 'lat': 'Y'}
    >>> guess(["高德经度", "高德纬度", "GPS经度", "GPS纬度"], {"lon": ["经度", "x"], "lat": ["纬度", "y"]})
    {'lon': 'GPS经度', 'lat': 'GPS纬度'}
    """
    scored = sorted(
        (-(coordinate_score if f in COORDINATES else score)(h, words), i, j, f, h)
        for i, (f, words) in enumerate(fields.items())
        for j, h in enumerate(headers)
    )
    candidates = [(f, h) for negative, _, _, f, h in scored if -negative >= THRESHOLD and (plain(h) == plain(f) or fits(f, h))]
    if datum is None:
        datum = _datum_of_both(candidates)
    found: dict[str, str] = {}
    for f, h in candidates:
        other = f in COORDINATES and datum is not None and datum_of(h) != datum
        if f not in found and h not in found.values() and not other:
            found[f] = h
    if "lon" in found and "lat" in found:
        found.pop("coordinates", None)
    return {f: found[f] for f in fields if f in found}


def coordinate_score(header: str, words: Sequence[str]) -> float:
    """Score a header of coordinates, which may name a datum too, or the axis within brackets: 高德经度, X(纵坐标)."""
    bare = without_datum(header)
    return max(score(h, words) for h in (header, bare, *_WITHIN.findall(bare)))


def datum_of(header: str) -> str:
    """Return the datum that a header names, empty if none."""
    return "/".join(datums_in(header))


def _datum_of_both(candidates: Sequence[tuple[str, str]]) -> str | None:
    """Return the datum to read: WGS 84 before an unnamed one before the others; None where none has both axes."""
    fields: dict[str, set[str]] = {}
    for f, h in candidates:
        if f in COORDINATES:
            fields.setdefault(datum_of(h), set()).add(f)
    complete = [d for d, there in fields.items() if {"lon", "lat"} <= there or "coordinates" in there]
    return min(complete, key=lambda d: (d != "wgs84", d != "", d), default=None)
