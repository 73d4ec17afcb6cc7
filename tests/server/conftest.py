"""A small release with Chinese names, nulls, hostile text and a non-public layer, and a test client."""

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import anyio
import clinics
import httpx
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from made_gazetteer import county_folder
from starlette.types import ASGIApp

from geoservice.layer import Label, Layer, LayerColumn, Style
from geoservice.release import open_store
from geoservice.release.base import TABLE, Manifest, ReleaseContent
from geoservice.release.layers import build_layers
from geoservice.release.manifest import table_digest
from geoservice.release.protocols import ReleaseStore
from geoservice.server.app import Application, create_app
from geoservice.settings import Settings

_count = itertools.count()
EVIL = "<script>alert('村')</script>"
AREAS = [
    ("t1", "宜秀", "Yixiu", shapely.box(25.0, 60.1, 25.1, 60.2)),
    ("t2", EVIL, EVIL, shapely.box(25.1, 60.1, 25.2, 60.2)),
    ("t3", "=HYPERLINK(1)", "Östersundom", shapely.box(25.2, 60.1, 25.3, 60.2)),
]
ROWS = [
    ("t1", "covered_share", 15, 71.5), ("t2", "covered_share", 15, None), ("t3", "covered_share", 15, 33.0),
    ("t1", "covered_share", 30, 99.0), ("t2", "covered_share", 30, 88.0), ("t3", "covered_share", 30, 77.0),
]  # fmt: skip


def label(text: str) -> Label:
    return Label(zh=text + "（中）", en=text)


def layers() -> list[Layer]:
    name = [
        LayerColumn(name="name_zh", title=label("name"), type="text"),
        LayerColumn(name="name_en", title=label("name"), type="text"),
    ]
    form, where = "share_{service}_{mode}_{minutes}", {"tier": "any", "nth": 1, "group": "all"}
    share = LayerColumn(name=form, title=label("{service} {minutes}"), unit="%", measure="covered_share", where=where)
    style = Style(kind="fill", property=form, breaks=(40, 80), colours=("#440154", "#21918c", "#fde725"))
    described = {"description": label("d")}
    return [
        Layer(id="coverage", title=label("Coverage"), geography=("township",), geometry="polygon", columns=(*name, share),
              style=style, maxzoom=10, **described),
        Layer(id="stations", title=label("Stations"), geography=("station",), geometry="point", columns=tuple(name), maxzoom=5,
              style=Style(kind="circle", colours=("#d55e00",)), **described),
        Layer(id="secret", title=label("Secret"), geography=("township",), geometry="polygon", columns=tuple(name),
              role="steward", **described),
        Layer(id="table", title=label("Table"), geography=(), geometry="none", style=Style(kind="none"), **described),
    ]  # fmt: skip


def units(rows: list[tuple[str, str, str, Any]]) -> pa.Table:
    ids, zh, en, shapes = zip(*rows, strict=True)
    wkb = pa.array([None if s is None else shapely.to_wkb(s) for s in shapes], pa.binary())
    return pa.table({"unit": ids, "name_zh": zh, "name_en": en, "parent": pa.nulls(len(ids), pa.string()), "geometry": wkb})


def table() -> pa.Table:
    frame = pd.DataFrame(ROWS, columns=["unit", "measure", "minutes", "value"]).assign(
        geography="township", service="clinic", tier="any", mode="walk", nth=1, group="all"
    )
    frame["margin"] = frame["value"] / 10
    frame["status"] = frame["value"].isna().map({True: "nobody", False: "ok"})
    return pa.Table.from_pandas(frame[TABLE.names], TABLE, preserve_index=False)


def release_content(note: str = "one", title: str = "Yixiu") -> ReleaseContent:
    stations = [(f"s{i:03}", f"站点{i}", f"Station {i}", shapely.Point(25 + i / 400, 60.15)) for i in range(120)]
    stations.append(("s999", "没有位置", "Nowhere", None))
    built = list(build_layers(layers(), {"township": units(AREAS), "station": units(stations)}, table()))
    manifest = Manifest(
        code_version="0.1.0", study={"id": "yixiu", "title": {"zh": "宜秀区", "en": title}, "synthetic": True,
                                     "source": {"zh": "来源", "en": "Source"}},
        inputs={"households": "digest-of-input"}, parameters={"limit": 60}, table_digest=table_digest(table()),
        layers=tuple(c.layer for c in built), disclosure={"kind": "register", "rho": 1.0, "seed": 8, "levels": [{"key": 4}],
                                                            "statement": {"zh": "两句话。", "en": "Two sentences."}},
        notes=(label(note),),
    )  # fmt: skip
    return ReleaseContent(built, table(), manifest, gazetteer=county_folder())


