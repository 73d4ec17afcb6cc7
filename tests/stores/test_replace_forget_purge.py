"""Sources on both engines: replacing one, forgetting one, and purging rows from every byte of the files."""

import datetime as dt
from collections.abc import Callable
from fractions import Fraction

import psycopg
import pyarrow as pa
import pytest
from search_bytes import marks_in_files

from geoservice.errors import Conflict, DuplicateKeys, InputError, NotFound
from geoservice.project import Project
from geoservice.register import Register, open_register
from geoservice.schema import TableName
from geoservice.vintages import Source, VintageStore

Rows = dict[str, pa.Table]
Make = Callable[..., pa.Table]
Holder = Callable[[str], VintageStore]
AREA = "659004998"
"""Of no other household, nor of any other file that a test writes."""


def with_persons(rows: pa.Table, persons: int) -> pa.Table:
    at = rows.column_names.index("persons")
    return rows.set_column(at, rows.schema.field(at), pa.array([persons] * rows.num_rows, pa.int32()))


def sources(store: VintageStore, table: TableName) -> list[tuple[str, int]]:
    return [(v.source.name, v.number) for v in store.vintages(table)]


class TestReplace:
    def test_next_month_under_another_name_is_the_next_vintage(self, register: Register, some_households: Make) -> None:
        rows = some_households(10)
        register.write("households", rows, Source("2024-10.csv", "1"))
        november = pa.concat_tables([with_persons(rows.slice(0, 2), 99), rows.slice(2, 5), some_households(4, seed=9)])
        vintage = register.write("households", november, Source("2024-11.csv", "2"), replaces=["2024-10.csv"])
        assert (vintage.number, vintage.added, vintage.changed, vintage.removed) == (2, 4, 2, 3)
        assert register.read("households").num_rows == 11
        assert sources(register, "households") == [("2024-11.csv", 1), ("2024-11.csv", 2)], "one source, under the new name"

    @pytest.mark.parametrize("table", ["areas", "stations", "households", "uptake", "population", "pyramids"])
    def test_every_table_has_the_option(self, holder: Holder, rows: Rows, table: str) -> None:
        store = holder(table)
        store.write(table, rows[table], Source("old", "1"))
        vintage = store.write(table, rows[table], Source("new", "2"), replaces=["old"])
        assert (vintage.number, vintage.added, vintage.changed, vintage.removed) == (2, 0, 0, 0)
        assert [v.source.name for v in store.current(table)] == ["new"]

    def test_one_file_replaces_several(self, register: Register, some_households: Make) -> None:
        rows = some_households(9)
        register.write("households", rows.slice(0, 4), Source("north.csv", "1"))
        register.write("households", rows.slice(4, 5), Source("south.csv", "1"))
        vintage = register.write("households", rows.slice(1), Source("all.csv", "1"), replaces=["north.csv", "south.csv"])
        assert (vintage.number, vintage.added, vintage.changed, vintage.removed) == (3, 0, 0, 1)
        assert [v.source.name for v in register.current("households")] == ["all.csv"]

    def test_a_loaded_source_may_replace_another(self, register: Register, some_households: Make) -> None:
        register.write("households", some_households(3, 1), Source("a.csv", "1"))
        register.write("households", some_households(4, 2), Source("b.csv", "1"))
        vintage = register.write("households", some_households(4, 2), Source("b.csv", "1"), replaces=["a.csv"])
        assert (vintage.added, vintage.changed, vintage.removed) == (0, 0, 3)
        assert register.read("households").num_rows == 4

    def test_the_same_file_changes_nothing_although_the_replaced_source_is_gone(
        self, register: Register, some_households: Make
    ) -> None:
        rows = some_households(3)
        register.write("households", rows, Source("a.csv", "1"))
        first = register.write("households", rows, Source("b.csv", "2"), replaces=["a.csv"])
        assert register.write("households", rows, Source("b.csv", "2"), replaces=["a.csv"]) == first
        assert register.loaded("households", Source("b.csv", "2"), ["a.csv"]) == first

    def test_a_name_that_is_not_loaded_is_refused_with_those_that_are(self, register: Register, some_households: Make) -> None:
        with pytest.raises(NotFound, match="no source 'x' is loaded; loaded are none"):
            register.loaded("households", Source("b.csv", "1"), ["x"])
        register.write("households", some_households(3), Source("a.csv", "1"))
        for action in (
            lambda: register.loaded("households", Source("b.csv", "1"), ["x"]),
            lambda: register.write("households", some_households(3), Source("b.csv", "1"), replaces=["x"]),
        ):
            with pytest.raises(NotFound, match=r"households: no source 'x' is loaded; loaded are a\.csv"):
                action()
        assert sources(register, "households") == [("a.csv", 1)]

    def test_the_error_for_keys_of_another_source_names_the_option(self, register: Register, some_households: Make) -> None:
        rows = some_households(6)
        register.write("households", rows.slice(0, 3), Source("10.csv", "1"))
        register.write("households", some_households(2, 5), Source("elsewhere.csv", "1"))
        with pytest.raises(DuplicateKeys, match=r"3 keys .* of 11\.csv .* \(10\.csv\); .* --replace '10\.csv'; ") as caught:
            register.write("households", rows, Source("11.csv", "1"))
        assert "elsewhere" not in str(caught.value)
        register.write("households", rows.slice(3), Source("10b.csv", "1"))
        with pytest.raises(DuplicateKeys, match=r"\(10b\.csv\); .* --replace '10\.csv' --replace '10b\.csv'; "):
            register.write("households", rows, Source("11.csv", "1"), replaces=["10.csv"])
        assert [v.source.name for v in register.current("households")] == ["10.csv", "10b.csv", "elsewhere.csv"]

    def test_replaced_rows_are_removed_as_those_of_the_same_source(self, register: Register, some_households: Make) -> None:
        register.write("households", some_households(1), Source("0", "0"))
        for i in range(1, 8):
            register.write("households", some_households(i + 1, i), Source(str(i), str(i)), replaces=[str(i - 1)])
        assert [v.number for v in register.vintages()] == [1, 2, 3, 4, 5, 6, 7, 8]
        assert register.old_rows() == {"households": 4 + 5 + 6 + 7}  # those of the last five vintages, but the current


