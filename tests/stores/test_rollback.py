"""History and rolling back on both engines: what was current before is current again, and the budget book keeps all."""

from collections.abc import Callable
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
import pytest

from geoservice.errors import Conflict, DuplicateKeys, InputError, NotFound
from geoservice.project import Project, open_project
from geoservice.register import Register
from geoservice.register.store import COUNT
from geoservice.schema import TABLES
from geoservice.vintages import Source, VintageStore

Rows = dict[str, pa.Table]
Make = Callable[..., pa.Table]
Holder = Callable[[str], VintageStore]


def stations(*ids: str, capacity: float = 1.0) -> pa.Table:
    rows = [
        {
            "id": i, "name": f"站{i}", "tier": "village", "services": [], "capacity": capacity, "equipment": [], "active": True,
            "start_delay_s": 0.0, "lon": 117.0, "lat": 30.0,
        }
        for i in ids
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, TABLES["stations"].arrow())


def ids(store: VintageStore) -> list[str]:
    return [str(i) for i in store.read("stations")["id"].to_pylist()]


@pytest.mark.parametrize("table", list(TABLES))
def test_the_vintage_before_is_current_again(holder: Holder, rows: Rows, table: str) -> None:
    store = holder(table)
    store.write(table, rows[table], Source("a.csv", "1"))
    digest, day = store.digest(table), store.day_of(table, None)
    store.write(table, rows[table].slice(1), Source("a.csv", "2"))
    event = store.rollback(table, "a.csv")
    assert (event.action, event.number, event.restored) == ("rollback", 2, ("1 of a.csv",))
    assert (store.digest(table), store.day_of(table, None)) == (digest, day)
    assert [v.number for v in store.current(table)] == [1]
    assert [v.number for v in store.vintages(table)] == [1, 2], "the record of a withdrawn vintage stays"


def test_rolling_back_twice_goes_back_twice_and_then_is_refused(project: Project) -> None:
    for number in (1, 2, 3):
        project.write("stations", stations("a", capacity=number), Source("s.csv", str(number)))
    for number in (2, 1):
        project.rollback("stations", "s.csv")
        assert project.read("stations")["capacity"].to_pylist() == [number]
    with pytest.raises(
        NotFound, match=r"nothing was loaded before vintage 1 of s\.csv, .*; geoservice forget deletes a source"
    ):
        project.rollback("stations", "s.csv")
    assert project.read("stations")["capacity"].to_pylist() == [1]


def test_after_a_rollback_the_withdrawn_file_is_a_new_vintage_and_the_restored_one_is_loaded(project: Project) -> None:
    for number in (1, 2):
        project.write("stations", stations("a", "b"[: number - 1] or "c"), Source("s.csv", str(number)))
    project.rollback("stations", "s.csv")
    assert project.loaded("stations", Source("s.csv", "1")) is not None
    assert project.loaded("stations", Source("s.csv", "2")) is None
    tried = project.try_write("stations", stations("a", "b"), Source("s.csv", "2"))
    done = project.write("stations", stations("a", "b"), Source("s.csv", "2"))
    assert (tried.number, tried.added, tried.removed) == (done.number, done.added, done.removed) == (3, 1, 1)
    project.rollback("stations", "s.csv")
    assert ids(project) == ["a", "c"], "the withdrawn vintage in between is skipped"


def test_replaced_sources_have_their_names_and_rows_again(project: Project) -> None:
    project.write("stations", stations("a"), Source("1.csv", "1"))
    project.write("stations", stations("b"), Source("2.csv", "1"))
    project.write("stations", stations("c"), Source("3.csv", "1"), replaces=["1.csv", "2.csv"])
    event = project.rollback("stations", "3.csv")
    assert set(event.restored) == {"1 of 1.csv", "1 of 2.csv"}
    assert [v.source.name for v in project.current("stations")] == ["1.csv", "2.csv"]
    assert ids(project) == ["a", "b"]
    with pytest.raises(NotFound, match=r"no source '3\.csv' is loaded; loaded are 1\.csv, 2\.csv"):
        project.rollback("stations", "3.csv")


def test_a_chain_of_replacements_is_undone_one_by_one(project: Project) -> None:
    for number, name in enumerate(("1.csv", "2.csv", "3.csv"), 1):
        replaces = [f"{number - 1}.csv"] if number > 1 else []
        project.write("stations", stations(f"s{number}"), Source(name, "1"), replaces=replaces)
    for number in (2, 1):
        project.rollback("stations", f"{number + 1}.csv")
        assert ([v.source.name for v in project.current("stations")], ids(project)) == ([f"{number}.csv"], [f"s{number}"])


def test_keys_that_are_current_elsewhere_by_now_are_refused(project: Project) -> None:
    project.write("stations", stations("a", "b"), Source("1.csv", "1"))
    project.write("stations", stations("b"), Source("1.csv", "2"))
    project.write("stations", stations("a"), Source("2.csv", "1"))
    with pytest.raises(DuplicateKeys, match=r"1 keys of vintage 1 of 1\.csv are current in 2\.csv by now"):
        project.rollback("stations", "1.csv")
    assert ids(project) == ["a", "b"]


def test_a_name_that_was_used_again_is_refused(project: Project) -> None:
    project.write("stations", stations("a"), Source("1.csv", "1"))
    project.write("stations", stations("b"), Source("2.csv", "1"), replaces=["1.csv"])
    project.write("stations", stations("c"), Source("1.csv", "2"))
    with pytest.raises(Conflict, match=r"1\.csv was replaced by 2\.csv and imported again since"):
        project.rollback("stations", "2.csv")
    assert ids(project) == ["b", "c"]


