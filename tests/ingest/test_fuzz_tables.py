"""Random tables under known headers: the result is an error of this package or a report."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from district import AREAS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geoservice.errors import GeoserviceError
from geoservice.ingest import Options, Report, import_file
from geoservice.ingest.columns import fields_of
from geoservice.ingest.import_rows import import_rows
from geoservice.ingest.job import Job
from geoservice.ingest.raw_table import Meta, RawTable
from geoservice.project import Project, open_project
from geoservice.register import Register, open_register
from geoservice.schema import TableName
from geoservice.study import Study
from geoservice.vintages import Source

TABLES: tuple[TableName, ...] = ("areas", "stations", "households", "uptake", "population", "pyramids")
CELLS = st.one_of(
    st.none(),
    st.sampled_from(
        [
         "1", "0", "-1", "3.5", "1e400", "nan", "1,5", "１２", "116.95", "30.6", "340811", "340811100", "340000",
         "县级", "village",
         "2024-01-31", "2024.10", "2024年1月", "是", "no", "checkup", "体检；照护", "=1+1", "'340811", "#N/A", "-", "under_6",
         "POINT (1 2)", "0101000000", "116°57'", "116.95,30.6", "8928308280fffff", "a" * 300,
         "\u202e", "\ud7ff", "😀", "Mo-Fr 08:00-17:00",
        ]
    ),
    st.text(max_size=8),
    st.floats().map(str),
    st.integers(-(10**20), 10**20).map(str),
    st.dates().map(str),
)  # fmt: skip


@st.composite
def tables(draw: st.DrawFn, names: list[str]) -> pa.Table:
    """Up to twelve rows under some headers of the table, each of one kind of cell or of all kinds."""
    headers = draw(st.lists(st.sampled_from(names) | st.text(min_size=1, max_size=6), min_size=1, max_size=10, unique=True))
    rows = draw(st.integers(1, 12))
    columns = []
    for _ in headers:
        same = draw(CELLS) if draw(st.booleans()) else None
        columns.append(pa.array([same if same is not None else draw(CELLS) for _ in range(rows)], pa.string()))
    return pa.table(columns, names=headers)


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory, study: Study) -> Any:
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "areas.geojson").write_text(AREAS)
    with (
        closing(open_project(folder / "project", None, "geoservice")) as project,
        closing(open_register(folder / "register", None, "geoservice")) as register,
    ):
        import_file(project, "areas", folder / "areas.geojson", Options(), study, lambda _stage, _fraction: None)
        yield project, register


def dry_run(stores: tuple[Project, Register], table: TableName, rows: pa.Table, study: Study, options: Options) -> Report:
    project, register = stores
    store = register if table == "households" else project
    raw = RawTable(rows, pa.chunked_array([pa.array(range(2, rows.num_rows + 2), pa.int64())]), None, Meta(delimiter=","))
    job = Job(store, project, table, "fuzz.csv", "csv", options, study, lambda _stage, _fraction: None)
    return import_rows(job, raw, Source("fuzz.csv", "0" * 64))


@pytest.mark.parametrize("table", TABLES)
def test_a_table_of_nonsense_is_read_or_refused(stores: Any, study: Study, tmp_path: Path, table: TableName) -> None:
    ours = fields_of(table, study)
    names = sorted({*ours, *(word for words in ours.values() for word in words)})

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(tables(names), st.booleans())
    def run(rows: pa.Table, partial: bool) -> None:
        options = Options(dry_run=True, accept_partial=partial, level="village" if table == "areas" else None)
        try:
            report = dry_run(stores, table, rows, study, options)
        except GeoserviceError:
            return
        assert report.rows_accepted + report.rows_rejected == report.rows_read

    run()
