"""Synthetic households of demo counties, in chunks of fixed size, so that memory does not grow with their number."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from scipy.spatial import cKDTree

from geoservice.demo.areas import County, origin_facts, short_name
from geoservice.demo.land import PLANE
from geoservice.demo.register import draw_ages, draw_sizes, draw_weighted
from geoservice.demo.settlements import KINDS
from geoservice.demo.world import World
from geoservice.geo import Bools, Floats, Ints, Objects
from geoservice.ingest.crs import wgs84_to_gcj02

CHUNK = 250_000
SIZES = (0.2218, 0.305, 0.24, 0.14, 0.057, 0.024, 0.0122)
"""Shares of households by persons; the share of one and the mean of 2.6 are those of 340811 in the 2020 census."""
CLASSES = {"same_county": 0.1151, "same_province": 0.3653, "other_province": 0.0447}
"""Shares of persons by the migrant class of the census, 340811 in 2020."""
LIVE = {"city": 0.45, "town": 0.15, "village": 0.20, "hamlet": 0.20}
MIGRANT = {"city": 0.82, "town": 0.50, "village": 0.28, "hamlet": 0.14}
UNDER_6 = {"city": 0.072, "town": 0.063, "village": 0.055, "hamlet": 0.050}
OVER_65 = {"city": 0.075, "town": 0.115, "village": 0.165, "hamlet": 0.18}
COORDINATES = ["经度", "纬度"]
"""Columns that registers of addresses alone do not have."""
AS_OF = "2026-06-30"
"""The day of the demo's register."""
ORIGIN_WEIGHTS = {"32": 6.0, "33": 5.0, "36": 6.0, "42": 5.0, "41": 4.0, "37": 2.0}
"""Weights of origin provinces near the county; all others have weight 1."""
CORRIDOR = ("340811101", "341225", 0.15)
"""A township, a far county, and the share of migrants from other counties of the province there who came from it: a chain of
relatives and neighbours, which size and distance do not explain."""


@dataclass(frozen=True)
class LaneSegments:
    """Lane segments of a county with households along them; shapes ``(n,)``, ``ends`` in metres ``(n, 4)``.

    ``kind`` is the kind of settlement, ``town`` the position of the township in ``towns``; ``address`` lacks the house
    number.
    """

    ends: Floats
    kind: Ints
    town: Ints
    towns: Objects
    address: Objects
    weight: Floats
    county: County


def inhabited_lanes(world: World, rng: np.random.Generator) -> LaneSegments:
    """Return the lane segments well inside the county; some settlements are more populous than others."""
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
    address = _addresses(world, village, owner, way)
    return LaneSegments(ends, kind, town, towns.astype(object), address, weight, land.county)


def _well_inside(world: World, ends: Floats) -> Bools:
    """Return which segments have all of their 30 m buffer in the county, so that no household is outside it."""
    county = shapely.transform(
        world.land.polygon(world.land.county.code), lambda p: np.column_stack(PLANE.forward(p[:, 0], p[:, 1]))
    )
    shapely.prepare(county)
    return np.asarray(shapely.covers(county, shapely.buffer(shapely.linestrings(ends.reshape(-1, 2, 2)), 30)))


def _addresses(world: World, village: Ints, owner: Ints, way: Ints) -> Objects:
    """Return the address of each segment without house number: by street in the county town, else by village and hamlet."""
    names = world.land.county.names
    county = f"安徽省安庆市{names[world.land.county.code]}"
    addresses = []
    for v, o, w in zip(village, owner, way, strict=True):
        code = world.land.codes[v]
        street = world.roads.ways[w][1].get("name")
        village_name = short_name(names[code]) + ("村" if names[code].endswith("村委会") else "社区")
        hamlet = str(world.places.name[o]) if KINDS[world.places.kind[o]] == "hamlet" else ""
        addresses.append(f"{county}{names[code[:9]]}" + (street or village_name + hamlet))
    return np.array(addresses, dtype=object)


def household_chunks(
    lanes: LaneSegments, n: int, seed: int, *, arrivals: bool = True, coordinates: bool = True
) -> Iterator[bytes]:
    """Yield ``n`` households as chunks of a CSV in GB18030 with Chinese headers and GCJ-02 coordinates of six decimals.

    With ``arrivals``, every household has a date since when it lives there; without ``coordinates``, its address alone says
    where it is.
    """
    for number, start in enumerate(range(0, n, CHUNK)):
        rng = np.random.default_rng([seed, 1, number])
        table = _chunk(lanes, start, min(CHUNK, n - start), rng)
        if arrivals:
            table = table.append_column("居住起始日期", _arrival_dates(table, np.random.default_rng([seed, 3, number])))
        yield to_gb18030(table if coordinates else table.drop_columns(COORDINATES), header=start == 0)


