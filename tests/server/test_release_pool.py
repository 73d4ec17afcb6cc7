"""The release pool: when a new release is served, which older ones stay open, and which requests wait for an opening."""

import threading
import time
from dataclasses import replace

import pytest

from geoservice.errors import Unavailable
from geoservice.release import open_store
from geoservice.server.open_releases import IDLE_S
from geoservice.server.release_pool import ReleasePool, version_of


class ObservedStore:
    """A real store whose opening of a release can be delayed, and which counts its queries."""

    def __init__(self, store):
        self.store, self.gate, self.queries, self.opened = store, threading.Event(), 0, []
        self.gate.set()

    def __getattr__(self, name):
        return getattr(self.store, name)

    def current(self):
        self.queries += 1
        return self.store.current()

    def open(self, number=None):
        assert self.gate.wait(60)
        reader = self.store.open(number)
        self.opened.append(number)
        return reader

    def close(self):
        pass


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def content(content):
    """A release of one table, which is written fast."""

    def make(note="one"):
        full = content(note=note)
        layers = [c for c in full.layers if c.layer.id == "table"]
        return replace(full, layers=layers, manifest=full.manifest.model_copy(update={"layers": (layers[0].layer,)}))

    return make


@pytest.fixture
def store(tmp_path, content):
    store = open_store(tmp_path / "releases", None, "unused", read_only=False)
    store.write(content())
    return ObservedStore(store)


@pytest.fixture
def current(store, clock):
    current = ReleasePool(store, clock=clock)
    yield current
    current.close()


def number(current, version=None):
    with current.lease(version) as reader:
        return reader.number


def version(current, requested=None):
    with current.lease(requested) as reader:
        return version_of(reader)


def test_the_store_is_queried_once_per_interval(current, store, clock):
    for _ in range(5):
        number(current)
    assert store.queries == 1
    clock.now += 0.26
    number(current)
    assert store.queries == 2


def test_a_new_release_is_served_after_the_interval(current, store, content, clock):
    first = number(current)
    store.write(content(note="two"))
    assert number(current) == first
    clock.now += 0.26
    assert number(current) == first + 1


def test_other_threads_continue_while_one_opens_the_new_release(current, store, content, clock):
    first = number(current)
    store.write(content(note="two"))
    store.gate.clear()
    clock.now += 0.3
    opener = threading.Thread(target=number, args=(current,))
    opener.start()
    while store.queries < 2:
        time.sleep(0.001)
    assert number(current) == first
    store.gate.set()
    opener.join(10)
    assert number(current) == first + 1


def test_no_thread_gets_the_old_release_after_the_maximum_age(current, store, content, clock):
    first = number(current)
    store.write(content(note="two"))
    store.gate.clear()
    clock.now += 0.3
    opener = threading.Thread(target=number, args=(current,))
    opener.start()
    while store.queries < 2:
        time.sleep(0.001)
    clock.now += 0.6
    numbers = []
    late = threading.Thread(target=lambda: numbers.append(number(current)))
    late.start()
    late.join(0.2)
    assert numbers == []
    store.gate.set()
    late.join(10)
    opener.join(10)
    assert numbers == [first + 1]


def test_an_older_version_is_read_from_its_own_release(current, store, content, clock):
    old = version(current)
    store.write(content(note="two"))
    clock.now += 0.3
    new = version(current)
    assert version(current, old) == old != new
    assert version(current, new) == new
    assert len(store.opened) == 2


def test_an_old_version_is_opened_when_a_url_names_it(store, content, clock):
    before = ReleasePool(store, clock=clock)
    old = version(before)
    store.write(content(note="two"))
    after = ReleasePool(store, clock=clock)
    try:
        assert not after.ready(old)
        new = version(after)
        assert version(after, old) == old != new
        assert after.ready(old)
    finally:
        before.close()
        after.close()


@pytest.mark.parametrize("requested", ["", "x", "-1", "1-", "999-0123456789ab", "0-0", "9" * 30, "１-a", "1-\0"])
def test_a_version_that_does_not_exist_gets_the_current_release(current, requested):
    assert version(current, requested) == version(current)


def test_a_wrong_hash_opens_a_release_once_and_never_again(current, store, content, clock):
    first = number(current)
    store.write(content(note="two"))
    after = ReleasePool(store, clock=clock)
    try:
        for _ in range(3):
            assert number(after, f"{first}-000000000000") == first + 1
        assert store.opened == [first, first + 1, first]
    finally:
        after.close()


def test_three_older_releases_stay_open(current, store, content, clock):
    versions = [version(current)]
    for note in "abcd":
        store.write(content(note=note))
        clock.now += 0.3
        versions.append(version(current))
    assert [current.ready(v) for v in versions] == [False, True, True, True, True]
    assert version(current, versions[0]) == versions[0]


def test_an_idle_older_release_is_closed(current, store, content, clock):
    old = version(current)
    store.write(content(note="two"))
    clock.now += 0.3
    number(current)
    assert current.ready(old)
    clock.now += IDLE_S + 1
    number(current)
    assert not current.ready(old)


def test_a_deleted_release_is_replaced_by_the_current_one(current, store, content, clock):
    old = version(current)
    store.write(content(note="two"), keep=1)
    clock.now += 0.3
    assert version(current, old) == version(current) != old


def test_a_reader_in_use_is_not_closed(current, store, content, clock):
    with current.lease() as reader:
        store.write(content(note="two"), keep=2)
        clock.now += 0.3
        number(current)
        clock.now += IDLE_S + 1
        number(current)
        assert reader.item("table", 1).num_rows == 1


def test_after_a_rollback_both_versions_are_served(current, store, content, clock):
    old = version(current)
    store.write(content(note="two"))
    clock.now += 0.3
    new = version(current)
    store.rollback(int(old.split("-")[0]))
    clock.now += 0.3
    assert version(current) == old
    assert version(current, new) == new


def test_without_a_release(empty_store):
    current = ReleasePool(empty_store)
    with pytest.raises(Unavailable, match="geoservice publish"), current.lease():
        pass
    current.close()
