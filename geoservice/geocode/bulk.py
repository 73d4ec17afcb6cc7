"""Many addresses in chunks and processes: a run that was interrupted goes on where it was, and a repeated one does nothing."""

import hashlib
import json
import multiprocessing
import os
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from geoservice import __version__
from geoservice.addresses.gazetteer import MANIFEST
from geoservice.durable import atomic_write
from geoservice.geocode.geocoder import Geocoder
from geoservice.geocode.results import Results
from geoservice.progress import Progress

CHUNK = 4096
"""Different addresses that are geocoded and stored at a time."""
RUNS = "runs"
"""Folder of the chunks of unfinished runs, in the private folder of a project."""
FEW = 2
"""So many chunks are geocoded in this process."""
Chunk = tuple[Path, list[str]]
"""The file of a chunk, and its addresses."""


def geocode_addresses(
    geocoder: Geocoder, addresses: Sequence[str], folder: Path, progress: Progress, processes: int | None = None
) -> Results:
    """Return the results of addresses, each geocoded once.

    Parameters
    ----------
    geocoder : Geocoder
    addresses : sequence of str
    folder : Path
        The private folder, in which the chunks of this run are kept until :func:`end_run`.
    progress : function
        Called with the stage ``geocode`` and a fraction; an exception in it ends the run, which a later one continues.
    processes : int, optional
        By default one for each core.
    """
    different, row = np.unique(np.array(addresses, object).astype(str), return_inverse=True)
    run = folder / RUNS / run_digest(geocoder, different.tolist())
    run.mkdir(mode=0o700, parents=True, exist_ok=True)
    starts = range(0, len(different), CHUNK)
    missing = [start for start in starts if not _chunk(run, start).exists()]
    done = len(starts) - len(missing)
    progress("geocode", done / max(len(starts), 1))
    chunks = [(_chunk(run, start), different[start : start + CHUNK].tolist()) for start in missing]
    for path, results in _geocoded(geocoder, chunks, processes or len(os.sched_getaffinity(0))):
        with atomic_write(path) as aside:
            pq.write_table(results.table, aside)
        done += 1
        progress("geocode", done / len(starts))
    tables = [pq.read_table(_chunk(run, start)) for start in starts] or [Results.of([]).table]
    return Results(pa.concat_tables(tables)).take(row)


def places_digest(geocoder: Geocoder) -> bytes:
    """Return what decides the place of any address: gazetteer, reference points, country, scope and version, as JSON."""
    manifest = json.loads((geocoder.gazetteer_folder / MANIFEST).read_text(encoding="utf-8"))
    points = sorted((key.hex(), *map(str, vars(place).values())) for key, place in geocoder.fixes.points.items())
    inputs: list[Any] = [__version__, manifest["files"], geocoder.country, geocoder.scope_code, points]
    return json.dumps(inputs, ensure_ascii=False, sort_keys=True).encode()


def run_digest(geocoder: Geocoder, addresses: Sequence[str]) -> str:
    """Return the digest of what decides the results of a run."""
    return hashlib.sha256(places_digest(geocoder) + json.dumps(addresses).encode()).hexdigest()[:24]


def end_run(folder: Path) -> None:
    """Delete the chunks of all runs: their results are stored elsewhere."""
    shutil.rmtree(folder / RUNS, ignore_errors=True)


def _chunk(run: Path, start: int) -> Path:
    return run / f"{start:010}.parquet"


def _geocoded(geocoder: Geocoder, chunks: Sequence[Chunk], processes: int) -> Iterator[tuple[Path, Results]]:
    """Yield the results of chunks as they come, each with its file; few are geocoded faster than processes start."""
    if len(chunks) <= FEW or processes == 1:
        yield from ((path, _geocode(geocoder, addresses)) for path, addresses in chunks)
        return
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        paths = {pool.submit(_geocode, geocoder, addresses): path for path, addresses in chunks}
        try:
            yield from ((paths[future], future.result()) for future in as_completed(paths))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _geocode(geocoder: Geocoder, addresses: list[str]) -> Results:
    return Results.of(geocoder.geocode_all(addresses))
