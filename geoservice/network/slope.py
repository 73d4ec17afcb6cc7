"""Speed on slopes: curves of published studies, and how much longer a segment takes than on the flat.

A slope is the rise over the horizontal distance in the direction of travel: 0.1 climbs 10 m in 100 m.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from geoservice.geo import Floats, Ints
from geoservice.modes import SlopeCurve

STEEPEST = 0.5
"""Largest slope that counts: a street or path without steps is hardly steeper, so beyond it the terrain model is wrong."""
CRAWL_KMH = 1.0
"""Least speed where a table lets nobody push a bicycle."""

_CYCLING_UPHILL = 40.02 / 6.01
_CYCLING_DOWNHILL = 23.79 / 6.01
_CYCLING_FASTEST = -0.06
_EBIKE_WATTS = 400.0
_EBIKE_WEIGHT_N = (55 + 75) * 9.81
_ROLLING_RESISTANCE = 0.01
_DRAG = 0.5 * 1.2 * 0.6
_METRES_PER_SECOND = np.linspace(0.05, 12.0, 1200)


def hiking_share(slope: Floats) -> Floats:
    """Return the walking speed as a share of that on the flat.

    Tobler's hiking function, exp(-3.5 |s + 0.05|) (Tobler 1993, Three presentations on geographical analysis and modeling,
    NCGIA Technical Report 93-1), divided by its value on the flat.

    >>> hiking_share(np.array([0.0, 0.1, -0.05, -0.1])).round(4).tolist()
    [1.0, 0.7047, 1.1912, 1.0]
    """
    return np.asarray(np.exp(-3.5 * (np.abs(slope + 0.05) - 0.05)))


def cycling_share(slope: Floats) -> Floats:
    """Return the speed of riding a bicycle as a share of that on the flat; 0 where nobody rides any more.

    Uphill and down to -6 %: Parkin and Rotheram 2010, Design speeds and acceleration characteristics of bicycle traffic for use
    in planning, design and appraisal, Transport Policy 17(5), 335-341: 6.01 m/s on the flat, 0.4002 less for each percent
    uphill, 0.2379 more for each percent downhill. Speeds are highest at -6 % and lower on steeper descents (Flügel et al. 2019,
    Empirical speed models for cycling in the Oslo road network, Transportation 46, 1395-1419): here they fall as they rose.

    >>> cycling_share(np.array([0.0, 0.05, 0.2, -0.03, -0.06, -0.12])).round(4).tolist()
    [1.0, 0.6671, 0.0, 1.1188, 1.2375, 1.0]
    """
    downhill = _CYCLING_DOWNHILL * (-_CYCLING_FASTEST - np.abs(slope - _CYCLING_FASTEST))
    return np.asarray(np.maximum(1 + np.where(slope > 0, -_CYCLING_UPHILL * slope, downhill), 0.0))


def ebike_climb_kmh(slope: Floats) -> Floats:
    """Return the highest speed that the motor of an e-bike holds on a slope, in km/h.

    Power balance of Martin et al. 1998, Validation of a mathematical model for road cycling power, Journal of Applied
    Biomechanics 14(3), 276-291, with the limits of GB 17761 (400 W, 55 kg), a rider of 75 kg who does not pedal, rolling
    resistance 0.01, drag area 0.6 m2. At 5 m/s 80 N are left: 9 N for the air, 12.8 N for rolling, 58.2 N for a slope of
    4.57 %.

    >>> ebike_climb_kmh(np.array([0.045674])).round(2).tolist()
    [18.0]
    """
    v = _METRES_PER_SECOND
    climbed = (_EBIKE_WATTS / v - _DRAG * v**2) / _EBIKE_WEIGHT_N - _ROLLING_RESISTANCE
    return np.asarray(np.interp(slope, climbed[::-1], v[::-1] * 3.6))


def _pushing_kmh(slope: Floats, kmh: Floats, push_kmh: float) -> Floats:
    return np.maximum(np.minimum(kmh, push_kmh) * hiking_share(slope), np.minimum(kmh, CRAWL_KMH))


def _hiking(slope: Floats, kmh: Floats, _push_kmh: float) -> Floats:
    return kmh * hiking_share(slope)


def _cycling(slope: Floats, kmh: Floats, push_kmh: float) -> Floats:
    pushing, riding = _pushing_kmh(slope, kmh, push_kmh), kmh * cycling_share(slope)
    return np.where(kmh > push_kmh, np.maximum(riding, pushing), pushing)


def _ebike(slope: Floats, kmh: Floats, push_kmh: float) -> Floats:
    pushing, riding = _pushing_kmh(slope, kmh, push_kmh), np.minimum(kmh, ebike_climb_kmh(slope))
    return np.where(kmh > push_kmh, np.clip(pushing, riding, kmh), pushing)


CURVES: Mapping[SlopeCurve, Callable[[Floats, Floats, float], Floats]] = MappingProxyType({
    "hiking": _hiking, "cycling": _cycling, "ebike": _ebike,
})  # fmt: skip
"""Speed in km/h by slope, speed on the flat, and speed of pushing a bicycle on the flat."""


@dataclass(frozen=True)
class StreetSlopes:
    """Slopes of the segments of all ways, in pieces of equal length within a segment.

    The segment from node reference ``k`` of :class:`geoservice.network.osm.OsmStreets` to the next one has the slopes
    ``slope[start[k]:start[k + 1]]`` in its own direction. ``unknown`` is the share of the streets' length where there is no
    elevation: its slope is 0. Shapes: references + 1, pieces.
    """

    start: Ints
    slope: Floats
    unknown: float


def slope_factors(
    slopes: StreetSlopes, segment: Ints, along_kmh: Floats, against_kmh: Floats, curve: SlopeCurve | None, push_kmh: float
) -> tuple[Floats, Floats]:
    """Return how many times longer segments take than on the flat, in their direction and against it.

    Parameters
    ----------
    slopes : StreetSlopes
    segment : int array, shape (n,)
        References at which the segments begin.
    along_kmh, against_kmh : float arrays, shape (n,)
        Speeds on the flat; 0 where closed.
    curve : SlopeCurve or None
        The curve of the mode; None if slopes do not count.
    push_kmh : float
        Speed of pushing a bicycle on the flat.

    Returns
    -------
    tuple of float arrays, shape (n,)
        1 where the direction is closed.
    """
    if curve is None:
        return np.ones(len(segment)), np.ones(len(segment))
    pieces = slopes.start[segment + 1] - slopes.start[segment]
    owner = np.repeat(np.arange(len(segment)), pieces)
    first = np.cumsum(pieces) - pieces
    slope = slopes.slope[slopes.start[segment][owner] + np.arange(len(owner)) - first[owner]]

    def mean_factor(slope: Floats, kmh: Floats) -> Floats:
        flat = np.where(kmh > 0, kmh, 1.0)[owner]
        sums = np.bincount(owner, flat / CURVES[curve](slope, flat, push_kmh), len(segment))
        return np.where(kmh > 0, sums / np.maximum(pieces, 1), 1.0)

    return mean_factor(slope, along_kmh), mean_factor(-slope, against_kmh)
