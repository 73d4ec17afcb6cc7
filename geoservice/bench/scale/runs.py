"""Runs of a region, with what each task took."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from geoservice.layer import Layer, read_layers
from geoservice.network.graph import load_graph
from geoservice.pipeline.publish import publish_study
from geoservice.pipeline.regional import DaskWorkers, publish_region
from geoservice.pipeline.regional.publish import RegionalRelease
from geoservice.pipeline.regional.tasks import COUNTY, TRAVEL
from geoservice.progress import quiet
from geoservice.project import Project, open_project
from geoservice.release import ReleaseStore, open_store
from geoservice.study import Study, read_study


@dataclass(frozen=True)
class Measured:
    """A run: its seconds from the project to the release, those of tasks, and the largest memory of workers in MB.

    ``phase_seconds`` are the sums over the tasks of each phase, ``longest_joint`` is the longest task that crosses counties.
    """

    seconds: float
    peak_mb: float
    county_mb: float
    county_seconds: Mapping[str, float]
    phase_seconds: Mapping[str, float]
    longest_joint: float

    @property
    def task_seconds(self) -> float:
        """Seconds of all tasks together."""
        return sum(self.phase_seconds.values())

    @classmethod
    def of(cls, seconds: float, release: RegionalRelease) -> "Measured":
        """Return the measurements of a release."""
        phases, counties = dict[str, float](), dict[str, float]()
        for outcome in release.outcomes:
            phase, subject = outcome.task
            phases[phase] = phases.get(phase, 0.0) + outcome.seconds
            if phase in (TRAVEL, COUNTY):
                counties[subject] = counties.get(subject, 0.0) + outcome.seconds
        of_counties = [o.peak_mb for o in release.outcomes if o.task.phase in (TRAVEL, COUNTY)]
        joint = max(o.seconds for o in release.outcomes if o.task.phase not in (TRAVEL, COUNTY))
        peak = max(o.peak_mb for o in release.outcomes)
        return cls(seconds, peak, max(of_counties), counties, phases, joint)


def make_region(home: Path, households: int, counties: int) -> Path:
    """Write, import and measure the made-up prefecture, and return its folder."""
    command = [sys.executable, "-m", "geoservice", "demo", "anqing", "--households", str(households)]
    command += ["--counties", str(counties), "--out", str(home), "--no-publish"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - the program is fixed
    return home


def measured_run(home: Path, workers: int, releases: Path) -> Measured:
    """Publish a region with new worker processes, from its project; nothing of an earlier run is used."""
    with TemporaryDirectory(prefix="geoservice-bench-") as work, _opened(home, releases) as (project, store, study, layers):
        start = time.perf_counter()
        release = publish_region(project, store, study, layers, quiet, DaskWorkers(workers), work=work)
        return Measured.of(time.perf_counter() - start, release)


def single_run(home: Path, releases: Path) -> float:
    """Publish a region in this process, without Dask, and return the seconds."""
    with _opened(home, releases) as (project, store, study, layers):
        start = time.perf_counter()
        publish_study(project, store, study, layers, quiet)
        return time.perf_counter() - start


@contextmanager
def _opened(home: Path, releases: Path) -> Iterator[tuple[Project, ReleaseStore, Study, tuple[Layer, ...]]]:
    study, layers = read_study(home / "study.toml"), read_layers(Path(__file__).parents[3] / "layers")
    with (
        closing(open_project(home / "project", None, "geoservice")) as project,
        closing(open_store(releases, None, "geoservice", read_only=False)) as store,
    ):
        yield project, store, study, layers


def street_nodes(home: Path) -> int:
    """Return the number of vertices of the streets of all modes."""
    network, modes = home / "project" / "network", read_study(home / "study.toml").modes
    return sum(len(load_graph(network, mode).shape_lon) for mode in modes)
