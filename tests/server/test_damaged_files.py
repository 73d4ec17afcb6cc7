"""A damaged file affects one layer only: 503 for its content, one line in the log, and recovery when it is repaired."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import structlog
from file_damage import DAMAGE, flipped_in_a_tile, mend

from geoservice.geo import BBox, Tile
from geoservice.release import open_store
from geoservice.release.pmtiles import Archive, write_archive
from geoservice.server.app import create_app
from geoservice.server.operations import health
from geoservice.server.release_pool import RETRY_S, ReleasePool
from geoservice.settings import Settings

TILE, STATIONS, BASE = "/tiles/coverage/5/18/9.mvt", "/tiles/stations/5/18/9.mvt", "/tiles/base/0/0/0.mvt"
TOGETHER = "/tiles/WebMercatorQuad/5/9/18"
OTHERS = [
    STATIONS, "/tiles/stations.pmtiles", BASE, "/collections", "/collections/coverage/items?f=csv", "/manifest", "/?f=json",
    "/collections/stations/items?f=csv", "/styles/map", "/styles/coverage/legend?f=svg", "/map/stations/5/18/9.png",
    "/collections/coverage/tilejson", "/collections/coverage",
]  # fmt: skip
"""What a damaged file of the layer coverage leaves as it was."""


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for readiness as long as a busy machine needs; that it does not wait is tested in test_health_hangs."""
    monkeypatch.setattr(health, "READY_S", 60)


