"""geoservice import terrain: before and after the network, and its refusals."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pytest
import rasterio

NODES = {1: (117.0, 30.5), 2: (117.01, 30.5), 3: (117.01, 30.51)}


@pytest.fixture
def streets(tmp_path: Path) -> Path:
    path = tmp_path / "streets.osm.pbf"
    with osmium.SimpleWriter(str(path)) as out:
        for ref, place in NODES.items():
            out.add_node(osmium.osm.mutable.Node(id=ref, location=place))
        out.add_way(osmium.osm.mutable.Way(id=1, nodes=list(NODES), tags={"highway": "residential"}))
    return path


def dem(path: Path, west: float = 116.99, crs: str | None = "EPSG:4326") -> Path:
    cells = np.tile(np.linspace(100, 220, 120, dtype=np.float32), (120, 1))
    transform = rasterio.Affine(1 / 3600, 0, west, 0, -1 / 3600, 30.52)
    with rasterio.open(path, "w", "GTiff", 120, 120, 1, crs, transform, "float32") as out:
        out.write(cells, 1)
    return path


def index(home: Path, name: str = "network") -> Any:
    return json.loads((home / "project" / name / f"{name}.json").read_text(encoding="utf-8"))


def test_terrain_first_and_then_the_network(cli: Any, home: Path, tmp_path: Path, streets: Path) -> None:
    ended = cli("import", "terrain", dem(tmp_path / "hill.tif"), "-C", home)
    assert (ended.code, ended.err) == (0, "")
    assert "terrain from hill.tif: 120 x 120 cells of 31 m, 116.9900 to 117.0233 east, 30.4867 to 30.5200 north" in ended.out
    assert "no street network yet: geoservice import network" in ended.out
    ended = cli("import", "network", streets, "-C", home)
    assert "slope: from hill.tif; 0.0% of the streets have no elevation and count as flat" in ended.out
    assert index(home)["terrain"]["digest"] == index(home, "terrain")["digest"]


def test_terrain_after_the_network_builds_it_again(cli: Any, home: Path, tmp_path: Path, streets: Path) -> None:
    assert "slope: not counted, there is no terrain" in cli("import", "network", streets, "-C", home).out
    flat = index(home)["digest"]
    ended = cli("import", "terrain", dem(tmp_path / "a.tif"), dem(tmp_path / "b.tif", west=117.02), "-C", home)
    assert (ended.code, ended.err) == (0, "")
    assert "slope: from a.tif, b.tif; 0.0% of the streets" in ended.out
    assert index(home)["digest"] != flat
    assert (home / "project" / "network" / "base.pmtiles").exists()


@pytest.mark.parametrize(
    ("write", "code", "message"),
    [
        (lambda p: p.write_text("not a raster", encoding="utf-8"), 11, "UnreadableFile: x.tif: not readable as an elevation"),
        (lambda p: dem(p, crs=None), 10, "InputError: x.tif: the raster states no CRS; state it with --crs EPSG:<number>"),
        (
            lambda p: dem(p, west=-60.0),
            18,
            "WrongPlace: no elevation model meets the streets of the project, (117.000 to 117.010",
        ),
    ],
    ids=["no raster", "no CRS", "elsewhere"],
)
def test_a_refused_model_changes_nothing(
    cli: Any, home: Path, tmp_path: Path, streets: Path, write: Any, code: int, message: str
) -> None:
    cli("import", "network", streets, "-C", home)
    before = index(home)
    write(tmp_path / "x.tif")
    ended = cli("import", "terrain", tmp_path / "x.tif", "-C", home)
    assert (ended.code, ended.err.startswith(message), len(ended.err.strip().splitlines())) == (code, True, 1)
    assert index(home) == before
    assert not list((home / "project").glob("terrain/*"))


def test_the_crs_of_the_option(cli: Any, home: Path, tmp_path: Path) -> None:
    file = dem(tmp_path / "hill.tif", crs=None)
    assert cli("import", "terrain", file, "--crs", "EPSG:4490", "-C", home).code == 0
    assert index(home, "terrain")["grid"]["west"] == pytest.approx(116.99, abs=1e-6)


def test_a_missing_file_is_refused(cli: Any, home: Path, tmp_path: Path) -> None:
    ended = cli("import", "terrain", tmp_path / "none.tif", "-C", home)
    assert (ended.code != 0, "none.tif" in ended.err) == (True, True)


def test_doctor_names_damaged_and_outdated_terrain(cli: Any, home: Path, tmp_path: Path, streets: Path) -> None:
    cli("import", "network", streets, "-C", home)
    assert "terrain: none, so slope is not counted" in cli("doctor", "-C", home).out
    cli("import", "terrain", dem(tmp_path / "hill.tif"), "-C", home)
    healthy = cli("doctor", "-C", home).out
    assert "terrain: from hill.tif, unchanged" in healthy
    assert "import the network again" not in healthy
    (array,) = (home / "project" / "terrain").glob("*.npy")
    array.write_bytes(array.read_bytes()[:-1] + b"\1")
    assert "terrain: the terrain is damaged: it is not what was written" in cli("doctor", "-C", home).out
    shutil.rmtree(home / "project" / "terrain")
    assert "terrain: The terrain has changed since the street network was built" in cli("doctor", "-C", home).out
