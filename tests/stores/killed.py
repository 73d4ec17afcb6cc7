"""Kill a process that imports, measures, purges and publishes, repeatedly, and check what is left. Run by test_kill.

One process forks writers, kills each after a random time, and forks a checker that opens both stores as a new process would.
"""

import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
from conftest import households, study

from geoservice.db.connect import connect
from geoservice.db.duckdb import open_duckdb
from geoservice.errors import Conflict
from geoservice.geo import Tile
from geoservice.register import Register, open_register
from geoservice.release import ItemQuery, ReleaseStore, open_store
from geoservice.release.manifest import table_digest
from geoservice.vintages import Source

ROWS = 1000
BASE, CONTENT = households(ROWS, seed=1), study(points=6)  # made once: forks inherit them
Stores = tuple[Register, ReleaseStore]


def open_both(folder: Path, dsn: str | None) -> Stores:
    return open_register(folder / "register", dsn, "kill"), open_store(folder / "releases", dsn, "kill", read_only=False)


def marked(mark: int) -> pa.Table:
    """Households that all hold one number: a mixture of two loads would show."""
    rows = BASE
    at = rows.column_names.index("persons")
    return rows.set_column(at, rows.schema.field(at), pa.array([mark] * ROWS, pa.int32()))


def body(mark: int) -> bytes:
    return str(mark).encode() * 1000


def patient(action: Callable[[], object]) -> None:
    """Try again while the server has not yet noticed that the writer before is dead."""
    for _ in range(200):
        try:
            action()
        except Conflict:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("a dead writer still holds the store")


def write_on(folder: Path, dsn: str | None, ready: int) -> None:
    register, store = open_both(folder, dsn)
    mark = len(register.vintages())
    os.write(ready, b".")
    while True:
        mark += 1
        load, number = marked(mark), Source("h.csv", str(mark))
        patient(lambda load=load, number=number: register.write("households", load, number))  # type: ignore[misc]
        patient(lambda mark=mark: register.spend(str(mark), body(mark), Fraction(1, 2), ""))  # type: ignore[misc]
        patient(register.purge)
        patient(lambda: store.write(CONTENT, keep=2))


def check(folder: Path, dsn: str | None, before: int) -> int:
    """Look at everything; return the number of the current release."""
    register, store = open_both(folder, dsn)
    _check_register(register, folder, dsn)
    numbers, current = store.numbers(), store.current()
    assert current is not None
    assert current in numbers
    assert current >= before, f"release {current} is served, it was {before}"
    # Every release is opened now and then, the one served each time: opening loads the spatial extension anew.
    for number in numbers if current % 5 == 0 else [current]:
        _check_release(store, number)
    register.close()
    store.close()
    return current


def _check_register(register: Register, folder: Path, dsn: str | None) -> None:
    database = connect(folder / "register" / "register.duckdb", dsn)
    if dsn is None:
        with open_duckdb(folder / "register" / "register.duckdb", spatial=False) as connection:
            connection.execute("CHECKPOINT")
    else:
        with database.quick() as session:  # type: ignore[attr-defined]  # PostGIS has it
            session.execute("CHECKPOINT")
    database.close()
    rows, loads = register.read("households"), register.vintages("households")
    assert rows.num_rows == ROWS
    assert set(rows["persons"].to_pylist()) == {int(loads[-1].source.digest)}
    assert [v.number for v in loads] == list(range(1, len(loads) + 1))
    mark = len(loads) + 1
    patient(lambda: register.write("households", marked(mark), Source("h.csv", str(mark))))
    assert set(register.read("households")["persons"].to_pylist()) == {mark}
    for draw in register.book():
        assert register.surface(draw.surface_digest) == body(int(draw.register_digest))


def _check_release(store: ReleaseStore, number: int) -> None:
    reader = store.open(number)
    assert reader.manifest.table_digest == table_digest(CONTENT.table)
    for layer in CONTENT.layers:
        assert reader.items(layer.layer.id, ItemQuery(limit=99)).equals(layer.features)
    assert len(dict(store.tiles(reader, "coverage"))) > 5
    assert reader.tile("places", Tile(0, 0, 0))
    reader.close()


def forked(work: Callable[[], object]) -> int:
    """Run ``work`` in a process of its own; return its id."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException:  # noqa: BLE001 - a fork must end here, whatever happened
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return pid


def kill_one(folder: Path, dsn: str | None, delay: float) -> None:
    reading, writing = os.pipe()
    pid = forked(lambda: write_on(folder, dsn, writing))
    os.close(writing)
    assert os.read(reading, 1) == b".", "the writer ended before it began"
    os.close(reading)
    time.sleep(delay)
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status), "the writer failed by itself"


def checked(folder: Path, dsn: str | None, before: int) -> int:
    reading, writing = os.pipe()
    pid = forked(lambda: os.write(writing, str(check(folder, dsn, before)).encode()))
    os.close(writing)
    answer = os.read(reading, 20)
    os.close(reading)
    _, status = os.waitpid(pid, 0)
    assert status == 0, "the check after a kill failed"
    return int(answer)


def first(folder: Path, dsn: str | None) -> None:
    register, store = open_both(folder, dsn)
    register.write("households", marked(1), Source("h.csv", "1"))
    store.write(CONTENT)
    register.close()
    store.close()


def main(folder: Path, kills: int, dsn: str | None) -> None:
    open_duckdb(None).close()  # map the extension once, so that forks need not
    begun = time.monotonic()
    pid = forked(lambda: first(folder, dsn))
    assert os.waitpid(pid, 0)[1] == 0
    round_s = time.monotonic() - begun
    draw, current, published = random.Random(5), 1, 0
    for _ in range(kills):
        kill_one(folder, dsn, draw.uniform(0, 1.3 * round_s))
        now = checked(folder, dsn, current)
        published += now - current
        current = now
    sys.stdout.write(f"{kills} kills, {published} releases, a round of {round_s:.2f} s\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None)
