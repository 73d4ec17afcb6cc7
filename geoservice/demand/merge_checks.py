"""What surfaces of registers must have in common, and what not, to be one surface."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from geoservice.demand.surface import DemandSurface
from geoservice.errors import InputError
from geoservice.geo import Float32s, Floats

SCALE_TOLERANCE = 1e-12
"""Largest difference of the scales of two surfaces that are measured alike."""


def area_codes(surface: DemandSurface) -> tuple[str, ...]:
    """Return the sorted codes of the areas of a register's surface; raises :class:`InputError` if it does not state them."""
    codes = surface.description.get("areas")
    if surface.description.get("kind") != "register" or not codes:
        raise InputError("demand surface: only surfaces of registers that state their areas can be merged")
    return tuple(sorted(map(str, codes)))


def _name(surface: DemandSurface) -> str:
    return f"the surface of {', '.join(area_codes(surface))}"


def check_territories(parts: Sequence[DemandSurface]) -> None:
    """Raise :class:`InputError` if two parts have an area, a leaf or a flow in common."""
    areas = _repeated((code, _name(p)) for p in parts for code in area_codes(p))
    leaves = _repeated((leaf, _name(p)) for p in parts for leaf in p.ids)
    flows = _repeated((area, _name(p)) for p in parts if p.flows is not None for area in sorted(set(p.flows.area)))
    for kind, repeated in (("area", areas), ("leaf", leaves), ("area of flows", flows)):
        if repeated:
            name, owners = next(iter(repeated.items()))
            raise InputError(f"demand surface: the {kind} {name} is in {' and in '.join(owners)}; registers must not overlap")


def _repeated(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the owners of each name that occurs more than once."""
    listed = list(pairs)
    counts = Counter(name for name, _ in listed)
    repeated: dict[str, list[str]] = {}
    for name, owner in listed:
        if counts[name] > 1:
            repeated.setdefault(name, []).append(owner)
    return repeated


def check_same_measurement(first: DemandSurface, other: DemandSurface) -> None:
    """Raise :class:`InputError` naming both surfaces unless they estimate the same quantities in the same way."""
    for quantities in ("values", "positive", "scales", "deviations"):
        mine, others = getattr(first, quantities).keys(), getattr(other, quantities).keys()
        for lacking, missing in ((other, mine - others), (first, others - mine)):
            if missing:
                raise InputError(
                    f"demand surface: {_name(lacking)} has no {', '.join(sorted(map(str, missing)))}, but "
                    f"{_name(first if lacking is other else other)} has; measure all registers with the same groups"
                )
    pair = f"{_name(first)} and {_name(other)}"
    if different := [str(q) for q in first.scales if not _same(first.scales[q], other.scales[q])]:
        raise InputError(
            f"demand surface: {pair} were measured with other classes, groups or caps: the scale of {different[0]} differs"
        )
    if (first.flows is None) != (other.flows is None):
        raise InputError(f"demand surface: of {pair}, only one has the origins of migrants")
    if (caps := first.description.get("caps")) != (other_caps := other.description.get("caps")):
        raise InputError(f"demand surface: {pair} have different caps: {caps} and {other_caps}")
    if any(a.shape[1] != b.shape[1] for a, b in _noises(first, other)):
        raise InputError(f"demand surface: {pair} have different numbers of replays")


def _same(first: Floats, second: Floats) -> bool:
    return first.shape == second.shape and bool((np.abs(first - second) <= SCALE_TOLERANCE).all())


def _noises(first: DemandSurface, other: DemandSurface) -> list[tuple[Float32s, Float32s]]:
    flows = [] if first.flows is None or other.flows is None else [(first.flows.noise, other.flows.noise)]
    return [(first.noise, other.noise), *flows]
