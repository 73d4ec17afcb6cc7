"""The reading process: ``python -m geoservice.ingest.reader_process REQUEST``; limits first, then the reader of one format.

It writes ``table.arrow`` and then ``answer.json`` into the folder it is given, and fractions of progress to standard output.
"""

import json
import resource
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoservice.durable import is_disk_full
from geoservice.errors import EmptyFile, GeoserviceError, UnreadableFile
from geoservice.ingest.child_end import is_memory_error
from geoservice.ingest.formats import Format

if TYPE_CHECKING:
    from geoservice.ingest.raw_table import Rows

TABLE = "table.arrow"


def _limit(memory_mb: int, seconds: float) -> None:
    """Bound address space, processor time, file size; no core dumps. Before any heavy import."""
    cpu = int(seconds * 2) + 1
    for what, most in (
        (resource.RLIMIT_AS, memory_mb << 20),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_FSIZE, 4 * memory_mb << 20),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (limit, limit))


class _WithoutPandas:
    """Makes pandas and geopandas appear not to be installed: pyarrow and pyogrio import them where they are."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> None:
        """Refuse the two; the finders after this one look for everything else."""
        if name in {"pandas", "geopandas"}:
            raise ModuleNotFoundError(name=name)


def _progress(fraction: float) -> None:
    sys.stdout.write(f"{fraction:.3f}\n")
    sys.stdout.flush()


def _read(request: dict[str, Any]) -> dict[str, Any]:
    """Read one file, or the one in an archive, and write its rows."""
    import pyarrow as pa

    path, kind, layer, notes = Path(request["path"]), request["kind"], request["layer"], list[str]()
    while kind in {"zip", "kmz"}:  # a KMZ may be in a ZIP
        from geoservice.ingest.archive_member import unpack_member

        folder = Path(tempfile.mkdtemp(dir=request["out"]))  # apart from the files by which this process answers
        path, kind, layer, more = unpack_member(path, layer, folder, ("kml",) if kind == "kmz" else ())
        notes += more
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
    """Return schema, batches and how a file was read; a reader brings its libraries, so only that of the format is imported."""
    out = Path(request["out"])
    if kind == "csv":
        from geoservice.ingest.delimited import check_lines, read_delimited

        if path.is_relative_to(out):
            check_lines(path)  # others were checked before this process began
        rows = read_delimited(path, _progress, request["header_row"], request["fields"])
    elif kind == "workbook":
        from geoservice.ingest.workbook import read_workbook

        rows = read_workbook(path, layer, request["fields"], request["header_row"], out)
    elif kind == "parquet":
        from geoservice.ingest.parquet import read_parquet

        rows = read_parquet(path)
    elif kind == "geotiff":
        from geoservice.ingest.raster import read_raster

        if request["box"] is None:
            raise UnreadableFile("a raster is read as population alone, once areas are loaded")
        rows = read_raster(path, layer, request["box"], request["crs"])
    elif kind == "kml":
        from geoservice.ingest.kml import read_kml

        rows = read_kml(path, layer)
    elif kind == "gpx":
        from geoservice.ingest.gpx import read_gpx

        rows = read_gpx(path, layer)
    elif kind == "topojson":
        from geoservice.ingest.topojson import read_topojson

        rows = read_topojson(path, layer)
    else:
        from geoservice.ingest.vector import read_vector

        rows = read_vector(path, kind, layer, out)
    return rows


def main(request: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to a request: how the file was read, or the class and text of the error."""
    _limit(request["memory_mb"], request["seconds"])
    sys.meta_path.insert(0, _WithoutPandas)
    try:
        return _read(request)
    except GeoserviceError as e:
        return {"error": type(e).__name__, "message": str(e)}
    # any fault of a stranger's file must become an answer, a panic of a library in Rust too, which is no Exception; its text
    # stays on this side
    except BaseException as e:  # noqa: BLE001
        if is_memory_error(e, request["memory_mb"]):
            return {"error": "TooLarge", "message": f"reading needs more than the {request['memory_mb']} MB allowed"}
        if is_disk_full(e):
            (Path(request["out"]) / TABLE).unlink(missing_ok=True)  # room for the answer
            return {"error": "DiskFull", "message": ""}
        what = f"the reader of {request['kind']} gave up ({type(e).__name__})"
        return {"error": "UnreadableFile", "message": f"{what}: the file is damaged, or uses what is not read"}


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    answer = json.dumps(main(asked))
    aside = Path(asked["out"]) / "answer.tmp"
    aside.write_text(answer, "utf-8")
    aside.rename(aside.with_name("answer.json"))
