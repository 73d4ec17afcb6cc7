"""geoservice bench: measure speed on this machine, and the error of surfaces."""

import json
from pathlib import Path
from typing import Annotated

import typer

from geoservice.cli.common import out
from geoservice.errors import InputError


def bench(
    name: Annotated[
        str,
        typer.Argument(help="access, disclosure, geocode, maps, migrants, network, pipeline, province, scale, serve or soak."),
    ],
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write the results to this file.")] = None,
    repeat: Annotated[int, typer.Option(min=1, max=50, help="Runs of each measurement; the median counts.")] = 5,
    households: Annotated[
        int | None,
        typer.Option(min=1000, max=10_000_000, help="Households of access, disclosure, pipeline and scale."),
    ] = None,
    seconds: Annotated[int | None, typer.Option(min=20, max=86_400, help="Duration of soak; 600 by default.")] = None,
) -> None:
    """Run a benchmark, each measurement interleaved with its peer in one run, and print whether its target is met."""
    from rich.table import Table

    from geoservice.bench import BENCHES, SIZED, measure

    if name not in BENCHES:
        raise InputError(f"bench: got {name!r}, allowed are {', '.join(BENCHES)}")
    if households is not None and name not in SIZED:
        raise InputError(f"--households: allowed for {' and '.join(SIZED)}, not for {name}")
    if seconds is not None and name != "soak":
        raise InputError(f"--seconds: allowed for soak, not for {name}")
    figures = measure(name, repeat, households, seconds)
    keys = ("value", "unit", "bar", "holds", "peer", "ratio")
    table = Table("metric", *keys, box=None)
    for figure, f in figures.items():
        if figure != "machine":
            table.add_row(figure, *(str(f.get(k, "")) for k in keys))
    out.print(table)
    out.print(figures["machine"]["value"])
    if json_file:
        from geoservice.durable import atomic_write

        with atomic_write(json_file) as aside:
            aside.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(bench)
