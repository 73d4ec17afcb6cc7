"""The door plates of a road, in metres around it."""

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import cos, radians
from statistics import median
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from geoservice.geo import METRES_PER_DEGREE

MAX_GAP_M = 1500.0
"""Plates further apart do not say where between them a number is."""


class Plate(NamedTuple):
    """A door plate; ``x`` and ``y`` in metres east and north of the road's first plate; ``town`` is a row, -1 if unknown."""

    number: int
    to_number: int
    suffix: str
    town: int
    x: float
    y: float


class XY(NamedTuple):
    """A position in metres."""

    x: float
    y: float

    def distance(self, other: "XY") -> float:
        """Return the distance to another position."""
        return float(((self.x - other.x) ** 2 + (self.y - other.y) ** 2) ** 0.5)

    def towards(self, other: "XY", share: float) -> "XY":
        """Return the position a share of the way to another one."""
        return XY(self.x + (other.x - self.x) * share, self.y + (other.y - self.y) * share)

    def moved(self, x: float, y: float) -> "XY":
        """Return the position moved by metres."""
        return XY(self.x + x, self.y + y)


def middle(positions: Collection[XY]) -> XY:
    """Return the median of positions on each axis; one that is far off does not move it."""
    if len(positions) == 1:
        return next(iter(positions))
    return XY(median(p.x for p in positions), median(p.y for p in positions))


def central(positions: Collection[XY]) -> XY:
    """Return the middle of positions or, if it is far from all of them, the nearest to it: the middle may be nowhere."""
    centre = middle(positions)
    nearest = min(positions, key=centre.distance)
    return nearest if 2 * centre.distance(nearest) > MAX_GAP_M else centre


@dataclass(frozen=True)
class RoadPlates:
    """The plates of a road, or of that part of it which is in one township.

    Attributes
    ----------
    plates : tuple of Plate, by number
    lon, lat : float
        The position that metres are counted from, in degrees.
    """

    plates: tuple[Plate, ...]
    lon: float
    lat: float

    def degrees(self, position: XY) -> tuple[float, float]:
        """Return a position in degrees."""
        return (
            self.lon + position.x / METRES_PER_DEGREE / cos(radians(self.lat)),
            self.lat + position.y / METRES_PER_DEGREE,
        )

    @cached_property
    def towns(self) -> tuple[int, ...]:
        """The townships that the plates state."""
        return tuple(sorted({plate.town for plate in self.plates if plate.town >= 0}))

    def towns_of(self, number: int) -> frozenset[int]:
        """Return the townships of the plates on both sides of a number, of its parity."""
        own = [plate for plate in self.plates if (plate.number - number) % 2 == 0]
        below = max((plate.number for plate in own if plate.number <= number), default=None)
        above = min((plate.number for plate in own if plate.number >= number), default=None)
        return frozenset(plate.town for plate in own if plate.number in (below, above))

    def in_town(self, town: int) -> "RoadPlates":
        """Return the plates of a township, and those whose township is unknown."""
        return RoadPlates(tuple(p for p in self.plates if p.town in (town, -1)), self.lon, self.lat)

    @cached_property
    def by_parity(self) -> tuple[dict[int, XY], dict[int, XY]]:
        """The position of each even and each odd number; the ends of a range are at its plate; keys ascend."""
        positions: dict[int, list[XY]] = {}
        for plate in self.plates:
            for number in {plate.number, plate.to_number}:
                positions.setdefault(number, []).append(XY(plate.x, plate.y))
        even, odd = ({n: central(positions[n]) for n in sorted(positions) if n % 2 == parity} for parity in (0, 1))
        return even, odd

    @cached_property
    def spacing(self) -> float:
        """Metres along the road per number: the median over neighbours of the same parity; 10 if there are none."""
        steps = []
        for side in self.by_parity:
            numbers = list(side)
            steps += [side[a].distance(side[b]) / (b - a) for a, b in pairwise(numbers)]
        return median(steps) if steps else _USUAL_SPACING

    @cached_property
    def roughness(self) -> float:
        """Mean distance in metres of each plate from the line between its neighbours of the same parity.

        It tells how well interpolation works on this road. A road with few plates is taken to be more like a usual one.
        """
        errors = [_USUAL_ROUGHNESS] * _USUAL_WEIGHT
        for side in self.by_parity:
            numbers = list(side)
            for a, n, b in zip(numbers, numbers[1:], numbers[2:], strict=False):
                line = side[a].towards(side[b], (n - a) / (b - a))
                errors.append(min(line.distance(side[n]), _MAX_ROUGHNESS))
        return sum(errors) / len(errors)

    @cached_property
    def radius(self) -> float:
        """Distance from the middle that holds nine plates in ten, in metres."""
        centre = self.centre
        distances = sorted(centre.distance(XY(p.x, p.y)) for p in self.plates)
        return distances[min(len(distances) - 1, int(0.9 * len(distances)))]

    @cached_property
    def centre(self) -> XY:
        """The plate nearest to the middle of all, so that it is on the road."""
        centre = middle([XY(p.x, p.y) for p in self.plates])
        return min((XY(p.x, p.y) for p in self.plates), key=centre.distance)


