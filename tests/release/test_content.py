"""A release is read back after it was written."""

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from geoservice.analysis.frames import table as rows_of
from geoservice.db import DUCKDB
from geoservice.db.duckdb import DuckDBSession
from geoservice.errors import ReleaseError
from geoservice.release import sql
from geoservice.release.base import TABLE, Manifest
from geoservice.release.content import check_stored
from geoservice.release.manifest import sorted_table, table_digest


@pytest.fixture
def written() -> pa.Table:
    rows = rows_of(np.array([1.0, 2.0, 3.0]), geography="county", unit=["1", "2", "3"], measure="persons")
    return sorted_table(rows.cast(TABLE))


def check(stored: pa.Table, written: pa.Table) -> None:
    manifest = Manifest(
        code_version="1", study={}, inputs={}, parameters={}, table_digest=table_digest(written), layers=(), disclosure={}
    )
    session, name = DuckDBSession(duckdb.connect()), DUCKDB.quote(sql.RELEASE_TABLE)
    session.execute(sql.create(DUCKDB, name, TABLE))
    session.append(name, stored)
    check_stored(session, None, manifest, written)


def test_the_same_rows_are_the_same_release_in_any_order(written: pa.Table) -> None:
    check(written, written)
    check(written.take([2, 0, 1]), written)


@pytest.mark.parametrize("stored", [[0, 1], [0, 1, 1], [0, 1, 2, 2]])
def test_other_rows_are_an_error(written: pa.Table, stored: list[int]) -> None:
    with pytest.raises(ReleaseError, match="does not return what was written"):
        check(written.take(stored), written)
