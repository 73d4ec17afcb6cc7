"""Areas and stations in future years, as units of a release."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from geoservice.analysis.base import Units
from geoservice.analysis.projections.area_projection import AreaProjection
from geoservice.analysis.projections.migration import SCENARIOS, Scenario
from geoservice.geo import Objects

BY_YEAR = "projection"
"""Geography of areas by year and scenario."""
STATION_BY_YEAR = "station_year"
"""Geography of stations by year."""


def _schema(texts: Sequence[str], others: Mapping[str, pa.DataType]) -> pa.Schema:
    types: dict[str, pa.DataType] = {**dict.fromkeys(texts, pa.string()), **others, "geometry": pa.binary()}
    return pa.schema([pa.field(name, kind) for name, kind in types.items()])


_TEXTS = ("unit", "area", "name_zh", "name_en", "level", "parent", "scenario", "basis")
PROJECTION_UNITS = _schema(_TEXTS, {"year": pa.int64()})
STATION_UNITS = _schema(("unit", "station", "name", "tier"), {"year": pa.int64(), "capacity": pa.float64()})


def calendar_years(found: AreaProjection) -> list[int]:
    """Return the calendar years of a projection, that of the launch first."""
    return [found.history.launch_year + int(k) for k in found.years]


def unit_ids(found: AreaProjection, scenario: Scenario) -> Objects:
    """Return the ids of areas by year, ``AREA.YEAR.SCENARIO``, areas before years; shape ``(areas x years,)``."""
    years = calendar_years(found)
    return np.array([f"{area}.{year}.{scenario}" for area in found.history.areas for year in years], object)


def projection_units(areas: Units, level: str, found: AreaProjection) -> pa.Table:
    """Return the areas of a projection in each year of each scenario; without geometry, which is that of the area."""
    names = {row["unit"]: row for row in areas.table.select(["unit", "name_zh", "name_en", "parent"]).to_pylist()}
    rows: list[dict[str, Any]] = []
    for scenario in SCENARIOS:
        pairs = [(area, year) for area in found.history.areas for year in calendar_years(found)]
        rows += [
            names[area]
            | {"unit": unit, "area": area, "level": level, "scenario": scenario, "basis": found.model.basis, "year": year}
            for unit, (area, year) in zip(unit_ids(found, scenario), pairs, strict=True)
        ]
    return pa.Table.from_pylist(rows, schema=PROJECTION_UNITS)


def station_units(stations: Sequence[dict[str, Any]], points: Sequence[bytes], years: Sequence[int]) -> pa.Table:
    """Return stations in each year, stations before years; ids are ``STATION.YEAR``."""
    rows = [
        {
            "unit": f"{station['id']}.{year}",
            "station": station["id"],
            "name": station["name"],
            "tier": station["tier"],
            "year": year,
            "capacity": station["capacity"],
            "geometry": point,
        }
        for station, point in zip(stations, points, strict=True)
        for year in years
    ]
    return pa.Table.from_pylist(rows, schema=STATION_UNITS)
