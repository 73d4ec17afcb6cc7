"""Privileges of PostgreSQL roles: the serving role reads releases, never register or project."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from geoservice.db import Session
from geoservice.db.postgis import PostGIS
from geoservice.errors import Conflict, Forbidden, NotFound
from geoservice.release.postgis import make_catalogue
from geoservice.release.sql.catalogue import Catalogue


def prepare_roles(dsn: str, prefix: str, serving_role: str) -> None:
    """Allow ``serving_role`` to read the present and future releases of ``prefix``, and nothing else of this service.

    Run it once as the publishing role. The serving role must exist (``CREATE ROLE geoservice_http LOGIN``) and be neither a
    superuser nor a member of the publishing role. It may then read ``<prefix>_releases`` and the releases; any privilege on
    ``<prefix>_project``, and on ``<prefix>_register`` if the publishing role owns that too, is revoked. Raises
    :class:`NotFound` for an unknown role and :class:`Forbidden` for one that could still read either.
    """
    statements = Catalogue(prefix)
    database = PostGIS(dsn)
    try:
        with database.session(write=True) as session:
            _check_role(session, statements, serving_role)
            if not session.execute(*statements.lock())[0][0]:
                raise Conflict("releases: another process is publishing; try again when it has finished")
            make_catalogue(session, statements)
            session.execute(statements.add_reader(), [serving_role, serving_role])
            released = [statements.release(r[0]) for r in session.execute(statements.numbers())]
            for schema in (statements.schema, *released):
                for statement in statements.grant(schema, serving_role):
                    session.execute(statement)
            for (schema,) in session.execute(*statements.owned()):
                for statement in statements.revoke(schema, serving_role):
                    session.execute(statement)
            if readable := session.execute(*statements.openings(serving_role)):
                text = f"role {serving_role!r:.80} can read schema {readable[0][0]}"
                raise Forbidden(f"{text}; run REVOKE as the role that owns it")
    finally:
        database.close()


def _check_role(session: Session, statements: Catalogue, role: str) -> None:
    rows = session.execute(statements.standing(), [role])
    if not rows:
        raise NotFound(f"role {role!r:.80} does not exist; create it with: CREATE ROLE ... LOGIN")
    superuser, owner = rows[0]
    if superuser or owner:
        reason = "is a superuser" if superuser else "is the publishing role or a member of it"
        raise Forbidden(
            f"role {role!r:.80} {reason}: it could read unreleased data; create another with: CREATE ROLE ... LOGIN"
        )


@dataclass(frozen=True)
class ServerPrivileges:
    """The versions of a server (``postgis`` is None if it is not installed) and the privileges of the connection's role.

    ``sees`` are the schemas of register and project that the role could read.
    """

    version: str
    postgis: str | None
    may_create: bool
    sees: tuple[str, ...]


def inspect_server(dsn: str, prefix: str) -> ServerPrivileges:
    """Return the versions and privileges of a connection; raises :class:`geoservice.errors.Unavailable` with the reason."""
    statements = Catalogue(prefix)
    with _reading(dsn) as session:
        version, postgis, may_create = session.execute(statements.server())[0]
        return ServerPrivileges(version, postgis, may_create, tuple(row[0] for row in session.execute(*statements.openings())))


def check_served(dsn: str, prefix: str) -> None:
    """Check that a connection string leads to releases that its role may read.

    Raises :class:`NotFound` where nothing of ``prefix`` is there, :class:`Forbidden` for a role that was not let in.
    """
    statements = Catalogue(prefix)
    with _reading(dsn) as session:
        if not session.execute(*statements.exists())[0][0]:
            raise NotFound(
                f"the database has no schema {statements.schema}; geoservice publish and geoservice grant make it; "
                "if it has another name, correct GEOSERVICE_SCHEMA_PREFIX or dbname="
            )
        session.execute(statements.current())


@contextmanager
def _reading(dsn: str) -> Iterator[Session]:
    database = PostGIS(dsn, read_only=True, max_connections=1)
    try:
        with database.quick() as session:
            yield session
    finally:
        database.close()
