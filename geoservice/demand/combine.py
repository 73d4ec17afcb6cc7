"""Two surfaces of one study as one."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from geoservice.demand.surface import DemandSurface, Quantity
from geoservice.errors import InputError
from geoservice.geo import Floats


def combine(first: DemandSurface, second: DemandSurface, groups: Mapping[str, str]) -> DemandSurface:
    """Put two surfaces of one study together: everybody of the first as one group, everybody of the second as another.

    Parameters
    ----------
    first, second : DemandSurface
        E.g. residents from a census grid and migrants from a register.
    groups : mapping
        ``{"first": group, "second": group}``: what the people of each surface are called, e.g. ``resident`` and ``migrant``.

    Returns
    -------
    DemandSurface
        All leaves of both. ``all`` is the sum of the two; other groups of a surface stay its own.

    Raises
    ------
    InputError
        Both carry noise: their scales could not be told apart.
    """
    parts = [_renamed(first, groups["first"]), _renamed(second, groups["second"])]
    names = list(dict.fromkeys(q for p in parts for q in p.values))
    if all(p.scales for p in parts):
        raise InputError("demand surface: two surfaces that are both measured with noise cannot be put together")
    replays = max(p.noise.shape[1] for p in parts)
    noise = [np.zeros((p.leaves, replays), np.float32) if not p.noise.shape[1] else p.noise for p in parts]

    def stacked(of: str, q: Quantity) -> Floats:
        return np.concatenate([getattr(p, of).get(q, np.zeros(p.leaves)) for p in parts])

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
    )


def _renamed(surface: DemandSurface, group: str) -> DemandSurface:
    """Return the surface's people, those of ``group`` alone where it estimates that group, as ``all`` and as ``group``."""
    own = [q for q in surface.values if q.group == group]
    source = group if own else "all"

    def renamed(of: Mapping[Quantity, Floats]) -> dict[Quantity, Floats]:
        kept = {q: v for q, v in of.items() if q.group not in ("all", "resident", "migrant", group)}
        for q, v in of.items():
            if q.group == source:
                kept |= {Quantity(q.unit, "all"): v, Quantity(q.unit, group): v}
        return kept

    return replace(
        surface,
        values=renamed(surface.values),
        positive=renamed(surface.positive),
        scales=renamed(surface.scales),
        deviations=renamed(surface.deviations),
    )
