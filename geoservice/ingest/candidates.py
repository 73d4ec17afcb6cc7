"""Candidates for new stations, from a file or a frame: a point each, perhaps a name, cost, capacity, and whether it is forced.

They are read for one choice of sites and not stored.
"""

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from geoservice.errors import InputError
from geoservice.geo import Objects
from geoservice.ingest.arrow_compute import bools
from geoservice.ingest.column_values import ColumnValues
from geoservice.ingest.formats import format_of
from geoservice.ingest.frame import read_frame
from geoservice.ingest.geometry import read_points
from geoservice.ingest.header_names import guess_columns
from geoservice.ingest.header_vocabulary import Fields, names_of
from geoservice.ingest.job import file_in_errors
from geoservice.ingest.personal import check_headers
from geoservice.ingest.raw_table import RawTable
from geoservice.ingest.rejected_values import RejectedValues
from geoservice.ingest.report import Options
from geoservice.ingest.sample import Sample
from geoservice.ingest.sandbox import SCRATCH, read_file
from geoservice.ingest.table_builder import Columns
from geoservice.scratch import scratch_folder

if TYPE_CHECKING:
    import pandas as pd

_LARGEST = 1e15


def candidate_fields() -> Fields:
    """Return the columns that a file of candidates may have, with the names that files use for them."""
    stations = names_of("stations")
    own = {name: stations[name] for name in ("id", "name", "capacity", "lon", "lat", "coordinates", "wkt")}
    return own | {"cost": {"names": ["cost, 成本, 费用, 造价, 投资"]}, "forced": {"names": ["forced, 必选, 已定"]}}


def read_candidates(
    source: "str | PathLike[str] | pd.DataFrame",
    scratch: Path | None,
    *,
    crs: str | None = None,
    seconds: float = 300.0,
    memory_mb: int = 4096,
) -> pa.Table:
    """Return the candidates of a file or frame: id, name, lon and lat in degrees, cost, capacity, forced.

    Parameters
    ----------
    source
        The path of a file of any accepted format but rasters, a GeoDataFrame, or a DataFrame with coordinates in columns.
        Without ids the row numbers are taken; the default cost is 1.
    scratch
        A folder for the temporary files of the reader process, by default the system's.
    crs
        CRS of the coordinates, as in :class:`geoservice.ingest.report.Options`.
    seconds, memory_mb
        Limits of the reading.

    Raises
    ------
    InputError
        The file cannot be read, or a row of it is rejected; nothing is used then.
    """
    if not isinstance(source, str | PathLike):
        return _candidates(read_frame(source, "candidates"), "candidates", crs)
    path = Path(source)
    with file_in_errors(path.name):
        kind = format_of(path)
        if kind == "geotiff":
            raise InputError(f"{path.name}: it is a raster; allowed are tables with coordinates and files of points")
        with scratch_folder(SCRATCH, scratch) as folder:
            raw = read_file(path, kind, Path(folder), fields=candidate_fields(), seconds=seconds, memory_mb=memory_mb)
            return _candidates(raw, path.name, crs)


def _candidates(raw: RawTable, name: str, crs: str | None) -> pa.Table:
    headers = raw.columns.column_names
    check_headers("stations", headers)
    mapping = guess_columns(headers, candidate_fields(), Sample(raw.columns).grade)
    rows = raw.rows.to_numpy()
    cells = ColumnValues(raw, mapping, RejectedValues(name, rows, broken=raw.meta.broken))
    lon, lat, _ = read_points(cells, "stations", Options(crs=crs), surfaces=True)
    cost, capacity = cells.number("cost", 0, _LARGEST), cells.number("capacity", 0, 1e9, unit="people")
    forced = bools(cells.flags("forced", False))
    if cells.rejects.rejected_rows:
        raise cells.rejects.error(None)
    columns: Columns = {"id": _ids(cells, rows), "name": cells.column("name"), "lon": lon, "lat": lat}
    columns |= {"cost": np.where(np.isnan(cost), 1.0, cost), "capacity": capacity, "forced": forced}
    return pa.table(columns)


def _ids(cells: ColumnValues, rows: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> Objects:
    """Return the ids of the file, or else the numbers of its rows."""
    ids = cells.column("id").to_pylist()
    return np.array([i or str(row) for i, row in zip(ids, rows, strict=True)], object)
