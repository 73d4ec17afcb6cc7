"""geoservice export: a release as one file, as a folder for a plain web server, or as datasets partitioned by county."""

import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoservice.api.audit import COMMAND_LINE
from geoservice.cli.common import Home, checked_language, err, out, progress_bar, releases_of, settings_for
from geoservice.cli.export_dataset import export_dataset
from geoservice.errors import InputError

if TYPE_CHECKING:
    from geoservice.release.protocols import ReleaseReader, ReleaseStore
    from geoservice.settings import Settings


def export(
    home: Home = None,
    folium: Annotated[Path | None, typer.Option(help="Write a self-contained HTML map that opens without network.")] = None,
    static: Annotated[
        Path | None, typer.Option(help="Write a folder for an object store or a plain web server: page, tiles, tables, styles.")
    ] = None,
    dataset: Annotated[
        str | None, typer.Option(help="Write GeoParquet partitioned by county to this folder or s3://bucket/prefix.")
    ] = None,
    release: Annotated[int | None, typer.Option(help="Number of the release; default: the current one.")] = None,
    layer: Annotated[
        list[str] | None, typer.Option(help="Of --dataset: only this layer, without the release table; may be repeated.")
    ] = None,
    language: Annotated[str, typer.Option(help="Of --folium: zh or en.")] = "zh",
    role: Annotated[
        str, typer.Option(help="Of --static: the layers that this role may see; everybody who gets the files sees them.")
    ] = "public",
    url: Annotated[str | None, typer.Option(help="Of --static: public address of the folder; default: relative links.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Of --static: an earlier copy in the folder is replaced.")] = False,
) -> None:
    """Write a release to a file, to a folder for a web server, or as datasets."""
    if sum(target is not None for target in (folium, static, dataset)) != 1:
        raise InputError("export: nothing to write, or two things; use --folium FILE, --static FOLDER or --dataset URL")
    settings, chosen = settings_for(home), checked_language(language, "--language")
    with closing(releases_of(settings, read_only=True)) as store, closing(store.open(release)) as reader:
        if static is not None:
            _write_folder(settings, store, reader, static, role, url, replace=replace)
        elif dataset is not None:
            export_dataset(reader, dataset, layer or [])
        elif folium is not None:
            from geoservice.api.exports import limited_reader
            from geoservice.maps.folium_map import write_map

            write_map(limited_reader(store, reader), folium, chosen)
            err.print(f"wrote {folium} ({folium.stat().st_size / 1e6:.1f} MB)")


def _write_folder(
    settings: "Settings",
    store: "ReleaseStore",
    reader: "ReleaseReader",
    folder: Path,
    role: str,
    url: str | None,
    *,
    replace: bool,
) -> None:
    """Write a copy and print what it has."""
    from geoservice.api.exports import export_folder

    started = time.monotonic()
    with progress_bar() as progress:
        copy = export_folder(
            store, reader, folder, role, url, replace=replace, settings=settings, channel=COMMAND_LINE, progress=progress
        )
    seconds = time.monotonic() - started
    out.print(
        f"wrote {folder}: release {reader.number}, {len(copy.layers)} layers, {copy.files} files, {copy.bytes / 1e6:.1f} MB, "
        f"{seconds:.0f} s"
    )
    out.print(f"to look at it: python -m http.server --bind 127.0.0.1 --directory {folder}", markup=False)


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(export)
