"""geoservice publish, rollback, export: from the project to a release, and from a release to a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoservice.api.audit import COMMAND_LINE, written_down
from geoservice.cli.common import Home, err, out, progress_bar, releases_of, settings_for
from geoservice.errors import InputError

if TYPE_CHECKING:
    from geoservice.settings import Settings


def run_study(settings: "Settings") -> None:
    """Run the study of a project and publish it."""
    from geoservice.api.project import ProjectFolder

    with ProjectFolder(settings, COMMAND_LINE) as project:
        with progress_bar() as progress:
            release = project.publish(progress)
        with release:
            manifest = release.manifest
            out.print(f"release {release.number} is current: hash {manifest.hash[:12]}, {len(manifest.layers)} layers")
        for remark in release.remarks:
            out.print(remark, markup=False)


def publish(home: Home = None) -> None:
    """Run the study and publish a new release."""
    run_study(settings_for(home))


def rollback(
    number: Annotated[int | None, typer.Argument(help="Release to go back to; default: the one before the current.")] = None,
    home: Home = None,
) -> None:
    """Make an older release current again."""
    settings = settings_for(home)
    store = releases_of(settings, read_only=False)
    try:
        with written_down(settings, "rollback", "" if number is None else str(number)) as told:
            told["release"] = store.rollback(number)
        out.print(f"release {told['release']} is current; there are {store.numbers()}")
    finally:
        store.close()


def export(
    home: Home = None,
    folium: Annotated[Path | None, typer.Option(help="Write one self-contained HTML map that opens with no network.")] = None,
    language: Annotated[str, typer.Option(help="zh or en.")] = "zh",
) -> None:
    """Write the current release as a file."""
    from geoservice.maps.folium_map import write_map

    if folium is None:
        raise InputError("export: nothing to write; say --folium FILE")
    if language not in ("zh", "en"):
        raise InputError(f"--language: got {language!r}, allowed are zh and en")
    store = releases_of(settings_for(home), read_only=True)
    try:
        write_map(store.open(), folium, "zh" if language == "zh" else "en")
    finally:
        store.close()
    err.print(f"wrote {folium} ({folium.stat().st_size / 1e6:.1f} MB)")


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(publish)
    app.command()(rollback)
    app.command()(export)
