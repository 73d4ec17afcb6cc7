"""geoservice demo: a complete demonstration district, imported from files like a user's."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoservice.cli.common import out, progress_bar, settings_for
from geoservice.cli.data import load_network, load_tables
from geoservice.cli.prefecture import load_prefecture
from geoservice.cli.study import run_study
from geoservice.errors import InputError

if TYPE_CHECKING:
    from geoservice.settings import Settings

DEMOS = ("helsinki", "yixiu", "anqing")


def demo(
    name: Annotated[
        str,
        typer.Argument(
            help="helsinki (real streets, made-up households), yixiu (all made up) or anqing (ten counties of yixiu's kind)."
        ),
    ] = "helsinki",
    folder: Annotated[Path | None, typer.Option("--out", help="Project folder to write; default: demo-NAME.")] = None,
    households: Annotated[
        int | None, typer.Option(min=1000, max=100_000_000, help="Households; by default 20 000 of yixiu, 100 000 of anqing.")
    ] = None,
    counties: Annotated[int, typer.Option(min=1, max=10, help="Counties of anqing.")] = 10,
    from_addresses: Annotated[
        bool, typer.Option("--from-addresses", help="Households of yixiu state addresses and no coordinates.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Seed of the random numbers; the same seed gives the same district.")] = 1,
    is_published: Annotated[
        bool, typer.Option("--publish/--no-publish", help="Without: it is loaded and measured, for: geoservice publish.")
    ] = True,
) -> None:
    """Write a demonstration district, import its files, run its study and publish it."""
    if name not in DEMOS:
        raise InputError(f"demo: got {name!r}, allowed are {', '.join(DEMOS)}")
    if from_addresses and name != "yixiu":
        raise InputError(f"demo: got --from-addresses and {name}, whose households have no addresses; allowed is yixiu")
    folder = folder or Path(f"demo-{name}")
    settings = settings_for(folder)
    if name == "anqing":
        load_prefecture(settings, households or 100_000, seed, counties)
    else:
        _load_county(settings, name, households or 20_000, seed, from_addresses=from_addresses)
    if is_published:
        run_study(settings)
        out.print(f"to view it: geoservice serve --home {folder}")
    else:
        out.print(f"to publish it: geoservice publish --home {folder}")


def _load_county(settings: "Settings", name: str, households: int, seed: int, *, from_addresses: bool) -> None:
    """Write the demo of one county and load it."""
    from geoservice.demo import write_helsinki, write_yixiu

    folder = settings.home
    with progress_bar() as progress:
        progress(f"writing {name}", 0.0)
        if name == "helsinki":
            write_helsinki(folder, seed)
        else:
            write_yixiu(folder, households, seed, coordinates=not from_addresses)
        progress(f"writing {name}", 1.0)
    load_plan(settings)


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
