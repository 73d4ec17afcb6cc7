"""geoservice import template, history and rollback: what is around an import."""

from pathlib import Path
from typing import Annotated

import typer

from geoservice.cli.common import Home, Lang, checked_language, out, settings_for


def template(
    kind: Annotated[
        str,
        typer.Argument(
            help="areas, stations, households, uptake, population, pyramids, candidates (for siting), or divisions, changes, "
            "aliases, places (for the gazetteer)."
        ),
    ],
    lang: Lang = "zh",
    file: Annotated[Path | None, typer.Option("--out", help="The workbook, .xlsx; default: KIND.xlsx.")] = None,
    home: Home = None,
) -> None:
    """Write a workbook to fill in: headers that the import recognises, and a sheet that explains each column."""
    from geoservice.api.project_imports import write_import_template

    path = write_import_template(settings_for(home), kind, checked_language(lang), file)
    out.print(f"wrote {path}; bold columns are needed, its second sheet explains each column", markup=False)


def register(imports: typer.Typer) -> None:
    """Add the commands of this file."""
    imports.command()(template)
