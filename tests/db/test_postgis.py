"""Behaviour of PostGIS alone; the rest is in tests/stores."""

import psycopg
import pytest

from geoservice.db.postgis import PostGIS
from geoservice.errors import Forbidden, TimedOut


@pytest.mark.postgis
def test_the_server_limits_the_time_of_readers_only(postgis: str) -> None:
    database = PostGIS(postgis, seconds=0.2)
    nap = "SELECT pg_sleep(0.4)"
    with database.session(write=True) as session:
        session.execute(nap)
    for ask in (database.quick, database.session):
        with pytest.raises(TimedOut, match=r"took longer than 0\.2 s"), ask() as session:
            session.execute(nap)
    database.close()


@pytest.mark.postgis
def test_a_connection_closed_by_the_server_is_replaced(postgis: str) -> None:
    database = PostGIS(postgis, max_connections=1)
    with database.quick() as session:
        ((pid,),) = session.execute("SELECT pg_backend_pid()")
    with psycopg.connect(postgis, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])  # returns once it has gone
    with database.quick() as session:
        assert session.execute("SELECT pg_backend_pid() <> %s", [pid]) == [(True,)]
    database.close()


@pytest.mark.postgis
def test_rewriting_a_table_of_another_role_is_an_error(postgis: str) -> None:
    with psycopg.connect(postgis, autocommit=True) as owner:
        owner.execute("CREATE TABLE vacuumed AS SELECT 1 AS a; CREATE ROLE vacuumer LOGIN; GRANT ALL ON vacuumed TO vacuumer")
    database = PostGIS(postgis.replace("user=postgres", "user=vacuumer"))
    with pytest.raises(Forbidden, match=r'"public"."vacuumed" was not rewritten; only the role that owns it may'):
        database.vacuum(['"public"."vacuumed"'])
    database.close()