def test_purged_rows_cannot_come_back(project: Project) -> None:
    for number in (1, 2):
        project.write("stations", stations("a", capacity=number), Source("s.csv", str(number)))
    project.purge()
    with pytest.raises(Conflict, match=r"the rows before vintage 2 of s\.csv are no longer stored, since they were purged"):
        project.rollback("stations", "s.csv")
    assert project.read("stations")["capacity"].to_pylist() == [2]


def test_withdrawn_rows_are_old_and_purged(register: Register, some_households: Make) -> None:
    register.write("households", some_households(10), Source("h.csv", "1"))
    register.write("households", some_households(7), Source("h.csv", "2"))
    register.rollback("households", "h.csv")
    assert register.old_rows() == {"households": 7}
    register.purge()
    assert (register.old_rows(), register.read("households").num_rows) == ({}, 10)


def test_the_book_keeps_what_was_measured(register: Register, some_households: Make) -> None:
    register.secret()
    register.write("households", some_households(10), Source("h.csv", "1"))
    first = register.digest("households")
    register.spend(first, b"one", Fraction(1, 2), "")
    register.write("households", some_households(7), Source("h.csv", "2"))
    register.spend(register.digest("households"), b"two", Fraction(1, 2), "")
    register.rollback("households", "h.csv")
    book = register.book()
    assert [d.rho for d in book] == ["1/2", "1/2"]
    assert [d.number for d in book if d.register_digest == register.digest("households")] == [1], "it needs no new measurement"
    assert [d.number for d in register.old_draws()] == [2]


def test_a_register_with_a_damaged_book_is_not_rolled_back(register: Register, some_households: Make) -> None:
    for number in (1, 2):
        register.write("households", some_households(9 + number), Source("h.csv", str(number)))
    register.spend("a" * 64, b"surface", Fraction(1, 2), "")
    register.remember(COUNT, "7")
    with pytest.raises(InputError, match="the budget book is damaged"):
        register.rollback("households", "h.csv")
    assert register.read("households").num_rows == 11


def test_the_history_has_files_rollbacks_and_deletions(project: Project) -> None:
    assert project.history() == []
    project.write("stations", stations("a"), Source("s.csv", "1", "s.csv", "a" * 64), rejected=2)
    project.write("stations", stations("a", "b"), Source("s.csv", "2", "s.csv", "b" * 64))
    project.rollback("stations", "s.csv")
    project.write("areas", TABLES["areas"].arrow().empty_table(), Source("a.csv", "1", "a.csv", "c" * 64))
    project.forget("areas", "a.csv")
    events = project.history()
    assert [(e.action, e.table, e.source, e.number) for e in events] == [
        ("import", "stations", "s.csv", 1), ("import", "stations", "s.csv", 2), ("rollback", "stations", "s.csv", 2),
        ("import", "areas", "a.csv", 1), ("forget", "areas", "a.csv", 0),
    ]  # fmt: skip
    assert [e.is_current for e in events] == [True, False, False, False, False]
    assert [e.sha256[:1] for e in events] == ["a", "b", "", "c", ""]
    assert (events[0].rows, events[0].rejected, events[0].at.tzinfo is not None) == (1, 2, True)
    assert project.history("areas") == events[3:]


def test_a_load_after_a_deletion_is_not_taken_for_a_withdrawn_one(project: Project) -> None:
    for number in (1, 2):
        project.write("stations", stations("a", capacity=number), Source("s.csv", str(number)))
    project.rollback("stations", "s.csv")
    project.forget("stations", "s.csv")
    project.write("stations", stations("x"), Source("s.csv", "1"))
    project.write("stations", stations("x", "y"), Source("s.csv", "2"))
    assert ids(project) == ["x", "y"]


def test_a_store_of_an_older_version_has_a_history_and_is_rolled_back(project: Project) -> None:
    for number in (1, 2):
        project.write("stations", stations("a", capacity=number), Source("s.csv", str(number)))
    with project._database.session(write=True) as session:
        session.execute(f"DROP TABLE {project._sql.name('events')}")
    assert [(e.number, e.is_current, e.sha256) for e in project.history()] == [(1, False, ""), (2, True, "")]
    assert project.read("stations")["capacity"].to_pylist() == [2]
    project.rollback("stations", "s.csv")
    assert project.read("stations")["capacity"].to_pylist() == [1]
    assert [e.action for e in project.history()] == ["import", "import", "rollback"]


def test_an_older_version_did_not_record_what_was_replaced_so_it_is_not_guessed(project: Project) -> None:
    project.write("stations", stations("a"), Source("1.csv", "1"))
    project.write("stations", stations("b"), Source("2.csv", "1"))
    project.write("stations", stations("c"), Source("3.csv", "1"), replaces=["1.csv", "2.csv"])
    with project._database.session(write=True) as session:
        session.execute(f"DROP TABLE {project._sql.name('events')}")
    with pytest.raises(Conflict, match="the rows before vintage"):
        project.rollback("stations", "3.csv")
    assert ids(project) == ["c"]


def test_other_processes_see_a_rollback(project: Project, tmp_path: Path, dsn: str | None, prefix: str) -> None:
    for number in (1, 2):
        project.write("stations", stations("a", capacity=number), Source("s.csv", str(number)))
    with closing(open_project(tmp_path / "project", dsn, prefix)) as other:
        other.rollback("stations", "s.csv")
    assert project.read("stations")["capacity"].to_pylist() == [1]