_USUAL_SPACING, _USUAL_ROUGHNESS, _USUAL_WEIGHT, _MAX_ROUGHNESS = 10.0, 12.0, 3, 200.0


class DoorPlates:
    """The plates of a gazetteer by road; keeps those of the roads that were last used."""

    def __init__(self, doors: pa.Table, kept: int = 4096) -> None:
        self._columns = {name: doors.column(name).to_numpy() for name in ("number", "to_number", "town", "lon", "lat")}
        self._suffix, self._kept = doors.column("suffix"), kept
        self._roads: OrderedDict[tuple[int, int, int], RoadPlates | None] = OrderedDict()

    def of(self, doors: slice, town: int = -1, without: Collection[int] = frozenset()) -> RoadPlates | None:
        """Return the plates of a road; None if it has none.

        Parameters
        ----------
        doors : slice
            Rows of the table of doors, from :meth:`Gazetteer.doors_of`.
        town : int
            Row of a township, to have only its plates; if it has none there, None.
        without : collection of int
            Rows of the table of doors to leave out, to measure errors.
        """
        if without:
            return self._read(doors, town, without)
        key = (doors.start, doors.stop, town)
        if key in self._roads:
            self._roads.move_to_end(key)
            return self._roads[key]
        road = self._roads[key] = self._read(doors, town, without)
        if len(self._roads) > self._kept:
            self._roads.popitem(last=False)
        return road

    def _read(self, doors: slice, town: int, without: Collection[int]) -> RoadPlates | None:
        columns = {name: column[doors] for name, column in self._columns.items()}
        suffix = self._suffix.slice(doors.start, doors.stop - doors.start).to_pylist()
        keep = np.isfinite(columns["lon"]) & np.isfinite(columns["lat"])
        if town >= 0:
            keep &= (columns["town"] == town) | (columns["town"] < 0)
        if without:
            keep &= ~np.isin(np.arange(doors.start, doors.stop), list(without))
        rows = np.flatnonzero(keep)
        if not len(rows):
            return None
        lon, lat = float(columns["lon"][rows[0]]), float(columns["lat"][rows[0]])
        x = (columns["lon"][rows] - lon) * METRES_PER_DEGREE * cos(radians(lat))
        y = (columns["lat"][rows] - lat) * METRES_PER_DEGREE
        lists = (columns[name][rows].tolist() for name in ("number", "to_number", "town"))
        numbers, to, towns = lists
        return RoadPlates(
            tuple(
                Plate(n, max(n, t), suffix[row] or "", area, east, north)
                for row, n, t, area, east, north in zip(rows.tolist(), numbers, to, towns, x.tolist(), y.tolist(), strict=True)
            ),
            lon,
            lat,
        )
