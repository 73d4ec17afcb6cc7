"""Stations as units of a release, with their public attributes only."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import shapely

from geoservice.analysis.catchments import NAME_SEPARATOR, STATIONS
from geoservice.layer import Label
from geoservice.pipeline.inputs import join_names

READINESS = ("readiness", "lacks_zh", "lacks_en", "unknown_zh", "unknown_en")
"""Columns of what the standards say of a station; null without standards."""
_TEXTS = ("unit", "name_zh", "name_en", "parent", "name", "tier", "services", "opening_hours", "shares_with", *READINESS)
_SCHEMA = pa.schema([pa.field(n, pa.string()) for n in _TEXTS]).append(pa.field("capacity", pa.float64()))


def shared_station_ids(catchments: pa.Table) -> list[tuple[str, ...]]:
    """Return the distinct sets of ids of stations that share a catchment for any service and mode, in order."""
    sets = (tuple(c[STATIONS]) for c in catchments.select([STATIONS]).to_pylist())
    return sorted({ids for ids in sets if len(ids) > 1})


def station_units(stations: pa.Table, catchments: pa.Table, readiness: pa.Table | None = None) -> pa.Table:
    """Return the units of stations: public attributes, capacity, point, and the stations that share their catchment.

    ``readiness`` has a row of the columns ``READINESS`` for each station.
    """
    shared, names = shared_station_ids(catchments), _names(stations)
    found = [dict[str, Any]()] * stations.num_rows if readiness is None else readiness.select(READINESS).to_pylist()
    units = [
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
            **said,
            "geometry": shapely.to_wkb(shapely.Point(r["lon"], r["lat"])),
        }
        for r, said in zip(stations.to_pylist(), found, strict=True)
    ]
    return pa.Table.from_pylist(units, schema=_SCHEMA.append(pa.field("geometry", pa.binary())))


def _names(stations: pa.Table) -> Mapping[str, str]:
    return dict(zip(*(stations.column(c).to_pylist() for c in ("id", "name")), strict=True))


def sharing_notes(stations: pa.Table, catchments: pa.Table) -> tuple[Label, ...]:
    """Return a note on the stations that share catchments; empty if none do."""
    names = _names(stations)
    sets = [NAME_SEPARATOR.join(f"{names[i]} ({i})" for i in ids) for ids in shared_station_ids(catchments)]
    if not sets:
        return ()
    zh = f"位于路网同一地点的站点共用服务范围，其中人口按服务能力分摊（未全部注明时平均分摊）：{join_names(sets, '；')}。"
    en = (
        "Stations at the same point of the network share a catchment; its people are divided by capacity, or evenly if one "
        f"of them states none: {join_names(sets, '; ')}."
    )
    return (Label(zh=zh, en=en),)
