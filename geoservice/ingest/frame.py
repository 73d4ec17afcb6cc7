"""A data frame as a raw table, like a file: text columns under its own headers, perhaps geometry; the index is ignored.

Nothing is interpreted here: mapping, checks and errors are those of files.
"""

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from geoservice.errors import EmptyFile
from geoservice.ingest.arrow_compute import Column
from geoservice.ingest.headers import clean_headers
from geoservice.ingest.raw_table import Meta, RawTable
from geoservice.ingest.vector import as_text
from geoservice.vintages import digest

if TYPE_CHECKING:
    import geopandas

_PLAIN: tuple[Callable[[pa.DataType], bool], ...] = (
    pa.types.is_string, pa.types.is_large_string, pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean,
    pa.types.is_date, pa.types.is_timestamp, pa.types.is_decimal, pa.types.is_null,
)  # fmt: skip


def read_frame(frame: "pd.DataFrame | geopandas.GeoDataFrame", name: str) -> RawTable:
    """Return the rows of a frame like those of a file, numbered from 0 as in ``frame.iloc``.

    Parameters
    ----------
    frame
        Of a GeoDataFrame the active geometry is read, in its CRS; other geometry columns and columns of bytes are dropped with
        a note. In a plain frame geometries are text (WKT).
    name
        Its name in messages.

    Raises
    ------
    EmptyFile
        The frame has no rows.
    """
    if not len(frame):
        raise EmptyFile(f"{name}: the frame has no rows")
    geometry = _geometry(frame)
    meta = Meta(crs="" if geometry is None or geometry.crs is None else geometry.crs.to_string())
    columns = list(_columns(frame, geometry, meta.notes))
    headers = clean_headers([str(column.name) for column in columns], meta.notes)
    table = pa.table([_text(column) for column in columns], names=headers)
    shapes = None if geometry is None else _chunked(shapely.to_wkb(geometry.to_numpy()), pa.binary())
    return RawTable(table, pa.chunked_array([np.arange(len(frame))]), shapes, meta)


def digest_of_rows(raw: RawTable) -> bytes:
    """Return the SHA-256 of the content of a frame, independent of how it is stored in memory."""
    table = raw.columns if raw.geometry is None else raw.columns.append_column("", raw.geometry)
    return f"{digest(table)} {raw.meta.crs}".encode()


def _geometry(frame: "pd.DataFrame | geopandas.GeoDataFrame") -> "geopandas.GeoSeries | None":
    """Return the active geometry, None if there is none."""
    name = getattr(frame, "active_geometry_name", None)
    return None if name is None else frame[name]


def _columns(frame: pd.DataFrame, geometry: "geopandas.GeoSeries | None", notes: list[str]) -> "Iterator[pd.Series[Any]]":
    """Yield the columns, except the geometry, that can be converted to text; the others are noted."""
    for i in range(frame.shape[1]):
        column = frame.iloc[:, i]
        if geometry is not None and column.name == geometry.name:
            continue
        if content := _non_text_content(column):
            notes.append(f"column {column.name!r} holds {content}: it was left out")
        else:
            yield column


def _non_text_content(column: "pd.Series[Any]") -> str:
    """Return what a column holds that cannot be converted to text; empty for all others."""
    if column.dtype.name == "geometry":
        return "further geometries"
    return "bytes" if isinstance(_first(column), bytes | bytearray) else ""


def _first(column: "pd.Series[Any]") -> object:
    """Return the first value of an object column, None for other types."""
    return next((v for v in column if v is not None), None) if column.dtype == object else None


def _text(column: "pd.Series[Any]") -> Column:
    """Return a column as text: by Arrow if it has one type, otherwise value by value."""
    if isinstance(_first(column), set | frozenset):  # Arrow keeps the order of a set, which differs from run to run
        return _each_as_text(column)
    try:
        array = _chunked(column)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):  # several types in one column, or one of Python's
        return _each_as_text(column)
    kind = array.type.value_type if hasattr(array.type, "value_type") else array.type
    return as_text(array) if any(test(kind) for test in _PLAIN) else _each_as_text(column)


def _chunked(values: Any, kind: pa.DataType | None = None) -> Column:
    array = pa.array(values, kind, from_pandas=True)
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])


def _each_as_text(column: "pd.Series[Any]") -> Column:
    return as_text(pa.chunked_array([pa.array([_value_text(v) for v in column], pa.string())]))


def _value_text(value: object) -> str | None:
    """Return one value as text.

    >>> [_value_text(v) for v in (340811100.0, {"checkup", "care"}, {"adcode": 340811}, float("nan"))]
    ['340811100', 'care;checkup', '{"adcode": 340811}', None]
    """
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, list | tuple | set | frozenset | np.ndarray):
        texts = [text for text in map(_value_text, value) if text is not None]
        return ";".join(sorted(texts) if isinstance(value, set | frozenset) else texts)
    if value is None or pd.isna(value):  # type: ignore[call-overload]  # any one value
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
