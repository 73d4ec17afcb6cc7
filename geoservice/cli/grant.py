"""geoservice grant: let the serving role of a PostgreSQL server read releases."""

from typing import Annotated

import typer

from geoservice.api.audit import access_of, written_down
from geoservice.cli.common import Home, out, settings_for
from geoservice.errors import InputError


def grant(
    role: Annotated[str, typer.Argument(help="The role of GEOSERVICE_SERVE_DSN; it must exist.")],
    home: Home = None,
) -> None:
    """Let a PostgreSQL role read releases and tokens and add to the audit log; neither register nor project."""
    from geoservice.release import prepare_roles

    settings = settings_for(home)
    if not settings.dsn:
        raise InputError("grant: GEOSERVICE_DSN is not set; roles are a matter of PostGIS, a folder needs none")
    with written_down(settings, "grant", role):
        prepare_roles(settings.dsn.get_secret_value(), settings.schema_prefix, role)
        with access_of(settings) as access:
            access.grant(role)
    out.print(
        f"{role} may read the releases of {settings.schema_prefix}, those to come as well, neither register nor project; it "
        "may look tokens up and add to the audit log",
        markup=False,
    )
    out.print("next: geoservice serve, with GEOSERVICE_SERVE_DSN of this role and no other connection")


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(grant)
