"""geoservice what-if, zone, isochrone and analyse: live questions about the current release."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geoservice.cli.common import Home, Lang, checked_language, err, out, settings_for
from geoservice.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

HEADERS = {
    "zh": {
        "unit": "编号", "id": "编号", "name": "名称", "minutes": "分钟", "persons": "人数", "persons_before": "原人数",
        "share": "占比%", "gained": "新增", "lost": "失去", "load": "负荷%", "geography": "层级", "measure": "指标",
        "group": "人群", "value": "数值", "unit_of_measure": "单位",
    },
    "en": {
        "unit": "unit", "id": "id", "name": "name", "minutes": "minutes", "persons": "people", "persons_before": "before",
        "share": "share %", "gained": "gained", "lost": "lost", "load": "load %", "geography": "level", "measure": "measure",
        "group": "people", "value": "value", "unit_of_measure": "in",
    },
}  # fmt: skip
AREAS = ("unit", "name", "minutes", "persons_before", "persons", "gained", "gained_margin", "lost", "lost_margin")
STATIONS = ("id", "name", "persons_before", "persons", "persons_margin", "load")
BREAKS = ("minutes", "persons", "persons_margin", "share", "share_margin", "persons_before", "gained", "lost")
"""Columns that are printed; the header of a margin is ±."""
ROWS = ("geography", "unit", "measure", "group", "value", "margin", "unit_of_measure")
TEXTS = {"unit", "id", "name", "geography", "measure", "group", "unit_of_measure"}
Service = Annotated[str, typer.Option(help="Service of the study.")]
Mode = Annotated[str, typer.Option(help="Mode of travel of the study.")]
Tier = Annotated[str, typer.Option(help="Only stations of this tier, or any.")]
Group = Annotated[str, typer.Option(help="The people who count: all, or a group of the study.")]
EditsFile = Annotated[
    Path | None,
    typer.Option(
        "--edits", help="JSON (a list of edits), CSV with the header station, or GeoJSON points: stations as they would be."
    ),
]
Out = Annotated[Path | None, typer.Option("--out", help="Write the answer to FILE.csv, or FILE.geojson for outlines.")]


def what_if(
    edits: EditsFile,
    service: Service,
    mode: Mode,
    tier: Tier = "any",
    group: Group = "all",
    minutes: Annotated[int | None, typer.Option(help="Print this number of minutes only.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Print all areas, not only those with a change.")] = False,
    file: Out = None,
    language: Lang = "zh",
    home: Home = None,
) -> None:
    """Print what becomes of coverage if stations are added, moved, closed or changed; nothing is stored."""
    from geoservice.api.release import open_release

    _check(language, file)
    with open_release(settings_for(home).home) as release:
        answer = release.scenario(service, mode, read_edits(edits), tier=tier, group=group, areas="all" if every else "changed")
    for name in answer.off_street:
        err.print(f"{name}: too far from a street, it does not count", markup=False)
    areas = answer.areas if minutes is None or answer.areas.empty else answer.areas[answer.areas["minutes"] == minutes]
    _print(
        areas,
        language,
        ("unit", f"name_{language}", "minutes", "persons_before", "persons", "gained", "gained_margin", "lost", "lost_margin"),
    )
    _print(answer.stations, language, STATIONS)
    _write(answer.areas, file)


def zone(
    shape: Annotated[Path, typer.Argument(help="GeoJSON: a polygon, or features whose union is the zone.")],
    service: Service,
    mode: Mode,
    edits: EditsFile = None,
    tier: Tier = "any",
    group: Group = "all",
    file: Out = None,
    language: Lang = "zh",
    home: Home = None,
) -> None:
    """Print the people of a zone and their coverage, before and after some edits of stations."""
    from geoservice.api.release import open_release

    _check(language, file)
    with open_release(settings_for(home).home) as release:
        answer = release.zone(_zone_of(shape), service, mode, read_edits(edits), tier=tier, group=group)
    persons, margin = (answer.totals[name] for name in ("persons", "persons_margin"))
    out.print(f"{persons:,.0f} ± {margin:,.0f}", markup=False)
    breaks = answer.breaks.reset_index()
    _print(
        breaks, language, ("minutes", "persons", "persons_margin", "share", "share_margin", "persons_before", "gained", "lost")
    )
    _print(answer.served_by, language, ("id", "name", "persons", "persons_margin"))
    _write(breaks, file)


def isochrone(
    mode: Mode,
    minutes: Annotated[list[int], typer.Option(help="Minutes; repeatable.")],
    station: Annotated[str | None, typer.Option(help="Id of a station of the release.")] = None,
    lon: Annotated[float | None, typer.Option(help="Longitude, instead of a station.")] = None,
    lat: Annotated[float | None, typer.Option(help="Latitude, instead of a station.")] = None,
    group: Group = "all",
    file: Out = None,
    language: Lang = "zh",
    home: Home = None,
) -> None:
    """Print the people within some minutes of a place; --out FILE.geojson writes the outlines."""
    from geoservice.api.files import OUTLINES
    from geoservice.api.release import open_release

    _check(language, file, OUTLINES)
    if (station is None) == (lon is None or lat is None):
        raise InputError("--station, --lon, --lat: give the id of a station, or both a longitude and a latitude")
    place = station if station is not None else (float(lon or 0), float(lat or 0))
    with open_release(settings_for(home).home) as release:
        frame = release.isochrone(mode, minutes, place, group=group)
    _print(frame.drop(columns="geometry").reset_index(), language, ("minutes", "persons", "persons_margin"))
    _write(frame.reset_index(), file)


def analyse(
    analysis: Annotated[str, typer.Argument(help="accessibility, capacity, equal-services, inequality or travel-times.")],
    service: Service,
    mode: Mode,
    edits: EditsFile = None,
    tier: Tier = "any",
    level: Annotated[str | None, typer.Option(help="Print only this level of areas, or station.")] = None,
    nearest: Annotated[int | None, typer.Option(help="For capacity: the stations that a person may go to.")] = None,
    order: Annotated[str | None, typer.Option(help="For capacity: stations are filled by people or by capacity.")] = None,
    file: Out = None,
    language: Lang = "zh",
    home: Home = None,
) -> None:
    """Print an analysis of the release, with the stations as they are or as they would be; nothing is stored."""
    from geoservice.api.files import OUTLINES
    from geoservice.api.release import open_release

    _check(language, file, OUTLINES)
    options = {name: value for name, value in (("nearest", nearest), ("order", order)) if value is not None}
    name: Any = analysis
    with open_release(settings_for(home).home) as release:
        frame = release.analyse(name, service, mode, read_edits(edits), tier=tier, **options)
    for note in frame.attrs["notes"]:
        err.print(note[language], markup=False)
    rows = frame if level is None else frame[frame["geography"] == level]
    _print(rows.drop(columns="geometry"), language, ROWS)
    _write(rows, file)


def _check(language: str, file: Path | None, endings: tuple[str, ...] = (".csv",)) -> None:
    from geoservice.api.files import check_out

    checked_language(language)
    if file is not None:
        check_out(file, endings)


def read_edits(path: Path | None) -> Any:
    """Return the edits of a file; raises :class:`InputError` that names it if it cannot be read."""
    if path is None:
        return ()
    import geopandas
    import pandas as pd

    try:
        if path.suffix.lower() == ".csv":
            return pd.read_csv(path, dtype={"station": str})
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as e:
        raise InputError(f"{path}: cannot be read: {e}; allowed are JSON, GeoJSON and CSV") from None
    if isinstance(content, dict) and content.get("type") == "FeatureCollection":
        return geopandas.GeoDataFrame.from_features(content["features"], crs="EPSG:4326")
    if not isinstance(content, list) or not all(isinstance(edit, dict) for edit in content):
        raise InputError(
            f'{path}: allowed are a list of edits, such as [{{"station": "S7", "open": false}}], and GeoJSON points'
        )
    return content


def _zone_of(path: Path) -> Any:
    import shapely
    from shapely.geometry import shape

    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        geometries = (
            [f["geometry"] for f in content["features"]] if "features" in content else [content.get("geometry", content)]
        )
        if len(geometries) == 1:
            return geometries[0]
        return shapely.union_all([shape(g) for g in geometries])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as e:
        raise InputError(f"{path}: not a GeoJSON polygon: {e}") from None


def _print(frame: "pd.DataFrame", language: str, columns: tuple[str, ...]) -> None:
    """Print some columns of a frame; nothing for an empty one."""
    from rich.table import Table

    if frame.empty:
        return
    table = Table(box=None, pad_edge=False)
    for name in columns:
        table.add_column(HEADERS[language].get(name, "±"), justify="left" if name in TEXTS else "right", overflow="fold")
    for row in frame.to_dict("records"):
        table.add_row(*(_cell(row[name]) for name in columns))
    out.print(table)


def _cell(value: Any) -> str:
    from rich.markup import escape

    if value is None or value != value:  # noqa: PLR0124 - NaN
        return ""
    return f"{value:,.1f}" if isinstance(value, float) else escape(str(value))


def _write(frame: "pd.DataFrame", path: Path | None) -> None:
    if path is None:
        return
    from geoservice.api.files import write_frame

    write_frame(frame, path)
    err.print(f"wrote {path}", markup=False)


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("what-if")(what_if)
    app.command()(zone)
    app.command()(isochrone)
    app.command()(analyse)
