"""geoservice doctor: is everything here fit to import, publish and serve, and what to do where it is not."""

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
from geoservice.cli.common import (
    Home,
    out,
    project_is_there,
    project_of,
    refuse_workspace,
    register_is_apart,
    register_is_there,
    register_of,
    releases_of,
    settings_for,
    study_of,
)
from geoservice.errors import GeoserviceError

if TYPE_CHECKING:
    from geoservice.register import Draw
    from geoservice.settings import Settings

_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


def _versions(_: "Settings") -> Iterator[CheckResult]:
    from geoservice import __version__

    yield CheckResult("ok", f"geoservice {__version__}, Python {platform.python_version()}")


def _duckdb(_: "Settings") -> Iterator[CheckResult]:
    """Load the extension from its wheel in a database that can reach no network and no file."""
    import duckdb

    from geoservice.db.duckdb import open_duckdb, spatial_extension

    again = "reinstall geoservice with its lock file"
    if not spatial_extension().is_file():
        yield CheckResult("fail", f"DuckDB {duckdb.__version__}: no spatial extension in its wheel for this version; {again}")
        return
    try:
        open_duckdb(None).close()
    except duckdb.Error:
        yield CheckResult("fail", f"DuckDB {duckdb.__version__}: its spatial extension does not load; {again}")
    else:
        yield CheckResult("ok", f"DuckDB {duckdb.__version__}, spatial loads from its wheel with no network")


def _drivers(_: "Settings") -> Iterator[CheckResult]:
    """Ask a process set up as the reader of strangers' files is."""
    from geoservice.ingest.sandbox import DRIVERS, skipped_drivers

    listing = "import pyogrio; print(*pyogrio.list_drivers(), sep=chr(10))"
    environment = {**os.environ, "GDAL_SKIP": skipped_drivers(), "GDAL_DRIVER_PATH": "disable"}
    done = subprocess.run([sys.executable, "-P", "-c", listing], capture_output=True, text=True, check=False, env=environment)  # noqa: S603 - fixed arguments
    left, allowed = set(done.stdout.split("\n")) - {""}, set(DRIVERS)
    if left == allowed:
        yield CheckResult("ok", f"files are read with {', '.join(sorted(left))} alone")
    elif left - allowed:
        yield CheckResult(
            "fail", f"GDAL would also read {', '.join(sorted(left - allowed))}; import nothing, reinstall pyogrio"
        )
    else:
        yield CheckResult("warn", f"GDAL cannot read {', '.join(sorted(allowed - left))}; reinstall pyogrio")


def _folder(settings: "Settings") -> Iterator[CheckResult]:
    """The register's folder and the secret in it are for their owner alone."""
    refuse_workspace(settings.home)
    folder = settings.home / "register"
    if not folder.is_dir():
        if not register_is_there(settings):  # what a server's register needs of the folder is looked at below
            yield CheckResult("warn", "register: none yet; make one with: geoservice init FOLDER")
        return
    for path, mode in ((folder, 0o700), (folder / "secret", 0o600), (folder / "register.duckdb", 0o600)):
        if not path.exists() or (path == folder / "register.duckdb" and folder.stat().st_mode & 0o077 == 0):
            continue  # inside a folder that is shut nothing else needs to be
        got = path.stat().st_mode & 0o777
        name = path.relative_to(settings.home)
        if got & ~mode:
            yield CheckResult("fail", f"{name}: others may look at it ({got:04o}); chmod {mode:04o} {name}")
        else:
            yield CheckResult("ok", f"{name}: {got:04o}, for its owner alone")


def _study(settings: "Settings") -> Iterator[CheckResult]:
    study = study_of(settings)
    yield CheckResult("ok", f"study.toml: {study.id}, modes {', '.join(study.modes)}")


def _kept(settings: "Settings") -> Iterator[CheckResult]:
    """The secret, the budget book and its surfaces: none can be made anew."""
    from geoservice.register.secret import read_secret, secret_error

    if register_is_apart(settings):
        yield CheckResult("ok", "register: kept by a role of its own, which this one cannot look into; check it with that role")
        return
    if not register_is_there(settings):
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
    """Raise :class:`InputError` where the project knows of a measurement that the book has no entry of."""
    from geoservice.disclosure.vintage import check_known

    if project_is_there(settings):
        with closing(project_of(settings)) as project:
            check_known(book, [s.digest for s in project.surfaces() if s.kind == "register"])


def _network(settings: "Settings") -> Iterator[CheckResult]:
    from geoservice.network.graph import load_graph

    folder = settings.home / "project" / "network"
    if not folder.is_dir():
        yield CheckResult("warn", "network: none; geoservice import network EXTRACT.osm.pbf")
        return
    for mode in study_of(settings).modes:
        load_graph(folder, mode)
        yield CheckResult("ok", f"network: {mode} can be read")


def _releases(settings: "Settings") -> Iterator[CheckResult]:
    """Open the current release as the server would."""
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
    **DATABASE,
    **INPUTS,
    "register": _kept,
    "network": _network,
    "releases": _releases,
    **SERVING,
}


def doctor(home: Home = None) -> None:
    """Check programs, folder, stores and releases; each line says ok, warn or fail, and what to do. Ends with 1 on a fail."""
    settings = settings_for(home)
    failed = False
    for name, check in CHECKS.items():
        for found in _run(name, check, settings):
            failed |= found.state == "fail"
            out.print(f"{found.state:<4}", style=_COLOURS[found.state], end="  ")
            out.print(found.text, markup=False)
    if failed:
        raise typer.Exit(1)


def _run(name: str, check: Check, settings: "Settings") -> Iterator[CheckResult]:
    """Run a check to its end; what it raises of the house's is a line as well."""
    try:
        yield from check(settings)
    except GeoserviceError as error:
        yield CheckResult("fail", f"{name}: {error}")


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(doctor)
