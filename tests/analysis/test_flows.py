"""Flows of migrants: four levels of detail that each add up, shares, rates and lines."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from toy_district import run

from geoservice.analysis.base import FlowPlace
from geoservice.demand import Flows

ROWS = [
    ("1", "P", "", 50.0), ("1", "P1", "", 40.0), ("1", "P2", "", 10.0), ("1", "Q", "", 30.0),
    ("11", "P", "", 35.0), ("11", "P1", "", 28.0), ("11", "P2", "", 7.0), ("11", "Q", "", 20.0),
    ("12", "P", "", 15.0), ("12", "P1", "", 12.0), ("12", "P2", "", 3.0), ("12", "Q", "", 10.0),
    ("1", "P", "arrived_under_1", 6.0), ("1", "elsewhere", "", 4.0), ("X", "P", "", 9.0),
]  # fmt: skip
PLACES = {
    "1": FlowPlace("县", "County", "county", 116.0, 30.0, "P", "1", "P"),
    "11": FlowPlace("西", "West", "township", 115.9, 30.0, "1", "1", "P"),
    "12": FlowPlace("东", "East", "township", 116.1, 30.0, "1", "1", "P"),
    "P": FlowPlace("皖", "P", "province", 117.0, 31.0, "", "", "P"),
    "P1": FlowPlace("一", "P1", "county", 117.5, 31.0, "P", "P1", "P"),
    "P2": FlowPlace("二", "P2", "county", 118.0, 31.0, "P", "P2", "P"),
    "Q": FlowPlace("浙", "Q", "province", 120.0, 30.0, "", "", "Q"),
    "elsewhere": FlowPlace("其他", "elsewhere", "", np.nan, np.nan, "", "", ""),
}


@pytest.fixture(scope="module")
def migrants(context):
    area, origin, arrived, persons = zip(*ROWS, strict=True)
    flows = Flows(area, origin, np.array(persons), np.tile(np.float32([2, -2]), (len(ROWS), 1)), arrived)
    there = replace(context, demand=replace(context.demand, surface=replace(context.demand.surface, flows=flows)))
    return run(replace(there, flow_places=PLACES))


def of(frame, geography, measure="flow_persons", group="migrant"):
    rows = frame[(frame["geography"] == geography) & (frame["measure"] == measure) & (frame["group"] == group)]
    return dict(zip(rows["unit"], rows["value"], strict=True))


def test_each_level_of_detail_adds_up_to_all_migrants(migrants):
    frame = migrants[0]
    assert of(frame, "flow") == {"1-P": 50, "1-Q": 30, "1-elsewhere": 4}
    assert of(frame, "flow_detail") == {"1-P1": 40, "1-P2": 10, "1-Q": 30, "1-elsewhere": 4}
    assert of(frame, "flow_local") == {"11-P": 35, "11-Q": 20, "12-P": 15, "12-Q": 10}
    assert of(frame, "flow_local_detail") == {"11-P1": 28, "11-P2": 7, "11-Q": 20, "12-P1": 12, "12-P2": 3, "12-Q": 10}


def test_totals_by_origin(migrants):
    assert of(migrants[0], "origin") == {"P": 50, "Q": 30, "elsewhere": 4}
    assert of(migrants[0], "origin_detail") == {"P1": 40, "P2": 10, "Q": 30, "elsewhere": 4}


def test_shares_are_those_of_the_areas_migrants(migrants):
    assert of(migrants[0], "flow", "flow_share")["1-P"] == pytest.approx(100 * 50 / 84)
    assert of(migrants[0], "flow_local", "flow_share")["12-Q"] == pytest.approx(40)


def test_rates_are_per_1000_inhabitants(migrants, context):
    persons = migrants[0].query("measure == 'persons' and geography == 'county' and group == 'all'")["value"].iloc[0]
    assert of(migrants[0], "flow", "flow_rate")["1-Q"] == pytest.approx(30_000 / persons)


def test_arrivals_are_parts_of_the_flow(migrants):
    assert of(migrants[0], "flow", group="arrived_under_1") == {"1-P": 6}


def test_margins_follow_the_replays(migrants):
    row = migrants[0].query("geography == 'flow' and measure == 'flow_persons' and unit == '1-Q'").iloc[0]
    assert row["margin"] == pytest.approx(1.6449 * 2, abs=1e-3)
    # the noise of the three origins moves together here: 2 - 30 / 84 * 6, so the share's margin is small
    share = migrants[0].query("geography == 'flow' and measure == 'flow_share' and unit == '1-Q'").iloc[0]
    assert share["margin"] == pytest.approx(100 * 1.6449 * abs(2 - 30 / 84 * 6) / 84, rel=1e-3)


def test_lines_lead_from_the_origin_to_the_area(migrants):
    table = migrants[1]["flow"].table
    line = dict(zip(table.column("unit").to_pylist(), shapely.from_wkb(table.column("geometry").to_pylist()), strict=True))
    assert shapely.get_coordinates(line["1-Q"]).tolist() == [[120.0, 30.0], [116.0, 30.0]]
    assert line["1-elsewhere"] is None
    distance = dict(zip(table.column("unit").to_pylist(), table.column("distance_km").to_pylist(), strict=True))
    assert distance["1-Q"] == pytest.approx(385.2, abs=0.5)


def test_the_class_of_the_census(migrants):
    table = migrants[1]["flow_detail"].table
    relation = dict(zip(table.column("unit").to_pylist(), table.column("relation").to_pylist(), strict=True))
    assert (relation["1-P1"], relation["1-Q"]) == ("same_province", "other_province")


def test_a_surface_without_flows_has_none(context):
    frame, units = run(context)
    assert "flow" not in units
    assert not frame["measure"].astype(str).str.startswith("flow").any()
