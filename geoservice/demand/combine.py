"""Combination of two demand surfaces of one study."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from geoservice.demand.surface import DemandSurface, Quantity
from geoservice.errors import InputError
from geoservice.geo import Floats


def combine(first: DemandSurface, second: DemandSurface, groups: Mapping[str, str]) -> DemandSurface:
    """Return one surface from two: the people of the first as one group, the people of the second as another.

    Parameters
    ----------
    first, second : DemandSurface
        E.g. residents from a census grid and migrants from a register.
    groups : mapping
        ``{"first": group, "second": group}``: the group of each surface's people, e.g. ``resident`` and ``migrant``.

    Returns
    -------
    DemandSurface
        The leaves of both. ``all`` is the sum of the two; the other groups of each surface are kept.

    Raises
    ------
    InputError
        If both have noise: their scales could not be distinguished.
    """
    parts = [_renamed(first, groups["first"]), _renamed(second, groups["second"])]
    names = list(dict.fromkeys(q for p in parts for q in p.values))
    if all(p.scales for p in parts):
        raise InputError("demand surface: two surfaces that are both measured with noise cannot be combined")
    replays = max(p.noise.shape[1] for p in parts)
    noise = [np.zeros((p.leaves, replays), np.float32) if not p.noise.shape[1] else p.noise for p in parts]

    def stacked(attribute: str, q: Quantity) -> Floats:
        return np.concatenate([getattr(p, attribute).get(q, np.zeros(p.leaves)) for p in parts])

    return DemandSurface(
        ids=[*first.ids, *second.ids],
        geometry=np.concatenate([p.geometry for p in parts]),
        values={q: stacked("values", q) for q in names},
        positive={q: stacked("positive", q) for q in names},
        noise=np.concatenate(noise),
        scales={q: s for p in parts for q, s in p.scales.items()},
        deviations={q: stacked("deviations", q) for q in dict.fromkeys(q for p in parts for q in p.deviations)},
        point_leaf=np.concatenate([first.point_leaf, second.point_leaf + first.leaves]).astype(np.int32),
        point_weight=np.concatenate([p.point_weight for p in parts]),
        point_lon=np.concatenate([p.point_lon for p in parts]),
        point_lat=np.concatenate([p.point_lat for p in parts]),
        description={"kind": "combined", "parts": [dict(p.description) for p in parts], "groups": dict(groups)},
        flows=second.flows or first.flows,
        locations=second.locations or first.locations,
    )


def _renamed(surface: DemandSurface, group: str) -> DemandSurface:
    """Return the surface with its people, only those of ``group`` if it estimates that group, as ``all`` and as ``group``."""
    group_quantities = [q for q in surface.values if q.group == group]
    source = group if group_quantities else "all"

    def renamed(mapping: Mapping[Quantity, Floats]) -> dict[Quantity, Floats]:
        result = {q: v for q, v in mapping.items() if q.group not in ("all", "resident", "migrant", group)}
        for q, v in mapping.items():
            if q.group == source:
                result |= {Quantity(q.unit, "all"): v, Quantity(q.unit, group): v}
        return result

    return replace(
        surface,
        values=renamed(surface.values),
        positive=renamed(surface.positive),
        scales=renamed(surface.scales),
        deviations=renamed(surface.deviations),
    )
