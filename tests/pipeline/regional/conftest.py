"""A region of three counties, published in one process, and a Dask cluster of two workers."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import distributed
import pytest
from coded_areas import coded_areas
from grid_region import fill_region, write_region

from geoservice.layer import Layer, read_layers
from geoservice.pipeline import publish_study
from geoservice.pipeline.regional import DaskWorkers
from geoservice.progress import quiet
from geoservice.project import Project, open_project
from geoservice.release import ReleaseStore, open_store
from geoservice.study import Study, read_study
from geoservice.vintages import Source

OTHER_CODES = "city 1 R\ncounty A B 1\ncounty 3 C 1\ntownship A1 B1 A\ntownship A2 B2 A"
"""A part of the region in another code system; its county A is the county B."""


@pytest.fixture(scope="session")
def region_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("region")
    write_region(folder)
    return folder


@pytest.fixture(scope="session")
def region_study(region_folder: Path) -> Study:
    return read_study(region_folder / "study.toml")


@pytest.fixture(scope="session")
def region(region_folder: Path) -> Iterator[Project]:
    with closing(open_project(region_folder / "project", None, "geoservice")) as project:
        fill_region(project, region_folder)
        project.write("areas", coded_areas("other", OTHER_CODES), Source("other", "1"))
        yield project


@pytest.fixture(scope="session")
def all_layers() -> tuple[Layer, ...]:
    return read_layers(Path(__file__).parents[3] / "layers")


@pytest.fixture(scope="session")
def single_run(
    region: Project, region_study: Study, all_layers: tuple[Layer, ...], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ReleaseStore]:
    """Return a store with the release of the region that one process made."""
    with closing(open_store(tmp_path_factory.mktemp("single") / "releases", None, "geoservice", read_only=False)) as store:
        publish_study(region, store, region_study, all_layers, quiet)
        yield store


@pytest.fixture(scope="session")
def cluster() -> Iterator[Any]:
    """Return a Dask cluster of two processes."""
    options: dict[str, Any] = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": "127.0.0.1:0", "memory_limit": 0}
    with distributed.LocalCluster(**options, silence_logs=50) as started:
        yield started


@pytest.fixture(scope="session")
def workers(cluster: Any) -> DaskWorkers:
    return DaskWorkers(scheduler=cluster.scheduler_address)
