"""geoservice doctor: checks of everything that import, publish and serve need, with advice for what fails."""

import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import typer

from geoservice.cli.checks.result import Check, CheckResult
from geoservice.cli.checks.roles import DATABASE
from geoservice.cli.checks.server import SERVING
from geoservice.cli.checks.sources import INPUTS
from geoservice.cli.checks.surfaces import surfaces
from geoservice.cli.common import (
    Home,
    out,
    project_exists,
    project_of,
    register_exists,
    register_has_own_role,
    register_of,
    reject_old_workspace,
    releases_of,
    settings_for,
    standards_of,
    study_of,
)
from geoservice.errors import GeoserviceError, NotFound

if TYPE_CHECKING:
    from geoservice.register import Draw
    from geoservice.settings import Settings

_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


def _versions(_: "Settings") -> Iterator[CheckResult]:
    from geoservice import __version__

    yield CheckResult("ok", f"geoservice {__version__}, Python {platform.python_version()}")


def _duckdb(_: "Settings") -> Iterator[CheckResult]:
    """Load the spatial extension from its wheel in a database without access to network and files."""
    import duckdb

    from geoservice.db.duckdb import open_duckdb, spatial_extension

    advice = "reinstall geoservice with its lock file"
    if not spatial_extension().is_file():
        yield CheckResult("fail", f"DuckDB {duckdb.__version__}: no spatial extension in its wheel for this version; {advice}")
        return
    try:
        open_duckdb(None).close()
    except duckdb.Error:
        yield CheckResult("fail", f"DuckDB {duckdb.__version__}: its spatial extension does not load; {advice}")
    else:
        yield CheckResult("ok", f"DuckDB {duckdb.__version__}, the spatial extension loads from its wheel without network")


def _drivers(_: "Settings") -> Iterator[CheckResult]:
    """Compare GDAL's drivers, in a process that is set up as the sandbox of imports, with the allowed ones."""
    from geoservice.ingest.sandbox import DRIVERS, skipped_drivers

    listing = "import pyogrio; print(*pyogrio.list_drivers(), sep=chr(10))"
    environment = {**os.environ, "GDAL_SKIP": skipped_drivers(), "GDAL_DRIVER_PATH": "disable"}
    command = [sys.executable, "-P", "-c", listing]
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)  # noqa: S603 - fixed arguments
    drivers, allowed = set(result.stdout.split("\n")) - {""}, set(DRIVERS)
    if drivers == allowed:
        yield CheckResult("ok", f"files are read only with {', '.join(sorted(drivers))}")
    elif drivers - allowed:
        yield CheckResult(
            "fail", f"GDAL would also read {', '.join(sorted(drivers - allowed))}; import nothing, reinstall pyogrio"
        )
    else:
        yield CheckResult("warn", f"GDAL cannot read {', '.join(sorted(allowed - drivers))}; reinstall pyogrio")


def _folder(settings: "Settings") -> Iterator[CheckResult]:
    """Check that only their owner can read the register's folder and its secret."""
    reject_old_workspace(settings.home)
    folder = settings.home / "register"
    if not folder.is_dir():
        if not register_exists(settings):  # a register on a server is checked below
            yield CheckResult("warn", "register: none yet; create one with: geoservice init FOLDER")
        return
    files = [folder / name for name in ("secret", "signing_key", "register.duckdb")]
    for path, mode in ((folder, 0o700), *((file, 0o600) for file in files)):
        if not path.exists() or (path == folder / "register.duckdb" and folder.stat().st_mode & 0o077 == 0):
            continue  # files in a closed folder need no mode of their own
        got = path.stat().st_mode & 0o777
        name = path.relative_to(settings.home)
        if got & ~mode:
            yield CheckResult("fail", f"{name}: others can read it ({got:04o}); chmod {mode:04o} {name}")
        else:
            yield CheckResult("ok", f"{name}: {got:04o}, only its owner can read it")


def _study(settings: "Settings") -> Iterator[CheckResult]:
    study = study_of(settings)
    yield CheckResult("ok", f"study.toml: {study.id}, modes {', '.join(study.modes)}")


def _closures(settings: "Settings") -> Iterator[CheckResult]:
    """Read the files of closures, and say which closures are in force."""
    from geoservice.ingest.closure_shapes import closure_shapes
    from geoservice.pipeline.closures import travel_day

    study = study_of(settings)
    if not study.closures:
        return
    closure_shapes(study, settings.home, None, settings.import_seconds, settings.import_memory_mb)
    day = travel_day(study, None)
    in_force = ", ".join(c.id for c in study.closures if c.in_force(day)) or "none"
    yield CheckResult("ok", f"closures: {len(study.closures)} in study.toml, in force on {day}: {in_force}")


def _standards(settings: "Settings") -> Iterator[CheckResult]:
    """Read standards.toml, and compare it with the study and the active stations."""
    standards = standards_of(settings)
    if standards is None:
        return
    with closing(project_of(settings)) as project:
        stations = project.read("stations")
    standards.check(study_of(settings), stations.filter(stations.column("active")))
    yield CheckResult("ok", f"{standards.name}: standards of {', '.join(standards.tiers)}")


