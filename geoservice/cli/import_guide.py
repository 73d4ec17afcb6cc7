"""geoservice import template, history and rollback: what is around an import."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geoservice.api.audit import COMMAND_LINE
from geoservice.cli.common import Home, Lang, checked_language, out, settings_for
from geoservice.errors import GeoserviceError, InputError, check_choice

if TYPE_CHECKING:
    from geoservice.api.project import ProjectFolder
    from geoservice.vintages import ImportEvent


def template(
    kind: Annotated[
        str,
        typer.Argument(
            help="areas, stations, households, uptake, population, pyramids, candidates (for siting), or divisions, changes, "
            "aliases, places (for the gazetteer)."
        ),
    ],
    lang: Lang = "zh",
    file: Annotated[Path | None, typer.Option("--out", help="The workbook, .xlsx; default: KIND.xlsx.")] = None,
    home: Home = None,
) -> None:
    """Write a workbook to fill in: headers that the import recognises, and a sheet that explains each column."""
    from geoservice.api.project_imports import write_import_template

    path = write_import_template(settings_for(home), kind, checked_language(lang), file)
    out.print(f"wrote {path}; bold columns are needed, its second sheet explains each column", markup=False)


Table = Annotated[str, typer.Argument(help="A table: areas, stations, households, uptake, population or pyramids.")]
Json = Annotated[bool, typer.Option("--json", help="Print it as one JSON document.")]


def history(
    table: Annotated[str | None, typer.Argument(help="Only of this table.")] = None, json: Json = False, home: Home = None
) -> None:
    """List what was imported when, from which file, which vintage of each source is current, and what was rolled back."""
    from geoservice.api.project import ProjectFolder
    from geoservice.schema import TABLES

    if table is not None:
        check_choice("table", table, TABLES, InputError)
    with ProjectFolder(settings_for(home), COMMAND_LINE) as project:
        events = project.import_events(TABLES[table].name if table else None)  # type: ignore[index]  # it is checked
    if json:
        typer.echo(_document({"document": "import-history", "version": 1, "events": [_event(e) for e in events]}))
        return
    _print_events(events)


def rollback(
    table: Table,
    source: Annotated[
        str | None, typer.Argument(help="Name of the source; may be left out if the table has one source.")
    ] = None,
    json: Json = False,
    home: Home = None,
) -> None:
    """Withdraw the current vintage of a source: what it replaced is current again. Importing the file again undoes it."""
    from geoservice.api.project import ProjectFolder

    with ProjectFolder(settings_for(home), COMMAND_LINE) as project:
        event = _rolled_back(project, table, source, json=json)
    if json:
        typer.echo(_document({"document": "import-rollback", "version": 1, "status": "done", **_event(event)}))
        return
    restored = ", ".join(event.restored)
    out.print(f"{event.table}: vintage {event.number} of {event.source} is withdrawn; current again: {restored}", markup=False)
    out.print("releases and measurements are unchanged; next: geoservice publish")


def _rolled_back(project: "ProjectFolder", table: str, source: str | None, *, json: bool) -> "ImportEvent":
    """Roll back; with ``json`` an error is printed as a document too."""
    try:
        return project.rollback(table, source)  # type: ignore[arg-type]  # it is checked
    except GeoserviceError as error:
        if json:
            refusal = {"type": type(error).__name__, "message": error.public or str(error)}
            typer.echo(_document({"document": "import-rollback", "version": 1, "status": "refused", "refusal": refusal}))
        raise


def _document(content: dict[str, Any]) -> str:
    import orjson

    return orjson.dumps(content).decode()


def _event(event: "ImportEvent") -> dict[str, Any]:
    return {**asdict(event), "at": event.at.isoformat()}


def _print_events(events: "list[ImportEvent]") -> None:
    """Print one line for each event; a table of so many columns would not fit a terminal."""
    for event in events:
        out.print(f"{event.at:%Y-%m-%d %H:%M} UTC  {event.action} {event.table} {event.source}{_outcome(event)}", markup=False)
    if not events:
        out.print("nothing was imported yet")


def _outcome(event: "ImportEvent") -> str:
    if event.action == "forget":
        return ""
    if event.action == "rollback":
        return f": vintage {event.number} withdrawn, current again: {', '.join(event.restored)}"
    counts = f": vintage {event.number}, {event.rows:,} rows, {event.rejected:,} rejected"
    file = f", SHA-256 {event.sha256[:16]}…" if event.sha256 else ""
    return counts + file + (", current" if event.is_current else "")


def register(imports: typer.Typer) -> None:
    """Add the commands of this file."""
    imports.command()(template)
    imports.command()(history)
    imports.command()(rollback)
