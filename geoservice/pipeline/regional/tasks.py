"""The tasks of a regional run by name. A task that was done is not done again; its results are files of the run's store."""

import ctypes
import gc
import resource
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numba
import pyarrow as pa

from geoservice import __version__
from geoservice.errors import Conflict, GeoserviceError, Unavailable
from geoservice.layer import Label, Layer
from geoservice.pipeline.regional.analysis_tasks import analyse_county, analyse_joint, prepare_units
from geoservice.pipeline.regional.county_travel import search_county
from geoservice.pipeline.regional.job import RegionalJob, read_region
from geoservice.pipeline.regional.layer_tasks import build_layer
from geoservice.pipeline.regional.table_tasks import sort_geography


class Task(NamedTuple):
    """A task: its phase, and its subject - a county, a joint analysis, a geography of the release table, or a layer."""

    phase: str
    subject: str


class Outcome(NamedTuple):
    """What became of a task: an error that would occur again, or its seconds and the most memory of its process, in MB."""

    task: Task
    error: str
    seconds: float
    peak_mb: float


class LayerTask(NamedTuple):
    """What the task of a layer needs beside the job."""

    layer: Layer
    geographies: tuple[str, ...]
    attribution: Label


TRAVEL, COUNTY, JOINT, UNITS, TABLE, LAYER = "travel", "county", "joint", "units", "table", "layer"
_TASKS: Mapping[str, Callable[[RegionalJob, str], None]] = MappingProxyType(
    {
        TRAVEL: search_county,
        COUNTY: analyse_county,
        JOINT: analyse_joint,
        UNITS: lambda job, _subject: prepare_units(job),
        TABLE: sort_geography,
    }
)


def marker(job: RegionalJob, task: Task) -> str:
    """Return the name of the file that says that a task is done."""
    folder = "done" if task.phase in (TRAVEL, COUNTY) else f"{job.joint}/done"
    return f"{folder}/{task.phase}-{task.subject}"


def run_task(job: RegionalJob, task: Task, layer: LayerTask | None = None) -> Outcome:
    """Run a task, unless it is done, and return what became of it.

    An error of the inputs is returned, since it would occur again; any other is raised, and the task is tried again. Raises
    :class:`Conflict` if the command is of another version.
    """
    if job.version != __version__:
        raise Conflict(
            f"the worker on {socket.gethostname()} has geoservice {__version__}, the command has {job.version}; "
            "install the same version on all machines"
        )
    started, error = time.perf_counter(), ""
    _forget_peak()
    if not job.store.has(marker(job, task)):
        try:
            with one_core():
                if layer is None:
                    _TASKS[task.phase](job, task.subject)
                else:
                    build_layer(job, layer.layer, layer.geographies, layer.attribution)
            job.store.write(marker(job, task), b"")
        except Unavailable:  # the store or its network: another time it may answer
            raise
        except GeoserviceError as e:
            error = str(e)
        if task.phase in (JOINT, UNITS):  # reading the region again takes little time, and layers do not need it
            read_region.cache_clear()
        _release_memory()
    return Outcome(task, error, time.perf_counter() - started, _peak_mb())


def _release_memory() -> None:
    """Return the memory of a task to the system, so that the next one does not begin with it; a context refers to itself."""
    gc.collect()
    pa.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc
    if trim is not None:
        trim(0)


def _forget_peak() -> None:
    """Let the kernel count the largest memory anew (Linux), so that a task is not charged for those before it."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


@contextmanager
def one_core() -> Iterator[None]:
    """Let Arrow and the kernels use one thread: there is a worker for each core, and Dask limits other libraries likewise."""
    arrow, kernels = pa.cpu_count(), numba.get_num_threads()
    pa.set_cpu_count(1)
    numba.set_num_threads(1)
    try:
        yield
    finally:
        pa.set_cpu_count(arrow)
        numba.set_num_threads(kernels)


def _peak_mb() -> float:
    """Return the largest resident memory since :func:`_forget_peak`; getrusage would count that of the parent process."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    of_linux = next((line.split()[1] for line in lines if line.startswith("VmHWM:")), None)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss if of_linux is None else int(of_linux)) / 1024
