"""Features of a release as data frames, with units and margins of their columns."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import geopandas
import pandas as pd
import pyarrow as pa
import shapely

from geoservice.measures import MEASURES

if TYPE_CHECKING:
    from geoservice.release.base import PublishedLayer


def to_frame(layer: "PublishedLayer", batches: Iterable[pa.Table]) -> geopandas.GeoDataFrame:
    """Return features in WGS 84 with their ``fid`` as index; without an active geometry if the layer has none.

    ``attrs["units"]`` are the units of columns, ``attrs["margins"]`` the columns of margins by the columns that they belong to;
    for the release table ``attrs["measures"]`` are the units of ``value`` by measure.
    """
    rows = pa.concat_tables(batches)
    if "geometry" in rows.column_names:
        attributes = rows.drop_columns(["geometry"]).to_pandas()
        shapes = shapely.from_wkb(rows.column("geometry").to_numpy())
        frame = geopandas.GeoDataFrame(attributes, geometry=shapes, crs="EPSG:4326").set_index("fid")
    else:
        frame = geopandas.GeoDataFrame(rows.to_pandas()).set_index("fid")
    columns = [c for c in layer.columns if c.name in frame.columns]
    frame.attrs = {
        "units": {c.name: c.unit for c in columns if c.unit},
        "margins": {c.margin_of: c.name for c in columns if c.margin_of},
    }
    if {"measure", "value"} <= set(frame.columns):
        frame.attrs["measures"] = {m: MEASURES[m].unit for m in sorted(set(frame["measure"])) if m in MEASURES}
    return frame


def layers_frame(layers: "Sequence[PublishedLayer]") -> pd.DataFrame:
    """Return the layers, one row each: titles, descriptions, geometry type, and levels of area."""
    rows = [(x.id, x.title.zh, x.title.en, x.description.zh, x.description.en, x.geometry, list(x.zooms)) for x in layers]
    names = ["id", "title_zh", "title_en", "description_zh", "description_en", "geometry", "levels"]
    return pd.DataFrame(rows, columns=names).set_index("id")


def columns_frame(layer: "PublishedLayer") -> pd.DataFrame:
    """Return the columns of a layer, one row each: titles, type, unit, measure, and the column of which it is the margin."""
    rows = [(c.name, c.title.zh, c.title.en, c.type, c.unit, c.measure, c.margin_of) for c in layer.columns]
    names = ["name", "title_zh", "title_en", "type", "unit", "measure", "margin_of"]
    return pd.DataFrame(rows, columns=names).set_index("name")