@pytest.fixture(scope="session")
def content() -> Callable[..., ReleaseContent]:
    return release_content


class Place(NamedTuple):
    """Where releases are kept."""

    home: Path
    dsn: str | None
    prefix: str

    def open(self, read_only: bool = True) -> ReleaseStore:
        return open_store(self.home / "releases", self.dsn, self.prefix, read_only=read_only)


NUMBERS = itertools.count(1)


@pytest.fixture(scope="session", params=["duckdb", pytest.param("postgis", marks=pytest.mark.postgis)])
def published(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Return where one release is, on each kind of store; tests only read it.

    The prefix is a new one each time: pytest makes a fixture with parameters anew when tests of the other store lie between.
    """
    dsn = request.getfixturevalue("postgis") if request.param == "postgis" else None
    place = Place(tmp_path_factory.mktemp("published"), dsn, f"published_{next(NUMBERS)}")
    store = place.open(read_only=False)
    store.write(release_content())
    store.close()
    return place


def close_releases(app: Application) -> None:
    """Close the releases of an app without a server, as a server does that stops; PostGIS keeps files of them meanwhile."""
    app.response_cache._releases.close()


@pytest.fixture(scope="session")
def app(published: Place) -> Iterator[ASGIApp]:
    app = create_app(Settings(), published.open())
    yield app
    close_releases(app)


@pytest.fixture(scope="session")
def yixiu_app(published: Place, tmp_path_factory: pytest.TempPathFactory) -> ASGIApp:
    """Return an app over a release in China with times and several shapes, on each kind of store."""
    place = Place(tmp_path_factory.mktemp("yixiu"), published.dsn, "yixiu")
    store = place.open(read_only=False)
    store.write(clinics.release_content())
    store.close()
    return create_app(Settings(), place.open())


class Client:
    """GET requests to an app in this process, without a server; errors of the app become responses, as with a server."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    def request(self, method: str, url: str, **headers: str) -> httpx.Response:
        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://geo.test") as client:
                return await client.request(method, url, headers={k.replace("_", "-"): v for k, v in headers.items()})

        return anyio.run(go)

    def get(self, url: str, **headers: str) -> httpx.Response:
        return self.request("GET", url, **headers)

    def json(self, url: str, **headers: str) -> Any:
        response = self.get(url, **{"Accept": "application/json", **headers})
        assert response.status_code == 200, response.text
        return response.json()


@pytest.fixture
def client(app: ASGIApp) -> Client:
    return Client(app)


@pytest.fixture(scope="session")
def client_of() -> type[Client]:
    """Return what makes a client of an app of the test's own."""
    return Client


@pytest.fixture
def yixiu(yixiu_app: ASGIApp) -> Client:
    return Client(yixiu_app)


@pytest.fixture
def release_store(published: Place, tmp_path: Path) -> Iterator[ReleaseStore]:
    """Yield a store of one's own to write to, with one release in it."""
    store = Place(tmp_path, published.dsn, f"own{next(_count)}").open(read_only=False)
    if published.dsn is None:
        shutil.copytree(published.home / "releases", tmp_path / "releases", symlinks=True, dirs_exist_ok=True)
    else:
        store.write(release_content())
    yield store
    store.close()


@pytest.fixture
def changing(release_store: ReleaseStore) -> Iterator[Client]:
    """A client over ``release_store``."""
    app = create_app(Settings(), release_store)
    yield Client(app)
    close_releases(app)


@pytest.fixture
def empty_store(published: Place, tmp_path: Path) -> Iterator[ReleaseStore]:
    store = Place(tmp_path, published.dsn, "none").open()
    yield store
    store.close()
