"""The grid town, loaded once; each test publishes into its own store."""

from collections.abc import Callable, Iterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from geoservice.disclosure.vintage import Rules, measure_vintage
from geoservice.ingest import Options, import_file
from geoservice.layer import Layer, read_layers
from geoservice.live.engine import Engine
from geoservice.live.files import read_live
from geoservice.live.parameters import Parameters
from geoservice.network.basemap import write_base_map
from geoservice.network.build import build_network
from geoservice.network.places import load_places
from geoservice.pipeline import publish_study
from geoservice.progress import quiet
from geoservice.project import Project, SurfaceInfo, open_project
from geoservice.register import open_register
from geoservice.release import ItemQuery, ReleaseStore, open_store
from geoservice.release.base import ALL
from geoservice.study import Study, read_study


@pytest.fixture(scope="session")
def study(town: Path) -> Study:
    return read_study(town / "study.toml")


@pytest.fixture(scope="session")
def layers() -> tuple[Layer, ...]:
    return read_layers(Path(__file__).parents[2] / "layers")


def fill(project: Project, town: Path, study: Study) -> None:
    """Load areas, stations, streets and the base map."""
    import_file(project, "areas", town / "areas.geojson", Options(), study, quiet)
    import_file(project, "stations", town / "stations.csv", Options(), study, quiet)
    build_network(town / "streets.osm.pbf", project.network, study.modes, town / "speeds.toml", quiet)
    write_base_map(town / "streets.osm.pbf", project.network / "base.pmtiles", quiet)


@pytest.fixture(scope="session")
def project(town: Path, study: Study, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Return the town with its people as public points, for results by hand."""
    with closing(open_project(tmp_path_factory.mktemp("loaded") / "project", None, "geoservice")) as opened:
        fill(opened, town, study)
        import_file(opened, "population", town / "population.csv", Options(), study, quiet)
        yield opened


@pytest.fixture(scope="session")
def protected(town: Path, study: Study, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Return the town with the demand surface of its register."""
    home = tmp_path_factory.mktemp("protected")
    with (
        closing(open_project(home / "project", None, "geoservice")) as opened,
        closing(open_register(home / "register", None, "geoservice")) as register,
    ):
        fill(opened, town, study)
        import_file(opened, "households", town / "households.csv", Options(), study, quiet, register)
        rules = Rules(Fraction(1), Fraction(4), chinese=False, synthetic=True)
        places = load_places(opened.network)
        done = measure_vintage(register, register.read("households"), opened.read("areas"), places, rules)
        info = SurfaceInfo(done.draw.surface_digest, "register", "register", done.draw.made_at, {})
        opened.add_surface(done.body, info)
        yield opened


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ReleaseStore]:
    opened = open_store(tmp_path / "releases", None, "geoservice", read_only=False)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def published(
    protected: Project, study: Study, layers: tuple[Layer, ...], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ReleaseStore]:
    """Return a store with a release of the protected town."""
    with closing(open_store(tmp_path_factory.mktemp("base") / "releases", None, "geoservice", read_only=False)) as store:
        publish_study(protected, store, study, layers, quiet)
        yield store


@pytest.fixture(scope="session")
def engine(published: ReleaseStore) -> Iterator[Engine]:
    """Return the engine of live questions of the protected town."""
    with closing(published.open()) as reader:
        yield Engine(read_live(reader.live()), Parameters.of(reader.manifest.study, ("all", "resident", "migrant")))


def table_of(store: ReleaseStore) -> list[dict[str, Any]]:
    """Return the rows of the release table."""
    with closing(store.open()) as reader:
        rows: list[dict[str, Any]] = reader.items("table", ItemQuery(limit=ALL)).to_pylist()
        return rows


@pytest.fixture
def republished(
    town: Path, protected: Project, study: Study, layers: tuple[Layer, ...], tmp_path: Path
) -> Callable[[list[str]], list[dict[str, Any]]]:
    """Return a function that publishes the protected town with other stations, lines of CSV, and returns the release table."""

    def publish(stations: list[str]) -> list[dict[str, Any]]:
        with (
            closing(open_project(tmp_path / "project", None, "geoservice")) as project,
            closing(open_store(tmp_path / "other" / "releases", None, "geoservice", read_only=False)) as store,
        ):
            fill(project, town, study)
            header = (town / "stations.csv").read_text(encoding="utf-8").splitlines()[0]
            (tmp_path / "stations.csv").write_text("\n".join([header, *stations, ""]), encoding="utf-8")
            import_file(project, "stations", tmp_path / "stations.csv", Options(), study, quiet)
            info = protected.surfaces()[-1]
            project.add_surface(protected.surface(info.digest), info)
            publish_study(project, store, study, layers, quiet)
            return table_of(store)

    return publish
