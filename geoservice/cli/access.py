"""geoservice token, audit and grant: access to layers that are not public, its log, and the serving role of PostgreSQL."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from geoservice.api.audit import access_of, audit_action, entry_of
from geoservice.cli.common import Home, err, out, releases_of, settings_for
from geoservice.errors import InputError

if TYPE_CHECKING:
    from geoservice.release.protocols import ReleaseReader
    from geoservice.server.access import AuditHead
    from geoservice.settings import Settings

Name = Annotated[str, typer.Argument(help="Who it is for: a person, an office or a portal.")]


def add_token(
    name: Name,
    role: Annotated[str, typer.Option(help="planner or steward: which layers its holder may read.")],
    area: Annotated[
        list[str] | None, typer.Option(help="Code of an area that the view is limited to; may be repeated.")
    ] = None,
    layer: Annotated[list[str] | None, typer.Option(help="Layer that may be read; may be repeated.")] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Days until it expires.")] = 365,
    under: Annotated[str | None, typer.Option(help="Name of a parent token, whose rights it never exceeds.")] = None,
    home: Home = None,
) -> None:
    """Create a token. Its text is shown once and not stored."""
    from geoservice.server.access import TokenRequest, area_containment, issue_token

    settings = settings_for(home)
    request = TokenRequest(name, role, tuple(area) if area else None, tuple(layer) if layer else None, days)
    details = f"{name}: {role}, areas {area}, layers {layer}, {days} days, under {under}"
    with access_of(settings) as store, _current_release(settings) as reader:
        _warn_unknown_layers(reader, layer or [])
        token, text = issue_token(store, request, under, area_containment(reader), entry_of("token add", details))
    err.print(f"token {name} ({token.role}) is valid until {token.expires}; it is not shown again:", markup=False)
    typer.echo(text)


@contextmanager
def _current_release(settings: "Settings") -> "Iterator[ReleaseReader | None]":
    """Open the current release, if there is one, for its hierarchy of areas."""
    store = releases_of(settings, read_only=True)
    try:
        reader = None if store.current() is None else store.open()
        yield reader
        if reader is not None:
            reader.close()
    finally:
        store.close()


def _warn_unknown_layers(reader: "ReleaseReader | None", layers: list[str]) -> None:
    existing = {x.id for x in reader.manifest.layers} if reader else set(layers)
    for layer in layers:
        if layer not in existing:
            err.print(f"layer {layer}: not in the current release, which has {', '.join(sorted(existing))}", markup=False)


def list_tokens(home: Home = None) -> None:
    """List the tokens: name, role, areas, layers, expiry and parent token; never their texts."""
    from rich.table import Table

    from geoservice.server.access.token import invalid_reason, rfc3339

    with access_of(settings_for(home)) as store:
        tokens = store.tokens()
    by_id, now = {t.id: t for t in tokens}, rfc3339()
    table = Table("name", "id", "role", "areas", "layers", "until", "under", "state", box=None)
    for t in tokens:
        under = by_id[t.parent].name if t.parent in by_id else ""
        limits = [", ".join(names) if names is not None else "all" for names in (t.areas, t.layers)]
        table.add_row(t.name, t.id, t.role, *limits, t.expires[:16], under, invalid_reason(t, by_id, now) or "good")
    out.print(table)


def revoke_token(name: Name, home: Home = None) -> None:
    """Revoke a token and all tokens under it; servers follow within a second."""
    with access_of(settings_for(home)) as store:
        token = store.revoke(name, entry_of("token revoke", name))
    out.print(f"token {name} ({token.id}) and all tokens under it are revoked", markup=False)


def verify_log(
    head: Annotated[str | None, typer.Option(help="An earlier output of 'geoservice audit head', as 12:ab34...")] = None,
    home: Home = None,
) -> None:
    """Check the audit log from its first row; an error names the first row that is changed or missing."""
    earlier = _parse_head(head) if head else None
    with access_of(settings_for(home)) as store:
        current = store.verify(earlier)
    out.print(f"audit log is whole: {current.n} rows, head {current}")
    if earlier is None:
        out.print("this does not show rows that were removed at the end together with the store's head; compare with --head")


def _parse_head(text: str) -> "AuditHead":
    from geoservice.server.access import AuditHead

    number, _, digest = text.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 19 and digest):
        raise InputError(f"--head: got {text!r:.80}, allowed is the output of 'geoservice audit head', as 12:ab34...")
    return AuditHead(int(number), digest)


def print_head(home: Home = None) -> None:
    """Print number and hash of the last row; keep it where those who can write the log cannot change it."""
    with access_of(settings_for(home)) as store:
        typer.echo(store.head())


def list_log(
    since: Annotated[str | None, typer.Option(help="A date or time, as 2026-03-01 or 2026-03-01T08:00+08:00.")] = None,
    home: Home = None,
) -> None:
    """Print the audit log, one JSON object per line."""
    import orjson

    begin = _parse_time(since) if since else ""
    with access_of(settings_for(home)) as store:
        for row in store.rows():
            entry = row.entry
            if entry["at"] >= begin:
                typer.echo(orjson.dumps(entry).decode())


def _parse_time(text: str) -> str:
    from geoservice.server.access.token import rfc3339

    try:
        return rfc3339(datetime.fromisoformat(text))
    except ValueError:
        raise InputError(
            f"--since: got {text!r:.40}, allowed is a date or time as 2026-03-01 or 2026-03-01T08:00+08:00"
        ) from None


def grant(
    role: Annotated[str, typer.Argument(help="The role of GEOSERVICE_SERVE_DSN; it must exist.")],
    home: Home = None,
) -> None:
    """Allow a PostgreSQL role to read releases and tokens, store scenarios and jobs, add to the audit log, nothing else."""
    from geoservice.release import prepare_roles
    from geoservice.server.processes.jobs.databases import jobs_on_postgresql
    from geoservice.server.scenarios.store import ScenarioStore

    settings = settings_for(home)
    if not settings.dsn:
        raise InputError("grant: GEOSERVICE_DSN is not set; only PostGIS has roles, a folder needs none")
    with audit_action(settings, "grant", role):
        prepare_roles(settings.dsn.get_secret_value(), settings.schema_prefix, role)
        with access_of(settings) as access:
            access.grant(role)
            ScenarioStore(access).grant(role)
        with closing(jobs_on_postgresql(settings.dsn.get_secret_value(), settings.schema_prefix, owner=True)) as jobs:
            jobs.grant(role)
    out.print(
        f"{role} can read the present and future releases of {settings.schema_prefix}, but neither register nor project; it "
        "can read tokens, add to the audit log, and store scenarios and jobs",
        markup=False,
    )
    out.print("next: geoservice serve, with GEOSERVICE_SERVE_DSN of this role and no other connection")


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(grant)
    token = typer.Typer(help="Tokens for layers that are not public.", no_args_is_help=True)
    token.command("add")(add_token)
    token.command("list")(list_tokens)
    token.command("revoke")(revoke_token)
    audit = typer.Typer(help="The log of reads of layers that are not public, and of changes.", no_args_is_help=True)
    audit.command("verify")(verify_log)
    audit.command("head")(print_head)
    audit.command("list")(list_log)
    app.add_typer(token, name="token")
    app.add_typer(audit, name="audit")
