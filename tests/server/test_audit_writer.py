"""The writer of the audit log: every response has a row, even if the task that writes a batch is cancelled."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from anyio import CancelScope, create_task_group, run, wait_all_tasks_blocked

from geoservice.errors import Unavailable
from geoservice.server.access import AccessStore, AuditEntry, open_access
from geoservice.server.access.audit_writer import AuditWriter


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AccessStore]:
    store = open_access(tmp_path, None, "x", owner=True)
    yield store
    store.close()


def logged(store: AccessStore) -> set[str]:
    return {row.entry["name"] for row in store.rows()}


def entry(name: str) -> AuditEntry:
    return AuditEntry(name, "planner", "GET")


def test_every_response_is_in_the_log_when_the_writing_task_is_cancelled(
    store: AccessStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, append, recorder, answered = threading.Event(), store.append, AuditWriter(store), set[str]()

    def slow(entries: list[AuditEntry]) -> None:
        go.wait(60)
        append(entries)

    monkeypatch.setattr(store, "append", slow)  # the store itself, only later: the others come to wait meanwhile

    async def ask(name: str, leaving: CancelScope) -> None:
        if name == "A":
            with leaving:
                await recorder.record(entry(name))
            return
        await recorder.record(entry(name))
        answered.add(name)
        if name == "Z":
            leaving.cancel()  # A has just been handed the lock, and would write for B and C too

    async def all_ask() -> None:
        leaving = CancelScope()
        async with create_task_group() as group:
            for name in "ZABC":
                group.start_soon(ask, name, leaving)
                await wait_all_tasks_blocked()
            go.set()

    run(all_ask)
    assert answered == {"Z", "B", "C"}
    assert logged(store) == {"Z", "A", "B", "C"}


def test_an_error_of_the_store_refuses_all_waiting_responses(store: AccessStore) -> None:
    recorder, refused = AuditWriter(store), list[str]()
    broken = AuditEntry("a", "planner", "GET", query=cast("str", object()))  # no JSON can be made of it

    async def ask(entry: AuditEntry) -> None:
        try:
            await recorder.record(entry)
        except Unavailable:
            refused.append(entry.name)

    async def go() -> None:
        async with create_task_group() as group:
            group.start_soon(ask, broken)
            group.start_soon(ask, entry("b"))

    run(go)
    assert refused == ["a", "b"]
    assert logged(store) == set()
    run(ask, entry("c"))
    assert logged(store) == {"c"}
