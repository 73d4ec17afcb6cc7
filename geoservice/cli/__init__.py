"""The command line, made of :mod:`geoservice.api`: what is typed and what is printed."""

import errno
import os
import sys
import tempfile
from pathlib import Path

import typer
from rich.console import Console

from geoservice import __version__
from geoservice.cli import access, data, demo, doctor, forget, grant, protect, purge, serve, study, tools
from geoservice.durable import disk_full, is_full
from geoservice.errors import Forbidden, GeoserviceError

app = typer.Typer(
    name="geoservice",
    help="Maps of access to public services, out of registers that stay private.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
imports = typer.Typer(help="Load files into the register or the project.", no_args_is_help=True)
app.add_typer(imports, name="import")
data.register(app, imports)
study.register(app)
protect.register(app)
forget.register(app)
purge.register(app)
grant.register(app)
access.register(app)
serve.register(app)
demo.register(app)
doctor.register(app)
tools.register(app)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def root(version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version.")) -> None:
    """Maps of access to public services, out of registers that stay private."""


_BARRED = {errno.EACCES, errno.EPERM, errno.EROFS}


def _disk_error(error: Exception) -> GeoserviceError | None:
    """Return what a full disk or a barred folder is in the house's words; None for a fault of ours."""
    path = Path(str(error.filename)) if isinstance(error, OSError) and error.filename else None
    if is_full(error):
        return disk_full(path.name if path else "files", *([path.parent] if path else []), *_folders())
    if isinstance(error, OSError) and error.errno in _BARRED:
        name = f"{path.name}: " if path else ""
        return Forbidden(f"{name}this user may not write or read it; check the owner of the project folder")
    return None


def _folders() -> list[Path]:
    """Return where a command writes: the folders that it names, the project's, and that of temporary files."""
    named = [Path(word) for word in sys.argv[1:] if Path(word).is_dir()]
    return [*named, Path(os.environ.get("GEOSERVICE_HOME", ".")), Path(tempfile.gettempdir())]


def _tell(error: GeoserviceError) -> None:
    text = f"{type(error).__name__}: {error}"
    Console(stderr=True, soft_wrap=True).print(text, style="bold red", markup=False, highlight=False)
    sys.exit(error.exit_code)


def main() -> None:
    """Run the command line; an error of the house becomes one line and its exit code, anything else a traceback."""
    try:
        app()
    except GeoserviceError as error:
        _tell(error)
    except Exception as error:  # each library has a class of its own for a full disk; any other error goes on
        if not (told := _disk_error(error)):
            raise
        _tell(told)
