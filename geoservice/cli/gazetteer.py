"""geoservice gazetteer: add tables of names and codes, build the gazetteer of a project, look up a name in it."""

from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoservice.cli.common import Home, out, progress_bar, settings_for
from geoservice.cli.data import pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from geoservice.addresses import Gazetteer
    from geoservice.api.gazetteer import ProjectGazetteer
    from geoservice.geocode.place_table import SourceKind

MOST = 20
"""Most places that are shown of a name."""
gazetteer_app = typer.Typer(help="The public places by which addresses are found.", no_args_is_help=True)


@contextmanager
def _opened(home: Path | None) -> "Iterator[tuple[ProjectGazetteer, Callable[[str, float], None]]]":
    from geoservice.api.project import ProjectFolder

    with ProjectFolder(settings_for(home)) as project, progress_bar() as progress:
        yield project.gazetteer, progress


@gazetteer_app.command()
def build(home: Home = None) -> None:
    """Build the gazetteer from the areas, stations and streets of the project and the added tables."""
    with _opened(home) as (gazetteer, progress):
        report = gazetteer.build(progress)
    for line in report.lines():
        out.print(line, markup=False)


@gazetteer_app.command()
def add(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A table; of codes also JSON, or .gz of a table.")],
    kind: Annotated[str, typer.Option(help="divisions (codes and names), changes (of codes and names), aliases, or places.")],
    home: Home = None,
    name: Annotated[
        str | None, typer.Option(help="Name of the source; default: the file's. It replaces one of this name.")
    ] = None,
    code_system: Annotated[
        str | None, typer.Option(help="Code table of the codes, such as nbs2023; tables of one are joined by code.")
    ] = None,
    level: Annotated[str | None, typer.Option(help="Area level, when codes and columns do not show it.")] = None,
    day: Annotated[datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="The day that it describes.")] = None,
    private: Annotated[bool, typer.Option("--private", help="Use it for this project only; no release has it.")] = False,
    crs: Annotated[str | None, typer.Option(help="EPSG:<n>, gcj02 or bd09; default: as stated in the file, or WGS 84.")] = None,
    mapping: Annotated[list[str] | None, typer.Option("--map", help="COLUMN=HEADER; may be repeated.")] = None,
    drop: Annotated[list[str] | None, typer.Option(help="Header of a column to leave out; may be repeated.")] = None,
    layer: Annotated[str | None, typer.Option("--layer", "--sheet", help="Sheet, layer, or list of a JSON file.")] = None,
    header_row: Annotated[int | None, typer.Option(help="Row of the header, from 1; default: detected.", min=1)] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, change nothing.")] = False,
    accept_partial: Annotated[
        bool, typer.Option("--accept-partial", help="Add the valid rows even if others are rejected.")
    ] = False,
    rejects: Annotated[Path | None, typer.Option(help="File for rejected rows, .csv or .xlsx.")] = None,
) -> None:
    """Add a table of names or places; the next build uses it."""
    source_kind: SourceKind = kind  # type: ignore[assignment]  # it is checked
    with _opened(home) as (gazetteer, progress):
        report = gazetteer.add(
            file, source_kind, name=name, day=day.date() if day else None, private=private, progress=progress, crs=crs,
            mapping=pairs(mapping or [], "--map"), drop=tuple(drop or ()), layer=layer, header_row=header_row, level=level,
            code_system=code_system, dry_run=dry_run, accept_partial=accept_partial, rejects=rejects,
        )  # fmt: skip
    for line in report.lines():
        out.print(line, markup=False)
    if report.source is not None and not report.already_added:
        out.print("next: geoservice gazetteer build")


@gazetteer_app.command("list")
def list_sources(home: Home = None) -> None:
    """List the added tables, and whether the gazetteer is built of the present inputs."""
    from rich.table import Table

    from geoservice.errors import NotFound

    with _opened(home) as (gazetteer, _):
        sources = gazetteer.sources()
        try:
            state = "is built of these" if gazetteer.is_current() else "is older than these; geoservice gazetteer build"
        except NotFound:
            state = "is not built yet; geoservice gazetteer build"
    table = Table("source", "kind", "code system", "day", "rows", "rejected", "", box=None, pad_edge=False)
    for s in sources:
        private = "private" if s.private else ""
        table.add_row(s.name, s.kind, s.code_system, str(s.day or ""), f"{s.rows:,}", f"{s.rejected:,}", private)
    if sources:
        out.print(table)
    out.print(f"areas, stations and streets of the project, and {len(sources)} added tables; the gazetteer {state}")


@gazetteer_app.command()
def remove(name: Annotated[str, typer.Argument(help="Name of an added table.")], home: Home = None) -> None:
    """Remove an added table; the next build is without it."""
    with _opened(home) as (gazetteer, _):
        source = gazetteer.remove(name)
    out.print(f"removed {source.name} with {source.rows:,} rows; next: geoservice gazetteer build", markup=False)


@gazetteer_app.command()
def show(
    name: Annotated[str, typer.Argument(help="A name, official, short, former or English; or a code.")], home: Home = None
) -> None:
    """Show the places of a name or code."""
    from geoservice.errors import NotFound

    with _opened(home) as (project_gazetteer, _):
        gazetteer = project_gazetteer.open()
    found = [(named.row, named.name_kind) for named in gazetteer.named(name)]
    found += [(row, "code") for row in gazetteer.rows_by_code.get(name, ())]
    if not found:
        longer = sorted(gazetteer.longer_names(name))[:MOST]
        raise NotFound(f"no place is called {name!r:.60}" + (f"; there are {', '.join(longer)}" if longer else ""))
    for row, name_kind in found[:MOST]:
        out.print(_line(gazetteer, row, name_kind), markup=False)
    if len(found) > MOST:
        out.print(f"… and {len(found) - MOST:,} more")


def _line(gazetteer: "Gazetteer", row: int, name_kind: str) -> str:
    """Return a place as text: what it is, where it is, and what says so."""
    place = gazetteer.place(row)
    where = " < ".join(gazetteer.name(r) for r in gazetteer.chain(row))
    position = f"{place.lon:.5f} {place.lat:.5f}" if place.lon == place.lon else "no position"
    radius = f" ± {place.radius_m:,.0f} m" if place.radius_m == place.radius_m and place.radius_m > 0 else ""
    plates = gazetteer.doors_of(row)
    doors = f", {plates.stop - plates.start:,} door plates" if plates.stop > plates.start else ""
    code = f" {place.code}" if place.code else ""
    return f"{place.kind} ({name_kind}){code}: {where}; {position}{radius}{doors}; {place.source}"


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(gazetteer_app, name="gazetteer")
