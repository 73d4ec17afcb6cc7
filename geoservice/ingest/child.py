"""The reading process: ``python -m geoservice.ingest.child REQUEST``; limits first, then the reader of one format.

It writes ``table.arrow`` and then ``answer.json`` into the folder it is given, and fractions of progress to standard output.
"""

import json
import resource
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from geoservice.errors import EmptyFile, GeoserviceError


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


def _progress(fraction: float) -> None:
    sys.stdout.write(f"{fraction:.3f}\n")
    sys.stdout.flush()


def _read(request: dict[str, Any]) -> dict[str, Any]:
    """Read one file with the reader of its format and write its rows."""
    import pyarrow as pa

    path, kind, layer = Path(request["path"]), request["kind"], request["layer"]
    batches: Iterable[pa.RecordBatch]
    if kind == "csv":
        from geoservice.ingest.delimited import read_delimited

        schema, batches, meta = read_delimited(path, _progress, request["header_row"], request["fields"])
    elif kind == "workbook":
        from geoservice.ingest.workbook import read_workbook

        schema, batches, meta = read_workbook(path, layer, request["fields"], request["header_row"])
    elif kind == "parquet":
        from geoservice.ingest.parquet import read_parquet

        schema, batches, meta = read_parquet(path)
    elif kind == "geotiff":
        from geoservice.ingest.raster import read_raster

        schema, batches, meta = read_raster(path, layer, request["box"], request["crs"])
    else:
        from geoservice.ingest.vector import read_vector

        schema, batches, meta = read_vector(path, kind, layer, Path(request["out"]))
    rows = 0
    with pa.OSFile(str(Path(request["out"]) / "table.arrow"), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for batch in batches:
            rows += batch.num_rows
            writer.write_batch(batch)
    if not rows and not meta.broken:
        raise EmptyFile("there are no rows below the header")
    return {"meta": meta.json()}


def main(request: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to a request: how the file was read, or the class and text of the error."""
    _limit(request["memory_mb"], request["seconds"])
    try:
        return _read(request)
    except GeoserviceError as e:
        return {"error": type(e).__name__, "message": str(e)}
    except (MemoryError, ImportError):  # our own libraries do not load where memory is short
        return {"error": "TooLarge", "message": f"reading needs more than the {request['memory_mb']} MB allowed"}
    except Exception as e:  # noqa: BLE001 - any fault of a stranger's file must become an answer, and its text stays on this side
        return {"error": "UnreadableFile", "message": f"the reader of {request['kind']} gave up ({type(e).__name__})"}


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    answer = json.dumps(main(asked), ensure_ascii=False)
    aside = Path(asked["out"]) / "answer.tmp"
    aside.write_text(answer, "utf-8")
    aside.rename(aside.with_name("answer.json"))
