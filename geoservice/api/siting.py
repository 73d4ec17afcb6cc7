"""Choices of sites as data frames."""

from collections.abc import Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    import geopandas
    import pandas as pd

    from geoservice.siting.request import SitingRequest
    from geoservice.siting.result import FrontSites, RankedSite, SitingResult

UNITS = {
    "persons": "person",
    "persons_total": "person",
    "overlap": "person",
    "relieved": "person",
    "minutes_before": "minute",
    "minutes_after": "minute",
    "minutes_saved": "minute",
    "load": "person",
}
FRONT_UNITS = {"persons": "person", "persons_margin": "person", "far_minutes": "minute", "excess_minutes": "minute"}


class SitingOptions(TypedDict, total=False):
    """Options of a choice of sites; :class:`geoservice.siting.request.SitingRequest` explains them."""

    minutes: int | None
    model: str
    sites: int | None
    budget: float | None
    tier: str
    group: str
    spacing: float
    capacity: float | None
    may_close: Sequence[str]
    seconds: float
    fairness: bool


def make_request(service: str, mode: str, candidates: str, options: SitingOptions) -> "SitingRequest":
    """Return the request of some keyword arguments; a single id may be a text."""
    from geoservice.siting.request import SitingRequest

    closable = options.get("may_close", ())
    ids = (closable,) if isinstance(closable, str) else tuple(closable)
    arguments: dict[str, Any] = {**options, "may_close": ids}
    return SitingRequest(service, mode, candidates=candidates, **arguments)


def source_of(candidates: "str | PathLike[str] | pd.DataFrame") -> str:
    """Return the source of candidates: ``streets`` and ``gaps`` by their names, anything else is a file or a frame.

    >>> source_of("streets"), source_of("sites.csv")
    ('streets', 'file')
    """
    return candidates if isinstance(candidates, str) and candidates in {"streets", "gaps"} else "file"


def siting_frame(result: "SitingResult") -> "geopandas.GeoDataFrame":
    """Return the chosen sites in WGS 84, ranked from 1.

    ``minutes_before`` and ``minutes_after`` are those of the place that gains most; ``minutes_before`` is NaN if it had no
    station within the time that was searched, and ``minutes_saved`` is then the least that it saves. Numbers of people that the
    study hides are NaN.

    ``attrs`` have the model, the objective, its bound and gap, whether it is proven, the people before and after, those left
    out by reason, ids of stations that close, the curve of coverage by number of sites, the summary in both languages, and
    units of columns. ``fairness`` is None, or has the choices from most people in time to least time beyond it as ``points``,
    each with its numbers, ``sites`` and ``closed``; the frame has the sites of the first.
    """
    frame = _frame(_rows(result.sites, result)).set_index("rank")
    solution, curve = result.solution, result.curve
    frame.attrs = {
        "model": solution.model,
        "objective": solution.objective,
        "bound": solution.bound,
        "gap": solution.gap,
        "proven": solution.proven,
        "people": result.people,
        "reached_before": result.reached_before,
        "reached_after": result.reached_after,
        "left_out": {"off_street": result.off_street, "beyond": result.beyond, "not_chosen": result.left},
        "closed": [station.id for station in result.closed],
        "fairness": None if result.front is None else _fairness(result.front, result),
        "curve": None if curve is None else {"covered": curve.covered.tolist(), "bound": curve.bound.tolist()},
        "summary": {language: [getattr(text, language) for text in result.summary] for language in ("zh", "en")},
        "units": UNITS | {"difference": "person_minute" if result.is_timed else "person", "difference_margin": "person"},
    }
    return frame


def front_frame(result: "SitingResult") -> "geopandas.GeoDataFrame":
    """Return the sites of all choices between coverage and fairness in WGS 84; ``choice`` counts the choices from 1."""
    choices = enumerate(result.front or (), 1)
    return _frame([{"choice": number, **row} for number, choice in choices for row in _rows(choice.sites, result)])


def _rows(sites: "Sequence[RankedSite]", result: "SitingResult") -> list[dict[str, Any]]:
    """Return sites by column, with ``lon`` and ``lat``."""
    from geoservice.siting.rows import site_row

    return [{**site_row(rank, site, result), "lon": site.lon, "lat": site.lat} for rank, site in enumerate(sites, 1)]


def _frame(rows: list[dict[str, Any]]) -> "geopandas.GeoDataFrame":
    import geopandas

    from geoservice.siting.rows import ROW_NAMES

    names = (["choice"] if rows and "choice" in rows[0] else []) + list(ROW_NAMES)
    points = geopandas.points_from_xy([row["lon"] for row in rows], [row["lat"] for row in rows])
    columns = {name: [row[name] for row in rows] for name in names}
    return geopandas.GeoDataFrame(columns, geometry=points, crs="EPSG:4326")


def _fairness(front: "Sequence[FrontSites]", result: "SitingResult") -> dict[str, Any]:
    from geoservice.siting.fairness import MEASURE
    from geoservice.siting.rows import front_row

    points = [
        {
            **front_row(choice, result),
            "closed": [station.id for station in choice.closed],
            "sites": _rows(choice.sites, result),
        }
        for choice in front
    ]
    return {"measure": MEASURE.model_dump(), "units": FRONT_UNITS, "points": points}
