"""Closures and peak factors of the grid town, with results by hand; see the fixture ``town`` and ``test_town``.

Node ``5 i + j + 1`` of the extract is junction ``(i, j)``; ways 1 to 5 are the columns, ways 6 to 10 the rows. Station A is at
(0, 0), station B at (4, 4) with five minutes to set up, and a block takes five minutes.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from geoservice.analysis.base import UNREACHED, Trip
from geoservice.errors import StudyError
from geoservice.ingest import Options, import_file
from geoservice.layer import Layer
from geoservice.network.graph import read_index
from geoservice.pipeline import publish_study
from geoservice.pipeline.closures import street_changes, travel_day
from geoservice.pipeline.context import BuiltContext, build_context
from geoservice.progress import quiet
from geoservice.project import Project, open_project
from geoservice.release import ReleaseStore
from geoservice.release.base import Manifest
from geoservice.study import Study

from .conftest import fill

WALK = Trip("checkup", "any", "walk")
JULY = date(2026, 7, 15)
FORD = {"id": "ford", "title": {"zh": "涉水便道", "en": "The ford"}, "from": "2026-06-01", "until": "2026-08-31"}
RIVER = "LINESTRING (9.99 0.0018, 10.02 0.0018)"
"""Crosses the first block of all five columns."""
Closures = list[dict[str, Any]]


@pytest.fixture(scope="module")
def project(town: Path, study: Study, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with closing(open_project(tmp_path_factory.mktemp("closures") / "project", None, "geoservice")) as opened:
        fill(opened, town, study)
        import_file(opened, "population", town / "population.csv", Options(), study, quiet)
        yield opened


def with_keys(study: Study, closures: Closures, **keys: Any) -> Study:
    return Study.model_validate({**study.model_dump(), "closures": closures, **keys})


def minutes(built: BuiltContext) -> dict[tuple[int, int], float | None]:
    """Return the minutes from each junction to the nearest station, None if none is within the limit."""
    surface, ms = built.context.demand.surface, built.context.demand.travel[WALK].ms
    i, j = np.rint((surface.point_lon - 10) / 0.0036), np.rint(surface.point_lat / 0.0036)
    off = np.hypot(surface.point_lon - 10 - 0.0036 * i, surface.point_lat - 0.0036 * j)
    rows = zip(i.tolist(), j.tolist(), ms.tolist(), (off < 1e-6) & (i < 5), strict=True)
    return {(int(a), int(b)): None if t == UNREACHED else round(t / 60_000, 3) for a, b, t, at in rows if at}


def built(project: Project, study: Study, closures: Closures, day: date = JULY, **keys: Any) -> BuiltContext:
    closed = with_keys(study, closures, **keys)
    return build_context(project, closed, quiet, street_changes(closed, {}, day))


@pytest.mark.parametrize(
    ("day", "in_force"),
    [
        (date(2026, 5, 31), False),
        (date(2026, 6, 1), True),
        (JULY, True),
        (date(2026, 8, 31), True),
        (date(2026, 9, 1), False),
    ],
)
def test_the_river_divides_the_town_while_the_ford_is_under_water(
    project: Project, study: Study, day: date, in_force: bool
) -> None:
    times = minutes(built(project, study, [FORD | {"shape": RIVER}], day))
    assert [times[i, 0] for i in range(5)] == [0.0, 5.0, 10.0, 15.0, 20.0], "the southern bank reaches A as before"
    assert [times[i, 3] for i in range(2, 5)] == [20.0, 15.0, 10.0], "and the northern bank B"
    # A is one and four blocks away; B seven and four, and takes five minutes more, which is beyond the limit
    assert [times[0, 1], times[1, 3]] == ([None, None] if in_force else [5.0, 20.0])


ROUND_BY_THE_NEXT_COLUMN = {(0, 1): 15.0, (0, 2): 20.0, (0, 3): None, (1, 0): 5.0, (4, 3): 10.0}


@pytest.mark.parametrize(
    ("closure", "expected"),
    [
        ({"osm": ["w99"], "from": "2026-07-16"}, {(0, 1): 5.0, (0, 2): 10.0, (0, 3): 15.0, (1, 0): 5.0, (4, 3): 10.0}),
        ({"osm": ["w1"]}, ROUND_BY_THE_NEXT_COLUMN),
        ({"osm": ["w1"], "factor": 2}, {(0, 1): 10.0, (0, 2): 20.0, (0, 3): None, (1, 0): 5.0, (4, 3): 10.0}),
        ({"osm": ["n2"]}, {(0, 2): 20.0, (0, 3): None, (1, 1): 10.0}),  # two blocks more round the crossing (0, 1)
        ({"shape": {"type": "LineString", "coordinates": [[9.999, 0.0018], [10.001, 0.0018]]}}, {(0, 1): 15.0, (0, 2): 20.0}),
        ({"shape": RIVER, "factor": 2, "modes": ["walk"]}, {(0, 1): 10.0, (0, 2): 15.0, (0, 3): 20.0, (3, 0): 15.0}),
    ],
)
def test_minutes_by_hand(project: Project, study: Study, closure: dict[str, Any], expected: dict[Any, float | None]) -> None:
    times = minutes(built(project, study, [FORD | closure]))
    assert {junction: times[junction] for junction in expected} == expected


def test_peak_factor_multiplies_walking_through_the_town(project: Project, study: Study) -> None:
    times = minutes(built(project, study, [], peak_factor={"walk": 1.5}))
    assert [times[i, 0] for i in range(3)] == [0.0, 7.5, 15.0]
    assert times[4, 3] == 12.5, "five minutes to set up are not multiplied"
    both = minutes(built(project, study, [FORD | {"osm": ["w6"], "factor": 2}], peak_factor={"walk": 1.5}))
    assert both[1, 0] == 15.0, "twice as long and half as much again"
    assert both[0, 1] == 7.5


def published(
    project: Project, store: ReleaseStore, study: Study, layers: tuple[Layer, ...], progress: Any = quiet, **options: Any
) -> Manifest:
    number = publish_study(project, store, study, layers, progress, **options).number
    with closing(store.open(number)) as reader:
        manifest: Manifest = reader.manifest
        return manifest


def test_the_release_says_which_closures_count(
    project: Project, store: ReleaseStore, study: Study, layers: tuple[Layer, ...]
) -> None:
    winter = {"id": "ice", "title": {"zh": "冰路", "en": "Ice road"}, "osm": ["w2"], "from": "2026-12-01"}
    spring = {"id": "mud", "title": {"zh": "泥路", "en": "Mud"}, "osm": ["w3"], "until": "2026-04-30"}
    repair = {"id": "repair", "title": {"zh": "修路", "en": "Repair"}, "osm": ["w1", "w6"], "factor": 1.5}
    square = {"id": "square", "title": {"zh": "广场", "en": "The square"}, "osm": ["w10", "n13"]}
    closed = with_keys(
        study, [FORD | {"shape": RIVER}, winter, repair, spring, square], open_hazards=["ford"], peak_factor={"walk": 1.4}
    )
    manifest = published(project, store, closed, layers, day=JULY)
    zh, en = ([getattr(n, language) for n in manifest.notes] for language in ("zh", "en"))
    assert (
        "2026-07-15当日的道路封闭和减速已计入：涉水便道（封闭：步行2.00公里）；修路（时间为1.5倍：步行3.20公里）；"
        "广场（封闭：步行1.60公里和1个节点）。"
    ) in zh
    assert "以下道路封闭和减速在2026-07-15不生效，未计入：冰路（2026-12-01起）；泥路（至2026-04-30）。" in zh
    assert (
        "Closures in force on 2026-07-15 are counted: The ford (closed: walking 2.00 km); "
        "Repair (1.5 times slower: walking 3.20 km); The square (closed: walking 1.60 km and 1 node)."
    ) in en
    assert ("Closures not in force on 2026-07-15 are not counted: Ice road (from 2026-12-01); Mud (until 2026-04-30).") in en
    assert "按研究设置，以下道路可以通行：涉水路段。" in zh
    assert "Open as the study says: fords." in en
    assert "步行时间为高峰时段：道路上的时间乘以1.4，两端到道路的步行时间不变。" in zh
    assert (
        "Times of walking are those of the rush hour: on streets they are multiplied by 1.4, the walk to the street at both "
        "ends is not."
    ) in en
    titles = [c.title for layer in manifest.layers for c in layer.columns if c.dimensions.get("mode") == "walk"]
    assert any("步行，高峰×1.4" in t.zh and "walking, rush hour × 1.4" in t.en for t in titles)
    assert manifest.study["travel_date"] == "2026-07-15"
    assert manifest.study["peak_factor"] == {"walk": 1.4}
    assert manifest.study["closures"][0]["from"] == "2026-06-01"
    assert set(manifest.inputs) == {"areas", "stations", "surface", "network", "closures"}


def test_a_study_without_closures_is_as_before(
    project: Project, store: ReleaseStore, study: Study, layers: tuple[Layer, ...]
) -> None:
    plain = published(project, store, study, layers)
    later = published(project, store, with_keys(study, [FORD | {"osm": ["w1"]}]), layers, day=date(2027, 1, 1))
    assert plain.inputs["network"] == later.inputs["network"] == read_index(project.network)["digest"]
    assert plain.table_digest == later.table_digest
    assert set(plain.inputs) == set(later.inputs) == {"areas", "stations", "surface", "network"}
    assert len(later.notes) == len(plain.notes) + 1
    assert plain.study["travel_date"] is None
    closed = published(project, store, with_keys(study, [FORD | {"osm": ["w1"]}]), layers, day=JULY)
    assert closed.inputs["network"] != plain.inputs["network"]


def test_the_second_publish_builds_no_streets(
    project: Project, store: ReleaseStore, study: Study, layers: tuple[Layer, ...]
) -> None:
    closed = with_keys(study, [FORD | {"osm": ["w4", "n25"], "factor": None}])
    stages: list[set[str]] = []
    hashes = []
    for _ in range(2):
        seen: set[str] = set()
        hashes.append(published(project, store, closed, layers, lambda stage, _f, seen=seen: seen.add(stage), day=JULY).hash)
        stages.append(seen)
    assert stages[0] - stages[1] == {"reading streets", "building walk", "building"}
    assert hashes[0] == hashes[1]


@pytest.mark.parametrize(
    ("closure", "message"),
    [
        ({"osm": ["w99"]}, r"^study\.toml: closures\.ford\.osm: no street of streets\.osm\.pbf has w99$"),
        ({"shape": "LINESTRING (0 0, 1 1)"}, r"^study\.toml: closures\.ford: it meets no street of streets\.osm\.pbf"),
        ({"file": "flood.geojson"}, r"^study\.toml: closures\.ford\.file: the shapes of flood\.geojson were not read$"),
    ],
)
def test_a_closure_that_cannot_be_meant_is_refused_and_nothing_is_released(
    project: Project, store: ReleaseStore, study: Study, layers: tuple[Layer, ...], closure: Any, message: str
) -> None:
    with pytest.raises(StudyError, match=message):
        published(project, store, with_keys(study, [FORD | closure]), layers, day=JULY)
    assert store.numbers() == []


def test_shapes_of_files_count(project: Project, study: Study) -> None:
    closed = with_keys(study, [FORD | {"file": "flood.geojson"}])
    shapes = {"ford": np.array([shapely.from_wkt(RIVER)], object)}
    times = minutes(build_context(project, closed, quiet, street_changes(closed, shapes, JULY)))
    assert times[0, 1] is None


def test_the_day_of_the_command_comes_before_that_of_the_study(study: Study) -> None:
    dated = study.model_copy(update={"travel_date": JULY})
    assert travel_day(dated, date(2026, 1, 1)) == date(2026, 1, 1)
    assert travel_day(dated, None) == JULY
    assert abs((travel_day(study, None) - date.today()).days) <= 1  # noqa: DTZ011 - the machine's day is what is meant
