"""A town small enough for results by hand; see the fixture ``town``.

A junction ``s = i + j`` blocks from station A is ``8 - s`` blocks from B, so its time is ``min(5 s, 5 (8 - s) + 5)`` minutes:
0 5 10 15 20 20 15 10 5 for s = 0 ... 8, of which there are 1 2 3 4 5 4 3 2 1. Within 5 minutes lie 1 + 2 + 1 = 4 junctions,
2 of them even, hence (4 + 2) x 10 households; within 10 minutes 9 and 5, within 15 minutes 16 and 8, within 20 all 25 and 13.
"""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from geoservice.analysis import catchments
from geoservice.analysis.accessibility import minutes_to_nth
from geoservice.analysis.base import UNREACHED, Context, Trip
from geoservice.analysis.frames import stack
from geoservice.demand import Quantity
from geoservice.errors import InputError, NotFound, StudyError
from geoservice.ingest import Options, import_file
from geoservice.layer import Layer
from geoservice.pipeline import Published, publish_study
from geoservice.pipeline.context import BuiltContext, build_context
from geoservice.pipeline.off_street import NOT_JOINED
from geoservice.progress import quiet
from geoservice.project import Project, open_project
from geoservice.release import ItemQuery, ReleaseStore, open_store
from geoservice.schema import TableName
from geoservice.study import Study
from geoservice.vintages import Source

WALK = Trip("checkup", "any", "walk")
HOUSEHOLDS = {5: 60, 10: 140, 15: 240, 20: 380}


def minutes_by_hand(s: int) -> int:
    return min(5 * s, 5 * (8 - s) + 5)


@pytest.fixture(scope="module")
def built(project: Project, study: Study) -> BuiltContext:
    return build_context(project, study, quiet)


@pytest.fixture(scope="module")
def context(built: BuiltContext) -> Context:
    return built.context


def test_pairs_of_stations_have_the_times_of_the_search_for_the_nearest(context: Context) -> None:
    rows = np.flatnonzero(["checkup" in s["services"] for s in context.stations.to_pylist()])
    nearest = context.demand.travel[WALK].ms
    pairs = context.station_pairs("walk", rows, 15)
    minutes = minutes_to_nth(pairs, len(nearest), 1)
    reached = nearest <= 15 * 60_000
    assert pairs.stations == len(rows) > 1
    assert reached.any()
    assert np.isnan(minutes[~reached]).all()
    np.testing.assert_array_equal(minutes[reached] * 60_000, nearest[reached])


def test_every_junction_is_a_point_with_the_time_worked_out_by_hand(context: Context) -> None:
    demand, surface = context.demand, context.demand.surface
    i = np.rint((surface.point_lon - 10) / 0.0036).astype(int)
    j = np.rint(surface.point_lat / 0.0036).astype(int)
    off = np.hypot(surface.point_lon - 10 - 0.0036 * i, surface.point_lat - 0.0036 * j)
    at_junction = np.flatnonzero((off < 1e-6) & (i < 5))
    assert (len(at_junction), len(surface.point_lon)) == (25, 27)
    times = demand.travel[WALK]
    for point in at_junction:
        s, even = int(i[point] + j[point]), (i[point] + j[point]) % 2 == 0
        assert times.ms[point] == minutes_by_hand(s) * 60_000
        assert context.stations.column("id")[int(times.station[point])].as_py() == ("A" if s <= 4 else "B")
        leaf = surface.point_leaf[point]
        assert surface.values[Quantity("households")][leaf] == (20 if even else 10)
        assert surface.values[Quantity("persons")][leaf] == 10 * (1 + i[point]) + (10 if even else 0)
        assert context.areas["township"].ids[demand.area["township"][point]] == ("W" if i[point] < 3 else "E")


def test_who_lives_off_the_streets_is_a_share_by_reason_and_not_reached(built: BuiltContext) -> None:
    walk, demand = built.off_street["walk"], built.context.demand
    persons = demand.surface.values[Quantity("persons")].sum()
    share = round(100 * 10 / persons, 2)
    assert walk.shares == {"too far from a street": share, "no network": share, "bad coordinate": 0.0, NOT_JOINED: 0.0}
    assert walk.stations == {}
    lost = demand.travel[WALK].ms == UNREACHED
    assert demand.surface.values[Quantity("households")][demand.surface.point_leaf[lost]].tolist() == [10, 10]
    assert (demand.travel[WALK].station[lost] == -1).all()


