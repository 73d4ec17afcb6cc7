"""standards.toml: what is read, what is refused, and what a release says of readiness."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from geoservice.errors import StudyError
from geoservice.layer import Layer
from geoservice.pipeline import publish_study
from geoservice.pipeline.standards import StationStandards, read_standards
from geoservice.progress import quiet
from geoservice.project import Project
from geoservice.release import ItemQuery, ReleaseReader, ReleaseStore, open_store
from geoservice.release.base import ALL
from geoservice.study import Study

STANDARDS = """
[title]
zh = "标准"
en = "Standard"

[tiers.county]
staff = 3
services = ["checkup"]

[tiers.village]
"""


@pytest.fixture
def standards(tmp_path: Path) -> StationStandards:
    (tmp_path / "standards.toml").write_text(STANDARDS, encoding="utf-8")
    return read_standards(tmp_path / "standards.toml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tiers.village]\narea = 60", r"s\.toml: tiers\.village: .*unknown key 'area', allowed are floor_area_m2, staff"),
        ("[tiers.town]\nstaff = 1", r"unknown tier 'town', allowed are county, township, village, van"),
        ("[tiers.village]\nstaff = 1\n[extra]\n", r"unknown key 'extra', allowed are title, source, tiers"),
        ("name = 'x'\n[tiers.village]\n", r"unknown key 'name', allowed are title, source, tiers"),
        ("[tiers.village]\nstaff = 'two'", r"tiers\.village\.staff: .*number.*got 'two'"),
        ("[tiers.village]\nhours_per_week = 200", r"tiers\.village\.hours_per_week: .*less than or equal to 168; got 200"),
        ("[tiers.village]\nequipment = 'bed'", r"tiers\.village\.equipment: .*tuple; got 'bed'"),
        ("", r"s\.toml: tiers: Field required"),
        ("tiers = 3", r"s\.toml: tiers: .*dictionary; got 3"),
        ("[tiers", r"s\.toml: not readable as TOML"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "s.toml").write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match=message):
        read_standards(tmp_path / "s.toml")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"other\.toml not found"):
        read_standards(tmp_path / "other.toml")


def test_services_and_tiers_are_those_of_the_study(standards: StationStandards, study: Study, project: Project) -> None:
    stations = project.read("stations")
    standards.check(study, stations)
    tiers = {tier: standard.model_copy(update={"services": ("post",)}) for tier, standard in standards.tiers.items()}
    with pytest.raises(StudyError, match=r"standards\.toml: tiers\.county\.services: got 'post', allowed are .*checkup"):
        standards.model_copy(update={"tiers": tiers}).check(study, stations)
    with pytest.raises(StudyError, match=r"got no \[tiers\.village\], but 1 active stations are of this tier"):
        standards.model_copy(update={"tiers": {"county": standards.tiers["county"]}}).check(study, stations)


@pytest.fixture
def release(
    project: Project, study: Study, layers: tuple[Layer, ...], store: ReleaseStore, standards: StationStandards
) -> Iterator[ReleaseReader]:
    publish_study(project, store, study, layers, quiet, standards=standards)
    with closing(store.open()) as reader:
        yield reader


def test_a_release_says_what_each_station_lacks(release: ReleaseReader) -> None:
    """The stations of the town state no staff: the county's is unknown, nothing is required of the village's."""
    stations = {s["unit"]: s for s in release.items("stations", ItemQuery(limit=ALL)).to_pylist()}
    assert [stations[u]["readiness"] for u in ("A", "B")] == ["unknown", "ready"]
    assert (stations["A"]["unknown_zh"], stations["A"]["lacks_zh"]) == ("人员", None)
    county = next(a for a in release.items("readiness", ItemQuery(limit=ALL)).to_pylist() if a["geography"] == "county")
    assert [county[f"stations{s}_any"] for s in ("", "_ready", "_unknown", "_lacking")] == [2, 1, 1, 0]
    coverage = next(a for a in release.items("coverage", ItemQuery(limit=ALL)).to_pylist() if a["geography"] == "county")
    minutes = next(s.standard_minutes for s in Study.model_validate(release.manifest.study).services)
    assert county["stated_share_checkup_walk"] == pytest.approx(coverage[f"share_checkup_walk_{minutes}"])
    assert 0 < county["ready_share_checkup_walk"] < county["stated_share_checkup_walk"]
    assert county["name_only_share_checkup_walk"] == pytest.approx(
        county["stated_share_checkup_walk"] - county["ready_share_checkup_walk"]
    )


def test_without_standards_a_release_has_no_readiness(
    project: Project, study: Study, layers: tuple[Layer, ...], tmp_path: Path
) -> None:
    with closing(open_store(tmp_path / "releases", None, "geoservice", read_only=False)) as store:
        publish_study(project, store, study, layers, quiet)
        with closing(store.open()) as reader:
            assert "readiness" not in [layer.id for layer in reader.manifest.layers]
            assert all(s["readiness"] is None for s in reader.items("stations", ItemQuery(limit=ALL)).to_pylist())
