"""One demand surface from those of several registers, such as the counties of a region."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from geoservice.demand.merge_checks import area_codes, check_same_measurement, check_territories
from geoservice.demand.surface import DemandSurface, Flows, LocationCounts, Quantity
from geoservice.errors import InputError
from geoservice.geo import Float32s, Floats

SAME_FACTS = ("caps", "levels", "arrivals_day")
"""Facts of a description that the merged one has too if they are the same in all parts."""


def merge_surfaces(surfaces: Sequence[DemandSurface]) -> DemandSurface:
    """Return one surface with the leaves of several registers that have no household in common.

    Parameters
    ----------
    surfaces : sequence of DemandSurface
        Each measured from one register; ``description["areas"]`` has the codes of its areas.

    Returns
    -------
    DemandSurface
        Parts in the order of their areas, each exactly as :func:`independent_replays` returns it, so the margin of a sum over
        two parts is the root of the sum of their squared margins, within the error of the replays. ``rho`` and ``guess`` are
        the largest: the registers are disjoint, so a household of one loses no more. ``parts`` has all descriptions.

    Raises
    ------
    InputError
        If one is not of a register or has no areas, two have an area or a leaf in common, or were measured differently: with
        other groups, classes, caps or replays, or only one of them with origins of migrants. Their rho may differ.
    """
    if not surfaces:
        raise InputError("demand surface: there are none to merge")
    parts = sorted(surfaces, key=area_codes)
    check_territories(parts)
    for part in parts[1:]:
        check_same_measurement(parts[0], part)
    signed = [independent_replays(part) for part in parts]
    first_leaf = np.cumsum([0, *(p.leaves for p in parts[:-1])])

    def stacked(attribute: str) -> dict[Quantity, Floats]:
        return {q: np.concatenate([getattr(p, attribute)[q] for p in parts]) for q in getattr(parts[0], attribute)}

    return DemandSurface(
        ids=[i for p in parts for i in p.ids],
        geometry=np.concatenate([p.geometry for p in parts]),
        values=stacked("values"),
        positive=stacked("positive"),
        noise=np.concatenate([p.noise for p in signed]),
        scales=dict(parts[0].scales),
        deviations=stacked("deviations"),
        point_leaf=np.concatenate([p.point_leaf + n for p, n in zip(parts, first_leaf, strict=True)]).astype(np.int32),
        point_weight=np.concatenate([p.point_weight for p in parts]),
        point_lon=np.concatenate([p.point_lon for p in parts]),
        point_lat=np.concatenate([p.point_lat for p in parts]),
        description=_description(parts),
        flows=_merged_flows([p.flows for p in signed if p.flows is not None]),
        locations=_merged_locations([p.locations for p in parts]),
    )


def independent_replays(surface: DemandSurface) -> DemandSurface:
    """Return the surface of a register with replays of its noise that are independent of those of other registers.

    Parameters
    ----------
    surface : DemandSurface
        ``description["areas"]`` has the codes of its areas.

    Notes
    -----
    The replays of all surfaces are drawn from one public seed, so those of two counties are nearly the same numbers, as if
    their errors were the same: the margin of a sum over both would be far too large, that of a difference far too small. Here
    the columns of a surface are put in another order and each is multiplied by 1 or -1, by a generator seeded with the codes of
    the areas. All replays of one surface, of leaves and of flows, change alike, so products of two of them, and with these all
    variances and covariances within the surface, remain; products with the replays of another surface average to zero. Signs
    alone would do that too, but leave the sizes of the errors of two counties the same in each column.
    """
    seed = list(hashlib.sha256("\n".join(area_codes(surface)).encode()).digest())

    def shuffled(noise: Float32s) -> Float32s:
        rng, replays = np.random.default_rng(seed), noise.shape[1]
        order, sign = rng.permutation(replays), rng.integers(0, 2, replays)
        return np.ascontiguousarray(noise[:, order] * (2 * sign - 1).astype(np.float32))

    flows = None if surface.flows is None else replace(surface.flows, noise=shuffled(surface.flows.noise))
    return replace(surface, noise=shuffled(surface.noise), flows=flows)


def _merged_flows(flows: Sequence[Flows]) -> Flows | None:
    if not flows:
        return None
    arrived = [a for f in flows for a in (f.arrived or [""] * len(f.area))]
    return Flows(
        area=[a for f in flows for a in f.area],
        origin=[o for f in flows for o in f.origin],
        persons=np.concatenate([f.persons for f in flows]),
        noise=np.concatenate([f.noise for f in flows]),
        arrived=arrived if any(arrived) else [],
    )


def _merged_locations(parts: Sequence[LocationCounts | None]) -> LocationCounts | None:
    """Return the counts of all parts; None if a part has none or other classes, since sums would lack it."""
    counts = [p for p in parts if p is not None]
    if len(counts) < len(parts) or len({c.classes for c in counts}) > 1:
        return None
    deviations = np.concatenate([c.deviations for c in counts])
    return LocationCounts(
        areas=[a for c in counts for a in c.areas],
        classes=counts[0].classes,
        households=np.concatenate([c.households for c in counts]),
        deviation=float(deviations[0]) if len(set(deviations.tolist())) == 1 else deviations,
    )


def _description(parts: Sequence[DemandSurface]) -> dict[str, Any]:
    facts: list[Mapping[str, Any]] = [p.description for p in parts]
    largest = max(facts, key=lambda f: Fraction(f.get("rho", 0)))
    same = {k: facts[0][k] for k in SAME_FACTS if k in facts[0] and all(f.get(k) == facts[0][k] for f in facts)}
    return {
        "kind": "register",
        "areas": sorted(code for p in parts for code in area_codes(p)),
        "groups": list(parts[0].groups()),
        **{k: largest[k] for k in ("rho", "guess") if k in largest},
        "made_up": any(f.get("made_up", False) for f in facts),
        **same,
        "parts": [dict(f) for f in facts],
    }
