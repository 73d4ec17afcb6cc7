"""geoservice demo: a complete demonstration district, imported from files like a user's."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoservice.cli.common import out, progress_bar, settings_for
from geoservice.cli.data import load_network, load_tables
from geoservice.cli.study import run_study
from geoservice.errors import InputError

if TYPE_CHECKING:
    from geoservice.settings import Settings


def demo(
    name: Annotated[
        str, typer.Argument(help="helsinki (real streets, made-up households) or yixiu (all made up).")
    ] = "helsinki",
    folder: Annotated[Path | None, typer.Option("--out", help="Project folder to write; default: demo-NAME.")] = None,
    households: Annotated[int, typer.Option(min=1000, max=10_000_000, help="Households of yixiu.")] = 20_000,
    from_addresses: Annotated[
        bool, typer.Option("--from-addresses", help="Households of yixiu state addresses and no coordinates.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Seed of the random numbers; the same seed gives the same district.")] = 1,
) -> None:
    """Write a demonstration district, import its files, run its study and publish it."""
    from geoservice.demo import write_helsinki, write_yixiu

    if name not in ("helsinki", "yixiu"):
        raise InputError(f"demo: got {name!r}, allowed are helsinki and yixiu")
    if from_addresses and name != "yixiu":
        raise InputError(f"demo: got --from-addresses and {name}, whose households have no addresses; allowed is yixiu")
    folder = folder or Path(f"demo-{name}")
    settings = settings_for(folder)
    with progress_bar() as progress:
        progress(f"writing {name}", 0.0)
        if name == "helsinki":
            write_helsinki(folder, seed)
        else:
            write_yixiu(folder, households, seed, coordinates=not from_addresses)
        progress(f"writing {name}", 1.0)
    load_plan(settings)
    run_study(settings)
    out.print(f"to view it: geoservice serve --home {folder}")


def load_plan(settings: "Settings") -> None:
    """Import the files of a demo folder in the order of their plan, and build the gazetteer before addresses need it."""
    from geoservice.demo import import_plan
    from geoservice.ingest import Options

    for step in import_plan(settings.home):
        if step.table == "households":
            build_gazetteer(settings)
        if step.table == "network":
            load_network(settings, step.path, None)
        else:
            load_tables(settings, step.table, [step.path], Options(**step.options), counts=False)


def build_gazetteer(settings: "Settings") -> None:
    """Build the gazetteer, which finds addresses, and which the release carries for the place search."""
    from geoservice.api.project import ProjectFolder

    with ProjectFolder(settings) as project, progress_bar() as progress:
        project.gazetteer.build(progress)


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(demo)
