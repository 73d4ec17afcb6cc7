"""Choices of sites as data frames."""

from collections.abc import Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    import geopandas
    import pandas as pd

    from geoservice.siting.request import SitingRequest
    from geoservice.siting.result import SitingResult

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
    out by reason, the curve of coverage by number of sites, the summary in both languages, and units of columns.
    """
    import geopandas

    from geoservice.siting.rows import ROW_NAMES, site_row

    rows = [site_row(rank, site, result) for rank, site in enumerate(result.sites, 1)]
    lon, lat = ([getattr(site, c) for site in result.sites] for c in ("lon", "lat"))
    columns = {name: [row[name] for row in rows] for name in ROW_NAMES}
    frame = geopandas.GeoDataFrame(columns, geometry=geopandas.points_from_xy(lon, lat), crs="EPSG:4326").set_index("rank")
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
        "closed": list(result.closed),
        "curve": None if curve is None else {"covered": curve.covered.tolist(), "bound": curve.bound.tolist()},
        "summary": {language: [getattr(text, language) for text in result.summary] for language in ("zh", "en")},
        "units": UNITS | {"difference": "person_minute" if result.is_timed else "person", "difference_margin": "person"},
    }
    return frame