class TestTry:
    def test_a_dry_run_reports_as_a_load_does_and_changes_nothing(self, register: Register, some_households: Make) -> None:
        rows = some_households(10, groups=("under_6",))
        register.write("households", rows, Source("a.csv", "1"))
        register.write("households", some_households(2, 4), Source("b.csv", "1"))
        before = (register.vintages(), register.digest("households"), register.old_rows())
        new = (pa.concat_tables([with_persons(rows.slice(0, 3), 99), rows.slice(3, 4)]), Source("c.csv", "2"), 7, ["a.csv"])
        tried = register.try_write("households", *new)
        assert (tried.number, tried.rejected, tried.added, tried.changed, tried.removed) == (2, 7, 0, 3, 3)
        assert (register.vintages(), register.digest("households"), register.old_rows()) == before
        loaded = register.write("households", *new)
        assert {**vars(loaded), "loaded_at": None} == {**vars(tried), "loaded_at": None}

    @pytest.mark.parametrize("table", ["areas", "stations", "households", "uptake", "population", "pyramids"])
    def test_nothing_need_be_there(self, holder: Holder, rows: Rows, table: str) -> None:
        tried = holder(table).try_write(table, rows[table], Source("a", "1"))
        assert (tried.number, tried.added) == (1, rows[table].num_rows)
        assert holder(table).vintages() == []
        assert not list(holder(table).folder.glob("*.duckdb"))

    def test_a_dry_run_is_refused_as_a_load_is(self, register: Register, some_households: Make) -> None:
        rows = some_households(3)
        register.write("households", rows, Source("a.csv", "1"))
        for source, message in (("a.csv", "occur more than once in a.csv"), ("b.csv", "already current from another source")):
            twice = pa.concat_tables([rows, rows]) if source == "a.csv" else rows
            with pytest.raises(DuplicateKeys, match=message):
                register.try_write("households", twice, Source(source, "2"))


class TestForget:
    def test_its_rows_are_no_longer_current_and_others_stay(self, register: Register, some_households: Make) -> None:
        register.write("households", some_households(3, 1), Source("a.csv", "1"))
        register.write("households", some_households(4, 1), Source("a.csv", "2"))
        register.write("households", some_households(2, 2), Source("b.csv", "1"))
        draw = register.spend(register.digest("households"), b"surface", Fraction(1, 2), "")
        assert [v.number for v in register.forget("households", "a.csv")] == [1, 2]
        assert sources(register, "households") == [("b.csv", 1)]
        assert register.read("households").num_rows == 2
        assert register.old_rows() == {}
        assert (register.book(), register.surface(draw.surface_digest)) == ((draw,), b"surface"), "what was spent is spent"

    def test_it_may_be_loaded_again(self, register: Register, some_households: Make) -> None:
        register.write("households", some_households(3), Source("a.csv", "1"))
        register.forget("households", "a.csv")
        assert register.read("households").num_rows == 0
        assert register.write("households", some_households(3), Source("a.csv", "1")).number == 1
        assert register.write("households", some_households(3, 3), Source("b.csv", "1")).number == 1

    def test_one_of_another_table_or_name_is_not_touched(self, project: Project, rows: Rows, dsn: str | None) -> None:
        with pytest.raises(NotFound, match="areas: no source 'a' is loaded; loaded are none"):
            project.forget("areas", "a")
        assert dsn or not list(project.folder.iterdir()), "nothing is made by forgetting nothing"
        project.write("areas", rows["areas"], Source("a", "1"))
        project.write("stations", rows["stations"], Source("a", "1"))
        project.forget("areas", "a")
        assert (project.read("areas").num_rows, project.read("stations").num_rows) == (0, 2)
        with pytest.raises(NotFound, match="stations: no source 'b' is loaded; loaded are a"):
            project.forget("stations", "b")
        with pytest.raises(InputError, match="not in this store"):
            project.forget("households", "a")


