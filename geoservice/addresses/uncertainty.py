"""The uncertainty of an answer: the radius that holds the true place in nine cases of ten, from the evidence of the answer."""

from collections.abc import Mapping
from math import isfinite, sqrt
from types import MappingProxyType
from typing import NamedTuple


class UncertaintyModel(NamedTuple):
    """Metres of uncertainty: a constant, and factors of the span, of its square root and of the roughness of the road."""

    constant: float = 0.0
    per_span: float = 0.0
    per_root_span: float = 0.0
    per_roughness: float = 0.0

    def metres(self, span: float, roughness: float) -> float:
        """Return the uncertainty; ``span`` as in :class:`geoservice.addresses.interpolate.Placement`, in metres."""
        metres = self.constant + self.per_span * span + self.per_root_span * sqrt(span) + self.per_roughness * roughness
        return max(_LEAST_M, metres)


_LEAST_M = 10.0
MODELS: Mapping[str, UncertaintyModel] = MappingProxyType(
    {
        "door": UncertaintyModel(constant=28.6, per_span=0.28),
        "number": UncertaintyModel(constant=37.7, per_span=0.40),
        "interpolated": UncertaintyModel(per_root_span=2.85, per_roughness=0.71),
        "beyond": UncertaintyModel(per_root_span=20.9),
    }
)
"""By kind of evidence.

Fitted by regression of the 0.9 quantile (Koenker and Bassett 1978) of the errors of leave-one-out on 2 700 addresses of
OpenStreetMap in Liechtenstein, Helsinki and Krems, each row left out alone and with all rows of its number;
``tests/addresses/test_leave_one_out.py`` fits them again, and checks a fit on two of the places on the third one. ``door``
rests on the rows of Helsinki, where other rows of the same number are left: entrances and shops of a building.
"""
AREA_RADIUS_M = (300_000.0, 80_000.0, 25_000.0, 6_000.0, 1_500.0)
"""Radius of an area whose extent is unknown, by level: what holds most areas of China."""
_DISC = 0.95
"""A disc holds nine tenths of its area within this share of its radius."""
_COMPOUND_M, _BUILDING_M, _UNIT_M, _GROUP_M, _ROAD_M, _POI_M = 150.0, 30.0, 20.0, 500.0, 1_500.0, 100.0
_DEFAULTS = {"compound": _COMPOUND_M, "poi": _POI_M, "building": _BUILDING_M, "group": _GROUP_M, "road": _ROAD_M}


def area_uncertainty(level: int, radius_m: float) -> float:
    """Return the uncertainty of an area, in metres: of its disc, or of the usual size of its level if its extent is unknown.

    >>> round(area_uncertainty(4, 1000.0)), area_uncertainty(4, float("nan"))
    (950, 1500.0)
    """
    return _DISC * radius_m if isfinite(radius_m) and radius_m > 0 else AREA_RADIUS_M[level]


def place_uncertainty(kind: str, radius_m: float) -> float:
    """Return the uncertainty of a place that is no area, in metres: its radius, but at least that of a building.

    >>> place_uncertainty("compound", 200.0), place_uncertainty("poi", float("nan"))
    (200.0, 100.0)
    """
    return max(_BUILDING_M, radius_m) if isfinite(radius_m) and radius_m > 0 else _DEFAULTS[kind]
