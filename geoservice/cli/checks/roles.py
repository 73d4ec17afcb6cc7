"""Checks of geoservice doctor for the roles of a PostgreSQL server and their privileges."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from geoservice.cli.checks.result import Check, CheckResult
from geoservice.cli.common import register_has_own_role

if TYPE_CHECKING:
    from pydantic import SecretStr

    from geoservice.release.roles import ServerPrivileges
    from geoservice.settings import Settings

SEPARATE = (
    "give the register a role of which the project's is not a member, and set GEOSERVICE_REGISTER_DSN "
    "(see geoservice/docs/postgis.md)"
)


def _inspect(dsn: "SecretStr", settings: "Settings") -> "ServerPrivileges":
    from geoservice.release.roles import inspect_server

    return inspect_server(dsn.get_secret_value(), settings.schema_prefix)


DSNS = ("dsn", "register_dsn", "serve_dsn")


def _connections(settings: "Settings") -> Iterator[CheckResult]:
    """Check that each connection string leads to a server that accepts its role."""
    from geoservice.api.stores import reachable_dsn
    from geoservice.errors import GeoserviceError

    for name in DSNS:
        if getattr(settings, name) is None:
            continue
        try:
            reachable_dsn(settings, name)
        except GeoserviceError as error:
            yield CheckResult("fail", str(error))
        else:
            yield CheckResult("ok", f"GEOSERVICE_{name.upper()}: the server accepts its role")


def _store(settings: "Settings") -> Iterator[CheckResult]:
    """Check the connection of the project's role."""
    if not settings.dsn:
        yield CheckResult("ok", "store: DuckDB in the folder (GEOSERVICE_DSN is not set)")
        return
    server = _inspect(settings.dsn, settings)
    yield CheckResult("ok", f"store: PostgreSQL {server.version}, schemas {settings.schema_prefix}_*")
    if server.postgis is None:
        yield CheckResult("fail", "PostGIS is not installed in the database; as a superuser of it: CREATE EXTENSION postgis")
    else:
        yield CheckResult("ok", f"PostGIS {server.postgis}")
    if not server.may_create:
        yield CheckResult("fail", "GEOSERVICE_DSN: its role cannot create schemas; GRANT CREATE ON DATABASE ... TO ...")


def _apart(settings: "Settings") -> Iterator[CheckResult]:
    """Check that the project's role, which runs studies, cannot read the register."""
    if not settings.dsn:
        return
    if not settings.register_dsn and not register_has_own_role(settings):
        text = "GEOSERVICE_REGISTER_DSN is not set: the role that runs studies can read the register"
        yield CheckResult("warn", f"{text}; {SEPARATE}")
    elif f"{settings.schema_prefix}_register" in _inspect(settings.dsn, settings).sees:
        yield CheckResult("fail", f"GEOSERVICE_DSN: its role can read the register; {SEPARATE}")
    else:
        yield CheckResult("ok", "GEOSERVICE_DSN: its role cannot read the register")


def _serving(settings: "Settings") -> Iterator[CheckResult]:
    """Check that the serving role can read neither register nor project."""
    if not settings.serve_dsn:
        if settings.dsn:
            yield CheckResult(
                "warn", "GEOSERVICE_SERVE_DSN is not set; serving from PostGIS needs it: CREATE ROLE, geoservice grant"
            )
        return
    server = _inspect(settings.serve_dsn, settings)
    if server.sees:
        text = f"its role can read {' and '.join(server.sees)}; geoservice grant ROLE for one that cannot"
        yield CheckResult("fail", f"GEOSERVICE_SERVE_DSN: {text}")
    else:
        yield CheckResult("ok", "GEOSERVICE_SERVE_DSN: its role can read neither register nor project")
    if server.may_create:
        yield CheckResult("warn", "GEOSERVICE_SERVE_DSN: its role can create schemas; REVOKE CREATE ON DATABASE ... FROM ...")


DATABASE: dict[str, Check] = {"connections": _connections, "store": _store, "register's role": _apart, "serving": _serving}