def marked(rows: pa.Table, area: str) -> pa.Table:
    at = rows.column_names.index("registered_area")
    return rows.set_column(at, rows.schema.field(at), pa.array([area] * rows.num_rows, pa.string()))


def analyzed(dsn: str | None, prefix: str) -> None:
    """Have PostgreSQL gather statistics, as it does by itself after a while."""
    if dsn:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(f"ANALYZE {prefix}_register.households".encode())


class TestPurge:
    def test_purged_rows_are_in_no_byte_of_any_file(
        self, register: Register, some_households: Make, dsn: str | None, prefix: str
    ) -> None:
        staying, leaving, forgotten = (some_households(200, seed) for seed in (21, 22, 23))
        leaving = marked(leaving, AREA)
        home = register.folder.parent
        ids = [set(rows["id"].to_pylist()) for rows in (staying, leaving, forgotten)]
        register.write("households", pa.concat_tables([staying, leaving]), Source("a.csv", "1"))
        register.write("households", forgotten, Source("b.csv", "1"))
        analyzed(dsn, prefix)
        register.write("households", staying, Source("a.csv", "2"))
        register.forget("households", "b.csv")
        gone = ids[1] | ids[2]
        assert len(marks_in_files(home, dsn, gone)) > 200, "the search finds what is there"
        assert marks_in_files(home, dsn, [AREA.encode()])
        digest = register.digest("households")

        assert register.old_rows() == {"households": 400}
        register.purge()
        assert register.old_rows() == {}
        analyzed(dsn, prefix)
        assert marks_in_files(home, dsn, [*gone, AREA.encode()]) == []
        assert len(marks_in_files(home, dsn, ids[0])) == 200, "what is current is there, and found"
        assert register.digest("households") == digest
        assert [v.rows for v in register.vintages()] == [400, 200], "the record of the loads stays"

    def test_secret_book_surfaces_and_settings_stay(
        self, register: Register, some_households: Make, dsn: str | None, prefix: str
    ) -> None:
        secret = register.secret()
        for n in (1, 2):
            register.write("households", some_households(20, n), Source("a.csv", str(n)))
            draws = [register.spend(register.digest("households"), bytes([n]) * 300_000, Fraction(1, 2), "")]
        register.remember("mapping", "{}")
        before = (register.book(), register.digest("households"))
        register.purge()
        again = open_register(register.folder, dsn, prefix)
        assert (again.book(), again.digest("households")) == before
        assert again.surface(draws[-1].surface_digest) == b"\x02" * 300_000
        assert (again.secret(), again.recall("mapping")) == (secret, "{}")
        assert again.write("households", some_households(21, 2), Source("a.csv", "3")).number == 3
        again.close()

    def test_reports_that_count_old_households_are_removed(self, register: Register, some_households: Make) -> None:
        for n in (1, 2):
            register.write("households", some_households(20, n), Source("a.csv", str(n)))
            register.spend(register.digest("households"), bytes([n]), Fraction(1, 2), "")
            register.quality_file(n).write_text("T,households,20,19.5,3.0\n")
        register.purge()
        assert [f.name for f in register.folder.glob("quality-*")] == ["quality-2.csv"]

    def test_a_register_with_a_damaged_book_is_unchanged(self, register: Register, some_households: Make) -> None:
        for n in (1, 2):
            register.write("households", some_households(20, n), Source("a.csv", str(n)))
        (register.folder / "book").write_text("3 abc\n")
        with pytest.raises(InputError, match="budget book is damaged"):
            register.purge()
        assert register.old_rows() == {"households": 20}

    def test_nothing_need_be_there(self, register: Register, project: Project, rows: Rows) -> None:
        for store in (register, project):
            store.purge()
            assert store.old_rows() == {}
            assert store.vintages() == []
        project.write("areas", rows["areas"], Source("a", "1"))
        project.purge()
        assert project.read("areas").num_rows == 2

    def test_every_table_is_rewritten_unchanged(self, holder: Holder, rows: Rows) -> None:
        day = dt.date(2024, 2, 29)
        for table, some in rows.items():
            holder(table).write(table, some, Source("a", "1"))
            holder(table).write(table, some, Source("a", "2"))
        before = {table: holder(table).digest(table) for table in rows}
        for table in ("areas", "households"):
            assert holder(table).old_rows()
            holder(table).purge()
        assert {table: holder(table).digest(table) for table in rows} == before
        for table, some in rows.items():
            assert holder(table).write(table, some.slice(1), Source("a", str(day))).removed == 1

    def test_tables_in_use_are_reported_and_purged_the_next_time(
        self, register: Register, some_households: Make, dsn: str | None, prefix: str
    ) -> None:
        for n in (1, 2):
            register.write("households", some_households(20, n), Source("a.csv", str(n)))
        other = open_register(register.folder, dsn, prefix)
        with other._reading() as session:
            assert session
            session.execute(f"SELECT count(*) FROM {other._sql.name('households')}")  # holds the table on a server as well
            register._database._wait_s = 0.1  # type: ignore[attr-defined]  # of a file
            with pytest.raises(Conflict, match="another process is using"):
                register.purge()
        register.purge()
        assert register.old_rows() == {}
        other.close()
