"""The shapes of the files of a study's closures, in degrees on WGS 84."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from geoservice.errors import BadGeometry, InputError, ParameterError, StudyError, UnreadableFile
from geoservice.geo import WGS84, Objects
from geoservice.ingest.crs import parse_crs, to_wgs84
from geoservice.ingest.formats import format_of
from geoservice.ingest.geometry_values import parse_wkb
from geoservice.ingest.raw_table import RawTable
from geoservice.ingest.sandbox import SCRATCH, read_file
from geoservice.scratch import scratch_folder
from geoservice.study import Closure, Study, shape_fault

_TABLES = ("csv", "workbook", "geotiff")


def closure_shapes(study: Study, home: Path, scratch: Path | None, seconds: float, memory_mb: int) -> Mapping[str, Objects]:
    """Return the shapes of each closure that has a file, by its id; arrays of shape ``(n,)``.

    Parameters
    ----------
    study
        The study with the closures.
    home
        The folder of study.toml, from which the names of files count.
    scratch
        A folder for the temporary files of the reader process, by default the system's.
    seconds, memory_mb
        Limits of the reading of one file.

    Raises
    ------
    InputError
        A file does not exist or cannot be read, or one of its shapes is neither polygon nor line, invalid, or not on Earth.
    """
    return {
        closure.id: _file_shapes(closure, home / closure.file, scratch, seconds, memory_mb)
        for closure in study.closures
        if closure.file is not None
    }


def _file_shapes(closure: Closure, path: Path, scratch: Path | None, seconds: float, memory_mb: int) -> Objects:
    try:
        kind = format_of(path)
        if kind in _TABLES:
            raise UnreadableFile(f"{path.name}: it is a table or a raster; allowed are GeoJSON, GeoPackage, Shapefile, KML ...")
        with scratch_folder(SCRATCH, scratch) as folder:
            raw = read_file(path, kind, Path(folder), layer=closure.layer, seconds=seconds, memory_mb=memory_mb)
            return _checked(raw, closure, path.name)
    except InputError as e:
        raise type(e)(f"study.toml: closures.{closure.id}.file: {e}") from e
    except ParameterError as e:
        raise StudyError(f"study.toml: closures.{closure.id}.{e}") from e


def _checked(raw: RawTable, closure: Closure, name: str) -> Objects:
    """Return the shapes of a file's rows on WGS 84; raises :class:`BadGeometry` that names the first row with a fault."""
    parsed = parse_wkb(raw.geometry if raw.geometry is not None else pa.chunked_array([pa.nulls(len(raw.rows), pa.binary())]))
    crs = parse_crs(closure.crs or raw.meta.crs or WGS84)
    shapes = shapely.transform(shapely.force_2d(parsed.shapes), lambda xy: np.column_stack(to_wgs84(crs, xy[:, 0], xy[:, 1])))
    for row, shape in zip(raw.rows.to_pylist(), shapes, strict=True):
        if fault := "it cannot be read" if shape is None else shape_fault(shape):
            raise BadGeometry(f"{name}: row {row}: geometry: {fault}")
    return np.asarray(shapes, object)
