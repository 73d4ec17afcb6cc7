"""Who may read what in PostgreSQL: the serving role sees releases, never the workspace."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from geoservice.db import Session
from geoservice.db.postgis import PostGIS
from geoservice.errors import Conflict, Forbidden, NotFound
from geoservice.release.postgis import make_catalogue
from geoservice.release.sql.catalogue import Catalogue


def prepare_roles(dsn: str, prefix: str, serving_role: str) -> None:
    """Let ``serving_role`` read the releases of ``prefix``, those to come as well, and nothing else of this service.

    Run it once as the role that publishes. The serving role must be there (``CREATE ROLE geoservice_http LOGIN``) and be
    neither a superuser nor a member of the publishing role. It may then look into ``<prefix>_releases`` and the releases;
    whatever it may have been granted on ``<prefix>_private`` is taken away. Raises :class:`NotFound` for an unknown role and
    :class:`Forbidden` for one that could read private tables whatever is granted.
    """
    statements, private = Catalogue(prefix), Catalogue.private(prefix)
    database = PostGIS(dsn)
    try:
        with database.session(write=True) as session:
            _check_standing(session, statements, serving_role)
            if not session.execute(*statements.lock())[0][0]:
                raise Conflict("releases: another process is publishing; try again when it has finished")
            make_catalogue(session, statements)
            session.execute(statements.add_reader(), [serving_role, serving_role])
            released = [statements.release(r[0]) for r in session.execute(statements.numbers())]
            for schema in (statements.schema, *released):
                for statement in statements.grant(schema, serving_role):
                    session.execute(statement)
            if session.execute(*statements.exists(private))[0][0]:
                for statement in statements.revoke(private, serving_role):
                    session.execute(statement)
    finally:
        database.close()


def _check_standing(session: Session, statements: Catalogue, role: str) -> None:
    found = session.execute(statements.standing(), [role])
    if not found:
        raise NotFound(f"role {role!r:.80} does not exist; make it with: CREATE ROLE ... LOGIN")
    superuser, owner = found[0]
    if superuser or owner:
        reason = "is a superuser" if superuser else "is the role that publishes, or a member of it"
        raise Forbidden(f"role {role!r:.80} {reason}: it could read private tables; make another with: CREATE ROLE ... LOGIN")


@dataclass(frozen=True)
class Server:
    """What a connection finds: versions (``postgis`` None where it is missing) and what its role may do."""

    version: str
    postgis: str | None
    may_create: bool
    sees_private: bool


def look(dsn: str, prefix: str) -> Server:
    """Return what stands behind a connection string; raises :class:`geoservice.errors.Unavailable` with the reason."""
    statements = Catalogue(prefix)
    with _reading(dsn) as session:
        version, postgis, may_create = session.execute(statements.server())[0]
        return Server(version, postgis, may_create, bool(session.execute(*statements.openings())[0][0]))


@contextmanager
def _reading(dsn: str) -> Iterator[Session]:
    database = PostGIS(dsn, read_only=True, most=1)
    try:
        with database.quick() as session:
            yield session
    finally:
        database.close()
