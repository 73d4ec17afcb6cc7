"""Benchmark of the whole pipeline: a million synthetic households from files to a release, with the time of each stage."""

import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, cast

from geoservice.demo import import_plan, write_yixiu
from geoservice.demo.plan import Step
from geoservice.disclosure.quality import quality_report
from geoservice.disclosure.vintage import Rules, measure_vintage
from geoservice.ingest import Options, import_file
from geoservice.layer import read_layers
from geoservice.network.load import load_extract
from geoservice.network.places import load_places
from geoservice.pipeline import publish_study
from geoservice.project import Project, SurfaceInfo, open_project
from geoservice.register import Register, open_register
from geoservice.release import open_store
from geoservice.schema import TableName
from geoservice.study import Study, read_study

HOUSEHOLDS = 1_000_000
SECONDS_BAR, MEGABYTES_BAR = 90.0, 4096.0


class Stopwatch:
    """A progress callback that measures the time of each stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._stage, self._since = "", time.perf_counter()

    def __call__(self, stage: str, _fraction: float) -> None:
        """Add the time since the last call to its stage; ``stage`` is the current one from now on."""
        now = time.perf_counter()
        if self._stage:
            self.seconds[self._stage] = self.seconds.get(self._stage, 0.0) + now - self._since
        self._stage, self._since = stage, now


def _peak_mb() -> float:
    """Return the peak memory in MB of this process or its largest child so far."""
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024


def _timed(stages: dict[str, float], name: str, work: Callable[[], Any]) -> None:
    start = time.perf_counter()
    work()
    stages[name] = stages.get(name, 0.0) + time.perf_counter() - start


def _import(project: Project, register: Register, step: Step, study: Study, watch: Stopwatch) -> None:
    if step.table == "network":
        load_extract(step.path, project.network, study.modes, None, watch)
    else:
        import_file(project, cast("TableName", step.table), step.path, Options(**step.options), study, watch, register)


def _protect(project: Project, register: Register, study: Study, watch: Stopwatch) -> None:
    rules = Rules(study.disclosure.budget, Fraction(study.disclosure.lifetime_rho), synthetic=study.synthetic)
    places = load_places(project.network)
    households = register.read_as_of("households", study.as_of)
    measurement = measure_vintage(register, households, project.areas(study.as_of, study.code_system), places, rules, (), watch)
    if measurement.result is not None:
        list(quality_report(measurement.result, households))  # publish writes it
    project.add_surface(
        measurement.body, SurfaceInfo(measurement.draw.surface_digest, "register", "register", measurement.draw.made_at, {})
    )


def _run_pipeline(folder: Path, home: Path) -> tuple[dict[str, float], float]:
    """Run the pipeline in this process; return seconds by stage and peak memory in MB."""
    study = read_study(folder / "study.toml")
    project = open_project(home / "project", None, "geoservice")
    register = open_register(home / "register", None, "geoservice")
    store = open_store(home / "releases", None, "geoservice", read_only=False)
    stages: dict[str, float] = {}
    watch = Stopwatch()
    for step in import_plan(folder):
        _timed(stages, f"import {step.table}", partial(_import, project, register, step, study, watch))
    layers = read_layers(Path(__file__).parents[2] / "layers")
    watch = Stopwatch()
    _timed(stages, "protect", lambda: _protect(project, register, study, watch))
    _timed(stages, "publish_study", lambda: publish_study(project, store, study, layers, watch))
    watch("", 1.0)
    stages |= {f"  {k}": v for k, v in watch.seconds.items()}
    register.close()
    project.close()
    store.close()
    return stages, _peak_mb()


def run(repeat: int, households: int = HOUSEHOLDS) -> dict[str, dict[str, Any]]:
    """Return the medians of ``repeat`` runs of the pipeline, in seconds and MB."""
    runs = []
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / "yixiu"
        write_yixiu(folder, households, 1, arrivals=False, public_tables=False)  # as the runs that the bars were set on
        for _ in range(repeat):
            with TemporaryDirectory() as home, ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                runs.append(pool.submit(_run_pipeline, folder, Path(home)).result())
    metrics: dict[str, dict[str, Any]] = {}
    for stage in runs[0][0]:
        metrics[stage] = {"value": round(median(r[0][stage] for r in runs), 2), "unit": "s"}
    total = median(sum(v for k, v in r[0].items() if not k.startswith(" ")) for r in runs)
    memory = median(r[1] for r in runs)
    metrics[f"whole pipeline, {households} households"] = _metric(total, "s", SECONDS_BAR)
    metrics["peak memory of a process"] = _metric(memory, "MB", MEGABYTES_BAR)
    return metrics


def _metric(value: float, unit: str, bar: float) -> dict[str, Any]:
    return {"value": round(value, 2), "unit": unit, "bar": bar, "holds": value <= bar, "peer": "", "ratio": ""}
