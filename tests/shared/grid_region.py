"""A region of three counties in a row, on one grid of streets, whose people go to stations across county lines."""

import csv
import json
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import Any

import osmium
import pyarrow as pa
import pyarrow.compute as pc
from osmium.osm import mutable

from geoservice.demand import read_surface
from geoservice.disclosure.vintage import Rules, measure_vintage
from geoservice.ingest import Options, import_file
from geoservice.network.basemap import write_base_map
from geoservice.network.build import build_network
from geoservice.network.places import load_places
from geoservice.progress import quiet
from geoservice.project import Project, SurfaceInfo
from geoservice.register import open_register
from geoservice.study import read_study

COUNTIES = ("A", "B", "C")
STEP, SIDE = 0.0036, 5
COLUMNS = SIDE * len(COUNTIES)
SOUTH, NORTH = -STEP / 2, STEP * (SIDE - 0.5)
STUDY = """\
id = "region"
synthetic = true
title = { zh = "方格地区", en = "Grid region" }
levels = ["city", "county", "township"]
modes = ["walk"]
minutes = [5, 10, 15]
nth = [1, 2]
snap_metres = 100
cell_metres = 250

[[services]]
id = "checkup"
standard_minutes = 10
title = { zh = "体检", en = "Check-up" }
"""


def _west(column: int) -> float:
    return 10 + STEP * (column - 0.5)


def _area(code: str, level: str, parent: str | None, columns: tuple[int, int], rows: tuple[float, float]) -> dict[str, Any]:
    (west, east), (south, north) = map(_west, columns), rows
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    properties = {"code": code, "name": code, "level": level, "parent": parent}
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def _areas() -> list[dict[str, Any]]:
    """Areas whose outlines follow the grid; that of county C is a corner of it, from which S3 cannot be reached in time."""
    middle = STEP * 1.5
    areas = [_area("R", "city", None, (0, COLUMNS), (SOUTH, NORTH))]
    for number, county in enumerate(COUNTIES):
        columns = SIDE * number, SIDE * (number + 1)
        drawn = (columns, (SOUTH, NORTH)) if county != "C" else ((columns[0], columns[0] + 1), (SOUTH, SOUTH + STEP))
        areas.append(_area(county, "county", "R", *drawn))
        areas.append(_area(f"{county}1", "township", county, columns, (SOUTH, middle)))
        areas.append(_area(f"{county}2", "township", county, columns, (middle, NORTH)))
    return areas


def _write_streets(path: Path) -> None:
    lines = [[SIDE * i + j for j in range(SIDE)] for i in range(COLUMNS)]
    lines += [[SIDE * i + j for i in range(COLUMNS)] for j in range(SIDE)]
    with osmium.SimpleWriter(str(path)) as out:
        for n in range(COLUMNS * SIDE):
            place = 10 + STEP * (n // SIDE), STEP * (n % SIDE)
            out.add_node(mutable.Node(id=n + 1, location=place, version=1, visible=True))
        for number, line in enumerate(lines, 1):
            nodes = [n + 1 for n in line]
            out.add_way(mutable.Way(id=number, nodes=nodes, tags={"highway": "residential"}, version=1, visible=True))


def _write_csv(path: Path, header: str, rows: list[tuple[Any, ...]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header.split(), *rows])
    return path


def _households(number: int) -> list[tuple[Any, ...]]:
    """Households of a county: more to the east, and every third one from elsewhere."""
    rows = []
    for i in range(SIDE * number, SIDE * (number + 1)):
        for j in range(SIDE):
            for n in range(6 + i % SIDE):
                home = "X" if n % 3 == 0 else f"{COUNTIES[number]}1"
                rows.append((f"{i}-{j}-{n}", f"{10 + STEP * i:.7f}", f"{STEP * j:.7f}", 1 + n % 4, home))
    return rows


def write_region(folder: Path) -> None:
    """Write the study and its public files. Stations are in the last column of A, in the first of C, and in the middle of C."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    collection = {"type": "FeatureCollection", "features": _areas()}
    (folder / "areas.geojson").write_text(json.dumps(collection), encoding="utf-8")
    _write_streets(folder / "streets.osm.pbf")
    places = [("S1", SIDE - 1, 2, 200, 0), ("S2", 2 * SIDE, 1, 90, 60), ("S3", 2 * SIDE + 3, 4, None, 0)]
    stations = [(s, s, "village", "checkup", c, d, 10 + STEP * i, STEP * j) for s, i, j, c, d in places]
    _write_csv(folder / "stations.csv", "id name tier services capacity start_delay_s lon lat", stations)


def fill_region(project: Project, folder: Path) -> None:
    """Import the files of :func:`write_region`, and add a surface for each county, measured by itself."""
    study = read_study(folder / "study.toml")
    import_file(project, "areas", folder / "areas.geojson", Options(), study, quiet)
    import_file(project, "stations", folder / "stations.csv", Options(), study, quiet)
    build_network(folder / "streets.osm.pbf", project.network, study.modes, None, quiet)
    write_base_map(folder / "streets.osm.pbf", project.network / "base.pmtiles", quiet)
    for number, county in enumerate(COUNTIES):
        path = _write_csv(
            folder / f"households-{county}.csv", "register_key lon lat persons registered_area", _households(number)
        )
        with closing(open_register(folder / f"register-{county}", None, "geoservice")) as register:
            import_file(project, "households", path, Options(), study, quiet, register)
            add_county_surface(project, county, register.read("households"), register)


def add_county_surface(project: Project, county: str, households: pa.Table, register: Any) -> None:
    """Measure a county's register and add its surface."""
    every = project.read("areas")
    own = every.filter(pc.starts_with(every.column("code"), county))
    rules = Rules(Fraction(1), Fraction(4), chinese=False, synthetic=True)
    done = measure_vintage(register, households, own, load_places(project.network), rules)
    description = read_surface(done.body).description
    info = SurfaceInfo(done.draw.surface_digest, county, "register", done.draw.made_at, description)
    project.add_surface(done.body, info)
