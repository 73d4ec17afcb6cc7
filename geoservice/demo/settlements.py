"""Invented settlements of the Yixiu demo: a county town, township seats, villages and hamlets, each with its lanes."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from geoservice.demo.areas import COUNTY, area_names, short_name
from geoservice.demo.land import CITY, Land
from geoservice.geo import Floats, Ints, Objects

KINDS = ("city", "town", "village", "hamlet")
SIDE = {"city": (34, 160.0), "town": (12, 110.0), "village": (7, 80.0), "hamlet": (5, 70.0)}
"""Lanes each way, and metres between them."""
APART_M, SHORE_M = 820.0, 350.0
FAMILIES = "汪程方吴陈江胡潘何丁徐鲍曹夏章许"
FIRST, SECOND = "文建新光永和安康富荣", "化设民明宁平兴"
PLACES = ("冲", "湾", "屋", "畈", "岗", "庄", "圩", "岭")


@dataclass(frozen=True)
class Settlements:
    """Middles in metres ``(n, 2)``, kind (position in ``KINDS``), row of the village in ``Land.codes``, name."""

    xy: Floats
    kind: Ints
    village: Ints
    name: Objects


@dataclass(frozen=True)
class Lanes:
    """Junctions of the settlements' own lanes: ``xy (n, 2)``, ``settlement (n,)``.

    ``ways`` are runs of junctions with their tags, ``owner`` the settlement of each.
    """

    xy: Floats
    settlement: Ints
    ways: list[tuple[list[int], dict[str, str]]]
    owner: list[int]


def make_settlements(land: Land, rng: np.random.Generator) -> Settlements:
    """Place the county town, one seat a township, one middle a village, and hamlets that keep apart and off the water."""
    names = area_names()
    count = len(land.codes)
    dry = land.dry(land.sites, SHORE_M)
    reach = np.hypot(*(land.sites - land.centre[land.village]).T)
    rows = [int(np.argmin(np.where(dry & (land.village == v), reach, np.inf))) for v in range(count)]
    middles = land.sites[rows]
    kinds = np.full(count, KINDS.index("village"))
    kinds[_seats(land)] = KINDS.index("town")
    city = int(np.argmin(np.hypot(*(middles - CITY).T)))
    kinds[city], middles[city] = KINDS.index("city"), CITY
    hamlets, where = _hamlets(land, np.flatnonzero(dry), middles, rng)
    label = [short_name(names[c[:9] if kind == KINDS.index("town") else c]) for c, kind in zip(land.codes, kinds, strict=True)]
    label[city] = names[COUNTY]
    label += _hamlet_names(len(hamlets), rng)
    settlements = Settlements(
        np.vstack([middles, hamlets]),
        np.concatenate([kinds, np.full(len(hamlets), KINDS.index("hamlet"))]),
        np.concatenate([np.arange(count), where]),
        np.array(label, dtype=object),
    )
    far = np.hypot(*(settlements.xy - CITY).T) > SIDE["city"][0] * SIDE["city"][1] * 0.62
    kept = np.flatnonzero(far | (settlements.kind == 0))
    return Settlements(*(getattr(settlements, f)[kept] for f in ("xy", "kind", "village", "name")))


def _seats(land: Land) -> list[int]:
    """Village nearest to the middle of each township; the county town's own township has the county town."""
    towns = np.array(land.townships)
    found = []
    for town in sorted(set(towns) - {"340811001"}):
        own = np.flatnonzero(towns == town)
        middle = land.sites[np.isin(land.village, own)].mean(axis=0)
        found.append(int(own[np.argmin(np.hypot(*(land.centre[own] - middle).T))]))
    return found


def _hamlets(land: Land, dry: Ints, taken: Floats, rng: np.random.Generator) -> tuple[Floats, Ints]:
    cells = np.bincount(land.village, minlength=len(land.codes))
    room = rng.integers(3, 6, len(land.codes)) + cells // 32
    chosen: list[int] = []
    near = np.asarray(cKDTree(taken).query(land.sites)[0], float)
    for cell in rng.permutation(dry):
        if room[land.village[cell]] > 0 and near[cell] >= APART_M:
            room[land.village[cell]] -= 1
            chosen.append(int(cell))
            near = np.minimum(near, np.hypot(*(land.sites - land.sites[cell]).T))
    return land.sites[chosen], land.village[chosen]


