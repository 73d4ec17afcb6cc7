"""geoservice quality: the steward's data quality report of the register."""

from pathlib import Path
from typing import Annotated

import typer

from geoservice.api.audit import COMMAND_LINE
from geoservice.cli.common import Home, Lang, checked_language, out, progress_bar, settings_for


def quality(
    folder: Annotated[
        Path | None, typer.Option("--out", help="Private folder for the files; default: quality in the register's folder.")
    ] = None,
    language: Lang = "zh",
    home: Home = None,
) -> None:
    """Check the register and report what is missing, wrong, repeated or implausible, by area; private, it has exact counts.

    It counts households by area and lists none. It prints the report without villages, and writes all of it as text, workbook
    and HTML.
    """
    from geoservice.api.data_quality import check_private
    from geoservice.api.project import ProjectFolder
    from geoservice.disclosure.data_quality.text_tables import report_tables

    chosen = checked_language(language)
    settings = settings_for(home)
    if folder is not None:
        check_private(folder, settings)
    with ProjectFolder(settings, COMMAND_LINE) as project, progress_bar() as progress:
        report = project.data_quality(progress)
        paths = project.write_data_quality(report, folder, chosen, progress)
    for part in report_tables(report, chosen, [level for level in report.regions if level != "village"]):
        out.print(part)
    out.print(f"written to {paths[0].parent}: {', '.join(path.name for path in paths)} (private)", markup=False)


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(quality)
