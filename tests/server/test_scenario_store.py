"""One suite over both kinds of scenario store: a change and its row in the audit log are one transaction."""

import itertools
import multiprocessing as mp
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from geoservice.errors import Conflict, Forbidden, NotFound, Unavailable
from geoservice.live.edits import StationEdit
from geoservice.server.access import AccessStore, AuditEntry, open_access
from geoservice.server.scenarios.scenario import MAX_OF_OWNER, Scenario, new_id
from geoservice.server.scenarios.store import ScenarioStore

_count = itertools.count()
BY = AuditEntry("planner", "planner", "POST")
EDITS = (
    StationEdit(station="v/1 村", open=False),
    StationEdit(station="new-1", lon=117.1, lat=30.5, tier="village", services=("clinic",), name="红岭'\"<b>", capacity=0),
)


class Stores(NamedTuple):
    """Both stores of one database."""

    access: AccessStore
    scenarios: ScenarioStore


class Location(NamedTuple):
    """The location of a database."""

    home: Path
    dsn: str | None
    prefix: str

    def open(self, dsn: str | None = None, owner: bool = True) -> Stores:
        access = open_access(self.home, dsn or self.dsn, self.prefix, owner=owner)
        return Stores(access, ScenarioStore(access))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgis)])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> Location:
    dsn = request.getfixturevalue("postgis") if request.param == "postgresql" else None
    return Location(tmp_path, dsn, f"sc{os.getpid()}_{next(_count)}")


@pytest.fixture
def stores(location: Location) -> Iterator[Stores]:
    stores = location.open()
    yield stores
    stores.access.close()


def scenario(owner: str = "token:县", name: str = "方案一", edits: tuple[StationEdit, ...] = EDITS) -> Scenario:
    at = "2026-01-01T00:00:00.000Z"
    return Scenario(new_id(), owner, name, "备注\n' -- ;", at, at, "1-abc", 1, len(edits), edits)


def test_a_new_store_is_empty(location: Location, stores: Stores) -> None:
    assert stores.scenarios.summaries(10) == ([], 0)
    with pytest.raises(NotFound, match="no scenario 'x'"):
        stores.scenarios.get("x")
    assert not list(location.home.iterdir()), "looking made a file"


def test_a_scenario_is_read_back_unchanged_and_its_creation_is_in_the_audit_log(stores: Stores) -> None:
    one = scenario()
    stores.scenarios.create(one, BY)
    assert stores.scenarios.get(one.id) == one
    assert [e.entry["name"] for e in stores.access.rows()] == ["planner"]
    assert stores.access.verify().n == 1


def test_a_store_with_tokens_only_gets_the_table(stores: Stores) -> None:
    stores.access.append([BY])
    assert stores.scenarios.summaries(10) == ([], 0)
    stores.scenarios.create(scenario(), BY)
    assert stores.scenarios.summaries(10)[1] == 1
    assert stores.access.verify().n == 2


def test_a_change_makes_the_next_revision(stores: Stores) -> None:
    one = scenario()
    stores.scenarios.create(one, BY)
    after = stores.scenarios.change(one.id, lambda s: replace(s, name="二", edits=EDITS[:1]), BY)
    assert (after.revision, after.name, after.edit_count) == (2, "二", 1)
    assert after.updated > one.updated
    assert stores.scenarios.get(one.id) == after
    assert stores.access.head().n == 2


def test_a_refused_change_leaves_neither_a_trace_nor_a_row(stores: Stores) -> None:
    one = scenario()
    stores.scenarios.create(one, BY)

    def refuse(_: Scenario) -> Scenario:
        raise Forbidden("not yours")

    with pytest.raises(Forbidden, match="not yours"):
        stores.scenarios.change(one.id, refuse, BY)
    with pytest.raises(Forbidden, match="not yours"):
        stores.scenarios.delete(one.id, refuse, BY)  # type: ignore[arg-type]  # it returns nothing, as it raises
    with pytest.raises(NotFound):
        stores.scenarios.change("no such", lambda s: s, BY)
    assert stores.scenarios.get(one.id) == one
    assert stores.access.head().n == 1


def test_a_deleted_scenario_is_gone(stores: Stores) -> None:
    one, two = scenario(), scenario()
    for each in (one, two):
        stores.scenarios.create(each, BY)
    stores.scenarios.delete(one.id, lambda _: None, BY)
    with pytest.raises(NotFound):
        stores.scenarios.get(one.id)
    assert stores.scenarios.get(two.id) == two
    assert stores.access.verify().n == 3