def _register(settings: "Settings") -> Iterator[CheckResult]:
    """Check the secret, the budget book and its surfaces: none of them can be created again."""
    from geoservice.register.secret import read_secret, secret_error

    if register_has_own_role(settings):
        yield CheckResult("ok", "register: it belongs to another role, and this one cannot read it; check it with that role")
        return
    if not register_exists(settings):
        _check_known(settings, ())
        return
    with closing(register_of(settings)) as register:
        book, loaded = register.book(), register.vintages()
        for draw in book:
            register.surface(draw.surface_digest)
    if read_secret(settings.home / "register") is None and (book or loaded):
        raise secret_error("is missing")
    _check_known(settings, book)
    yield CheckResult("ok", f"register: secret and budget book are whole ({len(book)} entries)")


def _check_known(settings: "Settings", book: "Sequence[Draw]") -> None:
    """Raise :class:`InputError` if the project has a surface that the budget book has no entry for."""
    from geoservice.api.measurement import own_surfaces
    from geoservice.disclosure.vintage import check_surfaces_in_book

    if project_exists(settings):
        with closing(project_of(settings)) as project:
            check_surfaces_in_book(book, own_surfaces(project))


def _network(settings: "Settings") -> Iterator[CheckResult]:
    from geoservice.network.check import check_network

    folder = settings.home / "project" / "network"
    if not folder.is_dir():
        yield CheckResult("warn", "network: none; geoservice import network EXTRACT.osm.pbf")
        return
    check_network(folder, study_of(settings).modes)
    yield CheckResult("ok", f"network: every file of {', '.join(study_of(settings).modes)} and of places is unchanged")


def _terrain(settings: "Settings") -> Iterator[CheckResult]:
    from geoservice.network.graph import read_index
    from geoservice.network.terrain import load_terrain
    from geoservice.pipeline.slope_notes import outdated_notes

    network, folder = (settings.home / "project" / name for name in ("network", "terrain"))
    try:
        sources = load_terrain(folder).sources
        yield CheckResult("ok", f"terrain: from {', '.join(sources)}, unchanged")
    except NotFound:
        yield CheckResult("ok", "terrain: none, so slope is not counted")
    if network.is_dir():
        yield from (CheckResult("warn", f"terrain: {note.en}") for note in outdated_notes(read_index(network), folder))


def _gazetteer(settings: "Settings") -> Iterator[CheckResult]:
    """Compare the files of the gazetteer with its manifest, and its sources with those there are now."""
    from geoservice.addresses.current import current_gazetteer
    from geoservice.geocode.build import damaged_files, is_current

    folder = settings.home / "project" / "gazetteer"
    try:
        current = current_gazetteer(folder)
    except NotFound:
        yield CheckResult("ok", "gazetteer: none, so addresses and places are not found; geoservice gazetteer build makes one")
        return
    damaged = sorted({name for build in {current.folder, current.public} for name in damaged_files(build)})
    if damaged:
        yield CheckResult("fail", f"gazetteer: damaged are {', '.join(damaged)}; geoservice gazetteer build")
        return
    with closing(project_of(settings)) as project:
        fresh = is_current(project, study_of(settings))
    if fresh:
        yield CheckResult("ok", f"gazetteer: every file of {current.folder.name} is unchanged")
    else:
        yield CheckResult("warn", "gazetteer: its sources have changed since it was built; geoservice gazetteer build")


def _releases(settings: "Settings") -> Iterator[CheckResult]:
    """Open the current release as the server does."""
    store = releases_of(settings, read_only=True)
    try:
        numbers, current = store.numbers(), store.current()
        if current is None:
            yield CheckResult("warn", "releases: none; geoservice publish")
            return
        store.open(current).close()
        yield CheckResult("ok", f"releases {numbers}, current {current}: it opens")
    finally:
        store.close()


CHECKS: dict[str, Check] = {
    "versions": _versions,
    "DuckDB": _duckdb,
    "GDAL": _drivers,
    "folder": _folder,
    "study": _study,
    "closures": _closures,
    **DATABASE,
    **INPUTS,
    "standards": _standards,
    "register": _register,
    "surfaces": surfaces,
    "network": _network,
    "terrain": _terrain,
    "gazetteer": _gazetteer,
    "releases": _releases,
    **SERVING,
}


WITHOUT_DATABASE = frozenset(
    {"versions", "DuckDB", "GDAL", "folder", "study", "closures", "network", "terrain", "port", "pictures", "disk"}
)
"""Checks that make sense without a connection to the database."""


def doctor(home: Home = None) -> None:
    """Check programs, folder, stores and releases; each line is ok, warn or fail, with advice. Exit code 1 if any fails."""
    settings = settings_for(home)
    failed = is_disconnected = False
    for name, check in CHECKS.items():
        if is_disconnected and name not in WITHOUT_DATABASE:
            continue
        for result in _run(name, check, settings):
            failed |= result.state == "fail"
            is_disconnected |= name == "connections" and result.state == "fail"
            out.print(f"{result.state:<4}", style=_COLOURS[result.state], end="  ")
            out.print(result.text, markup=False)
    if failed:
        raise typer.Exit(1)


def _run(name: str, check: Check, settings: "Settings") -> Iterator[CheckResult]:
    """Run a check; an error of ours becomes a result, too."""
    try:
        yield from check(settings)
    except GeoserviceError as error:
        yield CheckResult("fail", f"{name}: {error}")


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(doctor)
