"""geoservice publish, rollback, export: from the project to a release, and from a release to a file."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoservice.cli.access import written_down
from geoservice.cli.common import (
    Home,
    err,
    layers_of,
    out,
    progress_bar,
    project_of,
    releases_of,
    settings_for,
    study_of,
)
from geoservice.cli.protect import has_register, measure_register, rules_of
from geoservice.errors import InputError

if TYPE_CHECKING:
    from geoservice.pipeline import Published
    from geoservice.settings import Settings
    from geoservice.study import Study


def run_study(settings: "Settings") -> int:
    """Run the study of a project and publish it; returns the release's number."""
    study = study_of(settings)
    with written_down(settings, "publish", study.id) as told:
        published = _publish(settings, study)
        told["release"] = published.number
    _print_notes(published)
    return published.number


def _publish(settings: "Settings", study: "Study") -> "Published":
    from geoservice.pipeline import publish_study

    layers = layers_of(settings)
    with progress_bar() as progress:
        if study.demand != "population" and has_register(settings):
            measure_register(settings, rules_of(study), study.as_of, progress)
        with closing(project_of(settings)) as project, closing(releases_of(settings, read_only=False)) as store:
            published = publish_study(project, store, study, layers, progress, settings.keep_releases)
            with closing(store.open(published.number)) as reader:
                made = reader.manifest
    out.print(f"release {published.number} is current: hash {made.hash[:12]}, {len(made.layers)} layers")
    return published


def _print_notes(published: "Published") -> None:
    """Print what the release says of stations and areas; name stations off the streets, and the share of the people that is."""
    for note in published.notes:
        out.print(note.en, markup=False)
    for mode, off in published.off_street.items():
        for station, why in off.stations.items():
            out.print(f"station {station} is not on a street for {mode} ({why}): nobody reaches it", markup=False)
        for why, share in off.shares.items():
            if share > 0:
                out.print(f"{share:.2f} % of the people cannot be placed on a street for {mode} ({why})", markup=False)


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
