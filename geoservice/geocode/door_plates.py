"""Door plates on the road or place that they name."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from geoservice.addresses.area_names import shortest
from geoservice.geo import Floats, Ints, LocalProjection
from geoservice.geocode.area_shapes import half_diagonal_m
from geoservice.geocode.house_numbers import house_numbers
from geoservice.geocode.place_rows import PlaceRows
from geoservice.geocode.roads import Road

IN_TOWN_M, ELSEWHERE_M = 5000.0, 1000.0
"""A plate belongs to the nearest road of its street's name in its town, or to one of another town, up to this distance."""


class Plates(NamedTuple):
    """Door plates of a source: names of streets or places, numbers as written, positions, areas and towns; length n.

    ``country`` is the ISO 3166 code, empty if it is not known.
    """

    source: str
    streets: Sequence[str]
    numbers: Sequence[str]
    lon: Floats
    lat: Floats
    area: Ints
    town: Ints
    country: str


class _Candidates(NamedTuple):
    """Rows of a name with points of each: ``owner[i]`` is the position among ``rows`` of point ``i`` of the tree."""

    rows: list[int]
    owner: Ints
    points: Floats


def add_plates(plates: Plates, rows: PlaceRows, roads: Mapping[int, Road], plane: LocalProjection) -> int:
    """Add plates to the roads or places of their names; return the number of plates without a number.

    A street that no road has the name of becomes a road at its plates.
    """
    x, y = plane.forward(np.asarray(plates.lon, float), np.asarray(plates.lat, float))
    at = np.column_stack([x, y])
    numbers = [house_numbers(text, plates.country) for text in plates.numbers]
    by_street: dict[str, list[int]] = {}
    for i, street in enumerate(plates.streets):
        if numbers[i]:
            by_street.setdefault(street, []).append(i)
    for street, members in sorted(by_street.items()):
        index = np.array(members)
        road = _nearest(street, index, at, plates, rows, roads, plane)
        for start in _without_road(index[road < 0], at, plates):
            road[np.isin(index, start)] = _new_road(street, start, plates, rows)
        for i, row in zip(members, road.tolist(), strict=True):
            place = float(plates.lon[i]), float(plates.lat[i])
            rows.doors += [(row, int(plates.town[i]), number, *place, plates.source) for number in numbers[i]]
    return sum(not n for n in numbers)


def _nearest(
    street: str,
    index: Ints,
    at: Floats,
    plates: Plates,
    rows: PlaceRows,
    roads: Mapping[int, Road],
    plane: LocalProjection,
) -> Ints:
    """Return the row of the road or place of a name for each plate, -1 for none; shape ``(plates,)``."""
    named = rows.by_name.get(street, [])
    kinds = {row: rows.kind_of(row) for row in named}
    found = np.full(len(index), -1, np.int64)
    for allowed in (("road",), ("group", "compound"), ("poi", "building")):
        near = _candidates([row for row in named if kinds[row] in allowed], rows, roads, plane)
        if near is not None:
            rest = found < 0
            found[rest] = _of_candidates(near, index[rest], at, plates, rows)
    for position in np.flatnonzero(found < 0).tolist():
        found[position] = _area_around(street, int(plates.area[index[position]]), rows)
    return found


def _candidates(named: list[int], rows: PlaceRows, roads: Mapping[int, Road], plane: LocalProjection) -> _Candidates | None:
    points: list[Floats] = []
    for row in named:
        if row in roads:
            points.append(roads[row].points)
        else:
            points.append(np.column_stack(plane.forward(*(np.array([v]) for v in rows.position(row)))))
    if not points:
        return None
    owner = np.repeat(np.arange(len(points)), [len(p) for p in points])
    return _Candidates(named, owner, np.concatenate(points))


def _of_candidates(near: _Candidates, index: Ints, at: Floats, plates: Plates, rows: PlaceRows) -> Ints:
    """Return the nearest candidate of each plate's town, or else of another town."""
    found = np.full(len(index), -1, np.int64)
    owners = np.array(near.rows)
    town = np.array([rows.area_of(row) for row in near.rows])
    for here in np.unique(plates.town[index]).tolist():
        for same, most in ((True, IN_TOWN_M), (False, ELSEWHERE_M)):
            wanted = np.flatnonzero((plates.town[index] == here) & (found < 0))
            allowed = np.flatnonzero(np.isin(near.owner, np.flatnonzero((town == here) == same)))
            if len(wanted) and len(allowed):
                distance, nearest = cKDTree(near.points[allowed]).query(at[index[wanted]])
                rows_found = owners[near.owner[allowed[nearest]]]
                found[wanted] = np.where(distance <= most, rows_found, -1)
    return found


def _area_around(name: str, area: int, rows: PlaceRows) -> int:
    """Return the village or township of a name around a plate, -1 if there is none."""
    tree = rows.tree
    for around in [area, *tree.above(area)] if area >= 0 else []:
        row = tree.rows[around]
        if name in {row.name, row.name_en, shortest(row.name, row.level)} and row.level >= 3:
            return around
    return -1


def _without_road(index: Ints, at: Floats, plates: Plates) -> list[Ints]:
    """Return plates of one street by town and where they are far apart."""
    parts: list[Ints] = []
    for town in np.unique(plates.town[index]).tolist():
        rest = index[plates.town[index] == town]
        while len(rest):
            near = np.hypot(*(at[rest] - at[rest[0]]).T) <= ELSEWHERE_M
            parts.append(rest[near])
            rest = rest[~near]
    return parts


def _new_road(street: str, index: Ints, plates: Plates, rows: PlaceRows) -> int:
    lon, lat = plates.lon[index], plates.lat[index]
    best = int(np.argmin(np.hypot((lon - lon.mean()) * np.cos(np.radians(lat.mean())), lat - lat.mean())))
    radius = float(half_diagonal_m(*(np.array(v) for v in (lon.min(), lat.min(), lon.max(), lat.max()))))
    town = int(plates.town[index[0]])
    number = f"{plates.source}:{street}" + ("" if town < 0 else f"@{rows.tree.rows[town].code}") + f"#{index[0]}"
    return rows.add(number, "road", street, town, (float(lon[best]), float(lat[best])), radius, plates.source)
