"""Read files that are damaged at random: ``python fuzz_reader.py KIND FOLDER SECONDS``, seeds in FOLDER.

It runs where the product's reading process runs, under its environment and its limits, but reads many files in one process.
Whatever a library raises, the reading process turns into an answer; an error that is a fault of our own code is kept in
FOLDER and printed, a line each, and so is a file that takes long.
"""

import io
import json
import random
import resource
import shutil
import sys
import time
import traceback
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from geoservice.errors import GeoserviceError
from geoservice.ingest import reader_process

ODD = [
    b"\0", b"\xff", b'"', b"'", b",", b";", b"\n", b"\r", b"\t", b"-1", b"9" * 20, b"1e999", b"NaN", b"=", b"<", b"&", b"{",
    b"[", b"\xff\xff\xff\x7f", b"\x00\x00\x00\x80", "　，".encode(), b"\xef\xbb\xbf", b"</", b"null", b"0x", b"\\", b"\x1e",
]  # fmt: skip
BUGS = (KeyError, IndexError, TypeError, AttributeError, AssertionError, RecursionError)


FAULTS: tuple[Callable[[bytes, int, int, random.Random], bytes], ...] = (
    lambda data, at, _, __: data[:at],
    lambda data, at, end, _: data[:at] + data[end:],
    lambda data, at, end, _: data[:at] + data[at:end] * 3 + data[end:],
    lambda data, at, _, rng: data[:at] + rng.choice(ODD) + data[at:],
    lambda data, at, end, rng: data[:at] + rng.choice(ODD) + data[end:],
    lambda data, at, _, rng: data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :],
    lambda data, at, end, rng: data[:at] + rng.randbytes(end - at) + data[end:],
)


def damaged(data: bytes, rng: random.Random) -> bytes:
    """Return the bytes with one to four faults in them."""
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data) + 1)
        end = min(len(data), at + rng.randint(1, 40))
        data = rng.choice(FAULTS)(data, at, end, rng)
    return data


def damaged_file(data: bytes, rng: random.Random) -> bytes:
    """Return a file with faults: of an archive mostly in one of its members, which a checksum would hide otherwise."""
    if not data.startswith(b"PK\x03\x04") or rng.random() < 0.2:
        return damaged(data, rng)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        names = [n for n in source.namelist() if not n.endswith("/")]
        victim = rng.choice(names)
        for name in names:
            target.writestr(name, damaged(source.read(name), rng) if name == victim else source.read(name))
    return out.getvalue()


def is_own(error: Exception) -> bool:
    """Whether an error is a fault of our code, not what a library says of a damaged file."""
    innermost = traceback.extract_tb(error.__traceback__)[-1].filename
    return isinstance(error, BUGS) or (isinstance(error, ValueError) and "geoservice" in innermost)


def request_of(kind: str, path: Path, out: Path) -> dict[str, Any]:
    return {"path": str(path), "kind": kind, "layer": None, "box": [116.8, 30.4, 117.2, 30.8], "crs": None,
            "fields": {n: {"names": [n]} for n in ("id", "lon", "lat", "name")}, "header_row": None, "out": str(out),
            "memory_mb": 2048, "seconds": 60}  # fmt: skip


def partitioned(work: Path, seed: Path) -> Path:
    """Make a dataset of two counties, one with the damaged file and one with the file as it was; return its folder."""
    for county, source in (("340811", work / seed.name), ("340822", seed)):
        part = work / "dataset" / f"county={county}" / "part-0.parquet"
        part.parent.mkdir(parents=True)
        shutil.copyfile(source, part)
    return work / "dataset"


LEAST = 21
"""Files that are tried, however long they take."""


def main(kind: str, folder: Path, seconds: float) -> None:
    seeds = sorted(p for p in (folder / "seeds").iterdir() if p.suffix not in {".dbf", ".shx", ".prj", ".cpg"})
    rng = random.Random(kind)
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    end, count, tables = time.monotonic() + seconds, 0, 0
    while time.monotonic() < end or count < LEAST:  # on a busy machine until enough files were tried to say something
        seed = rng.choice(seeds)
        work = folder / "work"
        work.mkdir()
        victims = sorted(p for p in seed.parent.iterdir() if p.stem == seed.stem)
        victim = rng.choice(victims)
        for path in victims:
            data = path.read_bytes()
            (work / path.name).write_bytes(damaged_file(data, rng) if path == victim else data)
        (folder / "last").write_text(seed.name)
        path = partitioned(work, seed) if kind == "dataset" else work / seed.name
        began, fault = time.monotonic(), ""
        try:
            reader_process._read(request_of(kind, path, work))
            tables += 1
        except GeoserviceError:
            pass
        except Exception as error:  # noqa: BLE001 - whatever a library raises
            if is_own(error):
                fault = traceback.format_exc(limit=-3)
        if time.monotonic() - began > 10:
            fault += f"took {time.monotonic() - began:.0f} s"
        if fault:
            kept = folder / "kept" / f"{count}-{seed.name}"
            shutil.copytree(work, kept)
            sys.stdout.write(json.dumps({"file": str(kept), "fault": fault}) + "\n")
        shutil.rmtree(work)
        count += 1
    sys.stdout.write(json.dumps({"count": count, "tables": tables}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]))
