"""Made-up households of the Yixiu demo, in pieces of fixed size, so that ten million need no more memory than one."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from scipy.spatial import cKDTree

from geoservice.demo.areas import COUNTY, area_names, origin_facts, short_name
from geoservice.demo.land import PLANE
from geoservice.demo.register import draw_ages, draw_sizes, pick
from geoservice.demo.settlements import KINDS
from geoservice.demo.world import World
from geoservice.geo import Bools, Floats, Ints, Objects
from geoservice.ingest.crs import wgs84_to_gcj02

PIECE = 250_000
SIZES = (0.2218, 0.305, 0.24, 0.14, 0.057, 0.024, 0.0122)
"""Shares of households by persons: the share of one and the mean of 2.6 are 340811's in the 2020 census."""
CLASSES = {"same_county": 0.1151, "same_province": 0.3653, "other_province": 0.0447}
"""Shares of persons by the census class of their home: 340811 in the 2020 census."""
LIVE = {"city": 0.45, "town": 0.15, "village": 0.20, "hamlet": 0.20}
MIGRANT = {"city": 0.82, "town": 0.50, "village": 0.28, "hamlet": 0.14}
UNDER_6 = {"city": 0.072, "town": 0.063, "village": 0.055, "hamlet": 0.050}
OVER_65 = {"city": 0.075, "town": 0.115, "village": 0.165, "hamlet": 0.18}
NEAR = {"32": 6.0, "33": 5.0, "36": 6.0, "42": 5.0, "41": 4.0, "37": 2.0}
"""Weights of origin provinces beside the county's; all others weigh 1."""


@dataclass(frozen=True)
class Homes:
    """Lane segments that households live along, all of shape ``(n,)`` but ``ends`` in metres ``(n, 4)``.

    ``kind`` is the kind of settlement, ``town`` the position of the township in ``towns``; ``address`` goes up to the door
    number.
    """

    ends: Floats
    kind: Ints
    town: Ints
    towns: Objects
    address: Objects
    weight: Floats


def homes_of(world: World, rng: np.random.Generator) -> Homes:
    """Return the lanes that lie well inside the county; some settlements are fuller than others."""
    roads, places, land = world.roads, world.places, world.land
    lanes = roads.ways[: len(roads.owner)]
    start, end, way = np.array([(a, b, i) for i, (nodes, _) in enumerate(lanes) for a, b in pairwise(nodes)]).T
    ends = np.column_stack([roads.xy[start], roads.xy[end]])
    inside = _well_inside(world, ends)
    ends, way = ends[inside], way[inside]
    village = land.village[cKDTree(land.sites).query((ends[:, :2] + ends[:, 2:]) / 2)[1]]
    owner = roads.owner[way]
    kind = places.kind[owner]
    length = np.hypot(*(ends[:, 2:] - ends[:, :2]).T) * rng.lognormal(0, 0.5, len(places.xy))[owner]
    weight = length * np.array([LIVE[k] for k in KINDS])[kind] / np.bincount(kind, length, len(KINDS))[kind]
    towns, town = np.unique(np.array(land.townships)[village], return_inverse=True)
    return Homes(ends, kind, town, towns.astype(object), _addresses(world, village, owner, way), weight)


def _well_inside(world: World, ends: Floats) -> Bools:
    """Whether the ground 30 m around a segment belongs to the county, so that no household falls out of it."""
    county = shapely.transform(world.land.polygon(COUNTY), lambda p: np.column_stack(PLANE.forward(p[:, 0], p[:, 1])))
    shapely.prepare(county)
    return np.asarray(shapely.covers(county, shapely.buffer(shapely.linestrings(ends.reshape(-1, 2, 2)), 30)))


def _addresses(world: World, village: Ints, owner: Ints, way: Ints) -> Objects:
    """Address of each segment up to the door number: by street in the county town, by village and hamlet elsewhere."""
    names = area_names()
    county = f"安徽省安庆市{names[COUNTY]}"
    found = []
    for v, o, w in zip(village, owner, way, strict=True):
        code = world.land.codes[v]
        street = world.roads.ways[w][1].get("name")
        own = short_name(names[code]) + ("村" if names[code].endswith("村委会") else "社区")
        hamlet = str(world.places.name[o]) if KINDS[world.places.kind[o]] == "hamlet" else ""
        found.append(f"{county}{names[code[:9]]}" + (street or own + hamlet))
    return np.array(found, dtype=object)


