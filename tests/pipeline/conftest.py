"""The grid town, loaded once; each test publishes into a store of its own."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest

from geoservice.ingest import Options, import_file
from geoservice.layer import Layer, read_layers
from geoservice.network.basemap import base_map
from geoservice.network.build import build_network
from geoservice.project import Project, open_project
from geoservice.register import open_register
from geoservice.release import ReleaseStore, open_store
from geoservice.study import Study, read_study


def quiet(_stage: str, _fraction: float) -> None:
    """Progress that nobody watches."""


@pytest.fixture(scope="session")
def study(town: Path) -> Study:
    return read_study(town / "study.toml")


@pytest.fixture(scope="session")
def layers() -> tuple[Layer, ...]:
    return read_layers(Path(__file__).parents[2] / "layers")


@pytest.fixture(scope="session")
def project(town: Path, study: Study, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with closing(open_project(tmp_path_factory.mktemp("loaded") / "project", None, "geoservice")) as opened:
        import_file(opened, "areas", town / "areas.geojson", Options(), study, quiet)
        import_file(opened, "stations", town / "stations.csv", Options(), study, quiet)
        build_network(town / "streets.osm.pbf", opened.network, study.modes, town / "speeds.toml", quiet)
        base_map(town / "streets.osm.pbf", opened.network / "base.pmtiles", quiet)
        yield opened


@pytest.fixture(scope="session")
def households(town: Path, study: Study, project: Project, tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    with closing(open_register(tmp_path_factory.mktemp("kept") / "register", None, "geoservice")) as register:
        import_file(project, "households", town / "households.csv", Options(), study, quiet, register)
        return register.read("households")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ReleaseStore]:
    opened = open_store(tmp_path / "releases", None, "geoservice", read_only=False)
    yield opened
    opened.close()