@pytest.mark.parametrize("scenario_id", ["", "'; DROP TABLE scenarios", "%", "\0", "村" * 1000])
def test_hostile_ids_are_unknown(stores: Stores, scenario_id: str) -> None:
    stores.scenarios.create(scenario(), BY)
    with pytest.raises(NotFound):
        stores.scenarios.get(scenario_id)
    with pytest.raises(NotFound):
        stores.scenarios.delete(scenario_id, lambda _: None, BY)
    assert stores.scenarios.summaries(10)[1] == 1


def test_the_list_is_in_order_of_change_and_has_pages(stores: Stores) -> None:
    made = [scenario(name=f"s{i}") for i in range(3)]
    for each in made:
        stores.scenarios.create(each, BY)
    stores.scenarios.change(made[1].id, lambda s: replace(s, name="latest"), BY)
    listed, total = stores.scenarios.summaries(2)
    assert (listed[0].name, len(listed), total) == ("latest", 2, 3)
    rest, _ = stores.scenarios.summaries(2, 2)
    assert {s.id for s in (*listed, *rest)} == {s.id for s in made}


def test_an_owner_has_a_limit_and_others_their_own(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_OF_OWNER == 100
    monkeypatch.setattr("geoservice.server.scenarios.store.MAX_OF_OWNER", 2)
    for _ in range(2):
        stores.scenarios.create(scenario("token:a"), BY)
    with pytest.raises(Conflict, match="2 scenarios are stored for this owner"):
        stores.scenarios.create(scenario("token:a"), BY)
    stores.scenarios.create(scenario("oidc:a"), BY)
    assert stores.access.head().n == 3


def change_often(location: Location, scenario_id: str, times: int) -> None:
    stores = location.open()
    for _ in range(times):
        stores.scenarios.change(scenario_id, lambda s: replace(s, note=str(int(s.note) + 1)), BY)
    stores.access.close()


def test_no_change_of_several_processes_is_lost(location: Location, stores: Stores) -> None:
    one = replace(scenario(), note="0")
    stores.scenarios.create(one, BY)
    context = mp.get_context("spawn")
    workers = [context.Process(target=change_often, args=(location, one.id, 15)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    after = stores.scenarios.get(one.id)
    assert (after.note, after.revision) == ("30", 31)
    assert stores.access.verify().n == 31


def test_a_killed_writer_leaves_whole_scenarios_and_a_row_for_each_change(location: Location, stores: Stores) -> None:
    one = replace(scenario(), note="0")
    stores.scenarios.create(one, BY)
    worker = mp.get_context("spawn").Process(target=change_often, args=(location, one.id, 100_000))
    worker.start()
    until = time.monotonic() + 30
    while stores.scenarios.get(one.id).revision < 10 and time.monotonic() < until:
        time.sleep(0.01)
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    worker.join(10)
    after = stores.scenarios.get(one.id)
    assert after.revision >= 10
    assert (int(after.note), stores.access.verify().n) == (after.revision - 1, after.revision)
    stores.scenarios.change(one.id, lambda s: s, BY)


def role_of(postgis: str, location: Location) -> str:
    role = f"{location.prefix}_http"
    with psycopg.connect(postgis, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN".encode())
    return role


@pytest.mark.postgis
def test_the_serving_role_writes_scenarios_once_it_is_granted(postgis: str) -> None:
    location = Location(Path(), postgis, f"sc{os.getpid()}_{next(_count)}")
    role, owner = role_of(postgis, location), location.open()
    owner.access.grant(role)
    server = location.open(postgis.replace("user=postgres", f"user={role}"), owner=False)
    assert server.scenarios.summaries(10) == ([], 0)
    with pytest.raises(Unavailable, match="geoservice grant") as caught:
        server.scenarios.create(scenario(), BY)
    assert caught.value.public == "this service cannot store scenarios yet"
    owner.scenarios.grant(role)
    one = scenario()
    server.scenarios.create(one, BY)
    server.scenarios.change(one.id, lambda s: replace(s, note="x"), BY)
    assert owner.scenarios.get(one.id).note == "x"
    server.scenarios.delete(one.id, lambda _: None, BY)
    assert owner.access.verify().n == 3
    for stores in (owner, server):
        stores.access.close()
