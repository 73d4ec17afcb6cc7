"""Hotspots: where rates are higher or lower than chance explains, by area, cell and catchment."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field
from scipy.special import ndtri

from geoservice.analysis.base import Context, Findings, Process
from geoservice.analysis.frames import stack, table
from geoservice.analysis.hotspot_geographies import Geography, geographies
from geoservice.analysis.rate_map import RateMap, rate_maps, share
from geoservice.analysis.spatial_statistics.conditional_permutation import two_sided_p
from geoservice.analysis.spatial_statistics.false_discovery import benjamini_hochberg
from geoservice.analysis.spatial_statistics.funnel import proportion_funnel
from geoservice.analysis.spatial_statistics.getis_ord import local_g, local_g_many
from geoservice.analysis.spatial_statistics.rates import SmoothedRates, empirical_bayes, spatial_empirical_bayes
from geoservice.analysis.spatial_statistics.stability import stable_share
from geoservice.analysis.spatial_statistics.weights import Weights
from geoservice.demand import Z90
from geoservice.geo import Bools, Floats, Int8s
from geoservice.measures import NOBODY, UNSTABLE

PROCESS = Process(
    id="hotspots",
    title={"zh": "热点", "en": "Hotspots"},
    description={
        "zh": "流动人口占比、新到户占比、超出服务标准的流动人口占比在何处高于或低于偶然水平：Gi*与局部莫兰指数（条件置换检验，"
        "控制错误发现率），经验贝叶斯平滑比率与漏斗图界限。误差范围内不稳定的类别标为“不稳定”。用于把服务送到需要的地方。",
        "en": "Where the shares of migrants, of new arrivals and of migrants beyond a service's standard are higher or lower "
        "than chance explains: Gi* and local Moran (conditional permutation, false discovery rate), empirical Bayes rates and "
        "funnel limits. A class that the noise of the estimates could change is “unstable”. It is for bringing services to "
        "people.",
    },
    reference="Getis and Ord (1992); Ord and Getis (1995); Anselin (1995), Local indicators of spatial association; Marshall "
    "(1991), Mapping disease and mortality rates; Spiegelhalter (2005), Funnel plots; Benjamini and Hochberg (1995)",
)
LEVELS = (0.10, 0.05, 0.01)
"""False discovery rates of the classes 1, 2 and 3, high, and -1, -2 and -3, low."""


class Params(BaseModel):
    """Standards in minutes by service, and how classes are tested.

    ``permutations`` of each test; ``min_units`` below which a map is too small; ``stable`` is the share of the draws of errors
    in which a class must hold.
    """

    model_config = ConfigDict(frozen=True)
    standards: dict[str, int] = {}
    permutations: int = Field(9999, ge=99, le=99_999)
    seed: int = Field(1, ge=0)
    min_units: int = Field(8, ge=4, le=1000)
    stable: float = Field(0.9, gt=0.5, le=1)


def hotspot_classes(z: Floats, p: Floats) -> Int8s:
    """Return the class of each unit from its z-score and p-value: 3, 2, 1 high, 0 neither, -1, -2, -3 low.

    The p-values are adjusted for the false discovery rate (Benjamini and Hochberg 1995), and z must be beyond the normal
    distribution's limit of the level too: on a map of almost equal values permutations alone find tiny differences. 0 also
    where z is NaN.

    >>> hotspot_classes(np.array([4.0, -2.5, 1.0, np.nan]), np.array([0.0002, 0.03, 0.0004, np.nan])).tolist()
    [3, -2, 0, 0]
    """
    adjusted, size = benjamini_hochberg(p), np.nan_to_num(np.abs(z))
    level = sum(((adjusted <= limit) & (size >= ndtri(1 - limit / 2))).astype(np.int8) for limit in LEVELS)
    return np.asarray(np.nan_to_num(np.sign(z)) * level, np.int8)


def class_limits(z: Floats, classes: Int8s) -> Floats:
    """Return the z-scores from which a unit is at least in class 1, 2 and 3, as on this map; infinite for none. Shape ``(3,)``.

    A limit lies in the middle between the units inside and outside of the class.

    >>> class_limits(np.array([4.0, -2.5, 1.5]), np.array([3, -2, 0])).tolist()
    [2.0, 2.0, 3.25]
    """
    size = np.abs(z)
    limits = np.full(len(LEVELS), np.inf)
    for k in range(len(LEVELS)):
        inside = np.abs(classes) > k
        if inside.any():
            low = size[inside].min()
            below = size[~inside & (size < low)]
            limits[k] = (low + below.max()) / 2 if below.size else low
    return limits


def replayed_classes(z: Floats, limits: Floats) -> Int8s:
    """Return the classes of z-scores by limits; same shape.

    >>> replayed_classes(np.array([[4.0, 2.1], [-1.0, np.nan]]), np.array([1.5, 2.0, 3.0])).tolist()
    [[3, 2], [0, 0]]
    """
    size, sign = np.abs(z), (z > 0).astype(np.int8) - (z < 0).astype(np.int8)
    return np.asarray(sign * sum((size >= limit).astype(np.int8) for limit in limits[np.isfinite(limits)]), np.int8)


def moran_quadrants(values: Floats, weights: Weights, significant: Bools) -> Int8s:
    """Return 1 for high among high, 2 low among high, 3 low among low, 4 high among low, 0 if not significant; ``(n,)``.

    NaN values are left out.
    """
    known = np.isfinite(values)
    deviation = np.where(known, values - values[known].mean(), 0) if known.any() else np.zeros(len(values))
    lag = weights.lag(deviation)
    quadrant = np.where(deviation > 0, np.where(lag > 0, 1, 4), np.where(lag > 0, 2, 3))
    return np.where(significant & known, quadrant, 0).astype(np.int8)


def analyse(context: Context, params: Params, results: pa.Table) -> Findings:  # noqa: ARG001 - the form of an analysis
    """Return the hotspots of every rate, by area, cell and catchment."""
    rows: list[pa.Table] = []
    for geography in geographies(context, params.min_units, tuple(params.standards)):
        units, trips = len(geography.ids), geography.trips
        for rates in rate_maps(context, geography.region, units, params.standards, trips=trips):
            if rates.known.sum() >= params.min_units and rates.varies:
                rows += _hotspots(geography, rates, params)
    return Findings(stack(rows))


class HotspotTest(NamedTuple):
    """The test of a map for hotspots: smoothed rates and their draws, z-scores, p-values, and the classes that are stable.

    Shapes ``(n,)``, ``draws`` ``(n, draws)``; ``level`` is NaN where no class is stable or nobody lives.
    """

    values: Floats
    draws: Floats
    z: Floats
    p: Floats
    level: Floats


def hotspot_test(rates: RateMap, weights: Weights, params: Params) -> HotspotTest:
    """Return the hotspots of a rate by Gi* of its smoothed values."""
    values = _smoothed(rates).rate
    z = local_g(values, weights, star=True)
    test = two_sided_p(values, weights, permutations=params.permutations, seed=params.seed)
    p = np.where(np.isnan(z), np.nan, test)
    classes, draws = hotspot_classes(z, p), replayed_rates(rates)
    limits = class_limits(z, classes)
    by_limits, replayed = (replayed_classes(scores, limits) for scores in (z, local_g_many(draws, weights, star=True)))
    level = stable_levels(classes, by_limits, replayed, params.stable)
    return HotspotTest(values, draws, z, p, np.where(rates.known, level, np.nan))


def _smoothed(rates: RateMap) -> SmoothedRates:
    return empirical_bayes(np.clip(rates.part, 0, None), np.where(rates.known, rates.base, 0))


def _hotspots(geography: Geography, rates: RateMap, params: Params) -> Iterator[pa.Table]:
    """Yield the rows of a rate: classes and z-scores; if detailed also local Moran, p, smoothed rates and funnel limits."""
    dims: dict[str, Any] = {"geography": geography.name, "unit": np.array(geography.ids, object), **rates.dims}
    test = hotspot_test(rates, geography.weights, params)
    yield table(test.level, missing=np.where(rates.known, UNSTABLE, NOBODY), measure="hotspot_class", **dims)
    yield table(test.z, measure="hotspot_z", **dims)
    if not geography.detailed:
        return
    yield table(test.p, measure="hotspot_p", **dims)
    yield _moran(geography, rates, test, params, dims)
    yield table(*_with_margin(_smoothed(rates), test.draws), measure="smoothed_rate", **dims)
    spatial = spatial_empirical_bayes(np.clip(rates.part, 0, None), np.where(rates.known, rates.base, 0), geography.weights)
    yield table(*_with_margin(spatial, test.draws), measure="spatial_rate", **dims)
    yield _funnel(rates, params, dims)


def replayed_rates(rates: RateMap) -> Floats:
    """Return the smoothed rates of each draw of errors; shape ``(n, replays)``."""
    known = rates.known
    columns = [empirical_bayes(np.clip(p, 0, None), np.where(known, np.clip(b, 0, None), 0)).rate for p, b in rates.replayed()]
    return np.column_stack(columns) if columns else np.zeros((len(rates.part), 0))


def is_stable(classes: Int8s, replayed: Int8s, at_least: float) -> Bools:
    """Return which classes hold in a share of the draws; all of them if there are no draws. Shape ``(n,)``."""
    if not replayed.shape[1]:
        return np.ones(len(classes), bool)
    return np.asarray(stable_share(classes, replayed) >= at_least, bool)


def stable_levels(classes: Int8s, by_limits: Int8s, replayed: Int8s, at_least: float) -> Floats:
    """Return the highest class up to that of each unit that it has or exceeds in a share of the draws, NaN for none.

    Class 3 is a part of 2, and 2 of 1: a unit that is in 3 in some draws and in 2 in the others is in class 2.

    Parameters
    ----------
    classes : int8 array, shape (n,)
    by_limits : int8 array, shape (n,)
        Classes by the limits of the map; a unit that its own p-value excludes may exceed them.
    replayed : int8 array, shape (n, draws)
        Classes of the draws by the same limits.
    at_least : float

    Examples
    --------
    >>> replayed = np.array([[3, 2], [1, 0], [0, 0], [-1, -3]], np.int8)
    >>> classes = np.array([3, 1, 0, -2], np.int8)
    >>> stable_levels(classes, classes, replayed, 0.9).tolist()
    [2.0, nan, 0.0, -1.0]
    """
    if not replayed.shape[1]:
        return classes.astype(float)
    no_more = (np.abs(replayed) <= np.abs(by_limits)[:, None]).mean(axis=1) >= at_least
    level = np.where((classes == 0) & no_more, 0.0, np.nan)
    sign = np.sign(classes)
    for k in range(1, len(LEVELS) + 1):
        holds = (replayed * sign[:, None] >= k).mean(axis=1) >= at_least
        level = np.where((np.abs(classes) >= k) & holds, k * sign, level)
    return np.asarray(level, float)


def _shown(classes: Int8s, known: Floats, stable: Bools) -> Floats:
    return np.where(stable & np.isfinite(known), classes, np.nan)


def _moran(geography: Geography, rates: RateMap, test: HotspotTest, params: Params, dims: dict[str, Any]) -> pa.Table:
    """Return the classes of local Moran; its test is that of Gi, since both permute the neighbours of a unit."""
    values, draws = test.values, test.draws
    significant = np.asarray(benjamini_hochberg(test.p) <= LEVELS[1], bool)
    classes = moran_quadrants(values, geography.weights, significant)
    z = local_g(values, geography.weights, star=False)
    limit = class_limits(z, np.where(significant, 2, 0).astype(np.int8))[1]
    replays = local_g_many(draws, geography.weights, star=False)
    columns = [
        moran_quadrants(draws[:, k], geography.weights, np.abs(np.nan_to_num(replays[:, k])) >= limit)
        for k in range(draws.shape[1])
    ]
    replayed = np.column_stack(columns) if columns else np.zeros((len(values), 0), np.int8)
    stable = is_stable(classes, replayed, params.stable)
    return table(
        _shown(classes, values, stable), missing=np.where(rates.known, UNSTABLE, NOBODY), measure="moran_class", **dims
    )


def _with_margin(smoothed: SmoothedRates, draws: Floats) -> tuple[Floats, Floats]:
    """Return smoothed rates in percent with margins: half of the 90 % interval, and the noise of the estimates."""
    low, high = smoothed.interval(0.9)
    noise = draws.std(axis=1) if draws.shape[1] else np.zeros(len(low))
    margin = np.hypot((high - low) / 2, Z90 * noise)
    return 100 * np.clip(smoothed.rate, 0, 1), 100 * margin


def _funnel(rates: RateMap, params: Params, dims: dict[str, Any]) -> pa.Table:
    """Return the classes of the funnel plot: 2, 1 above its limits of 99.8 and 95 %, 0 inside, -1, -2 below."""
    base = np.where(rates.known, rates.base, 0)
    limits, classes = proportion_funnel(np.clip(rates.part, 0, base), base, overdispersed=True)
    columns = [limits.classes(share(part, b, rates.known)) for part, b in rates.replayed()]
    replayed = np.column_stack(columns) if columns else np.zeros((len(base), 0), np.int8)
    shown = _shown(classes, rates.rate, is_stable(classes, replayed, params.stable))
    return table(shown, missing=np.where(rates.known, UNSTABLE, NOBODY), measure="funnel_class", **dims)