def to_gb18030(table: pa.Table, *, header: bool) -> bytes:
    """Return a table as CSV in GB18030; its text must have no commas, quotes or line ends."""
    from pyarrow import csv

    sink = pa.BufferOutputStream()
    csv.write_csv(table, sink, csv.WriteOptions(include_header=False, quoting_style="none"))
    header_line = ",".join(table.column_names) + "\n" if header else ""
    return (header_line + sink.getvalue().to_pybytes().decode("utf-8")).encode("gb18030")


def _chunk(lanes: LaneSegments, start: int, n: int, rng: np.random.Generator) -> pa.Table:
    lane = draw_weighted(rng, lanes.weight, n)
    kind = lanes.kind[lane]
    lon, lat, house_number = _house_points(lanes, lane, rng)
    persons = draw_sizes(rng, n, SIZES)
    under_6, over_65 = draw_ages(rng, persons, *(np.array([s[k] for k in KINDS])[kind] for s in (UNDER_6, OVER_65)))
    key = pa.array(np.arange(10**8 + start + 1, 10**8 + start + n + 1)).cast(pa.string())
    street = pa.array(lanes.address.tolist(), pa.string()).take(lane)
    house_numbers = pc.replace_substring_regex(pa.array(house_number).cast(pa.string()), "$", "号")
    return pa.table(
        {
            "户编号": pc.replace_substring_regex(key, "^1", lanes.county.household_prefix),
            "经度": pa.array(np.round(lon, 6)),
            "纬度": pa.array(np.round(lat, 6)),
            "人口": pa.array(persons),
            "六岁以下": pa.array(under_6),
            "六十五岁以上": pa.array(over_65),
            "户籍地代码": _home_areas(lanes, lanes.town[lane], kind, rng),
            "地址": pc.binary_join_element_wise(street, house_numbers, pa.array([""] * n)),
        }
    )


def _arrival_dates(table: pa.Table, rng: np.random.Generator) -> "pa.Array[Any]":
    """Return a day for each household, at most 30 years before ``AS_OF``; half of them within 4 years."""
    years = np.minimum(rng.exponential(4 / np.log(2), table.num_rows), 30)
    return pa.array(np.datetime64(AS_OF) - (years * 365).astype("timedelta64[D]")).cast(pa.string())


def _house_points(lanes: LaneSegments, lane: Ints, rng: np.random.Generator) -> tuple[Floats, Floats, Ints]:
    """Return GCJ-02 coordinates in degrees beside each household's lane, 6 to 26 m from it, and house numbers."""
    a, b = lanes.ends[lane, :2], lanes.ends[lane, 2:]
    along, side = rng.random(len(lane)), rng.integers(0, 2, len(lane))
    offset = rng.uniform(6, 26, len(lane)) * (2 * side - 1)
    step = b - a
    length = np.hypot(*step.T)
    normal = np.column_stack([-step[:, 1], step[:, 0]]) / length[:, None]
    xy = a + step * along[:, None] + normal * offset[:, None]
    lon, lat = wgs84_to_gcj02(*PLANE.inverse(xy[:, 0], xy[:, 1]))
    return lon, lat, 2 * (along * length / 14).astype(np.int64) + 1 + side


def _home_areas(lanes: LaneSegments, town: Ints, kind: Ints, rng: np.random.Generator) -> pa.StringArray:
    """Return codes of home areas: the township of residence, another township of the county, or another county."""
    n, towns, here = len(town), lanes.towns, lanes.county.code
    migrant = rng.random(n) < np.array([MIGRANT[k] for k in KINDS])[kind] * _migrant_factor()
    draw = rng.random(n) * sum(CLASSES.values())
    edges = np.cumsum(list(CLASSES.values()))
    origins = origin_facts(here)
    same_province = origins["province"].to_numpy() == here[:2]
    weight = np.where(origins["code"].str[:4] == here[:4], 8.0, 1.0) * origins["province"].map(ORIGIN_WEIGHTS).fillna(1.0)
    codes = np.concatenate([towns, origins["code"].to_numpy(object)])
    pool = len(towns) + np.arange(len(origins))
    other = (town + rng.integers(1, len(towns), n)) % len(towns)
    home = np.where(migrant & (draw < edges[0]), other, town)
    for candidate, low, high in ((same_province, edges[0], edges[1]), (~same_province, edges[1], np.inf)):
        origin = pool[candidate][draw_weighted(rng, weight[candidate].to_numpy(), n)]
        home = np.where(migrant & (draw >= low) & (draw < high), origin, home)
    township, county, share = CORRIDOR
    chain = migrant & (towns[town] == township) & (draw >= edges[0]) & (draw < edges[0] + share * (edges[1] - edges[0]))
    home = np.where(chain, len(towns) + int(np.flatnonzero(origins["code"] == county)[0]), home)
    return pa.array(codes.tolist(), pa.string()).take(home)


def _migrant_factor() -> float:
    """Return the factor on the rates of ``MIGRANT`` at which the share of all migrants is that of the census."""
    return sum(CLASSES.values()) / sum(LIVE[k] * MIGRANT[k] for k in KINDS)
