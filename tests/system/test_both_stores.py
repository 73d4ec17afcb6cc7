"""The same study on both stores, twice, and from rows in another order: one release table, one hash."""

import json
import shutil
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psycopg
import pyarrow as pa
import pytest

from geoservice.api.measurement import keep_surface
from geoservice.demo import import_plan, write_yixiu
from geoservice.disclosure.vintage import Rules, measure_vintage
from geoservice.ingest import Options, import_file
from geoservice.layer import read_layers
from geoservice.network.basemap import write_base_map
from geoservice.network.build import build_network
from geoservice.network.places import load_places
from geoservice.pipeline import publish_study
from geoservice.progress import quiet
from geoservice.project import open_project
from geoservice.register import open_register
from geoservice.release import ItemQuery, open_store, prepare_roles
from geoservice.study import Study, read_study

PREFIX = "both"
ROLE = "both_http"
SMALL = {"modes": ("drive",), "minutes": (5, 15, 30), "tiers": ("county", "van"), "cell_metres": 1000, "vans": None}


@dataclass(frozen=True)
class Outcome:
    """What a run left behind."""

    hash: str
    table: pa.Table
    layers: dict[str, pa.Table]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of a small Yixiu, a secret, and the network built once."""
    folder = tmp_path_factory.mktemp("county")
    write_yixiu(folder, 1200, 1)
    build_network(folder / "streets.osm.pbf", folder / "kept" / "project" / "network", SMALL["modes"], None, quiet)  # type: ignore[arg-type]
    write_base_map(folder / "streets.osm.pbf", folder / "kept" / "project" / "network" / "base.pmtiles", quiet)
    (folder / "kept" / "register").mkdir()
    (folder / "kept" / "register" / "secret").write_bytes(bytes(range(32)))
    return folder


@pytest.fixture(scope="module")
def study(county: Path) -> Study:
    whole = read_study(county / "study.toml")
    return Study.model_validate({**whole.model_dump(), **SMALL, "services": [s.model_dump() for s in whole.services[:2]]})


Run = Callable[..., list[Outcome]]


@pytest.fixture(scope="module")
def run(county: Path, study: Study, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return ``run(dsn, files, times)``: import the county's files into a new project and publish, in this process."""
    whole = read_study(county / "study.toml")
    layers = read_layers(Path(__file__).parents[2] / "layers")

    def go(dsn: str | None, files: Path, times: int = 1) -> list[Outcome]:
        home = tmp_path_factory.mktemp("home") / "project"
        shutil.copytree(county / "kept", home)
        with (
            closing(open_project(home / "project", dsn, PREFIX)) as project,
            closing(open_register(home / "register", dsn, PREFIX)) as register,
            closing(open_store(home / "releases", dsn, PREFIX, read_only=False)) as store,
        ):
            for step in import_plan(files):
                if step.table != "network":
                    import_file(project, step.table, step.path, Options(**step.options), whole, quiet, register)
            rules = Rules(whole.disclosure.budget, Fraction(4), synthetic=True)
            places = load_places(project.network)
            done = measure_vintage(register, register.read("households"), project.read("areas"), places, rules)
            keep_surface(project, done)
            runs = (publish_study(project, store, study, layers, quiet).number for _ in range(times))
            return [looked_at(store, number) for number in runs]

    return go


def looked_at(store: Any, number: int) -> Outcome:
    reader = store.open(number)
    layers = {layer.id: reader.items(layer.id, ItemQuery(limit=1_000_000)) for layer in reader.manifest.layers}
    outcome = Outcome(reader.manifest.hash, layers["table"], layers)
    reader.close()
    return outcome


@pytest.fixture(scope="module")
def embedded(run: Run, county: Path) -> list[Outcome]:
    return run(None, county, times=2)


