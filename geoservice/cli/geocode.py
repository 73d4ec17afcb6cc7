"""geoservice geocode: find the places of addresses in a file, and take back what a review has fixed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoservice.cli.common import Home, Lang, Language, checked_language, out, progress_bar, settings_for
from geoservice.errors import InputError

if TYPE_CHECKING:
    from geoservice.geocode.files import GeocodeReport

_TEXTS = {
    "zh": ("{rows} 行", "其中 {n} 个不同的地址需要核对：{review}", "无需核对", "已写入：{file}", "已保存 {n} 个核对结果"),
    "en": (
        "{rows} rows", "{n} addresses to review: {review}", "nothing to review", "written: {file}", "{n} fixes stored",
    ),
}  # fmt: skip


def geocode(
    file: Annotated[
        Path | None, typer.Argument(exists=True, dir_okay=False, help="A table with a column of addresses.")
    ] = None,
    fixes: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="A review workbook that was filled in; repeatable. It is used first."),
    ] = None,
    columns: Annotated[
        list[str] | None, typer.Option("--address", help="Header of the address; several are joined in this order.")
    ] = None,
    out_file: Annotated[
        Path | None,
        typer.Option("--out", help="New file, .csv, .xlsx or .parquet; default: NAME.geocoded.csv."),
    ] = None,
    review: Annotated[Path | None, typer.Option(help="Review workbook; default: NAME.review.xlsx beside the file.")] = None,
    precision: Annotated[
        str, typer.Option(help="Coarser places are reviewed: unit, building, door, … village, town, county.")
    ] = "village",
    score: Annotated[int, typer.Option(help="Places with a lower score are reviewed.", min=0, max=100)] = 45,
    country: Annotated[str | None, typer.Option(help="ISO code, such as CN or AT; default: as the study's codes.")] = None,
    scope: Annotated[str | None, typer.Option(help="Code of the area that all places are in; default: the study's.")] = None,
    crs: Annotated[str, typer.Option(help="CRS of positions typed into a review: EPSG:4326, gcj02 or bd09.")] = "EPSG:4326",
    layer: Annotated[str | None, typer.Option("--layer", "--sheet", help="Sheet of a workbook.")] = None,
    header_row: Annotated[int | None, typer.Option(help="Row of the header, from 1; default: detected.", min=1)] = None,
    processes: Annotated[int | None, typer.Option(help="Processes; default: one for each core.", min=1)] = None,
    language: Lang = "zh",
    home: Home = None,
) -> None:
    """Find the places of addresses; write the rows with their places, and a workbook of those to review.

    A run that was interrupted goes on where it was. The new files hold what the file holds: keep them as you keep the register.
    """
    from geoservice.api.project import ProjectFolder

    chosen = checked_language(language)
    if file is None and not fixes:
        raise InputError("geocode: got neither a file nor --fixes, allowed is one of them or both")
    with ProjectFolder(settings_for(home)) as project:
        stored = sum(project.apply_review(workbook, crs=crs) for workbook in fixes or ())
        if fixes:
            out.print(_TEXTS[chosen][4].format(n=stored))
        if file is None:
            return
        with progress_bar() as progress:
            report = project.geocode(
                file, columns=columns or (), out=out_file, review=review, precision=precision, score=score, country=country,
                scope=scope, processes=processes, progress=progress, layer=layer, header_row=header_row,
            )  # fmt: skip
    _print(report, chosen)


def _print(report: "GeocodeReport", language: Language) -> None:
    from rich.table import Table

    from geoservice.addresses.precision import PRECISIONS

    rows, to_review, nothing, written, _ = _TEXTS[language]
    table = Table(box=None, pad_edge=False, show_header=False)
    for name, count in report.counts.items():
        title = PRECISIONS[name].title_zh if language == "zh" else PRECISIONS[name].title_en
        table.add_row(title, f"{count:,}", f"{count / max(report.rows, 1):.1%}")
    out.print(rows.format(rows=f"{report.rows:,}"))
    out.print(table)
    out.print(to_review.format(n=f"{report.to_review:,}", review=report.review) if report.review else nothing, markup=False)
    out.print(written.format(file=report.out), markup=False)


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(geocode)
