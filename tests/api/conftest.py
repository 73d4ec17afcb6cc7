"""The grid town, loaded and published from Python."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
import pytest

import geoservice
from geoservice import Release


def population(town: Path) -> geopandas.GeoDataFrame:
    """Return the people of the town as a frame, in Web Mercator, with a column of another name."""
    plain = pd.read_csv(town / "population.csv").rename(columns={"persons": "人口"})
    at = geopandas.points_from_xy(plain.pop("lon"), plain.pop("lat"), crs="EPSG:4326")
    return geopandas.GeoDataFrame(plain, geometry=at).to_crs("EPSG:3857")


@pytest.fixture
def home(town: Path, tmp_path: Path) -> Path:
    """Return a project folder with nothing but its study."""
    shutil.copy(town / "study.toml", tmp_path)
    return tmp_path


def publish_town(town: Path, folder: Path) -> Path:
    """Make a project folder with a release, its inputs half files and half frames."""
    shutil.copy(town / "study.toml", folder)
    with geoservice.open_project(folder) as project:
        project.import_areas(town / "areas.geojson")
        project.import_network(town / "streets.osm.pbf", speeds=town / "speeds.toml")
        project.import_stations(pd.read_csv(town / "stations.csv"), name="stations")
        project.import_population(population(town), name="people")
        with project.publish() as release:
            (folder / "remarks.txt").write_text("\n".join(release.remarks))
    return folder


@pytest.fixture(scope="session")
def folder_home(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project folder with a release in it."""
    return publish_town(town, tmp_path_factory.mktemp("published"))


@pytest.fixture(scope="session")
def postgis_home(town: Path, tmp_path_factory: pytest.TempPathFactory, postgis: str) -> tuple[Path, dict[str, str]]:
    """Return a project folder whose tables and release are in PostGIS, and the environment that says so."""
    environment = {"GEOSERVICE_DSN": postgis, "GEOSERVICE_SCHEMA_PREFIX": "pyapi"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        return publish_town(town, tmp_path_factory.mktemp("in_postgis")), environment


@pytest.fixture(params=["folder", pytest.param("postgis", marks=pytest.mark.postgis)])
def published_home(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project folder with a release, in the environment that it was made in."""
    if request.param == "folder":
        folder: Path = request.getfixturevalue("folder_home")
        return folder
    folder, environment = request.getfixturevalue("postgis_home")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return folder


@pytest.fixture
def release(published_home: Path) -> Iterator[Release]:
    with geoservice.open_release(published_home) as opened:
        yield opened


@pytest.fixture(scope="module")
def served(folder_home: Path, serve: Any) -> Iterator[str]:
    with serve(folder_home) as running:
        yield running.url


@pytest.fixture(scope="module")
def near(folder_home: Path) -> Iterator[Release]:
    """Return the release that is served, out of its folder."""
    with geoservice.open_release(folder_home) as opened:
        yield opened
