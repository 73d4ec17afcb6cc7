"""The Yixiu demo: real names and codes of a Chinese county; synthetic borders, roads, stations and households."""

from pathlib import Path

import numpy as np

from geoservice.demo.households import household_chunks, inhabited_lanes, to_gb18030
from geoservice.demo.stations import make_stations
from geoservice.demo.world import make_world, write_areas, write_streets
from geoservice.errors import ParameterError

MIN_HOUSEHOLDS, MAX_HOUSEHOLDS = 1_000, 10_000_000

STUDY = """\
# The Yixiu demo. Names and codes of areas are real (NBS 2023); borders, roads, stations and households are made up.
id = "yixiu"
synthetic = true
code_system = "nbs2023"
levels = ["county", "township", "village"]
modes = ["walk", "drive"]
tiers = ["county", "township", "village", "van"]
minutes = [5, 10, 15, 20, 30, 45, 60]
nth = [1, 2]
direction = "to"
snap_metres = 500
cell_metres = 500

[title]
zh = "宜秀区"
en = "Yixiu District"

[source]
zh = "区划名称与代码：国家统计局2023年统计用区划代码；边界、道路、站点、住户均为虚构"
en = "Area names and codes: NBS of China, statistical division codes 2023; borders, roads, stations and households are made up"

[disclosure]
profile = "planner"

[[services]]
id = "maternal_child_health"
standard_minutes = 30
title = { zh = "妇幼保健", en = "Maternal and child health" }

[[services]]
id = "vaccination"
standard_minutes = 30
title = { zh = "预防接种", en = "Vaccination" }

[[services]]
id = "health_check"
standard_minutes = 15
title = { zh = "健康体检", en = "Health check" }

[[services]]
id = "elder_care"
standard_minutes = 30
title = { zh = "养老服务", en = "Elder care" }

[[groups]]
id = "under_6"
title = { zh = "六岁以下", en = "Under 6" }

[[groups]]
id = "over_65"
title = { zh = "六十五岁及以上", en = "65 and over" }
"""


def write_yixiu(folder: Path, households: int = 100_000, seed: int = 1) -> None:
    """Write the demo: ``study.toml``, ``areas.geojson``, ``streets.osm.pbf``, ``stations.csv`` and ``households.csv``.

    Areas and streets are in WGS 84; the CSV files are GB18030, with Chinese headers, in GCJ-02. Areas and streets of a
    seed are the same for any number of households; the same arguments write the same bytes.

    Parameters
    ----------
    folder : Path
        Folder, created if missing.
    households : int
        From 1 000 to 10 000 000; written in chunks, so memory does not grow with it.
    seed : int
        Not negative.

    Raises
    ------
    ParameterError
        If an argument is out of bounds.
    """
    if not MIN_HOUSEHOLDS <= households <= MAX_HOUSEHOLDS:
        raise ParameterError(f"households: got {households}, allowed are {MIN_HOUSEHOLDS} to {MAX_HOUSEHOLDS}")
    if seed < 0:
        raise ParameterError(f"seed: got {seed}, allowed are 0 and above")
    folder.mkdir(parents=True, exist_ok=True)
    world = make_world(seed)
    rng = np.random.default_rng([seed, 2])
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    (folder / "GCJ02").write_text(
        "The CSV files of this folder are in GCJ-02: import them with --crs gcj02\n", encoding="utf-8"
    )
    write_areas(world, folder / "areas.geojson")
    write_streets(world, folder / "streets.osm.pbf")
    (folder / "stations.csv").write_bytes(to_gb18030(make_stations(world, households, rng), header=True))
    with (folder / "households.csv").open("wb") as file:
        for chunk in household_chunks(inhabited_lanes(world, rng), households, seed):
            file.write(chunk)
