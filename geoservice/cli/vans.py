"""geoservice vans: stops and tours of mobile vans, with the timetable of a cycle of weeks."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoservice.cli.common import Home, Lang, Language, checked_language, err, out, progress_bar, settings_for

if TYPE_CHECKING:
    from rich.table import Table

    from geoservice.api.vans import VanOptions, VanTours

_HEADERS = {
    "zh": ("周", "星期", "车辆", "站序", "停靠点", "所在区域", "行驶", "到达", "服务", "离开", "新覆盖人口"),
    "en": ("week", "day", "van", "order", "stop", "area", "drive", "arrive", "open", "leave", "people"),
}
_DAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
_RIGHT = {0, 3, 6, 10}


def vans(
    service: Annotated[str | None, typer.Option(help="Service of the study; default: that of [vans] in study.toml.")] = None,
    mode: Annotated[str | None, typer.Option(help="How people come to a stop; default: walk.")] = None,
    minutes: Annotated[
        int | None, typer.Option(help="People within this time of a stop are reached; default: the standard of the service.")
    ] = None,
    stops: Annotated[int | None, typer.Option(help="Most stops; default: 12.")] = None,
    candidates: Annotated[str, typer.Option(help="streets, or a file of points.")] = "streets",
    base: Annotated[
        list[str] | None,
        typer.Option(help="Id of a station where vans are based; repeatable. Default: those of the county tier."),
    ] = None,
    vans_per_base: Annotated[int | None, typer.Option("--vans", help="Vans of each base; default: 1.")] = None,
    every_weeks: Annotated[int | None, typer.Option(help="Weeks from one visit to the next, 1 to 4; default: 2.")] = None,
    weekly_from: Annotated[float | None, typer.Option(help="Stops with so many people are visited every week.")] = None,
    fortnightly_from: Annotated[
        float | None, typer.Option(help="Stops with so many people are visited every two weeks, with --every-weeks 4.")
    ] = None,
    day_start: Annotated[str | None, typer.Option(help="When vans leave; default: 08:30.")] = None,
    day_minutes: Annotated[int | None, typer.Option(help="Length of a working day, driving included; default: 480.")] = None,
    days: Annotated[int | None, typer.Option(help="Working days a week from Monday on; default: 5.")] = None,
    set_up_minutes: Annotated[int | None, typer.Option(help="To set up at a stop; default: 20.")] = None,
    minutes_per_person: Annotated[float | None, typer.Option(help="Service for each person reached; default: 0.2.")] = None,
    least_minutes: Annotated[int | None, typer.Option(help="Shortest service at a stop; default: 30.")] = None,
    most_minutes: Annotated[int | None, typer.Option(help="Longest service at a stop; default: 120.")] = None,
    starts: Annotated[str | None, typer.Option(help="Monday of week 1, as 2026-09-07; default: the next one.")] = None,
    drive: Annotated[str | None, typer.Option(help="How vans travel; default: drive.")] = None,
    tier: Annotated[str | None, typer.Option(help="Stations of this tier count as reaching people; any: all tiers.")] = None,
    group: Annotated[str | None, typer.Option(help="The people who count: all, or a group of the study.")] = None,
    spacing: Annotated[float | None, typer.Option(help="Metres between candidates from streets; default: 500.")] = None,
    crs: Annotated[str | None, typer.Option(help="CRS of the file of candidates.")] = None,
    files: Annotated[
        list[Path] | None, typer.Option("--out", help="Write FILE.csv (timetable), .geojson or .ics (calendar); repeatable.")
    ] = None,
    language: Lang = "zh",
    home: Home = None,
) -> None:
    """Plan stops and tours of mobile vans for people whom no station reaches, and print the timetable."""
    from geoservice.api.files import TOURS, check_out
    from geoservice.api.project import ProjectFolder

    chosen = checked_language(language)
    for file in files or ():
        check_out(file, TOURS)
    given = {
        "minutes": minutes, "stops": stops, "bases": base, "vans": vans_per_base, "every_weeks": every_weeks,
        "weekly_from": weekly_from, "fortnightly_from": fortnightly_from, "day_start": day_start, "day_minutes": day_minutes,
        "days": days, "set_up_minutes": set_up_minutes, "minutes_per_person": minutes_per_person,
        "least_minutes": least_minutes, "most_minutes": most_minutes, "starts": starts, "drive": drive, "tier": tier,
        "group": group, "spacing": spacing,
    }  # fmt: skip
    options: VanOptions = {k: v for k, v in given.items() if v is not None}  # type: ignore[assignment]  # some of its keys
    with ProjectFolder(settings_for(home)) as project, progress_bar() as progress:
        tours = project.van_tours(service, mode, candidates=candidates, crs=crs, progress=progress, **options)
    _print(tours, chosen)
    for file in files or ():
        tours.write(file, chosen)
        err.print(f"wrote {file}", markup=False)


def _print(tours: "VanTours", language: Language) -> None:
    """Print the summary and the timetable."""
    first, *others = tours.summary[language]
    out.print(first, markup=False)
    if len(tours.timetable):
        out.print(_table(tours, language))
    for text in others:
        out.print(text, markup=False)


def _table(tours: "VanTours", language: Language) -> "Table":
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for number, header in enumerate(_HEADERS[language]):
        table.add_column(header, justify="right" if number in _RIGHT else "left", overflow="fold")
    for row in tours.timetable.to_dict("records"):
        people = row["persons"]
        texts = (
            row["week"], _DAYS[language][row["weekday"] - 1], row[f"van_{language}"], row["visit_order"],
            row[f"name_{language}"], row[f"area_{language}"], row["driving_minutes"], row["arrives"], row["opens"],
            row["leaves"], "–" if math.isnan(people) else f"{people:,.0f}",
        )  # fmt: skip
        table.add_row(*(escape(str(text)) for text in texts))
    return table


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(vans)
