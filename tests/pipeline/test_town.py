"""A town small enough to be worked out by hand; see the fixture ``town``.

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
import pyarrow as pa
import pytest
import shapely

from geoservice.analysis import catchments, coverage
from geoservice.analysis.base import UNREACHED, Context, Trip
from geoservice.errors import DisclosureError, InputError, NotFound, StudyError
from geoservice.layer import Layer
from geoservice.pipeline import Published, publish_study
from geoservice.pipeline.context import Built, build_context
from geoservice.project import Project, open_project
from geoservice.release import ItemQuery, ReleaseStore
from geoservice.schema import TableName
from geoservice.study import Study
from geoservice.vintages import Source

WALK = Trip("checkup", "any", "walk")
HOUSEHOLDS = {5: 60, 10: 140, 15: 240, 20: 380}
MIGRANTS = {5: 20, 10: 50, 15: 80, 20: 130}
NOISE = 8  # the planner profile's bound


def quiet(_stage: str, _fraction: float) -> None:
    """Progress that nobody watches."""


def minutes_by_hand(s: int) -> int:
    return min(5 * s, 5 * (8 - s) + 5)


@pytest.fixture(scope="module")
def built(project: Project, households: pa.Table, study: Study) -> Built:
    return build_context(project, households, study, quiet)


@pytest.fixture(scope="module")
def context(built: Built) -> Context:
    return built.context


def test_every_junction_is_an_atom_with_the_time_worked_out_by_hand(context: Context) -> None:
    demand = context.demands["all"]
    i, j = np.rint((demand.lon - 10) / 0.0036).astype(int), np.rint(demand.lat / 0.0036).astype(int)
    at_junction = (np.abs(demand.lon - 10 - 0.0036 * i) < 1e-6) & (np.abs(demand.lat - 0.0036 * j) < 1e-6) & (i < 5)
    assert at_junction.sum() == 25
    assert len(demand.households) == 27
    times = demand.travel[WALK]
    for atom in np.flatnonzero(at_junction):
        s, even = int(i[atom] + j[atom]), (i[atom] + j[atom]) % 2 == 0
        assert times.ms[atom] == minutes_by_hand(s) * 60_000
        assert context.stations.column("id")[int(times.station[atom])].as_py() == ("A" if s <= 4 else "B")
        assert demand.households[atom] == (20 if even else 10)
        assert demand.persons[atom] == 10 * (1 + i[atom]) + (10 if even else 0)
        assert context.areas["township"].ids[demand.area["township"][atom]] == ("W" if i[atom] < 3 else "E")


def test_who_lives_off_the_streets_is_counted_by_reason_and_not_reached(built: Built) -> None:
    context, off_street, _ = built
    walk = off_street["walk"]
    assert walk.counts == {"snapped": 380, "too far": 10, "no network": 10, "bad coordinate": 0}
    assert sorted(reason for _, _, reason in walk.points) == ["no network"] * 10 + ["too far"] * 10
    assert walk.stations == {}
    demand = context.demands["all"]
    lost = demand.travel[WALK].ms == UNREACHED
    assert demand.households[lost].tolist() == [10, 10]
    assert (demand.travel[WALK].station[lost] == -1).all()


def covered(context: Context, study: Study, group: str, level: str) -> dict[tuple[str, int], int]:
    """Exact covered households of each area and break, out of the blocks that the coverage analysis forms."""
    params = coverage.params(study.model_dump())
    found: dict[tuple[str, int], int] = {}
    for block in coverage.analyse(context, params, pd.DataFrame()).blocks:
        if block.households == "covered_households" and (block.group, block.geography) == (group, level):
            households = context.demands[group].households
            atoms = np.arange(len(households)) if block.atom is None else block.atom
            for position, unit in enumerate(block.units):
                found[unit, block.minutes] = int(households[atoms[block.region == position]].sum())
    return found


@pytest.mark.parametrize(("group", "expected"), [("all", HOUSEHOLDS), ("migrant", MIGRANTS)])
def test_coverage_before_noise_and_the_limit_is_inside(context: Context, study: Study, group: str, expected: Any) -> None:
    assert covered(context, study, group, "county") == {("T", m): n for m, n in expected.items()}


def test_coverage_of_the_townships_adds_up_before_noise(context: Context, study: Study) -> None:
    by_township = covered(context, study, "all", "township")
    for minutes, total in HOUSEHOLDS.items():
        assert by_township["W", minutes] + by_township["E", minutes] == total
    # columns 0 to 2 within five minutes: junctions (0, 0), (0, 1) and (1, 0), the first of them with migrants
    assert by_township["W", 5] == 40


Publish = Callable[..., Published]


@pytest.fixture(scope="module")
def publish(project: Project, study: Study, households: pa.Table, layers: tuple[Layer, ...]) -> Publish:
    """Return ``publish(store, ...)``: the town, with another project, households or study where they are given."""

    def go(
        store: ReleaseStore, project: Project = project, households: pa.Table = households, study: Study = study
    ) -> Published:
        return publish_study(project, households, store, study, layers, quiet)

    return go


@pytest.fixture(scope="module")
def table(publish: Publish, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    from geoservice.release import open_store

    store = open_store(tmp_path_factory.mktemp("town") / "releases", None, "geoservice", read_only=False)
    reader = store.open(publish(store).number)
    rows = reader.items("table", ItemQuery(limit=100_000)).to_pandas()
    reader.close()
    store.close()
    return rows


def released(table: pd.DataFrame, measure: str, unit: str, **dims: object) -> Any:
    rows = table[(table["measure"] == measure) & (table["unit"] == unit)]
    for name, value in dims.items():
        rows = rows[rows[name] == value]
    assert len(rows) == 1
    return rows["value"].iloc[0]


def test_released_counts_are_the_true_ones_within_the_noise(table: pd.DataFrame) -> None:
    assert abs(released(table, "households", "T", group="all") - 400) <= NOISE
    for minutes, n in HOUSEHOLDS.items():
        found = released(table, "covered_households", "T", group="all", tier="any", nth=1, minutes=minutes)
        assert abs(found - n) <= NOISE


def test_each_station_serves_those_nearest_to_it(table: pd.DataFrame) -> None:
    # A has s = 0 to 4: 15 junctions, 9 of them even; B the other 10 and 4
    assert abs(released(table, "catchment_households", "checkup.walk.A") - 240) <= NOISE
    assert abs(released(table, "catchment_households", "checkup.walk.B") - 140) <= NOISE


def test_grounds_on_a_regular_grid_cover_the_town_and_do_not_overlap(context: Context, study: Study) -> None:
    """Four cells meet at each corner of a regular grid, or nearly: the coverage union refuses some of these."""
    units = catchments.analyse(context, catchments.params(study.model_dump()), pd.DataFrame()).units[0].table
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
        ({"groups": ({"id": "under_6", "title": {"zh": "六岁以下", "en": "Under 6"}},)}, InputError, "under_6"),
    ],
    ids=["level", "mode", "group"],
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


def test_no_households_are_told_with_the_command_that_loads_them(
    publish: Publish, store: ReleaseStore, households: pa.Table
) -> None:
    with pytest.raises(InputError, match="geoservice import households FILE"):
        publish(store, households=households.slice(0, 0))


def test_a_project_without_streets_says_how_to_get_them(
    publish: Publish, project: Project, store: ReleaseStore, tmp_path: Path
) -> None:
    with closing(open_project(tmp_path / "project", None, "geoservice")) as lacking:
        lacking.write("areas", project.read("areas"), Source("areas", "1"))
        lacking.write("stations", project.read("stations"), Source("stations", "1"))
        with pytest.raises(NotFound, match="geoservice import network"):
            publish(store, lacking)


def test_what_may_not_be_released_leaves_the_old_release_current(
    publish: Publish, store: ReleaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The weakness is planted: every household an atom of its own."""
    first = publish(store).number
    monkeypatch.setattr("geoservice.pipeline.demands.make_atoms", lambda low, *_a, **_k: np.arange(len(low), dtype=np.int32))
    with pytest.raises(DisclosureError):
        publish(store)
    assert (store.numbers(), store.current()) == ([first], first)
    assert store.open().number == first
