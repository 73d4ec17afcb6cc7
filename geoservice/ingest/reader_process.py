"""Reader process: ``python -m geoservice.ingest.reader_process REQUEST``; sets limits, then reads one file.

It writes ``table.arrow`` and then ``answer.json`` into the output folder, and fractions of progress to standard output.
"""

import json
import resource
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoservice.durable import is_disk_full
from geoservice.errors import EmptyFile, GeoserviceError, UnreadableFile
from geoservice.ingest.formats import Format
from geoservice.ingest.process_failure import is_memory_error

if TYPE_CHECKING:
    from geoservice.ingest.raw_table import Rows

TABLE = "table.arrow"


def _limit(memory_mb: int, seconds: float) -> None:
    """Limit address space, processor time and file size, and disable core dumps; called before any heavy import."""
    cpu = int(seconds * 2) + 1
    for kind, most in (
        (resource.RLIMIT_AS, memory_mb << 20),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_FSIZE, 4 * memory_mb << 20),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (limit, limit))


class _WithoutPandas:
    """Import finder that hides pandas and geopandas, which pyarrow and pyogrio would import if they are installed."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> None:
        """Raise for the two packages; later finders handle all others."""
        if name in {"pandas", "geopandas"}:
            raise ModuleNotFoundError(name=name)


def _progress(fraction: float) -> None:
    sys.stdout.write(f"{fraction:.3f}\n")
    sys.stdout.flush()


def _read(request: dict[str, Any]) -> dict[str, Any]:
    """Read one file, or one member of an archive, and write its rows."""
    import pyarrow as pa

    path, kind, layer, notes = Path(request["path"]), request["kind"], request["layer"], list[str]()
    while kind in {"zip", "kmz"}:  # a ZIP may hold a KMZ
        from geoservice.ingest.archive_member import unpack_member

        folder = Path(tempfile.mkdtemp(dir=request["out"]))  # apart from this process's result files
        path, kind, layer, member_notes = unpack_member(path, layer, folder, ("kml",) if kind == "kmz" else ())
        notes += member_notes
    schema, batches, meta = _rows(path, kind, layer, request)
    meta.notes[:0] = notes
    meta.format = kind
    rows = 0
    with pa.OSFile(str(Path(request["out"]) / TABLE), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for batch in batches:
            rows += batch.num_rows
            writer.write_batch(batch)
    if not rows and not meta.broken:
        raise EmptyFile("there are no rows below the header")
    return {"meta": meta.json()}


def _rows(path: Path, kind: Format, layer: str | None, request: dict[str, Any]) -> "Rows":
    """Return schema, batches and metadata of a file; imports only the reader of its format, whose libraries are heavy."""
    out = Path(request["out"])
    if kind == "csv":
        from geoservice.ingest.delimited import check_lines, read_delimited

        if path.is_relative_to(out):
            check_lines(path)  # other files were checked before this process started
        rows = read_delimited(path, _progress, request["header_row"], request["fields"])
    elif kind == "workbook":
        from geoservice.ingest.workbook import read_workbook

        rows = read_workbook(path, layer, request["fields"], request["header_row"], out)
    elif kind == "parquet":
        from geoservice.ingest.parquet import read_parquet

        rows = read_parquet(path)
    elif kind == "dataset":
        from geoservice.ingest.partitions import read_partitions

        rows = read_partitions(path)
    elif kind == "geotiff":
        from geoservice.ingest.raster import read_raster

        if request["box"] is None:
            raise UnreadableFile("a raster can be imported as population only, after areas are loaded")
        rows = read_raster(path, layer, request["box"], request["crs"])
    else:
        rows = _other_rows(path, kind, layer, out)
    return rows


def _other_rows(path: Path, kind: Format, layer: str | None, out: Path) -> "Rows":
    if kind == "kml":
        from geoservice.ingest.kml import read_kml

        return read_kml(path, layer)
    if kind == "gpx":
        from geoservice.ingest.gpx import read_gpx

        return read_gpx(path, layer)
    if kind == "topojson":
        from geoservice.ingest.topojson import read_topojson

        return read_topojson(path, layer)
    if kind == "json":
        from geoservice.ingest.json_records import read_json

        return read_json(path, layer)
    from geoservice.ingest.vector import read_vector

    return read_vector(path, kind, layer, out)


def main(request: dict[str, Any]) -> dict[str, Any]:
    """Return the result of a request: how the file was read, or the class and text of the error."""
    _limit(request["memory_mb"], request["seconds"])
    sys.meta_path.insert(0, _WithoutPandas)
    try:
        return _read(request)
    except GeoserviceError as e:
        return {"error": type(e).__name__, "message": str(e)}
    # any fault of the file must give a result, even a panic in a Rust library, which is not an Exception; its text is not
    # passed on
    except BaseException as e:  # noqa: BLE001
        if is_memory_error(e, request["memory_mb"]):
            return {"error": "TooLarge", "message": f"reading needs more than the {request['memory_mb']} MB allowed"}
        if is_disk_full(e):
            (Path(request["out"]) / TABLE).unlink(missing_ok=True)  # room for the answer
            return {"error": "DiskFull", "message": ""}
        message = f"the reader of {request['kind']} failed ({type(e).__name__})"
        return {"error": "UnreadableFile", "message": f"{message}: the file is damaged, or uses an unsupported feature"}


if __name__ == "__main__":
    request = json.loads(sys.argv[1])
    result = json.dumps(main(request))
    temporary = Path(request["out"]) / "answer.tmp"
    temporary.write_text(result, "utf-8")
    temporary.rename(temporary.with_name("answer.json"))
