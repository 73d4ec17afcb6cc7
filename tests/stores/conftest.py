"""Fixtures for both engines: a test with ``register``, ``project`` or ``store`` runs on DuckDB and on PostGIS."""

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely

from geoservice.layer import Label, Layer, LayerColumn
from geoservice.project import Project, open_project
from geoservice.register import Register, open_register
from geoservice.release import Manifest, ReleaseContent, ReleaseReader, ReleaseStore, open_store
from geoservice.release.base import TABLE
from geoservice.release.layers import build_layers
from geoservice.schema import TABLES
from geoservice.vintages import VintageStore

collect_ignore = ["killed.py"]  # a program of its own, run by test_kill
ENGINES = ["duckdb", pytest.param("postgis", marks=pytest.mark.postgis)]
_count = itertools.count()
TRICKY = "名,\"字\"\n第二行\\ \t; 𠮷 %s $1 'x'"


@pytest.fixture(scope="module", params=ENGINES)
def dsn(request: pytest.FixtureRequest) -> str | None:
    return request.getfixturevalue("postgis") if request.param == "postgis" else None


@pytest.fixture
def prefix() -> str:
    return f"t{next(_count)}"


@pytest.fixture
def register(tmp_path: Path, dsn: str | None, prefix: str) -> Iterator[Register]:
    with closing(open_register(tmp_path / "register", dsn, prefix)) as register:
        yield register


@pytest.fixture
def project(tmp_path: Path, dsn: str | None, prefix: str) -> Iterator[Project]:
    with closing(open_project(tmp_path / "project", dsn, prefix)) as project:
        yield project


@pytest.fixture
def holder(register: Register, project: Project) -> Callable[[str], VintageStore]:
    """Return ``holder(table)``: the one of both stores that keeps a table."""
    return lambda table: next(store for store in (register, project) if table in store.tables)


@pytest.fixture
def store(tmp_path: Path, dsn: str | None, prefix: str) -> Iterator[ReleaseStore]:
    store = open_store(tmp_path / "releases", dsn, prefix, read_only=False)
    yield store
    store.close()


@pytest.fixture
def rows() -> dict[str, pa.Table]:
    """Return a few rows of each table, with nulls, empties, dates and Chinese text."""
    square = shapely.to_wkb(shapely.box(117, 30, 117.1, 30.1))
    day = dt.date(2020, 2, 29)
    return {
        "areas": pa.table(
            [
                ["nbs2023", "nbs2023"],
                ["340811", "340811100"],
                ["宜秀区", TRICKY],
                ["", "Daguan"],
                ["county", "township"],
                [None, "340811"],
                [square, None],
                [day, None],
                [None, dt.date(1969, 12, 31)],
            ],
            schema=TABLES["areas"].arrow(),
        ),
        "stations": pa.table(
            [
                ["s2", "s1"],
                ["卫生院", TRICKY],
                ["township", "van"],
                [["health", "计生"], []],
                [120.5, None],
                [None, 2.0],
                [0.0, -0.0],
                [[], [TRICKY, "", '{a,"b"}']],
                [True, False],
                ["Mo-Fr 08:00-17:00", None],
                [0.0, 300.0],
                [117.0, 0.1 + 0.2],
                [30.5, 1e-17],
            ],
            schema=TABLES["stations"].arrow(),
        ),
        "households": households(5),
        "uptake": pa.table(
            [["340811"], ["2024Q1"], ["health"], ["all"], [2**53 + 1], [2**62]],
            schema=TABLES["uptake"].arrow(),
        ),
        "population": pa.table(
            [
                ["r0_c1", TRICKY],
                [square, shapely.to_wkb(shapely.Point(117, 30))],
                [0.1 + 0.2, 0.0],
                [None, 2.5],
                [1e-9, None],
                ["统计局", None],
                [day, None],
            ],
            schema=TABLES["population"].arrow(),
        ),
        "pyramids": pa.table(
            [
                ["340811", TRICKY],
                [day, dt.date(1953, 6, 30)],
                ["female", "all"],
                [85, 0],
                [None, 4],
                [0.1 + 0.2, 0.0],
                [None, 2.5],
                ["普查", None],
            ],
            schema=TABLES["pyramids"].arrow(),
        ),
    }


def households(n: int, seed: int = 0, groups: tuple[str, ...] = ()) -> pa.Table:
    draw = np.random.default_rng(seed)
    columns = [
        [draw.bytes(16) for _ in range(n)],
        draw.uniform(116, 117, n).tolist(),
        draw.uniform(30, 31, n).tolist(),
        ["point"] * n,
        [None if i % 2 else 12.5 for i in range(n)],
        [1 + i % 7 for i in range(n)],
        [None if i % 3 else "340811" for i in range(n)],
        ["340811100"] * n,
        [None if i % 2 else dt.date(1950, 1, 1 + i % 28) for i in range(n)],
        [None] * n,
        *([i % 3 for i in range(n)] for _ in groups),
    ]
    return pa.table(columns, schema=TABLES["households"].arrow(groups))


@pytest.fixture
def some_households() -> Callable[..., pa.Table]:
    return households


def label(text: str) -> Label:
    return Label(zh=text, en=text)


