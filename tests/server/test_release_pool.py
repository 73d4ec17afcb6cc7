"""The release being served: how soon a new one is, which old ones stay, and that nobody waits for the opening of one."""

import threading
import time
from dataclasses import replace

import pytest

from geoservice.errors import Unavailable
from geoservice.release import open_store
from geoservice.server import release_pool as served
from geoservice.server.release_pool import ReleasePool, version_of


class Watched:
    """A real store whose opening of a release can be held up, and which counts what it was asked."""

    def __init__(self, store):
        self.store, self.gate, self.asked, self.opened = store, threading.Event(), 0, []
        self.gate.set()

    def __getattr__(self, name):
        return getattr(self.store, name)

    def current(self):
        self.asked += 1
        return self.store.current()

    def open(self, number=None):
        assert self.gate.wait(10)
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
    """The release without what takes long to write."""

    def make(note="one"):
        whole = content(note=note)
        layers = [c for c in whole.layers if c.layer.id == "table"]
        return replace(whole, layers=layers, manifest=whole.manifest.model_copy(update={"layers": (layers[0].layer,)}))

    return make


@pytest.fixture
def watched(tmp_path, content):
    store = open_store(tmp_path / "releases", None, "unused", read_only=False)
    store.write(content())
    return Watched(store)


@pytest.fixture
def current(watched, clock):
    current = ReleasePool(watched, clock=clock)
    yield current
    current.close()


def number(current, version=None):
    with current.lease(version) as reader:
        return reader.number


def version(current, wanted=None):
    with current.lease(wanted) as reader:
        return version_of(reader)


def test_the_store_is_asked_once_in_patience(current, watched, clock):
    for _ in range(5):
        number(current)
    assert watched.asked == 1
    clock.now += 0.26
    number(current)
    assert watched.asked == 2


def test_a_new_release_is_seen_after_patience(current, watched, content, clock):
    first = number(current)
    watched.write(content(note="two"))
    assert number(current) == first
    clock.now += 0.26
    assert number(current) == first + 1


def test_others_go_on_while_one_opens_the_new_release(current, watched, content, clock):
    first = number(current)
    watched.write(content(note="two"))
    watched.gate.clear()
    clock.now += 0.3
    opener = threading.Thread(target=number, args=(current,))
    opener.start()
    while watched.asked < 2:
        time.sleep(0.001)
    assert number(current) == first
    watched.gate.set()
    opener.join(10)
    assert number(current) == first + 1


def test_nobody_gets_the_old_release_after_the_limit(current, watched, content, clock):
    first = number(current)
    watched.write(content(note="two"))
    watched.gate.clear()
    clock.now += 0.3
    opener = threading.Thread(target=number, args=(current,))
    opener.start()
    while watched.asked < 2:
        time.sleep(0.001)
    clock.now += 0.6
    seen = []
    late = threading.Thread(target=lambda: seen.append(number(current)))
    late.start()
    late.join(0.2)
    assert seen == []
    watched.gate.set()
    late.join(10)
    opener.join(10)
    assert seen == [first + 1]


def test_an_old_version_is_answered_from_its_own_release(current, watched, content, clock):
    old = version(current)
    watched.write(content(note="two"))
    clock.now += 0.3
    new = version(current)
    assert version(current, old) == old != new
    assert version(current, new) == new
    assert len(watched.opened) == 2


def test_an_old_version_is_opened_when_a_url_names_it(watched, content, clock):
    before = ReleasePool(watched, clock=clock)
    old = version(before)
    watched.write(content(note="two"))
    after = ReleasePool(watched, clock=clock)
    try:
        assert not after.ready(old)
        new = version(after)
        assert version(after, old) == old != new
        assert after.ready(old)
    finally:
        before.close()
        after.close()


@pytest.mark.parametrize("wanted", ["", "x", "-1", "1-", "999-0123456789ab", "0-0", "9" * 30, "１-a", "1-\0"])
def test_a_version_that_there_is_not_is_answered_by_the_current_one(current, wanted):
    assert version(current, wanted) == version(current)


def test_a_wrong_hash_opens_a_release_once_and_never_again(current, watched, content, clock):
    first = number(current)
    watched.write(content(note="two"))
    after = ReleasePool(watched, clock=clock)
    try:
        for _ in range(3):
            assert number(after, f"{first}-000000000000") == first + 1
        assert watched.opened == [first, first + 1, first]
    finally:
        after.close()


def test_few_old_releases_stay_open(current, watched, content, clock):
    versions = [version(current)]
    for note in "abcd":
        watched.write(content(note=note))
        clock.now += 0.3
        versions.append(version(current))
    assert [current.ready(v) for v in versions] == [False, True, True, True, True]
    assert version(current, versions[0]) == versions[0]


def test_an_idle_old_release_is_closed(current, watched, content, clock):
    old = version(current)
    watched.write(content(note="two"))
    clock.now += 0.3
    number(current)
    assert current.ready(old)
    clock.now += served.IDLE_S + 1
    number(current)
    assert not current.ready(old)


def test_a_release_that_the_store_has_dropped_is_answered_by_the_current_one(current, watched, content, clock):
    old = version(current)
    watched.write(content(note="two"), keep=1)
    clock.now += 0.3
    assert version(current, old) == version(current) != old


def test_a_reader_in_use_is_not_closed_under_its_user(current, watched, content, clock):
    with current.lease() as reader:
        watched.write(content(note="two"), keep=2)
        clock.now += 0.3
        number(current)
        clock.now += served.IDLE_S + 1
        number(current)
        assert reader.item("table", 1).num_rows == 1


def test_a_rollback_takes_the_reader_that_is_open(current, watched, content, clock):
    old = version(current)
    watched.write(content(note="two"))
    clock.now += 0.3
    new = version(current)
    watched.rollback(int(old.split("-")[0]))
    clock.now += 0.3
    assert version(current) == old
    assert version(current, new) == new


def test_without_a_release(empty_store):
    current = ReleasePool(empty_store)
    with pytest.raises(Unavailable, match="geoservice publish"), current.lease():
        pass
    current.close()
