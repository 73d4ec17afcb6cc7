"""Places of a gazetteer and geocoded addresses as data frames."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import geopandas
import pandas as pd

if TYPE_CHECKING:
    from geoservice.addresses.geocoded import Geocoded
    from geoservice.addresses.search import AreaAbove, FoundPlace


def places_frame(places: "Sequence[FoundPlace]", language: Literal["zh", "en"]) -> geopandas.GeoDataFrame:
    """Return places in WGS 84, in their order; ``within`` are the areas around each, from the largest."""

    def name(place: "FoundPlace | AreaAbove") -> str:
        return place.name_en or place.name if language == "en" else place.name

    separator = ", " if language == "en" else ""
    rows = [(p.id, p.kind, p.level, name(p), separator.join(name(a) for a in p.areas), p.code, p.lon, p.lat) for p in places]
    return _with_points(pd.DataFrame(rows, columns=["id", "kind", "level", "name", "within", "code", "lon", "lat"]))


def geocoded_frame(answers: "Sequence[Geocoded]") -> geopandas.GeoDataFrame:
    """Return the answers to addresses in WGS 84, with the columns of :data:`geoservice.geocode.results.SCHEMA`."""
    from geoservice.geocode.results import Results

    return _with_points(Results.of(answers).table.to_pandas())


def _with_points(rows: pd.DataFrame) -> geopandas.GeoDataFrame:
    """Return rows with their positions as points; none where the position is unknown."""
    lon, lat = (rows.pop(name).astype(float) for name in ("lon", "lat"))
    points = geopandas.GeoSeries(geopandas.points_from_xy(lon, lat), crs="EPSG:4326").where(lon.notna(), None)
    return geopandas.GeoDataFrame(rows, geometry=points, crs="EPSG:4326")
