"""The releases that a process keeps open, each with the state of its tasks."""

from types import SimpleNamespace
from typing import Any

import pytest
from odd_tasks import Count

from geoservice.errors import NotFound
from geoservice.server.jobs.child import Releases, run
from geoservice.server.jobs.messages import Job, ReleaseState

VERSIONS = ["1-aaaaaaaaaaaa", "2-bbbbbbbbbbbb", "3-cccccccccccc"]


class Reader:
    """A reader that notes what the state of its tasks was when it was closed."""

    def __init__(self, version: str) -> None:
        number, _, digest = version.partition("-")
        self.number, self.manifest = int(number), SimpleNamespace(hash=digest)
        self.state: ReleaseState | None = None
        self.closed, self.state_at_close = False, ReleaseState()

    def close(self) -> None:
        self.closed, self.state_at_close = True, dict(self.state or {})


class Store:
    """A store of three releases; ``opened`` has all readers."""

    def __init__(self) -> None:
        self.opened: list[Reader] = []

    def open(self, number: int) -> Reader:
        self.opened.append(Reader(VERSIONS[number - 1]))
        return self.opened[-1]


@pytest.fixture
def store() -> Any:
    return Store()


def count(releases: Releases, version: str, *, damaged: bool = False) -> Any:
    return run(releases, Job(version, Count(damaged), 60))


def test_state_is_kept_between_jobs_and_is_one_for_each_release(store: Any) -> None:
    releases = Releases(store, 2)
    assert [count(releases, v) for v in (*VERSIONS[:2], *VERSIONS[:2])] == [b"1", b"1", b"2", b"2"]
    assert len(store.opened) == 2


@pytest.mark.parametrize("limit", [1, 2])
def test_the_release_that_was_not_used_for_longest_is_closed_and_its_state_dropped(store: Any, limit: int) -> None:
    releases = Releases(store, limit)
    for version in VERSIONS[: limit + 1]:
        reader, state = releases.get(version)
        reader.state = state  # type: ignore[attr-defined]
        assert count(releases, version) == b"1"
    assert [r.closed for r in store.opened] == [True] + [False] * limit
    assert store.opened[0].state_at_close == {}, "dropped before the reader is closed, whose arrays it may need"
    assert count(releases, VERSIONS[0]) == b"1"


def test_a_damaged_release_is_closed_and_its_state_dropped(store: Any) -> None:
    releases = Releases(store, 2)
    assert [count(releases, VERSIONS[0]) for _ in range(2)] == [b"1", b"2"]
    assert count(releases, VERSIONS[0], damaged=True).error.file == "streets.bin"
    assert store.opened[0].closed
    assert count(releases, VERSIONS[0]) == b"1"


def test_a_release_of_another_hash_is_closed_and_not_found(store: Any) -> None:
    with pytest.raises(NotFound, match="release 1-000000000000 no longer exists"):
        Releases(store, 2).get("1-000000000000")
    assert store.opened[0].closed
