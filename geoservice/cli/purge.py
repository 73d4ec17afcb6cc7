"""geoservice purge: erase all traces of households that have left."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoservice.api.audit import audit_action
from geoservice.cli.common import (
    Home,
    Yes,
    confirm,
    out,
    progress_bar,
    register_has_own_role,
    releases_of,
    settings_for,
    stores_of,
)
from geoservice.errors import Conflict, GeoserviceError

if TYPE_CHECKING:
    from geoservice.release.base import Manifest
    from geoservice.release.protocols import ReleaseStore
    from geoservice.settings import Settings
    from geoservice.vintages import VintageStore


def purge(
    releases: Annotated[
        bool, typer.Option("--releases", help="Also remove releases that were made from households that have left.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report what would be erased, change nothing.")] = False,
    yes: Yes = False,
    home: Home = None,
) -> None:
    """Erase households that have left: old vintages, rejected rows, temporary files; then rewrite the database without them."""
    settings = settings_for(home)
    with stores_of(settings) as stores:
        for store in stores:
            out.print(f"{store.folder.name}: {', '.join(_leftovers(store)) or 'nothing old'}")
        if register_has_own_role(settings):
            out.print("register: it belongs to another role; purge it with that role")
        old_releases = _old_releases(settings, stores, remove=releases)
        out.print("kept: current vintages, the secret, the budget book and its surfaces")
        if dry_run:
            out.print("dry run: nothing was changed")
            return
        confirm("Erase it? This cannot be undone.", yes)
        with audit_action(settings, "purge", f"releases {old_releases}" if old_releases else ""), progress_bar() as progress:
            for done, store in enumerate(stores):
                progress("erasing", done / len(stores))
                _erase(store)
            _remove(settings, old_releases)
            progress("erasing", 1.0)
    out.print("erased; earlier backups and copies are unchanged")


def reject_files(store: "VintageStore") -> list[Path]:
    """Return the files of rejected rows in a store's folder."""
    from geoservice.ingest.rejects import rejects_folder

    folder = rejects_folder(store.folder)
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _leftovers(store: "VintageStore") -> list[str]:
    """Return descriptions of what a purge would erase from a store: rows of old vintages by table, and files."""
    from geoservice.register import Register

    descriptions = [f"{n} rows of old vintages of {table}" for table, n in store.old_rows().items()]
    if rejects := reject_files(store):
        descriptions.append(f"{len(rejects)} files of rejected rows")
    if isinstance(store, Register) and (reports := store.old_reports()):
        descriptions.append(f"{len(reports)} quality reports of older measurements")
    if isinstance(store, Register) and store.quality_folder.exists():
        descriptions.append("the data quality report, which geoservice quality writes again")
    return descriptions


def _erase(store: "VintageStore") -> None:
    from geoservice.ingest.sandbox import sweep_imports

    if sweep_imports(store.folder):
        raise Conflict(f"{store.folder.name}: an import is running; purge after it has ended")
    for file in reject_files(store):
        file.unlink()
    store.purge()


def _old_releases(settings: "Settings", stores: "list[VintageStore]", *, remove: bool) -> list[int]:
    """Print which releases were made from households that have left, and return those to remove."""
    from geoservice.register import Register

    gone = {draw.number for store in stores if isinstance(store, Register) for draw in store.old_draws()}
    with closing(releases_of(settings, read_only=True)) as releases:
        old, current = [n for n in releases.numbers() if gone & _measurements(releases, n)], releases.current()
    if current in old:
        out.print(f"release {current} was made from households that have left; it is current until the next geoservice publish")
    others = [n for n in old if n != current]
    if others:
        outcome = "removed as well" if remove else "kept for rollback; --releases removes them"
        out.print(f"releases {others} were made from households that have left: {outcome}")
    return others if remove else []


def _measurements(releases: "ReleaseStore", number: int) -> set[int]:
    """Return the measurements that a release was made from; for an unreadable one, print the error and return none."""
    try:
        with closing(releases.open(number)) as reader:
            return measurements_of(reader.manifest)
    except GeoserviceError as error:
        out.print(f"release {number} is skipped: {error}", markup=False)
        return set()


def measurements_of(manifest: "Manifest") -> set[int]:
    """Return the numbers in the budget book of the measurements that a release was made from."""
    parts = manifest.disclosure.get("parts", [manifest.disclosure])
    return {int(part["vintage"]) for part in parts if "vintage" in part}


def _remove(settings: "Settings", numbers: list[int]) -> None:
    if numbers:
        with closing(releases_of(settings, read_only=False)) as releases:
            for number in numbers:
                releases.remove(number)


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(purge)
