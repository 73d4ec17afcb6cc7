"""The examples for other programs, each run by the program itself in a folder of its own."""

import csv
import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pyogrio
import pytest

AREAS, POINTS = 7, 29
"""Features of the demo's layers coverage and stations."""

Run = Callable[..., str]


@pytest.fixture
def run(examples: dict[str, str], tmp_path: Path) -> Run:
    """Return ``run(file, program, ...)``: run an example as the last word of a command; a failure shows what was said."""

    def go(file: str, *command: object, **environment: str) -> str:
        (tmp_path / file).write_text(examples[file], encoding="utf-8")
        words = [*map(str, command), file]
        done = subprocess.run(
            words, capture_output=True, text=True, check=False, timeout=120, cwd=tmp_path, env={**os.environ, **environment}
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return go


def need(program: str, package: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"install {package} to run this test")


def test_geopandas(run):
    said = run("with_geopandas.py", sys.executable)
    assert said.splitlines() == [f"{AREAS} features of coverage", f"{POINTS} features of stations"]


def test_geoservice(run):
    said = run("with_geoservice.py", sys.executable)
    assert f"{AREAS} features of coverage" in said
    assert "'persons': 'person'" in said
    assert "'persons': 'persons_margin'" in said


def test_curl(run, tmp_path):
    need("curl", "curl")
    said = run("curl.sh", "bash", "-e")
    assert '"numberReturned":10' in said
    assert len(json.loads((tmp_path / "stations.geojson").read_text())["features"]) == POINTS
    assert pyogrio.read_info(tmp_path / "coverage.gpkg")["features"] == AREAS
    chosen = list(csv.DictReader((tmp_path / "chosen.csv").read_text("utf-8-sig").splitlines()))
    assert [row["geography"] for row in chosen] == ["township"] * 6
    assert (tmp_path / "map.png").read_bytes()[:4] == b"\x89PNG"


def test_gdal(run, tmp_path):
    need("ogr2ogr", "gdal-bin")
    said = run("gdal.sh", "bash", "-e")
    assert "coverage" in said
    assert pyogrio.read_info(tmp_path / "coverage.gpkg")["features"] == AREAS
    assert len(json.loads((tmp_path / "stations.geojson").read_text())["features"]) == POINTS


def test_r(run):
    need("Rscript", "r-cran-sf, r-cran-httr2 and r-cran-jsonlite")
    said = run("sf.R", "Rscript", "--vanilla")
    assert said.splitlines() == [f"{AREAS} features of coverage", f"{POINTS} features of stations"]


def test_qgis(run, tmp_path):
    if not Path("/usr/lib/python3/dist-packages/qgis").is_dir():
        pytest.skip("install python3-qgis to run this test")
    tmp_path.chmod(0o700)
    alone = {"QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)}
    said = run("qgis.py", "/usr/bin/python3", Path(__file__).with_name("in_qgis.py"), **alone)
    found = json.loads(said.splitlines()[-1])
    assert found["count"] == POINTS
    assert set(found["layers"]) == {"coverage: PNG", "coverage: MVT", "stations"}
    for name, layer in found["layers"].items():
        assert layer["valid"], name
        assert layer["drawn"] > (0.001 if name == "stations" else 0.5), name


def test_a_spreadsheet_opens_the_download(examples):
    with urllib.request.urlopen(examples["spreadsheet.txt"].strip(), timeout=10) as answer:
        body = answer.read()
        assert answer.headers["Content-Disposition"] == 'attachment; filename="coverage.csv"'
    assert body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(body.decode("utf-8-sig").splitlines()))
    assert len(rows) == AREAS
    assert rows[0]["name_zh"] == "赫尔辛基（市中心）"
