"""Lines from origins to areas, and points of origins, as units of a release."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from geoservice.analysis.base import FlowPlace
from geoservice.analysis.flow_rows import FlowRows
from geoservice.geo import haversine_m

_ENDS = tuple(f"{end}{suffix}" for end in ("destination", "origin") for suffix in ("", "_zh", "_en", "_level"))
_NUMBERS = ("destination_lon", "destination_lat", "origin_lon", "origin_lat", "distance_km")
_GEOMETRY = pa.field("geometry", pa.binary())


def _schema(texts: Sequence[str], numbers: Sequence[str] = ()) -> pa.Schema:
    fields = [pa.field(n, pa.string()) for n in texts] + [pa.field(n, pa.float64()) for n in numbers]
    return pa.schema([*fields, _GEOMETRY])


FLOW_UNITS = _schema(("unit", *_ENDS, "relation"), _NUMBERS)
ORIGIN_UNITS = _schema(("unit", "name_zh", "name_en", "level", "relation"))


def relation(area: FlowPlace, origin: FlowPlace) -> str:
    """Return the class of the census for migrants of an origin in an area.

    >>> here = FlowPlace("", "", "county", 0, 0, "", "340811", "340000")
    >>> relation(here, here._replace(level="township")), relation(here, here._replace(county="")), relation(
    ...     here, here._replace(county="", province="110000"))
    ('same_county', 'same_province', 'other_province')
    """
    if area.county and area.county == origin.county:
        return "same_county"
    return "same_province" if area.province and area.province == origin.province else "other_province"


def flow_lines(ids: Sequence[str], rows: FlowRows) -> list[dict[str, Any]]:
    """Return a line for each flow, with its two ends; without geometry if an end has no position or both are the same."""
    ends = [(rows.places[a], rows.places[o]) for a, o in zip(rows.area, rows.origin, strict=True)]
    lon1, lat1, lon2, lat2 = np.array([(o.lon, o.lat, a.lon, a.lat) for a, o in ends], float).reshape(-1, 4).T
    km = haversine_m(lon1, lat1, lon2, lat2) / 1000
    return [
        {
            "unit": unit,
            **_end("destination", area, destination),
            **_end("origin", code, origin),
            "relation": relation(destination, origin),
            "distance_km": round(float(distance), 1) if np.isfinite(distance) else None,
            "geometry": shapely.to_wkb(shapely.LineString([(origin.lon, origin.lat), (destination.lon, destination.lat)]))
            if distance > 0
            else None,
        }
        for unit, area, code, (destination, origin), distance in zip(ids, rows.area, rows.origin, ends, km, strict=True)
    ]


def _end(name: str, code: str, place: FlowPlace) -> dict[str, Any]:
    position = {"lon": place.lon, "lat": place.lat} if np.isfinite(place.lon) else {"lon": None, "lat": None}
    texts = {name: code, f"{name}_zh": place.name_zh, f"{name}_en": place.name_en, f"{name}_level": place.level}
    return texts | {f"{name}_{axis}": value for axis, value in position.items()}


def origin_point(code: str, place: FlowPlace, area: FlowPlace) -> dict[str, Any]:
    """Return the point of an origin, and its relation to an area of the study."""
    point = shapely.to_wkb(shapely.Point(place.lon, place.lat)) if np.isfinite(place.lon) else None
    texts = {"unit": code, "name_zh": place.name_zh, "name_en": place.name_en, "level": place.level}
    return {**texts, "relation": relation(area, place), "geometry": point}