@pytest.fixture(scope="module")
def written(content: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    store = open_store(folder / "releases", None, "x", read_only=False)
    store.write(content())
    stations = Archive(folder / "releases" / "1" / "tiles" / "stations.pmtiles")
    write_archive(folder / "base.pmtiles", [(Tile(0, 0, 0), stations.get(Tile(5, 18, 9)))], BBox(0, 0, 1, 1), {})
    stations.close()
    shutil.rmtree(folder / "releases")
    store = open_store(folder / "releases", None, "x", read_only=False)
    store.write(replace(content(), base_map=folder / "base.pmtiles"))
    store.close()
    return folder


@pytest.fixture
def home(written: Path, tmp_path: Path) -> Path:
    shutil.copytree(written / "releases", tmp_path / "releases", symlinks=True)
    return tmp_path


@pytest.fixture(scope="module")
def before(client_of: Any, written: Path) -> dict[str, Any]:
    """Return what is answered while nothing is damaged."""
    client = client_of(create_app(Settings(), open_store(written / "releases", None, "x")))
    return {url: client.get(url) for url in OTHERS}


def tiles(home: Path, layer: str = "coverage") -> Path:
    return home / "releases" / "1" / "tiles" / f"{layer}.pmtiles"


def intact(written: Path, layer: str = "coverage") -> Path:
    return tiles(written, layer)


@pytest.fixture
def on(client_of: Any, home: Path) -> Any:
    return client_of(create_app(Settings(), open_store(home / "releases", None, "x")))


def is_refused(answer: Any, home: Path) -> None:
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"]
    assert answer.headers["cache-control"] == "no-store"
    assert str(home) not in answer.text
    assert ".pmtiles" not in answer.json()["detail"]


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_tile_file_is_503_and_all_else_is_served(
    on: Any, home: Path, written: Path, before: dict[str, Any], kind: str
) -> None:
    DAMAGE[kind](tiles(home), tiles(home, "stations"))
    with structlog.testing.capture_logs() as log:
        for _ in range(2):
            for url in ("/tiles/coverage.pmtiles", TILE, "/tiles/coverage,stations/5/18/9.mvt", TOGETHER):
                is_refused(on.get(url), home)
        is_refused(on.get("/tiles/coverage.pmtiles", Range="bytes=0-126"), home)
        assert "coverage" in on.get(TOGETHER).json()["detail"]
        for url, answer in before.items():
            now = on.get(url)
            assert (url, now.status_code, now.content) == (url, answer.status_code, answer.content)
        ready = on.json("/health/ready")
        assert (ready["status"], ready["release"]) == ("degraded", 1)
    errors = [line for line in log if line["event"] == "damaged file"]
    assert [(line["release"], line["file"], line["log_level"]) for line in errors] == [(1, "tiles/coverage.pmtiles", "error")]
    assert all(line["status"] != 500 for line in log if line["event"] == "request")
    mend(tiles(home), intact(written))
    assert on.get(TILE).status_code == 200
    assert on.get("/tiles/coverage.pmtiles").content == intact(written).read_bytes()
    assert on.json("/health/ready")["status"] == "ready"


def test_a_picture_of_a_damaged_file_is_503_until_the_file_is_repaired(on: Any, home: Path, written: Path) -> None:
    flipped_in_a_tile(tiles(home), tiles(home, "stations"))
    with structlog.testing.capture_logs() as log:
        for picture in ("/map/coverage/0/0/0.png", "/map/coverage/0/0/0@2x.png"):
            is_refused(on.get(picture), home)
    assert [line["file"] for line in log if line["event"] == "damaged file"] == ["tiles/coverage.pmtiles"]
    mend(tiles(home), intact(written))
    assert on.get("/map/coverage/0/0/0.png").status_code == 200


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_file_that_is_damaged_while_it_is_served_never_gives_wrong_bytes(on: Any, home: Path, kind: str) -> None:
    assert on.get(TILE).status_code == 200  # the other tiles are not in memory
    assert on.get("/tiles/coverage.pmtiles").status_code == 200
    DAMAGE[kind](tiles(home), tiles(home, "stations"))
    answer = on.get("/tiles/coverage/0/0/0.mvt")
    if kind in {"deleted", "a link to nothing"}:  # the open file is whole
        assert answer.status_code == 200
        assert on.get("/tiles/coverage.pmtiles").status_code == 200
    else:
        is_refused(answer, home)
        is_refused(on.get("/tiles/coverage.pmtiles"), home)
    assert on.get(STATIONS).status_code == 200


def test_a_damaged_base_map_leaves_the_layers(on: Any, home: Path) -> None:
    flipped_in_a_tile(tiles(home, "base"), home)
    is_refused(on.get(BASE), home)
    is_refused(on.get("/tiles/base.pmtiles"), home)
    assert on.get(TILE).status_code == 200


def test_two_requests_for_a_damaged_file_log_one_line(on: Any, home: Path) -> None:
    flipped_in_a_tile(tiles(home), home)
    with structlog.testing.capture_logs() as log:
        assert {on.get(f"/tiles/coverage/{z}/0/0.mvt").status_code for z in (0, 0)} == {503}
    assert len([line for line in log if line["event"] == "damaged file"]) == 1


def zero_blocks(path: Path, first: int, last: int) -> None:
    """Zero blocks of a DuckDB file, which come behind three headers."""
    data, block, start = path.read_bytes(), 256 * 1024, 3 * 4096
    path.write_bytes(data[: start + first * block] + bytes((last - first) * block) + data[start + last * block :])


def test_damaged_features_of_one_layer_leave_the_others(on: Any, home: Path) -> None:
    path, refused = home / "releases" / "1" / "layers.duckdb", {}
    urls = [f"/collections/{layer}/items?limit=200" for layer in ("coverage", "stations", "table")]
    for block in range((path.stat().st_size - 3 * 4096) // (256 * 1024)):
        copy = home / str(block)  # DuckDB would take a file of the same name for the one that is open
        shutil.copytree(home / "releases", copy / "releases", symlinks=True)
        zero_blocks(copy / "releases" / "1" / "layers.duckdb", block, block + 1)
        on.app = create_app(Settings(), open_store(copy / "releases", None, "x"))
        answers = [on.get(url) for url in urls]
        states = [answer.status_code for answer in answers]
        for answer in answers:
            if answer.status_code != 200:
                is_refused(answer, copy)
        refused[block] = states.count(503)
        if 0 < states.count(503) < 3:
            assert on.json("/health/ready")["status"] == "degraded"
        if states.count(503) < 3:
            assert on.get(TILE).status_code == 200
    assert 1 in refused.values()
    assert 0 in refused.values()


RUINS: dict[str, tuple[str, bytes | None]] = {
    "manifest empty": ("manifest.json", b""),
    "manifest cut short": ("manifest.json", b'{"format": 5, "lay'),
    "manifest not UTF-8": ("manifest.json", b"\xff\xfe\x00"),
    "manifest of another type": ("manifest.json", b'{"format": 5, "layers": 7}'),
    "manifest null": ("manifest.json", b"null"),
    "manifest zeroed": ("manifest.json", bytes(900)),
    "manifest lost": ("manifest.json", None),
    "database empty": ("layers.duckdb", b""),
    "database garbage": ("layers.duckdb", b"DUCK" * 20_000),
    "database lost": ("layers.duckdb", None),
}


def ruin(home: Path, number: int, kind: str) -> None:
    name, data = RUINS[kind]
    path = home / "releases" / str(number) / name
    if data is None:
        path.unlink()
    else:
        path.write_bytes(data)


@pytest.mark.parametrize("kind", RUINS)
def test_a_server_that_starts_on_a_damaged_release_returns_503(on: Any, home: Path, kind: str) -> None:
    ruin(home, 1, kind)
    with structlog.testing.capture_logs() as log:
        for url in ("/collections", TILE, "/tiles/coverage.pmtiles", "/manifest", "/health/ready", "/styles/map"):
            is_refused(on.get(url), home)
    (errors,) = [line for line in log if line["event"] == "release cannot be opened"]
    assert (errors["release"], errors["serving"]) == (1, None)
    assert "release 1" in errors["reason"]
    assert on.get("/health/live").status_code == 200
    assert on.get("/", Accept="text/html").status_code == 200


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("kind", RUINS)
def test_a_server_keeps_its_release_if_the_next_one_is_damaged(home: Path, content: Any, kind: str) -> None:
    store, clock = open_store(home / "releases", None, "x", read_only=False), Clock()
    current = ReleasePool(store, clock=clock)
    with current.lease() as reader:
        assert reader.number == 1
    small = [c for c in content().layers if c.layer.id == "table"]
    manifest = content().manifest.model_copy(update={"layers": (small[0].layer,)})
    store.write(replace(content(), layers=small, manifest=manifest))
    copy = shutil.copytree(home / "releases" / "2", home / "kept")
    ruin(home, 2, kind)
    with structlog.testing.capture_logs() as log:
        for _ in range(4):
            clock.now += 1
            with current.lease() as reader:
                assert reader.number == 1
    (errors,) = [line for line in log if line["event"] == "release cannot be opened"]
    assert (errors["release"], errors["serving"]) == (2, 1)
    shutil.copytree(copy, home / "releases" / "2", dirs_exist_ok=True)
    clock.now += RETRY_S
    with current.lease() as reader:
        assert reader.number == 2
    current.close()


@pytest.mark.parametrize("target", ["nothing", "7", ".."])
def test_a_damaged_link_to_the_current_release_keeps_the_served_one(home: Path, target: str) -> None:
    clock = Clock()
    current = ReleasePool(open_store(home / "releases", None, "x"), clock=clock)
    with current.lease():
        pass
    link = home / "releases" / "current"
    link.unlink()
    link.symlink_to(target)
    clock.now += 1
    with current.lease() as reader:
        assert reader.number == 1
    current.close()
