"""A data frame as a file would be read: text columns under its own headers, perhaps geometry; its index is passed over.

Nothing is understood here: mapping of headers, checks and errors are those of files.
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
    """Return the rows of a frame as those of a file: numbered from 0, as ``frame.iloc`` does.

    Parameters
    ----------
    frame
        Of a GeoDataFrame the active geometry is read, in its CRS; other columns of geometries and bytes are left out, and
        noted. In a plain frame geometries are text (WKT).
    name
        What messages call it.

    Raises
    ------
    EmptyFile
        It has no rows.
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
    """Return the SHA-256 of all that a frame holds: the same rows have the same, whatever keeps them in memory."""
    table = raw.columns if raw.geometry is None else raw.columns.append_column("", raw.geometry)
    return f"{digest(table)} {raw.meta.crs}".encode()


def _geometry(frame: "pd.DataFrame | geopandas.GeoDataFrame") -> "geopandas.GeoSeries | None":
    """Return the active geometry, None where there is none."""
    name = getattr(frame, "active_geometry_name", None)
    return None if name is None else frame[name]


def _columns(frame: pd.DataFrame, geometry: "geopandas.GeoSeries | None", notes: list[str]) -> "Iterator[pd.Series[Any]]":
    """Yield the columns beside the geometry that can be text; the others are noted."""
    for at in range(frame.shape[1]):
        column = frame.iloc[:, at]
        if geometry is not None and column.name == geometry.name:
            continue
        if what := _no_text(column):
            notes.append(f"column {column.name!r} holds {what}: it was left out")
        else:
            yield column


def _no_text(column: "pd.Series[Any]") -> str:
    """Say what is in a column that cannot be text; empty for all others."""
    if column.dtype.name == "geometry":
        return "further geometries"
    return "bytes" if isinstance(_first(column), bytes | bytearray) else ""


def _first(column: "pd.Series[Any]") -> object:
    """Return the first value of a column of Python's objects, None of any other."""
    return next((v for v in column if v is not None), None) if column.dtype == object else None


def _text(column: "pd.Series[Any]") -> Column:
    """Return a column as text: by Arrow where it has one type, value by value where not."""
    if isinstance(_first(column), set | frozenset):  # Arrow takes their words as they come, which differs from run to run
        return _words(column)
    try:
        array = _chunked(column)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):  # several types in one column, or one of Python's
        return _words(column)
    kind = array.type.value_type if hasattr(array.type, "value_type") else array.type
    return as_text(array) if any(test(kind) for test in _PLAIN) else _words(column)


def _chunked(values: Any, kind: pa.DataType | None = None) -> Column:
    made = pa.array(values, kind, from_pandas=True)
    return made if isinstance(made, pa.ChunkedArray) else pa.chunked_array([made])


def _words(column: "pd.Series[Any]") -> Column:
    return as_text(pa.chunked_array([pa.array([_word(v) for v in column], pa.string())]))


def _word(value: object) -> str | None:
    """Return one value as text.

    >>> _word(340811100.0), _word({"checkup", "care"}), _word({"adcode": 340811}), _word(float("nan"))
    ('340811100', 'care;checkup', '{"adcode": 340811}', None)
    """
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, list | tuple | set | frozenset | np.ndarray):
        words = [word for word in map(_word, value) if word is not None]
        return ";".join(sorted(words) if isinstance(value, set | frozenset) else words)
    if value is None or pd.isna(value):  # type: ignore[call-overload]  # any one value
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