def write_households(homes: Homes, n: int, seed: int) -> Iterator[bytes]:
    """Yield ``n`` households as pieces of a CSV in GB18030, Chinese headers, GCJ-02 coordinates of six decimals."""
    for number, first in enumerate(range(0, n, PIECE)):
        rng = np.random.default_rng([seed, 1, number])
        table = _piece(homes, first, min(PIECE, n - first), rng)
        yield to_gb18030(table, header=first == 0)


def to_gb18030(table: pa.Table, *, header: bool) -> bytes:
    """Return a table without commas, quotes and line ends in its text as CSV in GB18030."""
    from pyarrow import csv

    sink = pa.BufferOutputStream()
    csv.write_csv(table, sink, csv.WriteOptions(include_header=False, quoting_style="none"))
    head = ",".join(table.column_names) + "\n" if header else ""
    return (head + sink.getvalue().to_pybytes().decode("utf-8")).encode("gb18030")


def _piece(homes: Homes, first: int, n: int, rng: np.random.Generator) -> pa.Table:
    lane = pick(rng, homes.weight, n)
    kind = homes.kind[lane]
    lon, lat, door = _doors(homes, lane, rng)
    persons = draw_sizes(rng, n, SIZES)
    under_6, over_65 = draw_ages(rng, persons, *(np.array([s[k] for k in KINDS])[kind] for s in (UNDER_6, OVER_65)))
    number = pa.array(np.arange(10**8 + first + 1, 10**8 + first + n + 1)).cast(pa.string())
    street = pa.array(homes.address.tolist(), pa.string()).take(lane)
    doors = pc.replace_substring_regex(pa.array(door).cast(pa.string()), "$", "号")
    return pa.table(
        {
            "户编号": pc.replace_substring_regex(number, "^1", "YX"),
            "经度": pa.array(np.round(lon, 6)),
            "纬度": pa.array(np.round(lat, 6)),
            "人口": pa.array(persons),
            "六岁以下": pa.array(under_6),
            "六十五岁以上": pa.array(over_65),
            "户籍地代码": _origins(homes, homes.town[lane], kind, rng),
            "地址": pc.binary_join_element_wise(street, doors, pa.array([""] * n)),
        }
    )


def _doors(homes: Homes, lane: Ints, rng: np.random.Generator) -> tuple[Floats, Floats, Ints]:
    """Place each household beside its lane, 6 to 26 m off; returns GCJ-02 degrees and the door number."""
    a, b = homes.ends[lane, :2], homes.ends[lane, 2:]
    along, side = rng.random(len(lane)), rng.integers(0, 2, len(lane))
    off = rng.uniform(6, 26, len(lane)) * (2 * side - 1)
    step = b - a
    length = np.hypot(*step.T)
    normal = np.column_stack([-step[:, 1], step[:, 0]]) / length[:, None]
    xy = a + step * along[:, None] + normal * off[:, None]
    lon, lat = wgs84_to_gcj02(*PLANE.inverse(xy[:, 0], xy[:, 1]))
    return lon, lat, 2 * (along * length / 14).astype(np.int64) + 1 + side


def _origins(homes: Homes, town: Ints, kind: Ints, rng: np.random.Generator) -> pa.StringArray:
    """Code of the home area: the township lived in, another one of the county, or a county elsewhere."""
    n, towns = len(town), homes.towns
    migrant = rng.random(n) < np.array([MIGRANT[k] for k in KINDS])[kind] * _level()
    which = rng.random(n) * sum(CLASSES.values())
    edges = np.cumsum(list(CLASSES.values()))
    origins = origin_facts()
    near = origins["province"].to_numpy() == COUNTY[:2]
    weight = np.where(origins["code"].str[:4] == COUNTY[:4], 8.0, 1.0) * origins["province"].map(NEAR).fillna(1.0)
    codes = np.concatenate([towns, origins["code"].to_numpy(object)])
    pool = len(towns) + np.arange(len(origins))
    other = (town + rng.integers(1, len(towns), n)) % len(towns)
    home = np.where(migrant & (which < edges[0]), other, town)
    for chosen, low, high in ((near, edges[0], edges[1]), (~near, edges[1], np.inf)):
        drawn = pool[chosen][pick(rng, weight[chosen].to_numpy(), n)]
        home = np.where(migrant & (which >= low) & (which < high), drawn, home)
    return pa.array(codes.tolist(), pa.string()).take(home)


def _level() -> float:
    """Factor that brings the migrants of all kinds of settlement together to the census share."""
    return sum(CLASSES.values()) / sum(LIVE[k] * MIGRANT[k] for k in KINDS)
