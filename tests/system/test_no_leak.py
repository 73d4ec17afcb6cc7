"""Walk everything a demo run lets out - every response, tile, export and log line - and look for what is private.

Each search has a control: the same search finds the thing where it was put on purpose.
"""

import gzip
import json
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import pandas as pd
import pytest
import shapely

from geoservice.divisions import divisions
from geoservice.project import open_project
from geoservice.release import open_store
from geoservice.release.base import ItemQuery

START = ("/?f=json", "/", "/conformance", "/api", "/collections", "/manifest", "/styles/map", "/health/live", "/health/ready")
MOST_PAGES = 600
POINT_LAYERS = {"stations", "origins"}
"""Public places: stations, and the places that stand for areas of origin."""


def fetch(url: str) -> bytes:
    request = urllib.request.Request(url, headers={"Accept": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        return bytes(error.read())


def links(body: bytes, base: str) -> set[str]:
    found = re.findall(rb'(?:href|src)=["\']([^"\']+)["\']|"href":"([^"]+)"|"(http[^"{}]+)"', body)
    urls = {next(filter(None, groups)).decode().replace("&amp;", "&") for groups in found}
    full = {u if u.startswith("http") else f"{base}/{u.lstrip('./')}" for u in urls}
    return {u.split("#")[0] for u in full if u.startswith(base)}


def points(value: Any) -> Iterator[tuple[float, float]]:
    """All coordinate pairs in a JSON value."""
    if isinstance(value, list):
        if len(value) == 2 and all(isinstance(v, int | float) for v in value):
            yield (round(float(value[0]), 6), round(float(value[1]), 6))
        else:
            for v in value:
                yield from points(v)
    elif isinstance(value, dict):
        for v in value.values():
            yield from points(v)


@pytest.fixture(scope="module")
def walked(demo_server: str) -> dict[str, bytes]:
    """Every response reachable by links from the start pages, and the whole of every collection."""
    layers = [c["id"] for c in json.loads(fetch(f"{demo_server}/collections"))["collections"]]
    queue = [f"{demo_server}{path}" for path in START]
    queue += [f"{demo_server}/collections/{layer}/items?limit=10000&f={f}" for layer in layers for f in ("json", "csv")]
    queue += [f"{demo_server}/collections/nothing", f"{demo_server}/collections/table/items?household=1"]
    seen: dict[str, bytes] = {}
    while queue and len(seen) < MOST_PAGES:
        url = queue.pop(0)
        if url not in seen:
            seen[url] = fetch(url)
            queue += sorted(links(seen[url], demo_server) - set(seen))
    assert len(seen) > 50
    return seen


def test_no_response_holds_an_id_or_a_register_key(walked: dict[str, bytes], private: Any) -> None:
    assert not {url: found for url, body in walked.items() if (found := private.found_in(body))}


def test_control_an_id_put_into_a_response_is_found(private: Any) -> None:
    one = next(iter(private.ids))
    assert private.found_in(b'{"id":"' + one + b'"}')
    key = next(iter(private.register_keys))
    assert private.found_in(b"fid,key\n1," + key + b"\n")


def test_no_response_holds_a_household_point(walked: dict[str, bytes], private: Any) -> None:
    stations = {
        p
        for url, body in walked.items()
        if "/collections/stations/items" in url and body[:1] == b"{"
        for p in points(json.loads(body))
    }
    for url, body in walked.items():
        if body[:1] == b"{":
            assert not (set(points(json.loads(body))) & private.points) - stations, url


def test_control_a_household_point_is_found(private: Any) -> None:
    one = next(iter(private.points))
    assert set(points({"features": [{"geometry": {"coordinates": [list(one)]}}]})) & private.points


def test_no_text_beside_released_values_holds_an_exact_count(walked: dict[str, bytes], private: Any) -> None:
    for url, body in walked.items():
        if "/items" not in url and "/assets/" not in url:
            assert not private.counts & set(re.findall(r"(?<![\w.])\d{4,}(?![\w.])", body.decode("utf-8", "ignore"))), url


@pytest.fixture(scope="module")
def table(demo_home: Path) -> pd.DataFrame:
    """The release table of the demo."""
    with closing(open_store(demo_home / "releases", None, "geoservice").open()) as reader:
        return reader.items("table", ItemQuery(limit=10_000_000)).to_pandas()


def test_no_count_is_withheld(table: pd.DataFrame) -> None:
    counts = table[table["measure"].str.endswith(("households", "persons"))]
    assert len(counts) > 100
    assert set(counts["status"]) == {"ok", "not_applicable"}
    idle = counts[counts["status"] == "not_applicable"]
    assert set(idle["geography"]) == {"station"}, "nobody is nearest to a station for a service that it does not offer"
    assert (counts["value"] < 10).any(), "small numbers are shown"


def test_counts_of_areas_are_estimates_and_not_the_registers_own(table: pd.DataFrame, private: Any) -> None:
    rows = table[(table["measure"] == "persons") & (table["group"] == "all") & table["geography"].isin(["county", "township"])]
    big = rows[rows["value"] >= 1000]
    assert len(big) >= 3
    exact = big["value"].round().astype(int).astype(str).isin(private.counts)
    assert exact.mean() < 0.5
    assert (big["margin"] > 1).all()


def test_the_release_follows_from_public_files_alone(demo_home: Path, tmp_path: Path) -> None:
    """Without the register, the same project gives the same release: all that is published is arithmetic on public data."""
    for name in ("study.toml", "project"):
        path = demo_home / name
        (shutil.copytree if path.is_dir() else shutil.copy)(path, tmp_path / name)
    done = subprocess.run(
        [sys.executable, "-m", "geoservice", "publish", "-C", tmp_path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    with (
        closing(open_store(demo_home / "releases", None, "geoservice").open()) as served,
        closing(open_store(tmp_path / "releases", None, "geoservice").open()) as again,
    ):
        assert again.manifest.hash == served.manifest.hash
    assert not (tmp_path / "register").exists()


def test_no_tile_holds_a_point_but_of_a_public_place(demo_home: Path, private: Any) -> None:
    store = open_store(demo_home / "releases", None, "geoservice")
    reader = store.open()
    tiles = 0
    for layer in reader.manifest.layers:
        if layer.geometry == "none":
            continue
        for _, data in store.tiles(reader, layer.id):
            body = gzip.decompress(data)
            assert not private.found_in(body), layer.id
            tiles += 1
            if layer.id not in POINT_LAYERS:
                kinds = {f["geometry"]["type"] for part in mapbox_vector_tile.decode(body).values() for f in part["features"]}
                assert not kinds & {"Point", "MultiPoint"}, layer.id
    assert tiles > 10


def test_a_point_of_origin_is_that_of_an_area_or_of_a_seat_of_government(demo_home: Path) -> None:
    with closing(open_project(demo_home / "project", None, "geoservice")) as project:
        outlines = shapely.from_wkb([g for g in project.read("areas").column("geometry").to_pylist() if g])
    known = {(round(p.x, 5), round(p.y, 5)) for p in shapely.point_on_surface(outlines)}
    known |= {(d.lon, d.lat) for d in divisions().values()}
    with closing(open_store(demo_home / "releases", None, "geoservice").open()) as reader:
        rows = reader.items("origins", ItemQuery(1000)).column("geometry").to_pylist()
    found = {(round(p.x, 5), round(p.y, 5)) for p in shapely.from_wkb(rows)}
    assert found
    assert found <= known


def test_no_file_of_a_release_holds_an_id(demo_home: Path, private: Any) -> None:
    files = [f for f in (demo_home / "releases").rglob("*") if f.is_file()]
    assert files
    for file in files:
        assert not private.found_in(file.read_bytes()), file.name


def test_the_export_holds_nothing_private(demo_home: Path, private: Any, tmp_path: Path) -> None:
    out = tmp_path / "map.html"
    command = [sys.executable, "-m", "geoservice", "export", "--home", str(demo_home), "--folium", str(out)]
    subprocess.run(command, check=True, capture_output=True)
    body = out.read_bytes()
    assert not private.found_in(body)
    pairs = re.findall(r"(-?\d{1,3}\.\d{6,}),\s*(-?\d{1,2}\.\d{6,})", body.decode())
    found = {(round(float(a), 6), round(float(b), 6)) for a, b in pairs}
    assert len(found) > 100
    assert not found & private.points


def test_no_log_line_holds_anything_private(demo_home: Path, private: Any) -> None:
    log = demo_home.with_suffix(".log").read_bytes()
    assert b"release 1 is current" in log
    assert not private.found_in(log)
    assert not private.counts & set(re.findall(r"(?<![\w.])\d{4,}(?![\w.])", log.decode()))


def test_points_differ_at_the_precision_of_the_search(private: Any) -> None:
    lon = np.array([p[0] for p in private.points])
    assert len(private.points) > 100
    assert np.ptp(lon) > 0.001
