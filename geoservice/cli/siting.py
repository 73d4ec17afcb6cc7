"""geoservice siting: the best sites for new stations of a service, with reasons."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoservice.cli.common import Home, Lang, Language, checked_language, err, out, progress_bar, settings_for

if TYPE_CHECKING:
    from rich.table import Table

    from geoservice.api.siting import SitingOptions
    from geoservice.siting.result import FrontSites, RankedSite, SitingResult
    from geoservice.siting.texts import PeopleText

_HEADERS = {
    "zh": ("次序", "编号", "名称", "所在区域", "新覆盖人口", "累计覆盖", "理由"),
    "en": ("rank", "id", "name", "area", "people", "total", "reasons"),
}
_FRONT_HEADERS = {
    "zh": ("方案", "时间内人口", "超时（分，均方根）", "超时（分，人均）", "已证明", "站点", "关闭"),
    "en": ("choice", "people in time", "minutes beyond (rms)", "minutes beyond (mean)", "proven", "sites", "closing"),
}
_YES = {"zh": ("是", "否"), "en": ("yes", "no")}
_STATUS = {
    "zh": {"new": "", "forced": "（已定）", "stays": "（保留）"},
    "en": {"new": "", "forced": " (forced)", "stays": " (stays open)"},
}
_NOBODY = {"zh": "没有需要新设的站点。", "en": "No new site is needed."}


def siting(
    service: Annotated[str, typer.Option(help="Service of the study.")],
    mode: Annotated[str, typer.Option(help="Mode of travel of the study.")],
    minutes: Annotated[
        int | None, typer.Option(help="People within this time are reached; default: the standard of the service.")
    ] = None,
    sites: Annotated[int | None, typer.Option(help="Most sites beside the existing stations.")] = None,
    model: Annotated[
        str,
        typer.Option(help="mclp, lscp, lscp_b, p_median, p_center, capacitated_mclp or capacitated_p_median."),
    ] = "mclp",
    candidates: Annotated[str, typer.Option(help="streets, gaps, or a file of points.")] = "streets",
    budget: Annotated[float | None, typer.Option(help="Most that all new sites may cost; costs are in the file.")] = None,
    tier: Annotated[str, typer.Option(help="Stations of this tier count as existing ones; any: all tiers.")] = "any",
    group: Annotated[str, typer.Option(help="The people who count: all, or a group of the study.")] = "all",
    spacing: Annotated[float, typer.Option(help="Metres between candidates from streets.")] = 500.0,
    capacity: Annotated[float | None, typer.Option(help="People that a new site can serve, for capacitated models.")] = None,
    may_close: Annotated[list[str] | None, typer.Option(help="Id of an existing station that may close; repeatable.")] = None,
    fairness: Annotated[
        bool, typer.Option("--fairness", help="Also the choices from most people in time to least time beyond it (mclp).")
    ] = False,
    seconds: Annotated[float, typer.Option(help="Time limit of the solver; 0: no solver, bounds only.")] = 30.0,
    crs: Annotated[str | None, typer.Option(help="CRS of the file of candidates.")] = None,
    file: Annotated[Path | None, typer.Option("--out", help="Write the sites to FILE.geojson or FILE.csv.")] = None,
    language: Lang = "zh",
    home: Home = None,
) -> None:
    """Choose the best sites for new stations beside the existing ones, and print them with reasons and the proven gap."""
    from geoservice.api.files import check_out, write_frame
    from geoservice.api.project import ProjectFolder
    from geoservice.api.siting import front_frame, siting_frame

    chosen = checked_language(language)
    if file is not None:
        check_out(file)
    options: SitingOptions = {
        "minutes": minutes, "sites": sites, "model": model.replace("-", "_"), "budget": budget, "tier": tier, "group": group,
        "spacing": spacing, "capacity": capacity, "may_close": may_close or (), "seconds": seconds, "fairness": fairness,
    }  # fmt: skip
    with ProjectFolder(settings_for(home)) as project, progress_bar() as progress:
        result = project.choose_sites(service, mode, candidates, crs, None, progress, options)
    _print(result, chosen)
    if file is not None:
        write_frame(front_frame(result) if fairness else siting_frame(result).reset_index(), file)
        err.print(f"wrote {file}", markup=False)


def _print(result: "SitingResult", language: Language) -> None:
    """Print the summary and the table of sites."""
    first, *others = (getattr(text, language) for text in result.summary)
    out.print(first, markup=False)
    out.print(_table(result, language) if result.sites else _NOBODY[language])
    for text in others:
        out.print(text, markup=False)
    if result.front:
        out.print(_front_table(result.front, result.hide_below, language))


def _table(result: "SitingResult", language: Language) -> "Table":
    from rich.table import Table

    from geoservice.siting.texts import PeopleText

    table = Table(box=None, pad_edge=False)
    for number, header in enumerate(_HEADERS[language]):
        table.add_column(header, justify="right" if number in {0, 4, 5} else "left", overflow="fold")
    for rank, site in enumerate(result.sites, 1):
        table.add_row(*_cells(rank, site, PeopleText(result.hide_below), language))
    return table


def _front_table(front: "Sequence[FrontSites]", hide_below: int | None, language: Language) -> "Table":
    from rich.markup import escape
    from rich.table import Table

    from geoservice.siting.front_texts import far_minutes
    from geoservice.siting.texts import PeopleText

    count = PeopleText(hide_below)
    table = Table(box=None, pad_edge=False)
    for place, header in enumerate(_FRONT_HEADERS[language]):
        table.add_column(header, justify="right" if place < 4 else "left", overflow="fold")
    for number, choice in enumerate(front, 1):
        people = getattr(count(choice.reached, choice.margin), language)
        minutes = (f"{far_minutes(choice):.2f}", f"{choice.point.excess / 60_000:.2f}")
        ids = (", ".join(row.id for row in rows) for rows in (choice.sites, choice.closed))
        table.add_row(str(number), people, *minutes, _YES[language][not choice.point.proven], *map(escape, ids))
    return table


def _cells(rank: int, site: "RankedSite", count: "PeopleText", language: Language) -> list[str]:
    from rich.markup import escape

    texts = (site.id, site.name + _STATUS[language][site.status], getattr(site.area, language))
    numbers = (getattr(count(people), language) for people in (site.pick.covered, site.total))
    return [str(rank), *map(escape, texts), *numbers, escape(getattr(site.reasons, language))]


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(siting)
