"""A published release carries the gazetteer of public places, and its digest among the inputs."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest

from geoservice.addresses.current import current_gazetteer
from geoservice.addresses.gazetteer import Gazetteer
from geoservice.api.measurement import home_supports_of
from geoservice.geocode import GazetteerSource, add_places, build_gazetteer
from geoservice.geocode.place_table import PLACES
from geoservice.ingest import Options, import_file
from geoservice.layer import Layer
from geoservice.network.places import load_places
from geoservice.pipeline import publish_study
from geoservice.progress import quiet
from geoservice.project import Project, open_project
from geoservice.release import ReleaseStore
from geoservice.study import Study

from .conftest import fill


@pytest.fixture
def own(town: Path, study: Study, tmp_path: Path) -> Iterator[Project]:
    with closing(open_project(tmp_path / "project", None, "geoservice")) as project:
        fill(project, town, study)
        import_file(project, "population", town / "population.csv", Options(), study, quiet)
        yield project


def test_a_release_has_the_public_places_only(
    own: Project, study: Study, layers: tuple[Layer, ...], store: ReleaseStore
) -> None:
    place = {"name": "Secret corner", "alias": [], "kind": "poi", "lon": 10.0, "lat": 0.001}
    add_places(own, pa.Table.from_pylist([place], PLACES), GazetteerSource("fixes", "places", "local", private=True))
    report = build_gazetteer(own, study, quiet)
    assert report.counts["stations"] == {"poi": 2}
    assert report.counts["fixes"] == {"poi": 1}
    publish_study(own, store, study, layers, quiet)
    with closing(store.open()) as reader:
        carried = Gazetteer.open(reader.gazetteer())
        assert carried.named("Secret corner") == []
        names = {carried.name(row) for row in range(len(carried))}
        assert names >= set(own.read("stations").column("name").to_pylist())
        assert reader.manifest.inputs["gazetteer"] == current_gazetteer(own.gazetteer).public_digest
    assert store.file_faults(1) == []


@pytest.mark.parametrize("private", [True, False])
def test_homes_are_placed_by_the_public_places_only(own: Project, study: Study, private: bool) -> None:
    """A place that came from another household must not say where this one counts."""
    place = {"name": "Mill hamlet", "alias": [], "kind": "group", "lon": 10.0, "lat": 0.001}
    add_places(own, pa.Table.from_pylist([place], PLACES), GazetteerSource("fixes", "places", "local", private=private))
    build_gazetteer(own, study, quiet)
    supports = home_supports_of(own, load_places(own.network))
    assert supports is not None
    is_known = (10.0, 0.001) in set(zip(supports.lon.tolist(), supports.lat.tolist(), strict=True))
    assert is_known == (not private)
    assert supports.outside_hamlets.all() == private
