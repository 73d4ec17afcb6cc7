"""geoservice token and audit: who may read what is not public, and who did."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from geoservice.api.audit import access_of, entry_of
from geoservice.cli.common import Home, err, out, releases_of, settings_for
from geoservice.errors import InputError

if TYPE_CHECKING:
    from geoservice.release.base import ReleaseReader
    from geoservice.server.access import AuditHead
    from geoservice.settings import Settings

Name = Annotated[str, typer.Argument(help="Who it is for: a person, an office or a portal.")]


def add(
    name: Name,
    role: Annotated[str, typer.Option(help="planner or steward: what layers its bearer reads.")],
    area: Annotated[
        list[str] | None, typer.Option(help="Code of an area that the view is limited to; may be repeated.")
    ] = None,
    layer: Annotated[list[str] | None, typer.Option(help="Layer that may be read; may be repeated.")] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long it is good.")] = 365,
    under: Annotated[str | None, typer.Option(help="Name of the token that it is given under and never exceeds.")] = None,
    home: Home = None,
) -> None:
    """Give a token. Its text is shown once and kept nowhere."""
    from geoservice.server.access import TokenRequest, by_release, give

    settings = settings_for(home)
    wanted = TokenRequest(name, role, tuple(area) if area else None, tuple(layer) if layer else None, days)
    said = f"{name}: {role}, areas {area}, layers {layer}, {days} days, under {under}"
    with access_of(settings) as store, _current(settings) as reader:
        _warn_unknown_layers(reader, layer or [])
        token, text = give(store, wanted, under, by_release(reader), entry_of("token add", said))
    err.print(f"token {name} ({token.role}) is good until {token.expires}; it is shown this once:", markup=False)
    typer.echo(text)


@contextmanager
def _current(settings: "Settings") -> "Iterator[ReleaseReader | None]":
    """Open the current release, if there is one: it knows which area lies in which."""
    store = releases_of(settings, read_only=True)
    try:
        reader = None if store.current() is None else store.open()
        yield reader
        if reader is not None:
            reader.close()
    finally:
        store.close()


def _warn_unknown_layers(reader: "ReleaseReader | None", layers: list[str]) -> None:
    known = {x.id for x in reader.manifest.layers} if reader else set(layers)
    for layer in layers:
        if layer not in known:
            err.print(f"layer {layer}: not in the current release, which has {', '.join(sorted(known))}", markup=False)


def tokens(home: Home = None) -> None:
    """List the tokens: name, role, areas, layers, until when, given under which; never their texts."""
    from rich.table import Table

    from geoservice.server.access.token import stamp, why_dead

    with access_of(settings_for(home)) as store:
        found = store.tokens()
    known, now = {t.id: t for t in found}, stamp()
    table = Table("name", "id", "role", "areas", "layers", "until", "under", "state", box=None)
    for t in found:
        under = known[t.parent].name if t.parent in known else ""
        limits = [", ".join(words) if words is not None else "all" for words in (t.areas, t.layers)]
        table.add_row(t.name, t.id, t.role, *limits, t.expires[:16], under, why_dead(t, known, now) or "good")
    out.print(table)


def revoke(name: Name, home: Home = None) -> None:
    """Revoke a token, and with it all that were given under it; servers follow within a second."""
    with access_of(settings_for(home)) as store:
        token = store.revoke(name, entry_of("token revoke", name))
    out.print(f"token {name} ({token.id}) is revoked, and with it those given under it", markup=False)


def check(
    head: Annotated[str | None, typer.Option(help="A head noted earlier by 'geoservice audit head', as 12:ab34...")] = None,
    home: Home = None,
) -> None:
    """Check the audit log from its first row; ends with an error that names the first row changed or missing."""
    known = _head(head) if head else None
    with access_of(settings_for(home)) as store:
        found = store.verify(known)
    out.print(f"audit log is whole: {found.n} rows, head {found}")
    if known is None:
        out.print("rows cut off together with the store's head would not show; compare with a head noted elsewhere: --head")


def _head(text: str) -> "AuditHead":
    from geoservice.server.access import AuditHead

    number, _, digest = text.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 19 and digest):
        raise InputError(f"--head: got {text!r:.80}, allowed is what 'geoservice audit head' prints, as 12:ab34...")
    return AuditHead(int(number), digest)


def head(home: Home = None) -> None:
    """Print number and hash of the last row; note it where those who can write the log cannot."""
    with access_of(settings_for(home)) as store:
        typer.echo(store.head())


def rows(
    since: Annotated[str | None, typer.Option(help="A date or time, as 2026-03-01 or 2026-03-01T08:00+08:00.")] = None,
    home: Home = None,
) -> None:
    """Print the audit log, one JSON object a line."""
    import orjson

    begin = _moment(since) if since else ""
    with access_of(settings_for(home)) as store:
        for row in store.rows():
            entry = row.entry
            if entry["at"] >= begin:
                typer.echo(orjson.dumps(entry).decode())


def _moment(text: str) -> str:
    from geoservice.server.access.token import stamp

    try:
        return stamp(datetime.fromisoformat(text))
    except ValueError:
        raise InputError(
            f"--since: got {text!r:.40}, allowed is a date or time as 2026-03-01 or 2026-03-01T08:00+08:00"
        ) from None


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    token = typer.Typer(help="Who may read what is not public.", no_args_is_help=True)
    token.command("add")(add)
    token.command("list")(tokens)
    token.command("revoke")(revoke)
    audit = typer.Typer(help="Who read what is not public, and who changed what.", no_args_is_help=True)
    audit.command("verify")(check)
    audit.command("head")(head)
    audit.command("list")(rows)
    app.add_typer(token, name="token")
    app.add_typer(audit, name="audit")
