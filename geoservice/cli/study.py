"""geoservice publish and rollback: run the study, choose the current release."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypedDict, Unpack

import typer

from geoservice.api.audit import COMMAND_LINE, audit_action
from geoservice.cli.common import Home, out, progress_bar, releases_of, settings_for
from geoservice.errors import InputError

if TYPE_CHECKING:
    from geoservice.settings import Settings


class Regional(TypedDict, total=False):
    """Options of a run that is distributed by county."""

    workers: int
    scheduler: str
    work: str | None
    allow_missing: bool


def run_study(
    settings: "Settings", day: date | None = None, standards: Path | None = None, **regional: Unpack[Regional]
) -> None:
    """Run the study of a project, publish it and print its remarks; ``regional`` are options of a distributed run."""
    from geoservice.api.project import ProjectFolder

    with ProjectFolder(settings, COMMAND_LINE) as project:
        with progress_bar() as progress:
            release = project.publish(progress, day=day, standards=standards, **regional)
        with release:
            manifest = release.manifest
            out.print(f"release {release.number} is current: hash {manifest.hash[:12]}, {len(manifest.layers)} layers")
        for remark in release.remarks:
            out.print(remark, markup=False)


def publish(
    home: Home = None,
    day: Annotated[
        str | None, typer.Option("--date", help="Day of travel, whose closures count; default: travel_date, or today.")
    ] = None,
    standards: Annotated[
        Path | None,
        typer.Option(help="What stations need to be ready, a TOML file; default: standards.toml in the folder, if any."),
    ] = None,
    workers: Annotated[
        int,
        typer.Option(min=0, max=1024, help="Run county by county on this number of processes, for many counties."),
    ] = 0,
    scheduler: Annotated[
        str, typer.Option(help="Run county by county on the workers of a Dask scheduler, by its address.")
    ] = "",
    work: Annotated[
        str | None, typer.Option(help="Folder that all workers see, or s3://bucket/prefix; default: in the project.")
    ] = None,
    allow_missing: Annotated[bool, typer.Option("--allow-missing", help="Leave out counties that fail.")] = False,
) -> None:
    """Run the study and publish a new release."""
    if workers and scheduler:
        raise InputError("publish: got --workers and --scheduler, allowed is one of them")
    run_study(
        settings_for(home), None if day is None else _parse_day(day), standards,
        workers=workers, scheduler=scheduler, work=work, allow_missing=allow_missing,
    )  # fmt: skip


def _parse_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"--date: got {text!r:.40}, allowed is a day as 2026-03-01") from None


def rollback(
    number: Annotated[int | None, typer.Argument(help="Release to make current; default: the one before the current.")] = None,
    home: Home = None,
) -> None:
    """Make an older release current again."""
    settings = settings_for(home)
    store = releases_of(settings, read_only=False)
    try:
        with audit_action(settings, "rollback", "" if number is None else str(number)) as results:
            results["release"] = store.rollback(number)
        out.print(f"release {results['release']} is current; there are {store.numbers()}")
    finally:
        store.close()


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(publish)
    app.command()(rollback)