def _hamlet_names(n: int, rng: np.random.Generator) -> list[str]:
    family, place = rng.integers(0, len(FAMILIES), n), rng.integers(0, len(PLACES), n)
    return [f"{FAMILIES[f]}家{PLACES[p]}" for f, p in zip(family, place, strict=True)]


def make_lanes(settlements: Settlements, land: Land, rng: np.random.Generator) -> Lanes:
    """Lay a turned, uneven lattice of lanes over each settlement, off the water and inside the county."""
    xy: list[Floats] = []
    owner: list[Ints] = []
    ways: list[tuple[list[int], dict[str, str]]] = []
    whose: list[int] = []
    sites = cKDTree(land.sites)
    first = 0
    for i, kind in enumerate(settlements.kind):
        name = KINDS[kind]
        side, step = SIDE[name]
        points, lines = _lattice(side, step, name, rng)
        points += settlements.xy[i]
        ok = land.dry(points, 40) & (sites.query(points)[0] < 250)
        number = np.where(ok, first + np.cumsum(ok) - 1, -1)
        for line, tags in lines:
            ways += [(run, tags) for run in _runs(number[line])]
        whose += [i] * (len(ways) - len(whose))
        xy.append(points[ok])
        owner.append(np.full(int(ok.sum()), i))
        first += int(ok.sum())
    return Lanes(np.vstack(xy), np.concatenate(owner), ways, whose)


def _runs(numbers: Ints) -> list[list[int]]:
    parts = np.split(numbers, np.flatnonzero(numbers < 0))
    runs = [p[p >= 0].tolist() for p in parts]
    return [r for r in runs if len(r) > 1]


def _lattice(side: int, step: float, kind: str, rng: np.random.Generator) -> tuple[Floats, list[tuple[Ints, dict[str, str]]]]:
    """Junctions and lines of one lattice; every row runs through, columns may break, so the whole hangs together."""
    col, row = np.meshgrid(np.arange(side), np.arange(side))
    flat = np.column_stack([col.ravel(), row.ravel()]) - (side - 1) / 2
    noise = 0.06 if kind == "city" else 0.2
    turn = float(rng.uniform(0, np.pi / 2)) * (0.15 if kind == "city" else 1)
    spin = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    points = (flat + rng.uniform(-noise, noise, flat.shape)) * step @ spin
    grid = np.arange(side * side).reshape(side, side)
    lines = [(grid[r], _row_tags(kind, r, side)) for r in range(side)]
    for c in range(side):
        tags = {"highway": "footway" if c % 2 else "residential"}
        if kind == "city":
            tags = {k: v for k, v in _row_tags(kind, c, side).items() if k != "oneway"} | {"name": _street(c + side, "街")}
        holds = np.flatnonzero(rng.random(side - 1) > (0.0 if kind == "city" or c == side // 2 else 0.25))
        lines += [(run, tags) for run in np.split(grid[:, c], np.setdiff1d(np.arange(side - 1), holds) + 1)]
    return points, lines


def _street(number: int, what: str) -> str:
    return FIRST[number % len(FIRST)] + SECOND[number // len(FIRST) % len(SECOND)] + what


def _row_tags(kind: str, line: int, side: int) -> dict[str, str]:
    if kind == "city":
        tags = {"highway": "secondary", "maxspeed": "50"} if line % 8 == 4 else {"highway": "residential"}
        tags = {"highway": "tertiary"} if line % 4 == 2 else tags
        return tags | ({"oneway": "yes"} if line % 4 == 1 else {}) | {"name": _street(line, "路")}
    middle = line == side // 2
    return {"highway": {"town": "tertiary", "village": "unclassified"}.get(kind, "residential") if middle else "residential"}
