"""geoservice areas: which areas of one code system are which areas of another."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoservice.cli.common import Home, Lang, Language, checked_language, out, settings_for

if TYPE_CHECKING:
    from geoservice.crosswalk import Crosswalk

areas_app = typer.Typer(help="The areas of a project and their code systems.", no_args_is_help=True)
_TEXTS = {
    "zh": (
        ("级别", "区域", "唯一对应", "同码异地"),
        "{n} 个{origin}代码在{target}中是另一个地方（同码异地）：不要直接用代码连接两套数据",
        "{target}中另有 {n} 个区域没有对应",
        "已写入：{file}",
    ),
    "en": (
        ("level", "areas", "one to one", "same code, other place"),
        "{n} codes of {origin} are another place in {target}: never join two tables by the codes alone",
        "{n} further areas of {target} have no counterpart",
        "written: {file}",
    ),
}  # fmt: skip


@areas_app.command()
def crosswalk(
    origin: Annotated[str, typer.Argument(metavar="FROM", help="A loaded code system, e.g. mca2026.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="Another one, e.g. nbs2023.")],
    file: Annotated[
        Path | None, typer.Option("--out", dir_okay=False, help="CSV file of every area with its counterparts.")
    ] = None,
    language: Lang = "zh",
    home: Home = None,
) -> None:
    """Match the areas of two code systems, by name within the areas above and by borders, and count them by method."""
    from geoservice.api.files import ROWS, check_out, write_frame
    from geoservice.api.project import ProjectFolder

    chosen = checked_language(language)
    if file is not None:
        check_out(file, ROWS)
    with ProjectFolder(settings_for(home)) as project:
        made = project.make_crosswalk(origin, target)
    _print(made, chosen)
    if file is not None:
        write_frame(made.rows.to_pandas(), file)
        out.print(_TEXTS[chosen][3].format(file=file), markup=False)


def _print(made: "Crosswalk", language: Language) -> None:
    from rich.table import Table

    from geoservice.crosswalk import METHOD_LABELS
    from geoservice.labels import GEOGRAPHIES

    (level, areas, one, same), traps, further, _ = _TEXTS[language]
    table = Table(level, areas, *(text[language] for text in METHOD_LABELS.values()), one, same, box=None, pad_edge=False)
    summary = made.summary()
    for row in summary:
        title = getattr(GEOGRAPHIES[row.level], language)
        table.add_row(title, *(f"{n:,}" for n in (row.areas, *row.methods.values(), row.one_to_one, row.same_code)))
    out.print(table)
    names = {"origin": made.from_system, "target": made.to_system}
    for text, n in ((traps, sum(r.same_code for r in summary)), (further, sum(made.unmatched.values()))):
        if n:
            out.print(text.format(n=f"{n:,}", **names), markup=False)


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(areas_app, name="areas")
