"""The benchmark's nation, made small: its gazetteer is built, and its addresses are found in their villages."""

import pytest

from geoservice.api.project import open_project
from geoservice.bench.geocode import STUDY
from geoservice.bench.geocode.nation import addresses, write_nation
from geoservice.geocode.geocoder import Geocoder


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> tuple[Geocoder, list[str]]:
    folder = tmp_path_factory.mktemp("nation")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    villages = write_nation(folder / "nation.csv", towns=1, villages=2)
    assert len(villages) == len(set(villages)) > 5000
    with open_project(folder) as project:
        project.gazetteer.add(folder / "nation.csv", "divisions", code_system="nbs2023")
        return Geocoder(project.gazetteer.build().folder), addresses(villages, 300)


def test_most_addresses_are_found_in_a_village_that_they_name(nation: tuple[Geocoder, list[str]]) -> None:
    geocoder, rows = nation
    answers = geocoder.geocode_all(rows)
    in_village = [
        (row, answer.areas[-1].name)
        for row, answer in zip(rows, answers, strict=True)
        if answer.areas and answer.areas[-1].level == "village"
    ]
    assert len(in_village) > 0.85 * len(rows)
    for row, name in in_village:
        stem = name.removesuffix("村委会").removesuffix("社区居委会")
        assert stem in row, (row, name)