Publish = Callable[..., Published]


@pytest.fixture(scope="session")
def publish(project: Project, study: Study, layers: tuple[Layer, ...]) -> Publish:
    """Return ``publish(store, project, study)``."""

    def go(store: ReleaseStore, project: Project = project, study: Study = study) -> Published:
        return publish_study(project, store, study, layers, quiet)

    return go


def rows_of(project: Project, study: Study, layers: tuple[Layer, ...], folder: Path) -> pd.DataFrame:
    """The release table of a study."""
    with closing(open_store(folder / "releases", None, "geoservice", read_only=False)) as store:
        number = publish_study(project, store, study, layers, quiet).number
        with closing(store.open(number)) as reader:
            return reader.items("table", ItemQuery(limit=1_000_000)).to_pandas()


@pytest.fixture(scope="module")
def table(project: Project, study: Study, layers: tuple[Layer, ...], tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return rows_of(project, study, layers, tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def estimates(
    protected: Project, study: Study, layers: tuple[Layer, ...], tmp_path_factory: pytest.TempPathFactory
) -> pd.DataFrame:
    return rows_of(protected, study, layers, tmp_path_factory.mktemp("estimates"))


def row(table: pd.DataFrame, measure: str, unit: str, **dims: object) -> Any:
    rows = table[(table["measure"] == measure) & (table["unit"] == unit)]
    for name, value in dims.items():
        rows = rows[rows[name] == value]
    assert len(rows) == 1
    return rows.iloc[0]


def test_public_people_are_counted_exactly_and_the_limit_is_inside(table: pd.DataFrame) -> None:
    assert row(table, "households", "T", group="all")["value"] == 400
    for minutes, n in HOUSEHOLDS.items():
        found = row(table, "covered_households", "T", group="all", tier="any", nth=1, minutes=minutes)
        assert (found["value"], np.isnan(found["margin"])) == (n, True)


def test_coverage_of_the_townships_adds_up(table: pd.DataFrame) -> None:
    for minutes, total in HOUSEHOLDS.items():
        west, east = (row(table, "covered_households", u, group="all", minutes=minutes)["value"] for u in "WE")
        assert west + east == total
    # columns 0 to 2 within five minutes: junctions (0, 0), (0, 1) and (1, 0), the first of them with migrants
    assert row(table, "covered_households", "W", group="all", minutes=5)["value"] == 40


def test_each_station_serves_those_nearest_to_it(table: pd.DataFrame) -> None:
    # A has s = 0 to 4: 15 junctions, 9 of them even; B the other 10 and 4
    assert row(table, "catchment_households", "checkup.walk.A")["value"] == 240
    assert row(table, "catchment_households", "checkup.walk.B")["value"] == 140


def test_estimates_of_the_register_lie_within_a_few_margins_of_the_people(estimates: pd.DataFrame) -> None:
    for measure, unit, true in (("households", "T", 400), ("persons", "T", 900), ("households", "W", 240)):
        found = row(estimates, measure, unit, group="all")
        assert abs(found["value"] - true) < 3 * found["margin"]
    migrants = row(estimates, "households", "T", group="migrant")
    assert abs(migrants["value"] - 130) < 3 * migrants["margin"]


def test_nothing_of_a_register_is_withheld(estimates: pd.DataFrame) -> None:
    assert not set(estimates["status"]) - {"ok", "beyond", "nobody", "not_applicable"}
    assert estimates.loc[estimates["measure"].str.endswith("persons"), "value"].notna().all()


def test_residents_of_a_grid_and_migrants_of_a_register_make_everybody(
    protected: Project, town: Path, study: Study, layers: tuple[Layer, ...], tmp_path: Path
) -> None:
    import_file(protected, "population", town / "population.csv", Options(), study, quiet)
    sources = {"residents": "population", "migrants": "register"}
    rows = rows_of(protected, Study.model_validate({**study.model_dump(), "demand": sources}), layers, tmp_path)
    every, resident, migrant = (row(rows, "persons", "T", group=g) for g in ("all", "resident", "migrant"))
    assert resident["value"] == 900, "as the grid has them"
    assert abs(migrant["value"] - 130) < 3 * migrant["margin"]
    assert every["value"] == pytest.approx(resident["value"] + migrant["value"])
    assert every["margin"] == pytest.approx(migrant["margin"], rel=0.05), "the grid states no errors"
    assert row(rows, "covered_share", "T", group="resident", minutes=20)["value"] == pytest.approx(100 * 880 / 900)


def test_places_of_the_surface_are_published(estimates: pd.DataFrame) -> None:
    leaves = estimates[(estimates["geography"] == "leaf") & (estimates["group"] == "all")]
    total = row(estimates, "persons", "T", group="all")["value"]
    assert leaves.loc[leaves["measure"] == "persons", "value"].sum() == pytest.approx(total)


def test_small_counts_are_hidden_where_the_office_asks_for_it(
    protected: Project, study: Study, layers: tuple[Layer, ...], tmp_path: Path
) -> None:
    asked = Study.model_validate({**study.model_dump(), "disclosure": {"hide_below": 10}})
    rows = rows_of(protected, asked, layers, tmp_path)
    counts = rows[rows["measure"].isin(["persons", "households", "covered_persons"])]
    assert (counts["status"] == "under").any()
    assert not (counts["value"] < 10).any()
    assert (counts["value"].isna() == (counts["status"] == "under")).all()


def test_grounds_on_a_regular_grid_cover_the_town_and_do_not_overlap(context: Context) -> None:
    """Four cells meet at each corner of a regular grid, or nearly: the coverage union refuses some of these."""
    units = catchments.analyse(context, catchments.Params(services=("checkup",)), stack([])).units[0].table
    a, b = shapely.from_wkb(units.column("geometry").to_pylist())
    county = shapely.from_wkb(context.areas["county"].table.column("geometry")[0].as_py())
    assert a.intersection(b).area < 1e-9 * county.area
    assert a.union(b).area == pytest.approx(county.area, rel=1e-6)
    assert a.contains(shapely.Point(10.0036, 0.0036))
    assert b.contains(shapely.Point(10.0108, 0.0108))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"levels": ("county", "village")}, StudyError, r"'village'.*\['county', 'township'\]"),
        ({"modes": ("walk", "drive")}, NotFound, "drive"),
        ({"groups": ({"id": "under_6", "title": {"zh": "六岁以下", "en": "Under 6"}},)}, StudyError, "under_6"),
        ({"migrants": True}, StudyError, "migrants is true"),
    ],
    ids=["level", "mode", "group", "migrants"],
)
def test_what_the_study_asks_for_in_vain_is_said_and_nothing_is_released(
    publish: Publish, store: ReleaseStore, study: Study, change: Any, error: Any, message: str
) -> None:
    asked = Study.model_validate({**study.model_dump(), **change})
    with pytest.raises(error, match=message) as caught:
        publish(store, study=asked)
    assert "\n" not in str(caught.value)
    assert store.numbers() == []


