"""A distributed run has the numbers of a run in one process, whatever happens to its workers."""

import os
import signal
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import shapely
from grid_region import SIDE, STEP
from same_release import check_same_release

from geoservice.db.lock import file_lock
from geoservice.errors import Conflict, InputError, StudyError, Unavailable
from geoservice.layer import Layer
from geoservice.pipeline.regional import DaskWorkers, publish_region
from geoservice.progress import quiet
from geoservice.project import Project
from geoservice.release import ItemQuery, ReleaseStore, open_store
from geoservice.release.base import ALL
from geoservice.study import Study


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with closing(open_store(tmp_path / "releases", None, "geoservice", read_only=False)) as opened:
        yield opened


@dataclass
class Killer:
    """A progress function that kills a worker process during each of some stages."""

    cluster: Any
    stages: set[str]

    def __call__(self, stage: str, fraction: float) -> None:
        if stage in self.stages and 0 < fraction < 1:
            pids = [nanny.pid for nanny in self.cluster.workers.values() if nanny.pid]  # one may be starting again
            os.kill(min(pids), signal.SIGKILL)
            self.stages.remove(stage)


def test_the_release_is_that_of_one_process_even_if_workers_are_killed(
    region: Project, single_run: ReleaseStore, region_study: Study, all_layers: tuple[Layer, ...],
    cluster: Any, workers: DaskWorkers, store: ReleaseStore, tmp_path: Path,
) -> None:  # fmt: skip
    killer = Killer(cluster, {"counties", "analyses", "release table", "layers"})
    publish_region(region, store, region_study, all_layers, killer, workers, work=str(tmp_path / "work"))
    assert not killer.stages
    check_same_release(single_run, store)


def test_areas_have_their_codes_in_another_system(single_run: ReleaseStore) -> None:
    with closing(single_run.open()) as reader:
        areas = reader.items("coverage", ItemQuery(limit=ALL, geometry=False)).to_pylist()
    codes = {area["unit"]: area["code_other"] for area in areas if area["code_other"]}
    assert codes == {"R": "1", "B": "A", "C": "3", "B1": "A1", "B2": "A2"}


def test_people_go_to_stations_across_county_lines(single_run: ReleaseStore) -> None:
    """S1 is in A, and no station is in B: the catchment of S1 goes on into B. It depends on streets alone, not on noise."""
    with closing(single_run.open()) as reader:
        (catchment,) = reader.items("catchments", ItemQuery(limit=ALL, equals={"unit": "checkup.walk.S1"})).to_pylist()
    east = shapely.bounds(shapely.from_wkb(catchment["geometry"]))[2]
    assert east > 10 + STEP * (SIDE + 0.5), "it has at least the first column of B"


class Stopped(Exception):
    """The run was stopped from outside."""


def test_a_run_that_was_stopped_goes_on_where_it_was(
    region: Project, single_run: ReleaseStore, region_study: Study, all_layers: tuple[Layer, ...],
    workers: DaskWorkers, store: ReleaseStore, tmp_path: Path,
) -> None:  # fmt: skip
    def stop(stage: str, fraction: float) -> None:
        if stage == "analyses" and fraction > 0.5:
            raise Stopped

    stages: list[str] = []
    with pytest.raises(Stopped):
        publish_region(region, store, region_study, all_layers, stop, workers, work=str(tmp_path / "work"))
    done = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "work").rglob("done/*")}
    assert len([name for name in done if name.startswith("travel-")]) == 3
    travel = {p: p.stat().st_mtime_ns for p in (tmp_path / "work").rglob("travel/*/*/points.arrow")}

    def note(stage: str, _fraction: float) -> None:
        stages.append(stage)
        if stage == "writing the release":
            assert travel == {p: p.stat().st_mtime_ns for p in travel}, "times were searched again"

    publish_region(region, store, region_study, all_layers, note, workers, work=str(tmp_path / "work"))
    assert "writing the release" in stages
    check_same_release(single_run, store)
    assert not list((tmp_path / "work").glob("run-*")), "results of the run are not needed any more"
    assert list((tmp_path / "work").glob("streets-*")), "networks of counties serve the next run"


def test_a_failed_county_is_named_and_left_out_only_if_allowed(
    region: Project, region_study: Study, all_layers: tuple[Layer, ...], workers: DaskWorkers, store: ReleaseStore,
    tmp_path: Path,
) -> None:  # fmt: skip
    work = tmp_path / "work"

    def damage(stage: str, _fraction: float) -> None:
        if stage == "counties":
            for extract in work.glob("streets-*/extracts/C.osm.pbf"):
                extract.write_bytes(b"not an extract")

    with pytest.raises(InputError, match=r"1 of 3 counties failed: C \(C\): .*--allow-missing"):
        publish_region(region, store, region_study, all_layers, damage, workers, work=str(work))
    assert store.current() is None
    done = publish_region(region, store, region_study, all_layers, damage, workers, work=str(work), allow_missing=True)
    with closing(store.open()) as reader:
        table = reader.items("table", ItemQuery(limit=ALL)).to_pylist()
        cells = reader.items("cells", ItemQuery(limit=ALL)).column("geometry").to_pylist()
        notes = [note.en for note in reader.manifest.notes]
    units = {row["unit"] for row in table if row["geography"] in ("county", "township")}
    assert units == {"A", "A1", "A2", "B", "B1", "B2"}
    assert {row["measure"] for row in table} >= {"flow_persons", "located_share"}, "those of the others"
    assert max(shapely.centroid(shapely.from_wkb(cell)).x for cell in cells) < 10 + STEP * (2 * SIDE - 0.5), "none is of C"
    assert done.off_street["walk"].stations == {}, "that stations of C have no street says nothing about them"
    assert "These counties failed and are not in this release: C (C)." in notes


def test_a_scheduler_that_does_not_answer_is_named(
    region: Project, region_study: Study, all_layers: tuple[Layer, ...], store: ReleaseStore, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("geoservice.pipeline.regional.cluster.CONNECT_SECONDS", 0.2)
    gone = DaskWorkers(scheduler="tcp://127.0.0.1:9")
    with pytest.raises(Unavailable, match=r"tcp://127\.0\.0\.1:9 cannot be reached.*dask scheduler"):
        publish_region(region, store, region_study, all_layers, quiet, gone, work=str(tmp_path / "work"))


def test_a_work_folder_is_of_one_run_at_a_time(
    region: Project, region_study: Study, all_layers: tuple[Layer, ...], store: ReleaseStore, workers: DaskWorkers,
    tmp_path: Path,
) -> None:  # fmt: skip
    with file_lock(tmp_path / ".lock", True, 0.0), pytest.raises(Conflict, match="another process is using it"):
        publish_region(region, store, region_study, all_layers, quiet, workers, work=str(tmp_path))


@pytest.mark.parametrize(
    ("change", "message"),
    [({"levels": ("city", "township")}, "levels has no 'county'"), ({"open_hazards": ("ford",)}, "open_hazards")],
)
def test_studies_that_need_one_network_are_refused(
    change: dict[str, Any], message: str, region: Project, region_study: Study, all_layers: tuple[Layer, ...],
    store: ReleaseStore, workers: DaskWorkers, tmp_path: Path,
) -> None:  # fmt: skip
    study = region_study.model_copy(update=change)
    with pytest.raises(StudyError, match=message):
        publish_region(region, store, study, all_layers, quiet, workers, work=str(tmp_path / "work"))
