"""A second code system beside that of the study: it does not count, and areas are found by their codes in it."""

import shutil
from collections.abc import Iterator
from contextlib import closing

import pyarrow as pa
import pytest
from coded_areas import coded_areas

from geoservice.cql2 import parse_filter
from geoservice.layer import Layer
from geoservice.pipeline import publish_study
from geoservice.pipeline.inputs import read_inputs
from geoservice.pipeline.other_codes import add_other_codes
from geoservice.pipeline.public_places import read_places
from geoservice.progress import quiet
from geoservice.project import Project, open_project
from geoservice.release import ItemQuery, ReleaseReader, open_store
from geoservice.release.properties import queryables_of
from geoservice.study import Study
from geoservice.vintages import Source

SECOND = "county 900 T\ntownship E W 900\ntownship 902 E 900\ntownship 903 F 900"
"""The code E is the town W."""
PUBLISHED = ("coverage", "capacity", "cells", "stations", "table")


@pytest.fixture(scope="module")
def two_systems(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("two") / "project"
    shutil.copytree(project.folder, folder)
    with closing(open_project(folder, None, "geoservice")) as opened:
        opened.write("areas", coded_areas("MCA 2026", SECOND), Source("second", "1"))
        yield opened


@pytest.fixture(scope="module")
def release(
    two_systems: Project, study: Study, layers: tuple[Layer, ...], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ReleaseReader]:
    with closing(open_store(tmp_path_factory.mktemp("two_released"), None, "geoservice", read_only=False)) as store:
        number = publish_study(two_systems, store, study, [x for x in layers if x.id in PUBLISHED], quiet).number
        with closing(store.open(number)) as reader:
            yield reader


def items(release: ReleaseReader, layer: str, text: str | None = None) -> pa.Table:
    wanted = None if text is None else parse_filter(text, "cql2-text", queryables_of(release.layer(layer)))
    return release.items(layer, ItemQuery(limit=100, geometry=False, filter=wanted))


def test_only_areas_of_the_study_have_results(release: ReleaseReader) -> None:
    assert sorted(items(release, "coverage").column("unit").to_pylist()) == ["E", "T", "W"]


def test_an_area_is_found_by_its_code_in_the_other_system(release: ReleaseReader) -> None:
    assert items(release, "coverage", "code_mca_2026 = 'E'").column("unit").to_pylist() == ["W"]
    assert items(release, "coverage", "code_mca_2026 IN ('900', '902', '903')").column("unit").to_pylist() == ["T", "E"]


def test_layers_of_areas_alone_have_the_codes(release: ReleaseReader) -> None:
    with_codes = {
        layer.id
        for layer in release.manifest.layers
        if any(column.name == "code_mca_2026" and column.title.zh == "区域代码（MCA 2026）" for column in layer.columns)
    }
    assert with_codes == {"coverage", "capacity"}
    assert {"cells", "stations"} <= {layer.id for layer in release.manifest.layers}


def test_the_release_says_that_the_others_do_not_count(release: ReleaseReader) -> None:
    [note] = [note for note in release.manifest.notes if "MCA 2026" in note.zh]
    assert "3个区域中3个有唯一对应" in note.zh
    assert "the property code_mca_2026 has the code of each area in it, for the 3 of 3" in note.en
    assert not any("left out" in n.en and "Areas are those" in n.en for n in release.manifest.notes)


def test_a_project_with_one_system_is_as_it_was(project: Project, study: Study) -> None:
    inputs = read_inputs(project, study)
    same = add_other_codes(inputs, project, study)
    assert same.areas is inputs.areas
    assert same.notes == inputs.notes
    assert read_places(inputs.areas, study.levels).areas["county"].table.column_names == [
        "unit", "name_zh", "name_en", "parent", "geometry",
    ]  # fmt: skip


def test_an_area_that_is_divided_has_no_code_of_its_own(two_systems: Project, study: Study) -> None:
    inputs = read_inputs(two_systems, study)
    with closing(open_project(two_systems.folder.parent / "divided", None, "geoservice")) as opened:
        shapes = read_places(inputs.areas, study.levels).outlines
        opened.write("areas", inputs.areas, Source("own", "1"))
        opened.write("stations", two_systems.read("stations"), Source("s", "1"))
        halves = {"7": shapes["W"], "8": shapes["E"]}
        opened.write("areas", coded_areas("x", "township 7 W\ntownship 8 E", halves), Source("x", "1"))
        opened.write(
            "areas", coded_areas("y", "county 9 T\ntownship 7 V", {"9": shapes["T"], "7": shapes["T"]}), Source("y", "1")
        )
        areas = add_other_codes(inputs, opened, study).areas
    codes = {r["code"]: (r["code_x"], r["code_y"]) for r in areas.drop_columns(["geometry"]).to_pylist()}
    assert codes == {"T": (None, "9"), "W": ("7", None), "E": ("8", None)}
