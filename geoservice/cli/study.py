"""geoservice publish, rollback and export: run the study, choose the current release, write it to a file."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoservice.api.audit import COMMAND_LINE, audit_action
from geoservice.cli.common import Home, checked_language, err, out, progress_bar, releases_of, settings_for
from geoservice.errors import InputError

if TYPE_CHECKING:
    from geoservice.settings import Settings


def run_study(settings: "Settings", day: date | None = None, standards: Path | None = None) -> None:
    """Run the study of a project, publish it and print its remarks."""
    from geoservice.api.project import ProjectFolder

    with ProjectFolder(settings, COMMAND_LINE) as project:
        with progress_bar() as progress:
            release = project.publish(progress, day=day, standards=standards)
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
) -> None:
    """Run the study and publish a new release."""
    run_study(settings_for(home), None if day is None else _parse_day(day), standards)


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


def export(
    home: Home = None,
    folium: Annotated[Path | None, typer.Option(help="Write a self-contained HTML map that opens without network.")] = None,
    language: Annotated[str, typer.Option(help="zh or en.")] = "zh",
) -> None:
    """Write the current release to a file."""
    from geoservice.maps.folium_map import write_map

    if folium is None:
        raise InputError("export: nothing to write; use --folium FILE")
    chosen = checked_language(language, "--language")
    store = releases_of(settings_for(home), read_only=True)
    try:
        write_map(store.open(), folium, chosen)
    finally:
        store.close()
    err.print(f"wrote {folium} ({folium.stat().st_size / 1e6:.1f} MB)")


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(publish)
    app.command()(rollback)
    app.command()(export)
