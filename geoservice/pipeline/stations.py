"""Stations as public units: what may be shown of them is what is written on their doors."""

import pyarrow as pa
import shapely


def station_units(stations: pa.Table) -> pa.Table:
    """Make units of the active stations: ``unit``, names, tier, services as words, capacity, point geometry."""
    rows = stations.sort_by("id").to_pylist()
    made = [
        {
            "unit": r["id"],
            "name_zh": r["name"],
            "name_en": r["name"],
            "parent": None,
            "name": r["name"],
            "tier": r["tier"],
            "services": " ".join(r["services"]),
            "capacity": r["capacity"],
            "geometry": shapely.to_wkb(shapely.Point(r["lon"], r["lat"])),
        }
        for r in rows
        if r["active"]
    ]
    fields = [(n, pa.string()) for n in ("unit", "name_zh", "name_en", "parent", "name", "tier", "services")]
    schema = pa.schema(fields).append(pa.field("capacity", pa.float64())).append(pa.field("geometry", pa.binary()))
    return pa.Table.from_pylist(made, schema=schema)
