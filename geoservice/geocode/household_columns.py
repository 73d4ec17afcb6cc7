"""What geocoding adds to the rows of a file: columns that an import of households reads, and others for the reader."""

from collections.abc import Mapping, Sequence
from typing import Any

from geoservice.addresses.precision import PRECISIONS
from geoservice.geocode.results import Results

MAX_POINT_M = 400.0
"""Above this uncertainty a household counts in its area instead of at the point of a road or hamlet: squares of the demand
surface are a quarter as wide."""
IMPORTED = ("lon", "lat", "precision", "uncertainty_m")
"""Columns that an import reads."""
MORE = ("status", "reason", "precision", "score", "faults", "matched", "addr_type", "location_type")
PREFIX = "geocode_"
_BY_LEVEL = {"village": "village", "town": "township", "county": "county"}
_POINTS_OF_LINES = frozenset({"nearest_door", "group", "road"})


def household_precision(precision: str, uncertainty_m: float | None, level: str | None) -> str:
    """Return what households call a precision, that of the area where the point says less than the area does.

    Parameters
    ----------
    precision : str
        Of the ladder.
    uncertainty_m : float or None
    level : str or None
        ``village``, ``town`` or ``county``: that of the lowest area around the place.

    Examples
    --------
    >>> household_precision("road", 150.0, "village"), household_precision("road", 2500.0, "village")
    ('street', 'village')
    """
    if precision in _POINTS_OF_LINES and (uncertainty_m or 0.0) > MAX_POINT_M and level in _BY_LEVEL:
        return _BY_LEVEL[level]
    return PRECISIONS[precision].household


def household_precisions(results: Results) -> list[str | None]:
    """Return what households call the precision of each result, None without a place."""
    rows = zip(*(results.column(name) for name in ("precision", "uncertainty_m", "level")), strict=True)
    return [household_precision(*row) or None for row in rows]


def added_columns(results: Results, headers: Sequence[str]) -> Mapping[str, list[Any]]:
    """Return columns by header; those whose header a file has already get a prefix."""
    columns: dict[str, list[Any]] = {name: results.column(name) for name in ("lon", "lat", "uncertainty_m")}
    columns["precision"] = household_precisions(results)
    own = {name if name not in headers else PREFIX + name: columns[name] for name in IMPORTED}
    return {**own, **{PREFIX + name: results.column(name) for name in MORE if PREFIX + name not in own}}
