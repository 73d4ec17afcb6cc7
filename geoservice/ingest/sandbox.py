"""Read a stranger's file in a child process with limits of time and memory, and take a table back."""

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
from geoservice.ingest.child_end import end_of
from geoservice.ingest.formats import VECTOR, Format
from geoservice.ingest.header_vocabulary import Fields
from geoservice.ingest.raw_table import Meta, RawTable
from geoservice.scratch import sweep

SCRATCH = "reading"
"""How the names of folders begin in which a file is read."""
DRIVERS = ("GPKG", "GeoJSON", "GeoJSONSeq", "FlatGeobuf", "ESRI Shapefile")


@lru_cache(maxsize=1)
def skipped_drivers() -> str:
    """Return the value of ``GDAL_SKIP`` that leaves :data:`DRIVERS` alone; opens nothing."""
    import pyogrio  # heavy, and needed for vector files only

    always = ("VRT", "OGR_VRT", "WFS", "OAPIF", "HTTP", "WMS", "WCS", "DODS", "GDALG", "PLMOSAIC")
    return ",".join(sorted({*always, *pyogrio.list_drivers()} - set(DRIVERS)))


def _environment(kind: Format) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k in {"PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR", "VIRTUAL_ENV"}}
    gdal = {
        "GDAL_SKIP": skipped_drivers() if kind in VECTOR else "",
        # nothing beside a raster is looked at, such as .aux.xml, which can name other files
        **({"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "GDAL_PAM_ENABLED": "NO"} if kind == "geotiff" else {}),
        "GDAL_DRIVER_PATH": "disable",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{noext}",
        "GDAL_HTTP_TIMEOUT": "1",
        "SHAPE_RESTORE_SHX": "YES",
        "OGR_GEOJSON_MAX_OBJ_SIZE": "200",
    }
    return {**kept, **gdal, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "PYTHONUTF8": "1", "OMP_NUM_THREADS": "1"}


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
    """Read ``path`` in a child process and return its rows as text; the child's files live in ``scratch`` meanwhile.

    ``box`` and ``crs`` are for rasters: where the areas are, and the CRS that was said; ``fields`` (our columns and what
    strangers call them) and ``header_row`` are for tables.

    Raises
    ------
    TooLarge
        The child met its limit of time or memory.
    UnreadableFile
        The child died on the file.
    GeoserviceError
        Whatever class the child names.
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
    with (scratch / "said").open("wb") as said:
        child = subprocess.Popen(  # noqa: S603 - fixed arguments
            [sys.executable, "-P", "-m", "geoservice.ingest.reader_process", json.dumps(request)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            env=_environment(kind),
            cwd=scratch,
            start_new_session=True,
        )
        late = _watch(child, seconds, progress)
    if late:
        raise TooLarge(f"{path.name}: reading took longer than {seconds:g} s and was stopped; allowed: --seconds N")
    return _take(path, scratch, child.returncode, memory_mb)


def _watch(child: "subprocess.Popen[bytes]", seconds: float, progress: Callable[[float], None]) -> bool:
    """Pass the child's progress on until it ends; kill it when its time is over, or when we are interrupted."""
    over = threading.Event()

    def stop() -> None:
        over.set()
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
    return over.is_set()


def _take(path: Path, scratch: Path, code: int, memory_mb: int) -> RawTable:
    answer = scratch / "answer.json"
    if not answer.exists():
        if not has_room(scratch):
            raise disk_full(path.name, scratch.parent)
        raise end_of(path.name, code, (scratch / "said").read_text("utf-8", "replace"), memory_mb)
    told: dict[str, Any] = json.loads(answer.read_text("utf-8"))
    if told.get("error") == DiskFull.__name__:
        raise disk_full(path.name, scratch.parent)
    if "error" in told:
        raise _error(told["error"], f"{path.name}: {told['message']}")
    meta = Meta(**{**told["meta"], "broken": [tuple(b) for b in told["meta"]["broken"]]})
    with pa.memory_map(str(scratch / "table.arrow")) as source:
        return RawTable.of(pa.ipc.open_file(source).read_all(), meta)


def _error(name: str, message: str) -> GeoserviceError:
    found = getattr(errors, name, InputError)
    return found(message) if issubclass(found, GeoserviceError) else InputError(message)


def sweep_imports(folder: Path) -> bool:
    """Remove what killed imports left in the folder of a store, and return whether an import is running."""
    return bool(sweep(SCRATCH, folder))
