"""Who may read what in PostgreSQL: the serving role sees releases, never the workspace."""

from geoservice.db.postgis import PostGIS
from geoservice.errors import Conflict, NotFound
from geoservice.release import sql
from geoservice.release.postgis import make_catalogue


def prepare_roles(dsn: str, prefix: str, serving_role: str) -> None:
    """Let ``serving_role`` read the releases of ``prefix``, those to come as well, and nothing else of this service.

    Run it once as the role that publishes. The serving role must be there (``CREATE ROLE geoservice_http LOGIN``) and be
    neither a superuser nor a member of the publishing role. It may then look into ``<prefix>_releases`` and the releases;
    whatever it may have been granted on ``<prefix>_private`` is taken away. Raises :class:`NotFound` for an unknown role.
    """
    statements, private = sql.Catalogue(prefix), sql.Catalogue.private(prefix)
    database = PostGIS(dsn)
    try:
        with database.session(write=True) as session:
            if not session.execute(statements.role_exists(), [serving_role])[0][0]:
                raise NotFound(f"role {serving_role!r:.80} does not exist; make it with: CREATE ROLE ... LOGIN")
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
