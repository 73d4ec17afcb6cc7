"""The serving process opens releases and nothing else: observed from outside while it serves the demo."""

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from open_files import open_paths

PRIVATE = {
    "vintages",
    "register",
    "project",
    "pipeline",
    "engine",
    "network",
    "analysis",
    "ingest",
    "geocode",
    "disclosure",
    "study",
    "schema",
    "demo",
}
LINUX = pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs /proc")


def get(url: str) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": "application/json"}), timeout=30) as answer:
        return bytes(answer.read())


def walk_a_little(url: str) -> None:
    """Let the server open all that answers are made of."""
    for layer in json.loads(get(f"{url}/collections"))["collections"]:
        get(f"{url}/collections/{layer['id']}/items?limit=5")
    get(f"{url}/styles/map")
    get(f"{url}/manifest")


def test_every_feature_of_a_layer_with_geometry_has_one(demo_server: str) -> None:
    for layer in json.loads(get(f"{demo_server}/collections"))["collections"]:
        page = json.loads(get(f"{demo_server}/collections/{layer['id']}/items?limit=10000"))
        shapes = [feature["geometry"] for feature in page["features"]]
        assert shapes, layer["id"]
        assert all(shape is not None for shape in shapes) == (layer["itemType"] == "feature"), layer["id"]


def test_a_folder_with_nothing_but_releases_is_served(demo_home: Path, serve: Any, tmp_path: Path) -> None:
    shutil.copytree(demo_home / "releases", tmp_path / "releases", symlinks=True)
    with serve(tmp_path) as served:
        walk_a_little(served.url)
        assert b"helsinki" in get(f"{served.url}/manifest")
    assert [f.name for f in tmp_path.iterdir()] == ["releases"]


@pytest.fixture(scope="module")
def served(demo_home: Path, serve: Any) -> Iterator[Any]:
    """A server of the demo beside its register, writing down every module it imports."""
    with serve(demo_home, PYTHONPROFILEIMPORTTIME="1") as running:
        walk_a_little(running.url)
        yield running


def family(pid: int) -> list[int]:
    """A process and all below it."""
    children = {int(c) for f in Path(f"/proc/{pid}/task").glob("*/children") for c in f.read_text().split()}
    return [pid, *(p for child in sorted(children) for p in family(child))]


def opened(pid: int) -> set[str]:
    """Paths of all files that a process has open or mapped."""
    maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    mapped = {line.split(maxsplit=5)[5] for line in maps if line.count("/")}
    return mapped.union(open_paths(pid))


@LINUX
def test_no_file_of_register_or_project_is_open_or_mapped(demo_home: Path, served: Any) -> None:
    pids = family(served.process.pid)
    assert len(pids) >= 2, "the server and a worker"
    home = demo_home.resolve()
    inside = {Path(name).relative_to(home) for pid in pids for name in opened(pid) if name.startswith(f"{home}/")}
    assert {path.parts[0] for path in inside} == {"releases"}


@LINUX
def test_control_a_file_of_the_register_is_seen_when_it_is_open(demo_home: Path) -> None:
    with (demo_home / "register" / "secret").open("rb"):
        assert str((demo_home / "register" / "secret").resolve()) in opened(os.getpid())


def status(url: str, path: str) -> int:
    """Return the status of a path that is sent exactly as it is written."""
    host = url.removeprefix("http://")
    with closing(http.client.HTTPConnection(host, timeout=30)) as connection:
        connection.request("GET", path)
        return connection.getresponse().status


def test_the_data_quality_report_is_beside_the_register_and_out_of_reach(demo_home: Path, served: Any) -> None:
    made = subprocess.run([sys.executable, "-m", "geoservice", "quality", "-C", demo_home], capture_output=True, check=False)
    assert made.returncode == 0, made.stderr
    reports = sorted(demo_home.rglob("quality.*"))
    assert [r.parent.relative_to(demo_home) for r in reports] == [Path("register/quality")] * 3
    for report in reports:
        place = report.relative_to(demo_home)
        for start in ("", "/..", "/%2e%2e", "/assets/..", "/assets/%2e%2e/%2e%2e", "/tiles/..", "/releases/.."):
            assert status(served.url, f"{start}/{place}") in {400, 404}
        assert status(served.url, f"/{report.name}") == 404
    for path in ("/quality", "/register", "/collections/quality", "/collections/quality/items", "/styles/quality"):
        assert status(served.url, path) == 404


def test_serving_imports_nothing_private(served: Any) -> None:
    imported = set(re.findall(r"^import time:.*\|\s*(\S+)$", served.log.read_text(), re.MULTILINE))
    assert {"geoservice.cli.serve", "geoservice.server.tiles.route", "geoservice.release.reader"} <= imported
    ours = {name.split(".")[1] for name in imported if name.startswith("geoservice.")}
    assert not ours & PRIVATE
    assert not {name.split(".")[0] for name in imported} & {"numba", "osmium", "pyogrio"}
