"""Invented settlements of demo counties: a county town, township seats, villages and hamlets, each with its lanes."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from geoservice.demo.areas import short_name
from geoservice.demo.land import Land
from geoservice.geo import Floats, Ints, Objects

KINDS = ("city", "town", "village", "hamlet")
SIDE = {"city": (34, 160.0), "town": (12, 110.0), "village": (7, 80.0), "hamlet": (5, 70.0)}
"""Number of lanes in each direction, and metres between them."""
APART_M, SHORE_M = 820.0, 350.0
FAMILIES = "汪程方吴陈江胡潘何丁徐鲍曹夏章许"
STREET_FIRST, STREET_SECOND = "文建新光永和安康富荣", "化设民明宁平兴"
PLACES = ("冲", "湾", "屋", "畈", "岗", "庄", "圩", "岭")


@dataclass(frozen=True)
class Settlements:
    """Centres in metres ``(n, 2)``, kinds (positions in ``KINDS``), rows of villages in ``Land.codes``, names."""

    xy: Floats
    kind: Ints
    village: Ints
    name: Objects


@dataclass(frozen=True)
class Lanes:
    """Junctions of the lanes of settlements: ``xy (n, 2)``, ``settlement (n,)``.

    ``ways`` are lists of junctions with tags, ``owner`` the settlement of each way.
    """

    xy: Floats
    settlement: Ints
    ways: list[tuple[list[int], dict[str, str]]]
    owner: list[int]


def make_settlements(land: Land, rng: np.random.Generator) -> Settlements:
    """Return the county town, the seat of each township, the centre of each village, and hamlets apart from them."""
    names = land.county.names
    count = len(land.codes)
    dry = land.dry(land.sites, SHORE_M)
    distance = np.hypot(*(land.sites - land.centre[land.village]).T)
    rows = [int(np.argmin(np.where(dry & (land.village == v), distance, np.inf))) for v in range(count)]
    centres = land.sites[rows]
    kinds = np.full(count, KINDS.index("village"))
    city = int(np.argmin(np.hypot(*(centres - land.city).T)))
    kinds[_seats(land, land.townships[city])] = KINDS.index("town")
    kinds[city], centres[city] = KINDS.index("city"), land.city
    hamlets, hamlet_village = _hamlets(land, np.flatnonzero(dry), centres, rng)
    labels = [short_name(names[c[:9] if kind == KINDS.index("town") else c]) for c, kind in zip(land.codes, kinds, strict=True)]
    labels[city] = names[land.county.code]
    labels += _hamlet_names(len(hamlets), rng)
    settlements = Settlements(
        np.vstack([centres, hamlets]),
        np.concatenate([kinds, np.full(len(hamlets), KINDS.index("hamlet"))]),
        np.concatenate([np.arange(count), hamlet_village]),
        np.array(labels, dtype=object),
    )
    outside_town = np.hypot(*(settlements.xy - land.city).T) > SIDE["city"][0] * SIDE["city"][1] * 0.62
    keep = np.flatnonzero(outside_town | (settlements.kind == 0))
    return Settlements(*(getattr(settlements, f)[keep] for f in ("xy", "kind", "village", "name")))


def _seats(land: Land, city: str) -> list[int]:
    """Return the village nearest to the centre of each township but ``city``, that of the county town."""
    towns = np.array(land.townships)
    seats = []
    for town in sorted(set(towns) - {city}):
        villages = np.flatnonzero(towns == town)
        centre = land.sites[np.isin(land.village, villages)].mean(axis=0)
        seats.append(int(villages[np.argmin(np.hypot(*(land.centre[villages] - centre).T))]))
    return seats


def _hamlets(land: Land, dry: Ints, occupied: Floats, rng: np.random.Generator) -> tuple[Floats, Ints]:
    cells = np.bincount(land.village, minlength=len(land.codes))
    remaining = rng.integers(3, 6, len(land.codes)) + cells // 32
    selected: list[int] = []
    distance = np.asarray(cKDTree(occupied).query(land.sites)[0], float)
    for cell in rng.permutation(dry):
        if remaining[land.village[cell]] > 0 and distance[cell] >= APART_M:
            remaining[land.village[cell]] -= 1
            selected.append(int(cell))
            distance = np.minimum(distance, np.hypot(*(land.sites - land.sites[cell]).T))
    return land.sites[selected], land.village[selected]


def _hamlet_names(n: int, rng: np.random.Generator) -> list[str]:
    family, place = rng.integers(0, len(FAMILIES), n), rng.integers(0, len(PLACES), n)
    return [f"{FAMILIES[f]}家{PLACES[p]}" for f, p in zip(family, place, strict=True)]


def make_lanes(settlements: Settlements, land: Land, rng: np.random.Generator) -> Lanes:
    """Return a rotated, irregular lattice of lanes over each settlement, off the water and inside the county."""
    xy: list[Floats] = []
    settlement: list[Ints] = []
    ways: list[tuple[list[int], dict[str, str]]] = []
    way_owner: list[int] = []
    sites = cKDTree(land.sites)
    start = 0
    for i, kind in enumerate(settlements.kind):
        name = KINDS[kind]
        side, step = SIDE[name]
        points, lines = _lattice(side, step, name, rng)
        points += settlements.xy[i]
        ok = land.dry(points, 40) & (sites.query(points)[0] < 250)
        number = np.where(ok, start + np.cumsum(ok) - 1, -1)
        for line, tags in lines:
            ways += [(run, tags) for run in _runs(number[line])]
        way_owner += [i] * (len(ways) - len(way_owner))
        xy.append(points[ok])
        settlement.append(np.full(int(ok.sum()), i))
        start += int(ok.sum())
    return Lanes(np.vstack(xy), np.concatenate(settlement), ways, way_owner)


def _runs(numbers: Ints) -> list[list[int]]:
    parts = np.split(numbers, np.flatnonzero(numbers < 0))
    runs = [p[p >= 0].tolist() for p in parts]
    return [r for r in runs if len(r) > 1]


def _lattice(side: int, step: float, kind: str, rng: np.random.Generator) -> tuple[Floats, list[tuple[Ints, dict[str, str]]]]:
    """Return junctions and lines of a lattice; rows are complete and columns may be broken, so it is connected."""
    col, row = np.meshgrid(np.arange(side), np.arange(side))
    lattice = np.column_stack([col.ravel(), row.ravel()]) - (side - 1) / 2
    noise = 0.06 if kind == "city" else 0.2
    angle = float(rng.uniform(0, np.pi / 2)) * (0.15 if kind == "city" else 1)
    rotation = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    points = (lattice + rng.uniform(-noise, noise, lattice.shape)) * step @ rotation
    grid = np.arange(side * side).reshape(side, side)
    lines = [(grid[r], _row_tags(kind, r, side)) for r in range(side)]
    for c in range(side):
        tags = {"highway": "footway" if c % 2 else "residential"}
        if kind == "city":
            tags = {k: v for k, v in _row_tags(kind, c, side).items() if k != "oneway"} | {"name": _street(c + side, "街")}
        unbroken = np.flatnonzero(rng.random(side - 1) > (0.0 if kind == "city" or c == side // 2 else 0.25))
        lines += [(run, tags) for run in np.split(grid[:, c], np.setdiff1d(np.arange(side - 1), unbroken) + 1)]
    return points, lines


def _street(number: int, suffix: str) -> str:
    return STREET_FIRST[number % len(STREET_FIRST)] + STREET_SECOND[number // len(STREET_FIRST) % len(STREET_SECOND)] + suffix


def _row_tags(kind: str, line: int, side: int) -> dict[str, str]:
    if kind == "city":
        tags = {"highway": "secondary", "maxspeed": "50"} if line % 8 == 4 else {"highway": "residential"}
        tags = {"highway": "tertiary"} if line % 4 == 2 else tags
        return tags | ({"oneway": "yes"} if line % 4 == 1 else {}) | {"name": _street(line, "路")}
    middle = line == side // 2
    return {"highway": {"town": "tertiary", "village": "unclassified"}.get(kind, "residential") if middle else "residential"}
