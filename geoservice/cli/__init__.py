"""The command line, built on :mod:`geoservice.api`."""

import errno
import os
import sys
import tempfile
from pathlib import Path

import typer
from rich.console import Console

from geoservice import __version__
from geoservice.cli import (
    access,
    areas,
    data,
    demo,
    doctor,
    export,
    forget,
    gazetteer,
    geocode,
    import_guide,
    live,
    protect,
    purge,
    quality,
    scenarios,
    serve,
    siting,
    study,
    surface,
    tools,
    vans,
)
from geoservice.durable import disk_full, is_disk_full
from geoservice.errors import Forbidden, GeoserviceError

app = typer.Typer(
    name="geoservice",
    help="Maps of access to public services, from registers that stay private.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
imports = typer.Typer(help="Load files into the register or the project.", no_args_is_help=True)
app.add_typer(imports, name="import")
data.register(app, imports)
import_guide.register(imports)
study.register(app)
export.register(app)
protect.register(app)
surface.register(app, imports)
areas.register(app)
forget.register(app)
purge.register(app)
quality.register(app)
gazetteer.register(app)
geocode.register(app)
siting.register(app)
live.register(app)
vans.register(app)
access.register(app)
scenarios.register(app)
serve.register(app)
demo.register(app)
doctor.register(app)
tools.register(app)


def _version(is_set: bool) -> None:
    if is_set:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def root(version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version.")) -> None:
    """Maps of access to public services, from registers that stay private."""


_NOT_PERMITTED = {errno.EACCES, errno.EPERM, errno.EROFS}


def _disk_error(error: Exception) -> GeoserviceError | None:
    """Return the error of ours for a full disk or missing permissions; None for any other."""
    path = Path(str(error.filename)) if isinstance(error, OSError) and error.filename else None
    if is_disk_full(error):
        return disk_full(path.name if path else "files", *([path.parent] if path else []), *_folders())
    if isinstance(error, OSError) and error.errno in _NOT_PERMITTED:
        name = f"{path.name}: " if path else ""
        return Forbidden(f"{name}this user may not write or read it; check the owner of the project folder")
    return None


def _folders() -> list[Path]:
    """Return the folders that a command writes to: those of its arguments, the project's, and that of temporary files."""
    arguments = [Path(argument) for argument in sys.argv[1:] if Path(argument).is_dir()]
    return [*arguments, Path(os.environ.get("GEOSERVICE_HOME", ".")), Path(tempfile.gettempdir())]


def _exit_with(error: GeoserviceError) -> None:
    text = f"{type(error).__name__}: {error}"
    Console(stderr=True, soft_wrap=True).print(text, style="bold red", markup=False, highlight=False)
    sys.exit(error.exit_code)


def main() -> None:
    """Run the command line; an error of ours becomes one line and its exit code, any other a traceback."""
    try:
        app()
    except GeoserviceError as error:
        _exit_with(error)
    except Exception as error:  # each library has a class of its own for a full disk; any other error is raised again
        if not (disk_error := _disk_error(error)):
            raise
        _exit_with(disk_error)
