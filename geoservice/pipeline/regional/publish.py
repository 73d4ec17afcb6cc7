"""Publish a study of many counties: divide its inputs, run the tasks on a Dask cluster, and write one release."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from statistics import median

from geoservice.analysis import ANALYSES
from geoservice.analysis.readiness import READINESS
from geoservice.datasets.urls import is_url
from geoservice.db.lock import file_lock
from geoservice.errors import InputError
from geoservice.layer import Label, Layer
from geoservice.pipeline.area_index import add_area_paths
from geoservice.pipeline.closures import travel_day
from geoservice.pipeline.off_street import extract_notes, street_notes
from geoservice.pipeline.publish import Published
from geoservice.pipeline.regional.analysis_tasks import joint_tasks
from geoservice.pipeline.regional.cluster import DaskWorkers, TaskRunner, cluster_client
from geoservice.pipeline.regional.job import read_region
from geoservice.pipeline.regional.layer_tasks import layer_name
from geoservice.pipeline.regional.prepare import Prepared, prepare
from geoservice.pipeline.regional.table_tasks import list_geographies
from geoservice.pipeline.regional.tasks import COUNTY, JOINT, LAYER, TABLE, TRAVEL, UNITS, LayerTask, Outcome, Task
from geoservice.pipeline.regional.write import off_street_results, write_release
from geoservice.pipeline.release_manifest import study_description
from geoservice.pipeline.slope_notes import outdated_notes
from geoservice.pipeline.standards import StationStandards
from geoservice.pipeline.stations import sharing_notes, station_units
from geoservice.pipeline.travel_notes import hazard_notes, peak_notes
from geoservice.progress import Progress
from geoservice.project import Project
from geoservice.release.protocols import ReleaseStore
from geoservice.release.vector_tiles.archives import attribution_of
from geoservice.study import Study

MOST_NAMED = 20
"""Counties with a progress bar each; more are told as one number."""


@dataclass
class Run:
    """A run: what it needs of the cluster, and what its tasks took."""

    prepared: Prepared
    runner: TaskRunner
    progress: Progress
    outcomes: list[Outcome] = field(default_factory=list)

    def name(self, county: str) -> str:
        """Return the name of a county for progress and errors."""
        units = self.prepared.places.areas["county"].table
        names = dict(zip(units.column("unit").to_pylist(), units.column("name_zh").to_pylist(), strict=True))
        return f"{names[county]} ({county})"


@dataclass(frozen=True)
class RegionalRelease(Published):
    """The result of a run: also what each of its tasks took."""

    outcomes: tuple[Outcome, ...] = ()


def publish_region(
    project: Project,
    store: ReleaseStore,
    study: Study,
    layers: Sequence[Layer],
    progress: Progress,
    workers: DaskWorkers,
    *,
    work: str | None = None,
    allow_missing: bool = False,
    keep: int = 5,
    day: date | None = None,
    standards: StationStandards | None = None,
) -> RegionalRelease:
    """Run ``study`` county by county on a Dask cluster and make the result the current release.

    Parameters
    ----------
    project, store, study, layers, progress
        As in :func:`geoservice.pipeline.publish_study`, whose numbers the release has.
    workers
        The cluster.
    work
        Where tasks read and write: a folder that all workers see, or ``s3://bucket/prefix``; by default in the project.
        A run that was stopped goes on with what is there.
    allow_missing
        Leave out counties whose task failed; a note names them.
    keep, day, standards
        As in :func:`geoservice.pipeline.publish_study`.

    Raises
    ------
    StudyError, InputError
        As in :func:`geoservice.pipeline.publish_study`; or if a county failed, which the error names.
    Unavailable
        If the scheduler cannot be reached, or has no workers.
    Conflict
        If another run uses the work folder, or a worker is of another version.
    """
    place = _absolute(work or str(project.network.parent / "regional"))
    with _alone(place):
        prepared = prepare(project, study, standards, place, progress)
        with cluster_client(workers) as client:
            run = Run(prepared, TaskRunner(client, prepared.job), progress)
            run, missing = _counties(run, allow_missing)
            notes, units = _joint(run)
            job = run.prepared.job
            _run(run, "release table", [(Task(TABLE, name), None) for name in list_geographies(job)])
            geographies, more = _station_units(run.prepared, units)
            description = study_description(study, prepared.source, travel_day(study, day))
            _layers(run, layers, geographies, attribution_of(description))
        off_street = off_street_results(job)
        notes = (
            *prepared.notes, *extract_notes(off_street, prepared.network["source"], job.frames), *street_notes(off_street),
            *hazard_notes(study), *peak_notes(study), *outdated_notes(prepared.network, project.terrain),
            *missing, *notes, *more,
        )  # fmt: skip
        progress("writing the release", 0.0)
        number = write_release(project, store, run.prepared, description, layers, geographies, notes, keep)
        progress("writing the release", 1.0)
        job.store.remove()
        return RegionalRelease(number, off_street, notes, summary_lines(run), tuple(run.outcomes))


@contextmanager
def _alone(work: str) -> Iterator[None]:
    """Lock a work folder: the results of a run are removed at its end. Object stores have no locks."""
    if is_url(work):
        yield
        return
    Path(work).mkdir(parents=True, exist_ok=True)
    with file_lock(Path(work) / ".lock", True, 0.0):
        yield


def _absolute(work: str) -> str:
    """Return a folder as workers find it, whose current folder may be another; of a URL, without a slash at its end."""
    return work.rstrip("/") if is_url(work) else str(Path(work).absolute())


def summary_lines(run: Run) -> tuple[str, ...]:
    """Return how far beyond their borders counties count streets, and what a county's tasks took."""
    job, seconds = run.prepared.job, dict[str, float]()
    for outcome in run.outcomes:
        if outcome.task.phase in (TRAVEL, COUNTY):
            seconds[outcome.task.subject] = seconds.get(outcome.task.subject, 0.0) + outcome.seconds
    peak = max(outcome.peak_mb for outcome in run.outcomes)
    reach = f"{len(job.counties)} counties, each with streets and stations within {job.reach / 1000:.1f} km"
    typical, longest = median(seconds.values()), max(seconds.values())
    return reach, f"seconds a county: {typical:.1f} (median), {longest:.1f} at most; memory of a worker: {peak:.0f} MB at most"


