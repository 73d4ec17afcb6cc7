"""Stations as public units: what may be shown of them is what is written on their doors."""

from collections.abc import Mapping

import pyarrow as pa
import shapely

from geoservice.analysis.catchments import NAME_SEPARATOR, STATIONS
from geoservice.layer import Label
from geoservice.pipeline.inputs import listed

_TEXTS = ("unit", "name_zh", "name_en", "parent", "name", "tier", "services", "opening_hours", "shares_with")
_SCHEMA = pa.schema([pa.field(n, pa.string()) for n in _TEXTS]).append(pa.field("capacity", pa.float64()))


def shared_catchments(catchments: pa.Table) -> list[tuple[str, ...]]:
    """Return the ids of stations that share a catchment, for whichever service and mode; each set of them once, in order."""
    sets = (tuple(c[STATIONS]) for c in catchments.select([STATIONS]).to_pylist())
    return sorted({ids for ids in sets if len(ids) > 1})


def station_units(stations: pa.Table, catchments: pa.Table) -> pa.Table:
    """Make units of stations: what is written on their doors, capacity, point, and the stations that share their catchment."""
    shared, names = shared_catchments(catchments), _names(stations)
    made = [
        {
            "unit": r["id"],
            "name_zh": r["name"],
            "name_en": r["name"],
            "parent": None,
            "name": r["name"],
            "tier": r["tier"],
            "services": " ".join(r["services"]),
            "opening_hours": r["opening_hours"],
            "shares_with": NAME_SEPARATOR.join(
                names[i] for i in sorted({i for ids in shared if r["id"] in ids for i in ids} - {r["id"]})
            )
            or None,
            "capacity": r["capacity"],
            "geometry": shapely.to_wkb(shapely.Point(r["lon"], r["lat"])),
        }
        for r in stations.to_pylist()
    ]
    return pa.Table.from_pylist(made, schema=_SCHEMA.append(pa.field("geometry", pa.binary())))


def _names(stations: pa.Table) -> Mapping[str, str]:
    return dict(zip(*(stations.column(c).to_pylist() for c in ("id", "name")), strict=True))


def sharing_notes(stations: pa.Table, catchments: pa.Table) -> tuple[Label, ...]:
    """Say which stations share their catchments; nothing where none do."""
    names = _names(stations)
    sets = [NAME_SEPARATOR.join(f"{names[i]} ({i})" for i in ids) for ids in shared_catchments(catchments)]
    if not sets:
        return ()
    zh = f"位于路网同一地点的站点共用服务范围，其中人口按服务能力分摊（未全部注明时平均分摊）：{listed(sets, '；')}。"
    en = (
        "Stations at one place of the network share their catchment; its people are divided by capacity, evenly where one of "
        f"them states none: {listed(sets, '; ')}."
    )
    return (Label(zh=zh, en=en),)
