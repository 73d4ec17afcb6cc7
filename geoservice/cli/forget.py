"""geoservice forget: delete a loaded source."""

from typing import TYPE_CHECKING, Annotated

import typer

from geoservice.api.audit import audit_action
from geoservice.cli.common import Home, Yes, confirm, out, settings_for, stores_of
from geoservice.errors import InputError, NotFound

if TYPE_CHECKING:
    from geoservice.schema import TableName
    from geoservice.vintages import VintageStore


def forget(
    source: Annotated[str, typer.Argument(help="Name of a loaded source, as geoservice doctor lists it.")],
    table: Annotated[str | None, typer.Option(help="Its table, if sources of several tables have the name.")] = None,
    yes: Yes = False,
    home: Home = None,
) -> None:
    """Delete a source: its rows no longer count. It cannot be undone, except by importing the file again."""
    settings = settings_for(home)
    with stores_of(settings) as stores:
        store, name = _holder(stores, source, table)
        number = len([v for v in store.vintages(name) if v.source.name == source])
        out.print(f"{name}: the {number} vintages of {source} will be deleted; this cannot be undone", markup=False)
        out.print("existing releases and surfaces stay, and past measurements stay spent in the budget book")
        confirm(f"Forget {source}?", yes)
        with audit_action(settings, "forget", f"{name} {source}"):
            store.forget(name, source)
    out.print(f"{name}: {source} is deleted; erase its bytes from the files with: geoservice purge", markup=False)


def _holder(stores: "list[VintageStore]", source: str, table: str | None) -> "tuple[VintageStore, TableName]":
    """Return the store and the table of a source; raises :class:`NotFound` with the names of the loaded sources."""
    from geoservice.schema import TABLES

    if table is not None and table not in TABLES:
        raise InputError(f"--table: got {table!r:.40}, allowed are {', '.join(TABLES)}")
    loaded = [(store, t, v.source.name) for store in stores for t in store.tables for v in store.current(t)]
    matches = [(store, t) for store, t, name in loaded if name == source and table in {None, t}]
    if not matches:
        names = ", ".join(f"{name} ({t})" for _, t, name in loaded) or "none"
        raise NotFound(f"no source {source!r:.80} is loaded{f' in {table}' if table else ''}; loaded are {names}")
    if len(matches) > 1:
        raise InputError(f"{' and '.join(t for _, t in matches)} have a source {source!r:.80}; choose one with --table")
    return matches[0]


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(forget)
