"""Errors of failed queries to a release never have the database's own text, which may contain rows and paths."""

import traceback

import clinics
import pytest

from geoservice.errors import GeoserviceError
from geoservice.release.protocols import ReleaseStore
from geoservice.release.reader import Reader

TELLING = "a-telling-value"


def test_the_error_of_a_failed_query_has_no_text_of_the_database(store: ReleaseStore) -> None:
    store.write(clinics.release_content())
    reader = store.open()
    assert isinstance(reader, Reader)
    with pytest.raises(GeoserviceError, match=r"^database: ") as caught, reader._session() as session:
        session.execute(f"SELECT CAST('{TELLING}' AS INTEGER)")
    reader.close()
    assert type(caught.value) is GeoserviceError
    assert TELLING not in "".join(traceback.format_exception(caught.value))