@pytest.mark.parametrize("missing", ["areas", "stations"])
def test_an_empty_table_is_named_with_the_command_that_fills_it(
    publish: Publish, project: Project, store: ReleaseStore, tmp_path: Path, missing: TableName
) -> None:
    names: tuple[TableName, ...] = ("areas", "stations")
    with closing(open_project(tmp_path / "project", None, "geoservice")) as lacking:
        for name in names:
            if name != missing:
                lacking.write(name, project.read(name), Source(name, "1"))
        with pytest.raises(InputError, match=f"geoservice import {missing} FILE"):
            publish(store, lacking)


def test_no_people_are_told_with_the_commands_that_load_them(
    publish: Publish, project: Project, store: ReleaseStore, town: Path, study: Study, tmp_path: Path
) -> None:
    with closing(open_project(tmp_path / "project", None, "geoservice")) as lacking:
        names: tuple[TableName, ...] = ("areas", "stations")
        for name in names:
            lacking.write(name, project.read(name), Source(name, "1"))
        with pytest.raises(InputError, match="geoservice import population FILE"):
            publish(store, lacking)
        with pytest.raises(InputError, match="geoservice protect"):
            publish(store, lacking, Study.model_validate({**study.model_dump(), "demand": "register"}))


def test_a_project_without_streets_says_how_to_get_them(
    publish: Publish, project: Project, store: ReleaseStore, tmp_path: Path
) -> None:
    with closing(open_project(tmp_path / "project", None, "geoservice")) as lacking:
        lacking.write("areas", project.read("areas"), Source("areas", "1"))
        lacking.write("stations", project.read("stations"), Source("stations", "1"))
        lacking.write("population", project.read("population"), Source("population", "1"))
        with pytest.raises(NotFound, match="geoservice import network"):
            publish(store, lacking)