def released(*lines: tuple[object, ...]) -> pa.Table:
    """Rows of the release table: geography, unit, measure, service, mode, minutes, value (None: nobody), with a margin of 2."""
    made = [
        (g, u, m, s, "any", mode, 1, "all", minutes, value, *((None, "nobody") if value is None else (2.0, "ok")))
        for g, u, m, s, mode, minutes, value in lines
    ]
    return pa.Table.from_pylist([dict(zip(TABLE.names, x, strict=True)) for x in made], TABLE)


def study(points: int = 40) -> ReleaseContent:
    """Points (some at the antimeridian, one without a place), two levels of areas, an empty layer and the table itself."""
    draw = np.random.default_rng(7)
    lon = np.concatenate([[179.9, -179.9, 180.0], draw.uniform(116, 117, points - 3)])
    lat = np.concatenate([[-17.0, -17.0, -17.0], draw.uniform(30, 31, points - 3)])
    where = shapely.to_wkb(shapely.points(lon, lat)).tolist()
    where[5] = None
    place = pa.table(
        {
            "unit": [f"p{i:03d}" for i in range(points)],
            "name": [None if i == 4 else "" if i == 6 else f"{TRICKY}{i % 3}" for i in range(points)],
            "beds": pa.array([None if i % 5 == 0 else i % 4 for i in range(points)], pa.int64()),
            "open": [None if i % 7 == 0 else i % 2 == 0 for i in range(points)],
            "geometry": pa.array(where, pa.binary()),
        }
    )
    area = {
        "county": shapely.box([116.0], [30.0], [117.0], [31.0]),
        "township": shapely.box([116.0, 116.5], [30.0, 30.0], [116.5, 117.0], [31.0, 31.0]),
    }
    units = {
        g: pa.table(
            {
                "unit": [f"{g}{i}" for i in range(len(shapes))],
                "name_zh": ["县" for _ in shapes],
                "geometry": pa.array(shapely.to_wkb(shapes).tolist(), pa.binary()),
            }
        )
        for g, shapes in area.items()
    }
    units["place"] = place
    table = released(
        ("county", "county0", "covered_share", "health", "walk", 15, 81.25),
        ("township", "township0", "covered_share", "health", "walk", 15, 0.1 + 0.2),
        ("township", "township1", "covered_share", "health", "walk", 15, None),
        ("township", "township0", "covered_share", "health", "walk", 5, 1e-300),
        ("township", "township1", "covered_share", "health", "walk", 5, -5.0),
    )
    share = LayerColumn(
        name="share_{service}_{minutes}", title=label("{service} {minutes}"), measure="covered_share", unit="percent"
    )
    layers = [
        Layer(
            id="places",
            title=label("点"),
            description=label("点"),
            geography=("place",),
            geometry="point",
            maxzoom=6,
            columns=(
                LayerColumn(name="name", title=label("名"), type="text"),
                LayerColumn(name="beds", title=label("床"), type="integer"),
                LayerColumn(name="open", title=label("开"), type="boolean"),
            ),
        ),
        Layer(
            id="coverage",
            title=label("覆盖"),
            description=label("覆盖"),
            geography=("county", "township"),
            geometry="polygon",
            minzoom=4,
            maxzoom=9,
            columns=(LayerColumn(name="name_zh", title=label("名"), type="text"), share),
        ),
        Layer(id="gaps", title=label("缺口"), description=label("缺口"), geography=("gap",), geometry="polygon"),
        Layer(id="numbers", title=label("数"), description=label("数"), geography=(), geometry="none"),
    ]
    manifest = Manifest(
        code_version="1",
        study={"id": "t", "title": {"zh": "研究"}},
        inputs={"a.csv": "00"},
        parameters={"minutes": [5, 15]},
        table_digest="",
        layers=(),
        disclosure={"profile": "planner"},
    )
    return ReleaseContent(list(build_layers(layers, units, table)), table, manifest)


@pytest.fixture(scope="session")
def content() -> ReleaseContent:
    return study()


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, dsn: str | None, content: ReleaseContent) -> Iterator[ReleaseStore]:
    """Return a store with one release, for tests that only read."""
    store = open_store(tmp_path_factory.mktemp("kept"), dsn, f"t{next(_count)}", read_only=False)
    store.write(content)
    yield store
    store.close()


@pytest.fixture(scope="module")
def reader(kept: ReleaseStore) -> Iterator[ReleaseReader]:
    reader = kept.open()
    yield reader
    reader.close()


@pytest.fixture
def other_prefix() -> Callable[[], str]:
    return lambda: f"t{next(_count)}"


@pytest.fixture(scope="module")
def both(
    tmp_path_factory: pytest.TempPathFactory, postgis: str
) -> Iterator[Callable[[str, ReleaseContent], dict[str, ReleaseReader]]]:
    """Return a function that writes a release to both stores and opens it."""
    opened: list[Any] = []

    def go(name: str, content: ReleaseContent) -> dict[str, ReleaseReader]:
        stores = {
            "duckdb": open_store(tmp_path_factory.mktemp(name), None, name, read_only=False),
            "postgis": open_store(tmp_path_factory.mktemp(name), postgis, name, read_only=False),
        }
        for store in stores.values():
            store.write(content)
        readers = {kind: store.open() for kind, store in stores.items()}
        opened.extend([*readers.values(), *stores.values()])
        return readers

    yield go
    for each in opened:
        each.close()
