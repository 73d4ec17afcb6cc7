"""GeoPackages that another program has open: rows in the write-ahead log, and unfinished writes."""

import hashlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import Point

from geoservice.errors import UnreadableFile
from geoservice.ingest import Report
from geoservice.project import Project

Load = Callable[..., Report]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    rows = {"id": ["1"], "name": ["A"], "tier": ["village"], "services": ["care"]}
    path = tmp_path / "s.gpkg"
    gpd.GeoDataFrame(rows, geometry=[Point(116.95, 30.6)], crs=4326).to_file(path)
    with closing(sqlite3.connect(path)) as database:  # the triggers keep a spatial index, by functions of GDAL's alone
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 's'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.commit()
    return path


@pytest.fixture
def writer(package: Path) -> Iterator[sqlite3.Connection]:
    """Return a connection that has the package open and copies its station."""
    with closing(sqlite3.connect(package)) as database:
        yield database


def add(database: sqlite3.Connection, key: str) -> None:
    database.execute(
        "INSERT INTO s (geom, id, name, tier, services) SELECT geom, ?, name, tier, services FROM s LIMIT 1", [key]
    )


def stations(project: Project) -> list[str]:
    return sorted(project.read("stations").column("id").to_pylist())


def digests(package: Path) -> dict[str, str]:
    return {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in package.parent.glob("s.gpkg*") if p.suffix != ".gpkg-shm"
    }


def test_rows_in_the_write_ahead_log_are_read(package: Path, writer: sqlite3.Connection, project: Project, load: Load) -> None:
    writer.execute("PRAGMA journal_mode = WAL")
    add(writer, "2")
    writer.commit()
    before = digests(package)
    assert before.keys() == {"s.gpkg", "s.gpkg-wal"}
    assert load("stations", "s.gpkg").rows_accepted == 2
    assert stations(project) == ["1", "2"]
    assert digests(package) == before, "what is read stays as it is"


def test_the_log_is_part_of_the_digest(package: Path, writer: sqlite3.Connection, project: Project, load: Load) -> None:
    writer.execute("PRAGMA journal_mode = WAL")
    add(writer, "2")
    writer.commit()
    load("stations", "s.gpkg")
    assert load("stations", "s.gpkg").already_loaded
    add(writer, "3")
    writer.commit()
    assert not load("stations", "s.gpkg").already_loaded
    assert stations(project) == ["1", "2", "3"]


def test_an_empty_log_changes_nothing(package: Path, writer: sqlite3.Connection, load: Load) -> None:
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("SELECT count(*) FROM s").fetchall()
    assert (package.parent / "s.gpkg-wal").stat().st_size == 0
    assert load("stations", "s.gpkg").rows_accepted == 1


def test_an_unfinished_write_is_refused(
    package: Path, writer: sqlite3.Connection, load: Load, state: Callable[[], object]
) -> None:
    writer.execute("PRAGMA cache_size = 5")  # a transaction that does not fit writes into the file before it is committed
    for i in range(2, 2000):
        add(writer, f"{i:08d}")
    before = state()
    with pytest.raises(UnreadableFile, match=r"s\.gpkg-journal beside it holds an unfinished write; close it in QGIS"):
        load("stations", "s.gpkg")
    assert state() == before
    writer.rollback()
    assert load("stations", "s.gpkg").rows_accepted == 1


def test_the_log_of_another_package_is_refused(package: Path, writer: sqlite3.Connection, load: Load, tmp_path: Path) -> None:
    shutil.copy(package, tmp_path / "before.gpkg")
    writer.execute("PRAGMA journal_mode = WAL")
    for i in range(2, 2000):
        add(writer, f"{i:08d}")
    writer.commit()
    shutil.copy(tmp_path / "s.gpkg-wal", tmp_path / "log")
    other = gpd.GeoDataFrame({"x": range(9000)}, geometry=[Point(116.95, 30.6)] * 9000, crs=4326)
    other.to_file(tmp_path / "t.gpkg")
    shutil.copy(tmp_path / "log", tmp_path / "t.gpkg-wal")
    with pytest.raises(UnreadableFile, match="does not match"):
        load("stations", "t.gpkg")