@pytest.fixture(scope="module")
def server(run: Run, county: Path, postgis: str) -> Iterator[Outcome]:
    with psycopg.connect(postgis, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {ROLE} LOGIN")
    prepare_roles(postgis, PREFIX, ROLE)
    yield run(postgis, county)[0]
    with psycopg.connect(postgis, autocommit=True) as connection:
        names = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE %s", [f"{PREFIX}%"]).fetchall()
        for (name,) in names:
            connection.execute(f"DROP SCHEMA {name} CASCADE")
        connection.execute(f"DROP ROLE {ROLE}")


def cells(table: pa.Table) -> pd.DataFrame:
    """The release table in the order of its key."""
    frame = table.to_pandas().drop(columns=["fid", "geometry"], errors="ignore")
    key = [c for c in frame.columns if c not in {"value", "margin", "status"}]
    return frame.sort_values(key).reset_index(drop=True)[sorted(frame.columns)]


def test_two_runs_agree_on_every_cell_and_the_hash(embedded: list[Outcome]) -> None:
    first, second = embedded
    assert first.table.num_rows > 1000
    assert (cells(first.table)["status"] == "ok").any()
    assert (cells(first.table)["status"] == "beyond").any()
    pd.testing.assert_frame_equal(cells(first.table), cells(second.table), check_exact=True)
    assert first.hash == second.hash


@pytest.mark.postgis
def test_both_stores_agree_on_every_cell_and_the_hash(embedded: list[Outcome], server: Outcome) -> None:
    pd.testing.assert_frame_equal(cells(embedded[0].table), cells(server.table), check_exact=True)
    assert embedded[0].hash == server.hash


@pytest.mark.postgis
def test_both_stores_give_the_same_features(embedded: list[Outcome], server: Outcome) -> None:
    for layer, features in embedded[0].layers.items():
        assert features.equals(server.layers[layer]), layer


def shuffled(path: Path, out: Path) -> None:
    header, *rows = path.read_bytes().splitlines(keepends=True)
    order = np.random.default_rng(7).permutation(len(rows))
    out.write_bytes(header + b"".join(rows[i] for i in order))


def test_results_do_not_depend_on_the_order_of_rows(embedded: list[Outcome], run: Run, county: Path, tmp_path: Path) -> None:
    files = tmp_path / "files"
    shutil.copytree(county, files, ignore=shutil.ignore_patterns("kept"))
    for name in ("stations.csv", "households.csv"):
        shuffled(county / name, files / name)
    areas = json.loads((county / "areas.geojson").read_text(encoding="utf-8"))
    areas["features"].reverse()
    (files / "areas.geojson").write_text(json.dumps(areas), encoding="utf-8")
    other = run(None, files)[0]
    pd.testing.assert_frame_equal(cells(embedded[0].table), cells(other.table), check_exact=True)
    assert embedded[0].hash == other.hash


@pytest.mark.postgis
@pytest.mark.usefixtures("server")
def test_the_serving_role_reads_releases_and_no_other_schema(postgis: str) -> None:
    """Every table of the database, asked one by one: those of register and project are there, and refused."""
    question = """SELECT n.nspname, bool_or(has_schema_privilege(n.oid, 'USAGE')
                                            AND has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE'))
                  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                  WHERE c.relkind IN ('r', 'v', 'm', 'p') AND n.nspname LIKE %s GROUP BY 1"""
    with psycopg.connect(postgis.replace("user=postgres", f"user={ROLE}")) as connection:
        found = dict(connection.execute(question, [f"{PREFIX}%"]).fetchall())
    assert found == {
        f"{PREFIX}_register": False,
        f"{PREFIX}_project": False,
        f"{PREFIX}_releases": True,
        f"{PREFIX}_release_1": True,
    }


@pytest.mark.postgis
def test_a_release_on_postgis_is_served_by_the_serving_role(postgis: str, server: Outcome, serve: Any, tmp_path: Path) -> None:
    """From an empty folder, with the private connections in the environment by mistake."""
    environment = {
        "GEOSERVICE_DSN": postgis,
        "GEOSERVICE_REGISTER_DSN": postgis,
        "GEOSERVICE_SERVE_DSN": postgis.replace("user=postgres", f"user={ROLE}"),
        "GEOSERVICE_SCHEMA_PREFIX": PREFIX,
    }
    with psycopg.connect(postgis) as connection:
        before = connection.execute("SELECT now()").fetchone()
    with serve(tmp_path, **environment) as served:
        for path in ("/manifest", "/collections/table/items?limit=5", "/collections/coverage/items?limit=2"):
            with urllib.request.urlopen(f"{served.url}{path}{'&' if '?' in path else '?'}f=json", timeout=30) as answer:
                assert answer.status == 200
        with psycopg.connect(postgis) as connection:
            clients = "backend_type = 'client backend' AND pid <> pg_backend_pid() AND backend_start > %s"
            users = connection.execute(f"SELECT DISTINCT usename FROM pg_stat_activity WHERE {clients}", before).fetchall()
        assert users == [(ROLE,)]
    assert not list(tmp_path.iterdir())
