"""The Yixiu demo: real names and codes of a Chinese county; ground, roads, stations and households are all made up."""

from pathlib import Path

import numpy as np

from geoservice.demo.households import homes_of, to_gb18030, write_households
from geoservice.demo.stations import stations_of
from geoservice.demo.world import make_world, write_areas, write_streets
from geoservice.errors import ParameterError

LEAST, MOST = 1_000, 10_000_000

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


def write_yixiu(out: Path, households: int = 100_000, seed: int = 1) -> None:
    """Write the demo's folder: ``study.toml``, ``areas.geojson``, ``streets.osm.pbf``, ``stations.csv``, ``households.csv``.

    Areas and streets are in WGS 84; the CSV files are GB18030, with Chinese headers, in GCJ-02. The ground of a seed is the
    same for any number of households; the same arguments write the same bytes.

    Parameters
    ----------
    out : Path
        Folder, made when missing.
    households : int
        From 1 000 to 10 000 000; written in pieces, so memory does not grow with it.
    seed : int
        Not negative.

    Raises
    ------
    ParameterError
        When an argument is out of bounds.
    """
    if not LEAST <= households <= MOST:
        raise ParameterError(f"households: got {households}, allowed are {LEAST} to {MOST}")
    if seed < 0:
        raise ParameterError(f"seed: got {seed}, allowed are 0 and above")
    out.mkdir(parents=True, exist_ok=True)
    world = make_world(seed)
    rng = np.random.default_rng([seed, 2])
    (out / "study.toml").write_text(STUDY, encoding="utf-8")
    (out / "GCJ02").write_text("The CSV files of this folder are in GCJ-02: import them with --crs gcj02\n", encoding="utf-8")
    write_areas(world, out / "areas.geojson")
    write_streets(world, out / "streets.osm.pbf")
    (out / "stations.csv").write_bytes(to_gb18030(stations_of(world, households, rng), header=True))
    with (out / "households.csv").open("wb") as file:
        for piece in write_households(homes_of(world, rng), households, seed):
            file.write(piece)
