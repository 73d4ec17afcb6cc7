"""China's provinces, cities and counties, which come with the package."""

from geoservice.divisions import divisions
from geoservice.geocode.area_tree import UNKNOWN, AreaRow

SYSTEM = "nbs2023"
"""The code system of the built-in divisions."""
SOURCE = "divisions of China"


def division_rows() -> list[AreaRow]:
    """Return the divisions with their seats as positions."""
    rows = []
    for code, division in divisions().items():
        lon, lat = (UNKNOWN if v is None else v for v in (division.lon, division.lat))
        rows.append(AreaRow(SYSTEM, code, division.name, division.name_en, len(code) // 2 - 1, None, lon, lat))
    return rows
