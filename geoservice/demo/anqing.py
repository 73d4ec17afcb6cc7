"""The Anqing demo: real names and codes of a prefecture's counties, which keep their registers apart; the rest is synthetic."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from geoservice.demo.areas import COUNTIES
from geoservice.demo.households import LaneSegments, household_chunks, inhabited_lanes, to_gb18030
from geoservice.demo.prefecture import Prefecture, make_prefecture
from geoservice.demo.station_equipment import STANDARDS
from geoservice.demo.stations import make_stations
from geoservice.demo.uptake import make_uptake
from geoservice.demo.world import World, write_areas, write_streets
from geoservice.demo.yixiu import ARRIVALS, GCJ02, GROUPS, MAX_HOUSEHOLDS, MIN_HOUSEHOLDS, SERVICES, check_seed, county_pyramids
from geoservice.errors import ParameterError
from geoservice.network.cut import cut_extract
from geoservice.progress import Progress, quiet

COUNTY_FOLDER = "counties"
AROUND_M = 500.0
"""Metres around a county from which it has streets."""
_HEAD = f"""\
# {{comment}}
id = "{{id}}"
synthetic = true
code_system = "nbs2023"
levels = [{{levels}}]
modes = ["walk", "drive"]
tiers = ["county", "township", "village", "van"]
minutes = [5, 10, 15, 20, 30]
nth = [1, 2]
direction = "to"
demand = "register"
{ARRIVALS}snap_metres = 500
cell_metres = 500

[title]
zh = "{{zh}}"
en = "{{en}}"

[source]
zh = "区划名称与代码：国家统计局2023年统计用区划代码；其余均为虚构"
en = "Area names and codes: NBS of China 2023; all else is made up"

[disclosure]
profile = "planner"

"""
REGION = (
    "The prefecture of the Anqing demo: its people come from the surfaces of its counties. Made up but for names and codes."
)
COUNTY = "A county of the Anqing demo, with its register. Made up but for names and codes (NBS 2023)."


def write_anqing(
    folder: Path, households: int = 100_000, seed: int = 1, counties: int = len(COUNTIES), progress: Progress = quiet
) -> list[Path]:
    """Write the demo: a region, and a folder for each county, whose folders are returned.

    The region has ``study.toml``, ``standards.toml`` and what is public: areas, streets, stations, uptake, pyramids. Each
    ``counties/<code>`` has ``study.toml``, the county's areas and streets, and its households. The CSV files are GB18030, with
    Chinese headers, in GCJ-02. The same arguments write the same bytes.

    Parameters
    ----------
    folder : Path
        Folder, created if missing.
    households : int
        In all counties, from 1 000 to 10 000 000 a county.
    seed : int
        Not negative.
    counties : int
        The first counties of the prefecture, from 1 to 10; each is the same however many there are, but for roads to others.
    progress : callable
        Called with a stage and a fraction.

    Raises
    ------
    ParameterError
        If an argument is out of bounds.
    """
    _check(households, seed, counties)
    progress("making the ground", 0.0)
    region = make_prefecture(seed, counties)
    progress("making the ground", 1.0)
    folder.mkdir(parents=True, exist_ok=True)
    _write_region(region, folder)
    folders = _write_county_inputs(region, folder, progress)
    tables: list[tuple[pa.Table, pa.Table, pa.Table]] = []
    for world, own, number in zip(region.worlds, folders, _shares(region, households), strict=True):
        progress(f"households of {own.name}", 0.0)
        rng = np.random.default_rng([seed, int(own.name), 2])
        lanes = inhabited_lanes(world, rng)
        _write_households(lanes, number, seed * 1_000_000 + int(own.name), own / "households.csv")
        tables.append(_public_tables(world, lanes, number, rng))
        progress(f"households of {own.name}", 1.0)
    for name, parts in zip(("stations", "uptake", "pyramids"), zip(*tables, strict=True), strict=True):
        (folder / f"{name}.csv").write_bytes(to_gb18030(pa.concat_tables(parts), header=True))
    return folders


def _study(**fields: str) -> str:
    return _HEAD.format(**fields) + SERVICES + GROUPS


def _check(households: int, seed: int, counties: int) -> None:
    if not 1 <= counties <= len(COUNTIES):
        raise ParameterError(f"counties: got {counties}, allowed are 1 to {len(COUNTIES)}")
    low, high = MIN_HOUSEHOLDS * counties, MAX_HOUSEHOLDS * counties
    if not low <= households <= high:
        raise ParameterError(f"households: got {households}, allowed are {low} to {high} in {counties} counties")
    check_seed(seed)


def _shares(region: Prefecture, households: int) -> list[int]:
    """Return the households of each county, in proportion to its villages."""
    villages = np.array([len(world.land.codes) for world in region.worlds])
    upto = np.round(np.cumsum(villages) / villages.sum() * households).astype(int)
    return [int(n) for n in np.diff(upto, prepend=0)]


def _write_region(region: Prefecture, folder: Path) -> None:
    levels = '"city", "county", "township", "village"'
    text = _study(comment=REGION, id="anqing", levels=levels, zh="安庆市", en="Anqing City")
    (folder / "study.toml").write_text(text, encoding="utf-8")
    (folder / "standards.toml").write_text(STANDARDS, encoding="utf-8")
    (folder / "GCJ02").write_text(GCJ02, encoding="utf-8")
    write_areas(region.areas, region.polygon, folder / "areas.geojson")
    write_streets(region.worlds, region.roads, region.areas, region.polygon, folder / "streets.osm.pbf")


def _write_county_inputs(region: Prefecture, folder: Path, progress: Progress) -> list[Path]:
    """Write what counties have besides households, and return their folders."""
    outlines = {world.land.county.code: region.polygon(world.land.county.code) for world in region.worlds}
    streets = cut_extract(folder / "streets.osm.pbf", outlines, AROUND_M, folder / COUNTY_FOLDER, progress)
    folders = []
    for world in region.worlds:
        areas = world.land.county.areas
        own = folder / COUNTY_FOLDER / world.land.county.code
        own.mkdir(exist_ok=True)
        name, name_en = areas["name_zh"].iloc[0], areas["name_en"].iloc[0]
        levels = '"county", "township", "village"'
        text = _study(comment=COUNTY, id=f"anqing_{own.name}", levels=levels, zh=name, en=name_en)
        (own / "study.toml").write_text(text, encoding="utf-8")
        (own / "GCJ02").write_text(GCJ02, encoding="utf-8")
        top = areas.assign(parent=np.where(areas["level"] == "county", "", areas["parent"]))
        write_areas(top, world.land.polygon, own / "areas.geojson")
        streets[own.name].replace(own / "streets.osm.pbf")
        folders.append(own)
    return folders


def _write_households(lanes: LaneSegments, number: int, seed: int, path: Path) -> None:
    with path.open("wb") as file:
        for chunk in household_chunks(lanes, number, seed):
            file.write(chunk)


def _public_tables(
    world: World, lanes: LaneSegments, households: int, rng: np.random.Generator
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Return stations, uptake and pyramids of a county."""
    stations = make_stations(world, households, rng, rng)
    return stations, make_uptake(world, lanes, households, rng), county_pyramids(lanes, households, rng)
