"""geoservice doctor, bench: is this machine fit, and how fast is it."""

import json
import platform
from pathlib import Path
from typing import Annotated

import typer

from geoservice.cli.common import Home, out, releases_of, settings_for, workspace_of
from geoservice.errors import InputError


def doctor(home: Home = None) -> None:
    """Check the project folder: its stores, what is loaded, which release is current."""
    settings = settings_for(home)
    out.print(f"python {platform.python_version()}, project {settings.home.resolve()}")
    workspace = workspace_of(settings)
    for vintage in workspace.vintages():
        out.print(f"  {vintage.table}: {vintage.source.name}, vintage {vintage.number}, {vintage.rows} rows")
    workspace.close()
    store = releases_of(settings, read_only=True)
    out.print(f"  releases {store.numbers()}, current {store.current()}")
    store.close()


def bench(
    name: Annotated[str, typer.Argument(help="Which: network or pipeline.")],
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write the figures here.")] = None,
    repeat: Annotated[int, typer.Option(min=1, max=50, help="Runs of each figure; the median counts.")] = 5,
) -> None:
    """Measure, each figure interleaved with its peer in one run, and say whether its bar holds."""
    from rich.table import Table

    from geoservice.bench import BENCHES, measure

    if name not in BENCHES:
        raise InputError(f"bench: got {name!r}, allowed are {', '.join(BENCHES)}")
    figures = measure(name, repeat)
    keys = ("value", "unit", "bar", "holds", "peer", "ratio")
    table = Table("figure", *keys, box=None)
    for figure, f in figures.items():
        if figure != "machine":
            table.add_row(figure, *(str(f.get(k, "")) for k in keys))
    out.print(table)
    out.print(figures["machine"]["value"])
    if json_file:
        json_file.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(doctor)
    app.command()(bench)
