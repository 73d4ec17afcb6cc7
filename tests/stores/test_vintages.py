"""The protocol that register and project share, on both engines."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from geoservice.db.arrow import digest
from geoservice.errors import BadValues, Conflict, DuplicateKeys, InputError
from geoservice.project import Project, open_project
from geoservice.register import Register, open_register
from geoservice.schema import TABLES
from geoservice.vintages import Source, VintageStore

Rows = dict[str, pa.Table]
Make = Callable[..., pa.Table]
Holder = Callable[[str], VintageStore]
ALL = list(TABLES)


def in_key_order(table: str, rows: pa.Table) -> pa.Table:
    keys = zip(*(rows[k].to_pylist() for k in TABLES[table].key), strict=True)
    return rows.take([i for i, _ in sorted(enumerate(keys), key=lambda p: p[1])])


@pytest.mark.parametrize("table", ALL)
def test_rows_are_read_as_written(holder: Holder, rows: Rows, table: str) -> None:
    vintage = holder(table).write(table, rows[table], Source("a.csv", "1"), rejected=3)
    assert (vintage.number, vintage.rows, vintage.rejected, vintage.added) == (1, rows[table].num_rows, 3, rows[table].num_rows)
    got = holder(table).read(table)
    assert got.schema.equals(TABLES[table].arrow())
    assert got.to_pylist() == in_key_order(table, rows[table]).to_pylist()


@pytest.mark.parametrize("table", ALL)
def test_an_unwritten_table_is_empty(holder: Holder, table: str) -> None:
    assert holder(table).read(table).schema.equals(TABLES[table].arrow())
    assert holder(table).read(table).num_rows == 0
    assert holder(table).vintages() == []


@pytest.mark.parametrize("table", ALL)
def test_an_empty_table_is_a_vintage(holder: Holder, rows: Rows, table: str) -> None:
    holder(table).write(table, rows[table], Source("a.csv", "1"))
    assert holder(table).write(table, rows[table].slice(0, 0), Source("a.csv", "2")).removed == rows[table].num_rows
    assert holder(table).read(table).num_rows == 0


@pytest.mark.parametrize("table", ALL)
def test_the_digest_does_not_depend_on_the_order_of_rows(holder: Holder, rows: Rows, table: str) -> None:
    backwards = rows[table].take(np.arange(rows[table].num_rows)[::-1])
    holder(table).write(table, backwards, Source("a.csv", "1"))
    assert holder(table).digest(table) == digest(in_key_order(table, rows[table]))  # so it is the same on both stores


def test_the_same_digest_changes_nothing(project: Project, rows: Rows) -> None:
    first = project.write("stations", rows["stations"], Source("s.csv", "1"))
    assert project.write("stations", rows["stations"].slice(1), Source("s.csv", "1")) == first
    assert project.read("stations").num_rows == 2
    assert project.vintages() == [first]


def test_going_back_to_an_older_file_is_a_new_vintage(project: Project, rows: Rows) -> None:
    for mark in ("1", "2", "1"):
        last = project.write("stations", rows["stations"], Source("s.csv", mark))
    assert (last.number, last.added, last.removed, last.changed) == (3, 0, 0, 0)


def test_a_new_vintage_is_compared_by_key(register: Register, some_households: Make) -> None:
    rows = some_households(10)
    register.write("households", rows, Source("h.csv", "1"))
    persons = pa.array([50, *rows["persons"].to_pylist()[1:8]], pa.int32())
    at = rows.column_names.index("persons")
    kept = rows.slice(0, 8).set_column(at, rows.schema.field(at), persons)
    new = pa.concat_tables([kept, some_households(1, seed=9)])
    vintage = register.write("households", new, Source("h.csv", "2"))
    assert (vintage.added, vintage.removed, vintage.changed) == (1, 2, 1)
    assert register.read("households").num_rows == 9


def test_a_null_that_becomes_a_value_is_a_change(project: Project, rows: Rows) -> None:
    project.write("stations", rows["stations"], Source("s.csv", "1"))
    at = rows["stations"].column_names.index("capacity")
    filled = rows["stations"].set_column(at, rows["stations"].schema.field(at), pa.array([120.5, 7.0]))
    assert project.write("stations", filled, Source("s.csv", "2")).changed == 1


def test_sources_are_read_together(register: Register, some_households: Make) -> None:
    register.write("households", some_households(3, 1), Source("a.csv", "1"))
    register.write("households", some_households(4, 2), Source("b.csv", "1"))
    register.write("households", some_households(2, 3), Source("a.csv", "2"))
    assert register.read("households").num_rows == 6
    assert [(v.source.name, v.number) for v in register.vintages("households")] == [("a.csv", 1), ("b.csv", 1), ("a.csv", 2)]
    assert register.vintages("areas") == []


def test_a_key_of_another_source_is_refused_without_naming_it(register: Register, some_households: Make) -> None:
    rows = some_households(5)
    register.write("households", rows, Source("a.csv", "1"))
    with pytest.raises(DuplicateKeys, match=r"households: 2 keys .* of b.csv .* \(a.csv\)") as caught:
        register.write("households", rows.slice(0, 2), Source("b.csv", "1"))
    assert rows["id"][0].as_py().hex() not in str(caught.value)
    assert register.read("households").num_rows == 5
    assert len(register.vintages()) == 1


def test_a_key_twice_in_one_source_is_refused(register: Register, some_households: Make) -> None:
    rows = some_households(3)
    with pytest.raises(DuplicateKeys, match="households: 3 keys"):
        register.write("households", pa.concat_tables([rows, rows]), Source("a.csv", "1"))
    assert register.vintages() == []


def test_a_group_added_later_is_zero_in_older_rows(register: Register, some_households: Make) -> None:
    register.write("households", some_households(3, 1), Source("a.csv", "1"))
    register.write("households", some_households(3, 2, ("under_6",)), Source("b.csv", "1"))
    register.write("households", some_households(3, 3, ("over_65", "under_6")), Source("c.csv", "1"))
    got = register.read("households")
    assert got.column_names[-2:] == ["group_over_65", "group_under_6"]
    assert got.schema.equals(TABLES["households"].arrow(("over_65", "under_6")))
    assert sorted(got["group_under_6"].to_pylist()) == [0, 0, 0, 0, 0, 1, 1, 2, 2]


def test_a_group_that_is_no_longer_counted_is_removed(register: Register, some_households: Make) -> None:
    register.write("households", some_households(4, 1, ("under_6",)), Source("a.csv", "1"))
    assert register.write("households", some_households(4, 1), Source("a.csv", "2")).changed == 2  # 1 and 2 became 0
    assert "group_under_6" not in register.read("households").column_names


def test_old_rows_are_removed_and_their_record_stays(register: Register, some_households: Make) -> None:
    for i in range(8):
        register.write("households", some_households(i + 1, i), Source("a.csv", str(i)))
    assert register.read("households").num_rows == 8
    assert [v.rows for v in register.vintages()] == [1, 2, 3, 4, 5, 6, 7, 8]


def test_other_columns_are_refused(project: Project, rows: Rows) -> None:
    with pytest.raises(InputError, match="stations"):
        project.write("stations", rows["stations"].append_column("phone", pa.array(["1", "2"])), Source("s.csv", "1"))


@pytest.mark.parametrize("column", ["name", "services"])
def test_text_with_nul_is_refused(project: Project, rows: Rows, column: str) -> None:
    field = TABLES["stations"].arrow().field(column)
    bad = pa.array([["a\0"], []] if column == "services" else ["a\0", "b"], field.type)
    at = rows["stations"].column_names.index(column)
    with pytest.raises(BadValues, match=f"column {column}: 1 values hold a NUL"):
        project.write("stations", rows["stations"].set_column(at, field, bad), Source("s.csv", "1"))


def test_settings_are_stored(project: Project) -> None:
    assert project.recall("map:a.csv") is None
    project.remember("map:a.csv", '{"经度": "lon"}')
    project.remember("map:a.csv", "")
    assert project.recall("map:a.csv") == ""


def test_a_reopened_store_has_the_same_content(
    holder: Holder, register: Register, project: Project, rows: Rows, dsn: str | None, prefix: str
) -> None:
    for table, some in rows.items():
        holder(table).write(table, some, Source("a", "1"))
    digests = [holder(t).digest(t) for t in rows]
    again = [open_register(register.folder, dsn, prefix), open_project(project.folder, dsn, prefix)]
    assert [store.digest(t) for t in rows for store in again if t in store.tables] == digests
    for store in (*again, register, project):
        store.close()


def test_a_table_of_the_other_store_is_refused(register: Register, project: Project, rows: Rows) -> None:
    with pytest.raises(InputError, match="'stations' is not in this store; its tables are households"):
        register.write("stations", rows["stations"], Source("a", "1"))
    with pytest.raises(InputError, match="'households' is not in this store"):
        project.read("households")


def test_a_second_writer_gets_an_error(project: Project, rows: Rows, dsn: str | None, prefix: str) -> None:
    other = open_project(project.folder, dsn, prefix)
    with other._writing():
        project._database._wait_s = 0.1  # a file is waited for a while; a server says no at once
        with pytest.raises(Conflict, match="project: another process"):
            project.write("stations", rows["stations"], Source("s.csv", "1"))
    project.write("stations", rows["stations"], Source("s.csv", "1"))
    other.close()


def test_both_stores_can_be_written_concurrently(register: Register, project: Project, rows: Rows) -> None:
    with project._writing():
        register.write("households", rows["households"], Source("h.csv", "1"))


def test_a_prefix_cannot_inject_sql(tmp_path: Path, dsn: str | None, rows: Rows) -> None:
    if dsn is None:
        pytest.skip("a folder has no schema name")
    with pytest.raises(InputError, match="allowed are ASCII letters"):
        open_project(tmp_path, dsn, 'x"; drop schema public; --').write("stations", rows["stations"], Source("s", "1"))


def test_a_table_that_an_older_store_lacks_is_created(project: Project, rows: Rows, dsn: str | None, prefix: str) -> None:
    project._sql.tables = tuple(t for t in project._sql.tables if t != "pyramids")
    project.write("uptake", rows["uptake"], Source("u.csv", "1"))
    project.close()
    with closing(open_project(project.folder, dsn, prefix)) as newer:
        assert newer.read("pyramids").num_rows == 0
        assert newer.old_rows() == {}
        newer.write("pyramids", rows["pyramids"], Source("p.csv", "1"))
        assert newer.read("pyramids").num_rows == 2
        assert newer.read("uptake").equals(rows["uptake"])
