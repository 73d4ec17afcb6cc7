"""The grid town, loaded once; each test publishes into a store of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from geoservice.ingest import Options, import_file
from geoservice.layer import Layer, read_layers
from geoservice.network.basemap import base_map
from geoservice.network.build import build_network
from geoservice.release import ReleaseStore, open_store
from geoservice.study import Study, read_study
from geoservice.workspace import Workspace, open_workspace


def quiet(_stage: str, _fraction: float) -> None:
    """Progress that nobody watches."""


@pytest.fixture(scope="session")
def study(town: Path) -> Study:
    return read_study(town / "study.toml")


@pytest.fixture(scope="session")
def layers() -> tuple[Layer, ...]:
    return read_layers(Path(__file__).parents[2] / "layers")


@pytest.fixture(scope="session")
def workspace(town: Path, study: Study, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    opened = open_workspace(tmp_path_factory.mktemp("loaded") / "workspace", None, "geoservice")
    for table, name in (("areas", "areas.geojson"), ("stations", "stations.csv"), ("households", "households.csv")):
        import_file(opened, table, town / name, Options(), study, quiet)  # type: ignore[arg-type]  # names of tables
    build_network(town / "streets.osm.pbf", opened.folder / "network", study.modes, town / "speeds.toml", quiet)
    base_map(town / "streets.osm.pbf", opened.folder / "network" / "base.pmtiles", quiet)
    yield opened
    opened.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ReleaseStore]:
    opened = open_store(tmp_path / "releases", None, "geoservice", read_only=False)
    yield opened
    opened.close()