def _run(run: Run, stage: str, tasks: Sequence[tuple[Task, LayerTask | None]]) -> list[Outcome]:
    """Run tasks of one phase; raises :class:`InputError` with the error of the first that failed."""
    done: list[Outcome] = []
    for outcome in run.runner.run(tasks):
        if outcome.error:
            raise InputError(f"{outcome.task.subject}: {outcome.error}")
        done.append(outcome)
        run.progress(stage, len(done) / len(tasks))
    run.outcomes += done
    return done


def _counties(run: Run, allow_missing: bool) -> tuple[Run, tuple[Label, ...]]:
    """Run the tasks of each county; return the run of those that did not fail, and notes on the others."""
    job, failed = run.prepared.job, dict[str, str]()
    total = 2 * len(job.counties)
    tasks = [(Task(TRAVEL, county), None) for county in job.counties]

    def follow_ups(outcome: Outcome) -> list[Task]:
        return [Task(COUNTY, outcome.task.subject)] if outcome.task.phase == TRAVEL and not outcome.error else []

    run.progress("counties", 0.0)
    for number, outcome in enumerate(run.runner.run(tasks, follow_ups), 1):
        run.outcomes.append(outcome)
        run.progress("counties", min(number / total, 1.0))
        county = run.name(outcome.task.subject)
        if outcome.error:
            failed[outcome.task.subject] = f"{county}: {outcome.error}"
        elif total <= 2 * MOST_NAMED:
            run.progress(county, 0.5 if outcome.task.phase == TRAVEL else 1.0)
    run.progress("counties", 1.0)
    left = tuple(county for county in job.counties if county not in failed)
    if failed and (not allow_missing or not left):
        named, way = "; ".join(sorted(failed.values())), "; or leave these out with --allow-missing" if left else ""
        raise InputError(
            f"{len(failed)} of {len(job.counties)} counties failed: {named}. Correct the inputs and publish again; counties "
            f"that are done are not run again{way}"
        )
    remaining = replace(run.prepared, job=replace(job, counties=left))
    run.runner.job = remaining.job
    return replace(run, prepared=remaining), _missing_note([run.name(county) for county in sorted(failed)])


def _missing_note(names: Sequence[str]) -> tuple[Label, ...]:
    if not names:
        return ()
    zh = f"以下县级区域计算失败，未计入本版本：{'、'.join(names)}。"
    return (Label(zh=zh, en=f"These counties failed and are not in this release: {', '.join(names)}."),)


def _joint(run: Run) -> tuple[tuple[Label, ...], tuple[str, ...]]:
    """Run the tasks that cross counties; return their notes, in the order of a run in one process, and geographies."""
    run.progress("analyses", 0.0)
    job = run.prepared.job
    names = joint_tasks(job.study)
    _run(run, "analyses", [(task, None) for task in (*(Task(JOINT, name) for name in names), Task(UNITS, "all"))])
    found = [job.store.read_json(f"{job.joint}/results/{name}.json") for name in names]
    by_process: dict[str, list[dict[str, str]]] = {}
    for part in found:
        for process, of_process in part["notes"].items():
            by_process.setdefault(process, []).extend(of_process)
    notes = tuple(Label(**note) for a in ANALYSES for note in by_process[a.PROCESS.id])
    return notes, tuple(geography for part in found for geography in part["geographies"])


def _station_units(prepared: Prepared, analysed: Sequence[str]) -> tuple[tuple[str, ...], tuple[Label, ...]]:
    """Store the units of stations; return the geographies with units, and notes on stations.

    ``analysed`` are the geographies that analyses made.
    """
    job = prepared.job
    region = read_region(job.store)
    catchments = job.store.read_table(f"{job.joint}/units/catchment")
    readiness = job.store.read_table(f"{job.joint}/units/{READINESS}") if READINESS in analysed else None
    stations = station_units(region.stations, catchments, readiness)
    job.store.write_table(f"{job.joint}/units/station", add_area_paths(prepared.places, {}, {"station": stations})["station"])
    geographies = ("leaf", *(g for g in analysed if g != READINESS), "cell", "station", *job.study.levels)
    return geographies, sharing_notes(region.stations, catchments)


def _layers(run: Run, layers: Sequence[Layer], geographies: tuple[str, ...], attribution: Label) -> None:
    """Build all layers of units, those that take longest first."""
    run.progress("layers", 0.0)
    of_units = [layer for layer in layers if layer.geography]
    ordered = sorted(of_units, key=lambda layer: layer.geography != ("leaf",))
    tasks = [(Task(LAYER, layer_name(layer)), LayerTask(layer, geographies, attribution)) for layer in ordered]
    _run(run, "layers", tasks)
