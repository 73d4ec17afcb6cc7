"""Invented stations of demo counties: county institutions, township health centres, village clinics, and vans."""

import numpy as np
import pyarrow as pa

from geoservice.demo.areas import short_name
from geoservice.demo.land import PLANE
from geoservice.demo.settlements import KINDS
from geoservice.demo.station_equipment import equipment, floor_areas, opening_hours
from geoservice.demo.world import World
from geoservice.geo import Floats, Ints
from geoservice.ingest.crs import wgs84_to_gcj02

MEAN_PERSONS = 2.6
VANS, VAN_DELAY_S, CLINIC_SHARE, TOWN_CLINICS = 4, 900, 0.7, 7
SERVES = {"county": 0.25, "township": 0.07, "village": 0.012, "van": 0.01}
"""Share of the county's persons that a station of a tier can serve in a year."""
LEVEL = {"county": "县级", "township": "乡镇级", "village": "村级", "van": "流动服务车"}
MOTHERS, VACCINES, CHECKS, ELDERS = "妇幼保健", "预防接种", "健康体检", "养老服务"
STAFF = {"county": 120, "township": 28, "village": 3, "van": 4}
Site = tuple[str, str, list[str], int]


def make_stations(world: World, households: int, rng: np.random.Generator, more: np.random.Generator) -> pa.Table:
    """Return the stations with Chinese headers, in GCJ-02; capacities are proportional to the number of households.

    ``more`` draws what the standards ask for, so that the places of stations do not depend on it.
    """
    sites = [*_county(world), *_townships(world), *_villages(world, rng)]
    sites += _vans(world, sites)
    tiers = [s[1] for s in sites]
    node = np.array([s[3] for s in sites])
    lon, lat = wgs84_to_gcj02(*PLANE.inverse(*world.roads.xy[node].T))
    return pa.table(
        {
            "站点编号": [f"{world.land.county.station_prefix}{i:03d}" for i in range(1, len(sites) + 1)],
            "名称": [s[0] for s in sites],
            "级别": [LEVEL[t] for t in tiers],
            "服务项目": ["、".join(s[2]) for s in sites],
            "服务能力": [int(round(SERVES[t] * MEAN_PERSONS * households, -1)) for t in tiers],
            "人员数": [STAFF[t] for t in tiers],
            "建筑面积": pa.array(floor_areas(tiers, more), pa.int64()),
            "设备": equipment(tiers, more),
            "开放时间": opening_hours(tiers, more),
            "准备秒数": [VAN_DELAY_S if t == "van" else 0 for t in tiers],
            "经度": pa.array(np.round(lon, 6)),
            "纬度": pa.array(np.round(lat, 6)),
        }
    )


def _junctions(world: World) -> Ints:
    lanes = world.roads.ways[: len(world.roads.owner)]
    return np.unique([n for nodes, _ in lanes for n in nodes])


def _nearest(world: World, xy: Floats) -> int:
    lanes = _junctions(world)
    return int(lanes[np.argmin(np.hypot(*(world.roads.xy[lanes] - xy).T))])


def _county(world: World) -> list[Site]:
    middle = world.places.xy[world.places.kind == 0][0]
    name = world.land.county.names[world.land.county.code]
    all_but_elders = [MOTHERS, VACCINES, CHECKS]
    return [
        (f"{name}人民医院（虚构）", "county", all_but_elders, _nearest(world, middle + np.array([-900, 700]))),
        (f"{name}妇幼健康服务中心（虚构）", "county", all_but_elders[:2], _nearest(world, middle + np.array([1100, -500]))),
        (f"{name}养老服务中心（虚构）", "county", [ELDERS], _nearest(world, middle + np.array([300, 1600]))),
    ]


def _townships(world: World) -> list[Site]:
    names = world.land.county.names
    seats = np.flatnonzero(world.places.kind <= KINDS.index("town"))
    sites = []
    for i, place in enumerate(seats):
        code = world.land.codes[world.places.village[place]][:9]
        suffix = "社区卫生服务中心" if names[code].endswith("街道") else "卫生院"
        services = [MOTHERS, VACCINES, CHECKS, *([ELDERS] if i % 2 else [])]
        sites.append(
            (
                f"{names[code]}{suffix}（虚构）",
                "township",
                services,
                _nearest(world, world.places.xy[place] + np.array([150, 60])),
            )
        )
    return sites


def _villages(world: World, rng: np.random.Generator) -> list[Site]:
    """Return clinics in most villages outside the county town, and some in its neighbourhoods."""
    names = world.land.county.names
    rows = np.flatnonzero(world.places.kind == KINDS.index("village"))
    rows = np.sort(rng.choice(rows, int(CLINIC_SHARE * len(rows)), replace=False))
    locations = [(names[world.land.codes[world.places.village[r]]], world.places.xy[r]) for r in rows]
    quarters = np.unique(world.places.village[rows])
    middle = world.places.xy[world.places.kind == 0][0]
    order = np.argsort(np.hypot(*(world.land.centre - middle).T), kind="stable")
    town_villages = [v for v in order if v not in quarters][:TOWN_CLINICS]
    locations += [(names[world.land.codes[v]], world.land.centre[v]) for v in town_villages]
    sites = []
    for i, (name, xy) in enumerate(locations):
        suffix = "村卫生室" if name.endswith("村委会") else "社区卫生服务站"
        services = [CHECKS, *([VACCINES] if i % 3 == 0 else []), *([ELDERS] if i % 5 == 0 else [])]
        sites.append((f"{short_name(name)}{suffix}（虚构）", "village", services, _nearest(world, xy)))
    return sites


def _vans(world: World, sites: list[Site]) -> list[Site]:
    """Return vans at the hamlets farthest from any station, placed one after the other."""
    fixed = world.roads.xy[[s[3] for s in sites]]
    hamlets = np.flatnonzero(world.places.kind == KINDS.index("hamlet"))
    vans: list[Site] = []
    for number in range(1, VANS + 1):
        gap = np.min(np.hypot(*(world.places.xy[hamlets][:, None] - fixed[None]).transpose(2, 0, 1)), axis=1)
        xy = world.places.xy[hamlets[np.argmax(gap)]]
        fixed = np.vstack([fixed, xy])
        vans.append((f"流动服务车{number}号（虚构）", "van", [VACCINES, CHECKS], _nearest(world, xy)))
    return vans
