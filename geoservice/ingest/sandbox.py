"""Sandbox: reads an untrusted file in a child process with limits of time and memory, and returns its table."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from geoservice import errors
from geoservice.durable import disk_full, has_room
from geoservice.errors import DiskFull, GeoserviceError, InputError, TooLarge
from geoservice.geo import BBox
from geoservice.ingest.formats import VECTOR, Format
from geoservice.ingest.header_vocabulary import Fields
from geoservice.ingest.process_failure import process_failure
from geoservice.ingest.raw_table import Meta, RawTable
from geoservice.scratch import sweep

SCRATCH = "reading"
"""Prefix of the names of scratch folders of imports."""
DRIVERS = ("GPKG", "GeoJSON", "GeoJSONSeq", "FlatGeobuf", "ESRI Shapefile")


@lru_cache(maxsize=1)
def skipped_drivers() -> str:
    """Return the value of ``GDAL_SKIP`` that leaves only :data:`DRIVERS`; opens nothing."""
    import pyogrio  # heavy, and needed for vector files only

    always = ("VRT", "OGR_VRT", "WFS", "OAPIF", "HTTP", "WMS", "WCS", "DODS", "GDALG", "PLMOSAIC")
    return ",".join(sorted({*always, *pyogrio.list_drivers()} - set(DRIVERS)))


def _environment(kind: Format) -> dict[str, str]:
    inherited = {
        k: v for k, v in os.environ.items() if k in {"PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR", "VIRTUAL_ENV"}
    }
    gdal = {
        "GDAL_SKIP": skipped_drivers() if kind in VECTOR else "",
        # no files beside a raster are read, such as .aux.xml, which can name other files
        **({"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "GDAL_PAM_ENABLED": "NO"} if kind == "geotiff" else {}),
        "GDAL_DRIVER_PATH": "disable",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{noext}",
        "GDAL_HTTP_TIMEOUT": "1",
        "SHAPE_RESTORE_SHX": "YES",
        "OGR_GEOJSON_MAX_OBJ_SIZE": "200",
    }
    path = os.pathsep.join(p for p in sys.path if p)
    return {**inherited, **gdal, "PYTHONPATH": path, "PYTHONUTF8": "1", "OMP_NUM_THREADS": "1"}


def read_file(  # the limits belong to the call, not to a class of their own
    path: Path,
    kind: Format,
    scratch: Path,
    *,
    layer: str | None = None,
    box: BBox | None = None,
    crs: str | None = None,
    fields: Fields | None = None,
    header_row: int | None = None,
    seconds: float = 300.0,
    memory_mb: int = 4096,
    progress: Callable[[float], None] = lambda _: None,
) -> RawTable:
    """Read ``path`` in a child process and return its rows as text; ``scratch`` holds the child's files.

    ``box`` and ``crs`` are for rasters: the bounding box of the areas and the CRS from the options; ``fields`` (our columns and
    the names files use for them) and ``header_row`` are for tables.

    Raises
    ------
    TooLarge
        The child exceeded its limit of time or memory.
    UnreadableFile
        The child ended without a result.
    GeoserviceError
        The error that the child reports.
    """
    request = {
        "path": str(path.resolve()),
        "kind": kind,
        "layer": layer,
        "box": box,
        "crs": crs,
        "fields": fields or {},
        "header_row": header_row,
        "out": str(scratch.resolve()),
        "memory_mb": memory_mb,
        "seconds": seconds,
    }
    with (scratch / "stderr").open("wb") as stderr:
        child = subprocess.Popen(  # noqa: S603 - fixed arguments
            [sys.executable, "-P", "-m", "geoservice.ingest.reader_process", json.dumps(request)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=_environment(kind),
            cwd=scratch,
            start_new_session=True,
        )
        timed_out = _watch(child, seconds, progress)
    if timed_out:
        raise TooLarge(f"{path.name}: reading took longer than {seconds:g} s and was stopped; for more time use --seconds N")
    return _result(path, scratch, child.returncode, memory_mb)


def _watch(child: "subprocess.Popen[bytes]", seconds: float, progress: Callable[[float], None]) -> bool:
    """Forward the child's progress until it ends; kill it when its time is over or on an interrupt; whether it timed out."""
    timed_out = threading.Event()

    def stop() -> None:
        timed_out.set()
        child.kill()

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        assert child.stdout is not None
        for line in child.stdout:
            with suppress(ValueError):
                progress(float(line))
        child.wait()
    finally:
        timer.cancel()
        if child.poll() is None:
            child.kill()
            child.wait()
        if child.stdout is not None:
            child.stdout.close()
    return timed_out.is_set()


def _result(path: Path, scratch: Path, code: int, memory_mb: int) -> RawTable:
    answer = scratch / "answer.json"
    if not answer.exists():
        if not has_room(scratch):
            raise disk_full(path.name, scratch.parent)
        raise process_failure(path.name, code, (scratch / "stderr").read_text("utf-8", "replace"), memory_mb)
    result: dict[str, Any] = json.loads(answer.read_text("utf-8"))
    if result.get("error") == DiskFull.__name__:
        raise disk_full(path.name, scratch.parent)
    if "error" in result:
        raise _error(result["error"], f"{path.name}: {result['message']}")
    tuples = {name: [tuple(t) for t in result["meta"][name]] for name in ("broken", "files")}
    meta = Meta(**{**result["meta"], **tuples})
    with pa.memory_map(str(scratch / "table.arrow")) as source:
        return RawTable.of(pa.ipc.open_file(source).read_all(), meta)


def _error(name: str, message: str) -> GeoserviceError:
    error_class = getattr(errors, name, InputError)
    return error_class(message) if issubclass(error_class, GeoserviceError) else InputError(message)


def sweep_imports(folder: Path) -> bool:
    """Remove scratch folders of killed imports from the folder of a store; return whether an import is running."""
    return bool(sweep(SCRATCH, folder))
