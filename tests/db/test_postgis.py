"""What is PostGIS's own: the rest is in the suite over both stores."""

import pytest

from geoservice.db.postgis import PostGIS
from geoservice.errors import TimedOut


@pytest.mark.postgis
def test_the_server_ends_what_reads_too_long_and_lets_writing_take_its_time(postgis: str) -> None:
    database = PostGIS(postgis, seconds=0.2)
    nap = "SELECT pg_sleep(0.4)"
    with database.session(write=True) as session:
        session.execute(nap)
    for ask in (database.quick, database.session):
        with pytest.raises(TimedOut, match=r"took longer than 0\.2 s"), ask() as session:
            session.execute(nap)
    database.close()
