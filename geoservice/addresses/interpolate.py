"""The position of a door number from the plates of its road."""

from bisect import bisect_left
from collections.abc import Mapping
from typing import NamedTuple

from geoservice.addresses.door_number import DoorNumber
from geoservice.addresses.door_plates import MAX_GAP_M, XY, Plate, RoadPlates, central, middle

Side = Mapping[int, XY]
FAR_NUMBERS = 30
"""A number that differs by more from the nearest known one has the fault ``number_far``."""
MAX_NUMBERS = 120
"""A number that differs by more cannot be placed."""
_MAX_EXTRAPOLATION = 8
_EXTRAPOLATION = 0.7
_MAX_ROAD_WIDTH_M = 60.0
_MAX_SPACING_M = 25.0


class Placement(NamedTuple):
    """Where a number is: the position in metres of the plates, the precision, the faults, and the evidence.

    ``basis`` is the kind of evidence, a key of :data:`geoservice.addresses.uncertainty.MODELS`, and ``span_m`` its measure:
    for ``door`` and ``number`` the spread of the plates of the number, for ``interpolated`` the distance of the plates that
    bracket it, for ``beyond`` the distance that the numbers between it and the nearest plate usually take.
    """

    position: XY
    precision: str
    faults: tuple[str, ...]
    basis: str
    span_m: float


def place_number(number: DoorNumber, road: RoadPlates) -> Placement | None:
    """Return where a number is on a road; None if its plates do not tell.

    In this order: the plate itself; a plate whose range contains it; plates of the number with another suffix; between plates
    of its parity; beyond the last plate of its parity, moved along by the plates of the other side or by the road's own
    spacing; the plates of the other parity.
    """
    return _same_plate(number, road.plates) or _same_number(number, road.plates) or _by_neighbours(number, road)


def _same_plate(number: DoorNumber, plates: tuple[Plate, ...]) -> Placement | None:
    exact = [XY(p.x, p.y) for p in plates if (p.number, p.to_number, p.suffix) == number]
    if exact:
        return _at(exact, "door", ())
    if number.suffix:
        return None
    ranges = [XY(p.x, p.y) for p in plates if not p.suffix and _contains(p, number)]
    return _at(ranges, "door", ("number_range",)) if ranges else None


def _contains(plate: Plate, number: DoorNumber) -> bool:
    return plate.number <= number.number <= number.to_number <= plate.to_number and (number.number - plate.number) % 2 == 0


def _same_number(number: DoorNumber, plates: tuple[Plate, ...]) -> Placement | None:
    """Place 12a by 12 or 12b, and 5-7 by 5."""
    near = [p for p in plates if p.number <= number.to_number and number.number <= p.to_number]
    near = [p for p in near if (p.number - number.number) % 2 == 0]
    if not near:
        return None
    if number.suffix and any(p.suffix for p in near):
        rank = {p: abs(_letter(p.suffix) - _letter(number.suffix)) for p in near}
        near = [p for p in near if rank[p] == min(rank.values())]
    fault = "number_range" if number.to_number > number.number else "suffix_unknown"
    return _at([XY(p.x, p.y) for p in near], "interpolated", (fault,))


def _letter(suffix: str) -> int:
    """Return the rank of a suffix among those of a number: none first, then a, b or 1, 2."""
    if suffix.isdecimal() and suffix.isascii():
        return int(suffix[:6])
    return ord(suffix[0]) - ord("a") + 1 if suffix and suffix[0].isascii() else 0


def _at(positions: list[XY], precision: str, faults: tuple[str, ...]) -> Placement:
    """Place a number in the middle of its plates; at one of them, and less precisely, if they are far apart."""
    position = central(positions)
    spread = max(position.distance(other) for other in positions)
    if position != middle(positions):
        return Placement(position, "nearest_door", ("number_far",), "beyond", spread)
    return Placement(position, precision, faults, "number" if faults else "door", spread)


