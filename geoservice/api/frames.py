"""Features of a release as frames, with what their columns mean."""

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
    """Return features in WGS 84 with their ``fid`` as index; of a layer without places no geometry is active.

    ``attrs["units"]`` are the units of columns, ``attrs["margins"]`` the columns with margins by the columns they belong to;
    of the release table ``attrs["measures"]`` are the units of ``value`` by measure.
    """
    rows = pa.concat_tables(batches)
    if "geometry" in rows.column_names:
        plain = rows.drop_columns(["geometry"]).to_pandas()
        shapes = shapely.from_wkb(rows.column("geometry").to_numpy())
        frame = geopandas.GeoDataFrame(plain, geometry=shapes, crs="EPSG:4326").set_index("fid")
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
    """Return the layers there are, a row each: titles, form, and the levels that ``level`` may choose."""
    rows = [(x.id, x.title.zh, x.title.en, x.description.zh, x.description.en, x.geometry, list(x.zooms)) for x in layers]
    names = ["id", "title_zh", "title_en", "description_zh", "description_en", "geometry", "levels"]
    return pd.DataFrame(rows, columns=names).set_index("id")


def columns_frame(layer: "PublishedLayer") -> pd.DataFrame:
    """Return the columns of a layer, a row each: titles, type, unit, measure, and whose margin it is."""
    rows = [(c.name, c.title.zh, c.title.en, c.type, c.unit, c.measure, c.margin_of) for c in layer.columns]
    names = ["name", "title_zh", "title_en", "type", "unit", "measure", "margin_of"]
    return pd.DataFrame(rows, columns=names).set_index("name")
