"""Old releases: every stored one opens, and removing one does not disturb its readers."""

import threading
import time
from pathlib import Path

import psycopg
import pytest

from geoservice.errors import Conflict, NotFound
from geoservice.geo import Tile
from geoservice.release import ItemQuery, ReleaseContent, ReleaseStore, open_store
from geoservice.release.base import Sort


def test_every_kept_release_can_be_opened_by_its_number(store: ReleaseStore, content: ReleaseContent) -> None:
    for _ in range(3):
        store.write(content)
    for number in store.numbers():
        reader = store.open(number)
        assert (reader.number, reader.items("places", ItemQuery()).num_rows) == (number, 10)
        reader.close()
    with pytest.raises(NotFound, match=r"release 9 does not exist; there are \[1, 2, 3\]"):
        store.open(9)


def test_a_release_that_is_removed_is_read_on_or_said_to_be_gone(
    store: ReleaseStore, content: ReleaseContent, tmp_path: Path, dsn: str | None, prefix: str
) -> None:
    store.write(content)
    serving = open_store(tmp_path / "releases", dsn, prefix, seconds=60)
    reader = serving.open()
    for _ in range(7):  # often enough for the driver to have prepared it
        assert reader.items("places", ItemQuery(limit=3)).num_rows == 3
    store.write(content, keep=1)
    assert serving.numbers() == [2]
    if dsn is None:  # the files are gone from the folder, not from those who have them open
        assert not (tmp_path / "releases" / "1").exists()
        assert reader.items("coverage", ItemQuery(sortby=(Sort("unit"),))).num_rows == 3
        assert reader.tile("places", Tile(0, 0, 0))
    else:
        for ask in (
            lambda: reader.items("places", ItemQuery(limit=3)),
            lambda: reader.items("places", ItemQuery(sortby=(Sort("name"),))),
            lambda: reader.count("places", ItemQuery(equals={"open": True})),
            lambda: reader.item("places", 1),
            lambda: reader.tile("places", Tile(0, 0, 0)),
        ):
            with pytest.raises(NotFound, match="release 1 was removed meanwhile"):
                ask()
    with pytest.raises(NotFound, match=r"release 1 does not exist; there are \[2\]"):
        serving.open(1)
    assert serving.open().items("places", ItemQuery()).num_rows == 10
    reader.close()
    serving.close()


def test_one_release_may_be_removed_but_not_the_current_one(store: ReleaseStore, content: ReleaseContent) -> None:
    for _ in range(3):
        store.write(content)
    with pytest.raises(Conflict, match="release 3 is the current one"):
        store.remove(3)
    with pytest.raises(NotFound, match=r"release 9 does not exist; there are \[1, 2, 3\], current is 3"):
        store.remove(9)
    store.remove(1)
    assert (store.numbers(), store.current()) == ([2, 3], 3)
    assert store.rollback() == 2
    with pytest.raises(Conflict, match="release 2 is the current one"):
        store.remove(2)
    store.remove(3)
    assert store.numbers() == [2]
    assert store.open().items("places", ItemQuery()).num_rows == 10


@pytest.mark.postgis
def test_a_release_being_read_is_left_alone_and_its_readers_are_not_kept_waiting(
    tmp_path: Path, postgis: str, content: ReleaseContent, prefix: str
) -> None:
    store = open_store(tmp_path, postgis, f"{prefix}busy", read_only=False)
    store.write(content)
    reader = store.open()
    slowest, stop = [0.0], threading.Event()

    def read() -> None:
        while not stop.is_set():
            began = time.monotonic()
            assert reader.items("places", ItemQuery(limit=1)).num_rows == 1
            slowest[0] = max(slowest[0], time.monotonic() - began)

    with psycopg.connect(postgis) as connection:  # somebody in the middle of a long question
        connection.execute(f"SELECT count(*) FROM {prefix}busy_release_1.layer_places".encode())
        steady = threading.Thread(target=read)
        steady.start()
        assert store.write(content, keep=1) == 2
        stop.set()
        steady.join()
    assert store.numbers() == [1, 2]
    assert slowest[0] < 3  # had the drop waited for its lock, they would have stood behind it for five seconds
    assert reader.items("places", ItemQuery(limit=1)).num_rows == 1
    store.write(content, keep=1)
    assert store.numbers() == [3]
    store.close()
