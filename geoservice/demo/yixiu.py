"""The Yixiu demo: real names and codes of a Chinese county; synthetic borders, roads, stations and households."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from geoservice.demo.households import AS_OF, LaneSegments, household_chunks, inhabited_lanes, to_gb18030
from geoservice.demo.pyramids import township_pyramids
from geoservice.demo.settlements import KINDS
from geoservice.demo.station_equipment import STANDARDS
from geoservice.demo.stations import MEAN_PERSONS, make_stations
from geoservice.demo.uptake import make_uptake
from geoservice.demo.world import World, make_world, write_areas, write_streets
from geoservice.errors import ParameterError

GCJ02 = "The CSV files of this folder are in GCJ-02: import them with --crs gcj02\n"
MIN_HOUSEHOLDS, MAX_HOUSEHOLDS = 1_000, 10_000_000

ARRIVALS = f"as_of = {AS_OF}\narrivals = true\n"
SERVICES = """\
[[services]]
id = "maternal_child_health"
standard_minutes = 30
title = { zh = "妇幼保健", en = "Maternal and child health" }

[[services]]
id = "vaccination"
standard_minutes = 30
target = 90
title = { zh = "预防接种", en = "Vaccination" }
use_rates = { "0-5" = 12, "6+" = 0.2 }

[[services]]
id = "health_check"
standard_minutes = 15
target = 65
title = { zh = "健康体检", en = "Health check" }

[[services]]
id = "elder_care"
standard_minutes = 30
title = { zh = "养老服务", en = "Elder care" }
use_rates = { "65+" = 2.5 }

"""
VANS = """\
[vans]
service = "health_check"
stops = 12
spacing = 1000
vans = 2
starts = 2026-07-06

"""
GROUPS = """\
[[groups]]
id = "under_6"
title = { zh = "六岁以下", en = "Under 6" }

[[groups]]
id = "over_65"
title = { zh = "六十五岁及以上", en = "65 and over" }
"""
STUDY = f"""\
# The Yixiu demo. Names and codes of areas are real (NBS 2023); all else is made up.
id = "yixiu"
synthetic = true
code_system = "nbs2023"
levels = ["county", "township", "village"]
modes = ["walk", "drive"]
tiers = ["county", "township", "village", "van"]
minutes = [5, 10, 15, 20, 30, 45, 60]
nth = [1, 2]
direction = "to"
{ARRIVALS}snap_metres = 500
cell_metres = 500

[title]
zh = "宜秀区"
en = "Yixiu District"

[source]
zh = "区划名称与代码：国家统计局2023年统计用区划代码；其余均为虚构"
en = "Area names and codes: NBS of China 2023; all else is made up"

[disclosure]
profile = "planner"

{SERVICES}{VANS}{GROUPS}"""


def check_seed(seed: int) -> None:
    """Raise :class:`ParameterError` for a seed below 0."""
    if seed < 0:
        raise ParameterError(f"seed: got {seed}, allowed are 0 and above")


def write_yixiu(
    folder: Path,
    households: int = 100_000,
    seed: int = 1,
    *,
    arrivals: bool = True,
    public_tables: bool = True,
    coordinates: bool = True,
) -> None:
    """Write the demo: ``study.toml``, ``standards.toml``, and files to import.

    These are areas, streets, stations, uptake, pyramids and households. Areas and streets are in WGS 84; the CSV files are
    GB18030, with Chinese headers, in GCJ-02. Areas and streets of a seed are the same for any number of households; the same
    arguments write the same bytes.

    Parameters
    ----------
    folder : Path
        Folder, created if missing.
    households : int
        From 1 000 to 10 000 000; written in chunks, so memory does not grow with it.
    seed : int
        Not negative.
    arrivals : bool
        Whether households have a date since when they live there, and the study measures migrants by it.
    public_tables : bool
        Whether there are tables of uptake and pyramids.
    coordinates : bool
        Whether households state coordinates beside their addresses.

    Raises
    ------
    ParameterError
        If an argument is out of bounds.
    """
    if not MIN_HOUSEHOLDS <= households <= MAX_HOUSEHOLDS:
        raise ParameterError(f"households: got {households}, allowed are {MIN_HOUSEHOLDS} to {MAX_HOUSEHOLDS}")
    check_seed(seed)
    folder.mkdir(parents=True, exist_ok=True)
    world = make_world(seed)
    rng = np.random.default_rng([seed, 2])
    (folder / "study.toml").write_text(STUDY.replace(ARRIVALS, ARRIVALS if arrivals else ""), encoding="utf-8")
    (folder / "GCJ02").write_text(GCJ02, encoding="utf-8")
    areas, polygon = world.land.county.areas, world.land.polygon
    write_areas(areas, polygon, folder / "areas.geojson")
    write_streets([world], world.roads, areas, polygon, folder / "streets.osm.pbf")
    stations = make_stations(world, households, rng, np.random.default_rng([seed, 6]))
    (folder / "standards.toml").write_text(STANDARDS, encoding="utf-8")
    (folder / "stations.csv").write_bytes(to_gb18030(stations, header=True))
    lanes = inhabited_lanes(world, rng)
    with (folder / "households.csv").open("wb") as file:
        for chunk in household_chunks(lanes, households, seed, arrivals=arrivals, coordinates=coordinates):
            file.write(chunk)
    if public_tables:
        write_public_tables(folder, lanes, world, households, seed)


def write_public_tables(folder: Path, lanes: LaneSegments, world: World, households: int, seed: int) -> None:
    """Write the tables that are no part of the register: ``uptake.csv`` and ``pyramids.csv``."""
    uptake = make_uptake(world, lanes, households, np.random.default_rng([seed, 4]))
    (folder / "uptake.csv").write_bytes(to_gb18030(uptake, header=True))
    pyramids = county_pyramids(lanes, households, np.random.default_rng([seed, 5]))
    (folder / "pyramids.csv").write_bytes(to_gb18030(pyramids, header=True))


def county_pyramids(lanes: LaneSegments, households: int, rng: np.random.Generator) -> pa.Table:
    """Return the pyramids of the townships of a county, and of the county."""
    weight = np.bincount(lanes.town, lanes.weight)
    urban = np.bincount(lanes.town, lanes.weight * (lanes.kind == KINDS.index("city"))) / weight
    persons = weight / weight.sum() * households * MEAN_PERSONS
    return township_pyramids(lanes.towns, persons, urban, rng)
