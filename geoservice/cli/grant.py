"""geoservice grant: allow the serving role of a PostgreSQL server to read releases."""

from typing import Annotated

import typer

from geoservice.api.audit import access_of, audit_action
from geoservice.cli.common import Home, out, settings_for
from geoservice.errors import InputError


def grant(
    role: Annotated[str, typer.Argument(help="The role of GEOSERVICE_SERVE_DSN; it must exist.")],
    home: Home = None,
) -> None:
    """Allow a PostgreSQL role to read releases and tokens and to add to the audit log, but not to read register or project."""
    from geoservice.release import prepare_roles

    settings = settings_for(home)
    if not settings.dsn:
        raise InputError("grant: GEOSERVICE_DSN is not set; only PostGIS has roles, a folder needs none")
    with audit_action(settings, "grant", role):
        prepare_roles(settings.dsn.get_secret_value(), settings.schema_prefix, role)
        with access_of(settings) as access:
            access.grant(role)
    out.print(
        f"{role} can read the present and future releases of {settings.schema_prefix}, but neither register nor project; it "
        "can read tokens and add to the audit log",
        markup=False,
    )
    out.print("next: geoservice serve, with GEOSERVICE_SERVE_DSN of this role and no other connection")


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(grant)