def _by_neighbours(number: DoorNumber, road: RoadPlates) -> Placement | None:
    n = number.number
    own, other = (
        side if _distance(side, n) <= MAX_NUMBERS else {} for side in (road.by_parity[n % 2], road.by_parity[1 - n % 2])
    )
    distance = _distance(own or other, n)
    if distance > MAX_NUMBERS:
        return None
    far = ("number_far",) if distance > FAR_NUMBERS else ()
    below, above = _bracket(own, n)
    if below is not None and above is not None:
        gap = own[below].distance(own[above])
        if gap <= MAX_GAP_M:
            position = own[below].towards(own[above], (n - below) / (above - below))
            precision = "interpolated" if len(road.towns) < 2 or len(road.towns_of(n)) < 2 else "nearest_door"
            return Placement(position, precision, far, "interpolated", gap)
        nearest = below if n - below <= above - n else above
        return Placement(own[nearest], "nearest_door", ("number_far",), "beyond", gap / 2)
    if own:
        return _beyond(own, other, n, far, road.spacing)
    return _on_other_side(other, n, far, road.spacing)


def _distance(side: Side, n: int) -> int:
    return min((abs(known - n) for known in side), default=MAX_NUMBERS + 1)


def _bracket(side: Side, n: int) -> tuple[int | None, int | None]:
    numbers = list(side)
    i = bisect_left(numbers, n)
    return (numbers[i - 1] if i else None, numbers[i] if i < len(numbers) else None)


def _along(side: Side, n: float) -> XY | None:
    """Return the position of a number on a side by linear interpolation; None beyond its ends."""
    numbers = list(side)
    i = bisect_left(numbers, n)
    if i < len(numbers) and numbers[i] == n:
        return side[numbers[i]]
    if i in (0, len(numbers)):
        return None
    below, above = numbers[i - 1], numbers[i]
    if side[below].distance(side[above]) > MAX_GAP_M:
        return None
    return side[below].towards(side[above], (n - below) / (above - below))


def _beyond(own: Side, other: Side, n: int, far: tuple[str, ...], spacing: float) -> Placement:
    """Place a number beyond the plates of its parity.

    Where the other side is known as far as the number, it is where the other side says, moved by the difference of the sides at
    the nearest plate. Else it is beyond the nearest plate, in the direction and at the spacing of the two nearest ones.
    """
    nearest = min(own, key=lambda known: abs(known - n))
    opposite, across = _along(other, n), _along(other, nearest) or _closest(other, nearest)
    steps = abs(n - nearest)
    if opposite is not None and across is not None:
        x, y = own[nearest].x - across.x, own[nearest].y - across.y
        shrink = min(1.0, _MAX_ROAD_WIDTH_M / max(1e-9, (x * x + y * y) ** 0.5))
        position = opposite.moved(x * shrink, y * shrink)
        return Placement(position, "nearest_door", far, "beyond", steps * min(spacing, _MAX_SPACING_M))
    second = min((known for known in own if known != nearest), key=lambda known: abs(known - nearest), default=None)
    if second is None:
        return Placement(own[nearest], "nearest_door", far, "beyond", steps * min(spacing, _MAX_SPACING_M))
    step = own[nearest].distance(own[second]) / abs(nearest - second)
    shrink = min(1.0, _MAX_SPACING_M / max(step, 1e-9)) * min(steps, _MAX_EXTRAPOLATION) * _EXTRAPOLATION
    share = shrink / abs(nearest - second)
    position = own[nearest].moved((own[nearest].x - own[second].x) * share, (own[nearest].y - own[second].y) * share)
    return Placement(position, "nearest_door", far, "beyond", steps * min(spacing, _MAX_SPACING_M))


def _closest(side: Side, n: int) -> XY | None:
    return side[min(side, key=lambda known: abs(known - n))] if side else None


def _on_other_side(other: Side, n: int, far: tuple[str, ...], spacing: float) -> Placement | None:
    """Place a number by the plates of the other parity."""
    nearest = _closest(other, n)
    if nearest is None:
        return None
    steps = min(abs(known - n) for known in other)
    between = _along(other, n)
    return Placement(between or nearest, "nearest_door", ("parity_other", *far), "beyond", steps * min(spacing, _MAX_SPACING_M))
