"""The command line: the only place where settings, stores and parts are put together."""

import sys

import typer
from rich.console import Console

from geoservice import __version__
from geoservice.cli import data, demo, serve, study, tools
from geoservice.errors import GeoserviceError

app = typer.Typer(
    name="geoservice",
    help="Maps of access to public services on which nobody can be found.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
imports = typer.Typer(help="Load files into the workspace.", no_args_is_help=True)
app.add_typer(imports, name="import")
data.register(app, imports)
study.register(app)
serve.register(app)
demo.register(app)
tools.register(app)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def root(version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version.")) -> None:
    """Maps of access to public services on which nobody can be found."""


def main() -> None:
    """Run the command line; an error of the house becomes one line and its exit code, anything else a traceback."""
    try:
        app()
    except GeoserviceError as error:
        Console(stderr=True, soft_wrap=True).print(
            f"{type(error).__name__}: {error}", style="bold red", markup=False, highlight=False
        )
        sys.exit(error.exit_code)
