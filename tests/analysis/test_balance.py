"""Migration between areas: a complete matrix of flows, and its indices with margins."""

from dataclasses import replace

import numpy as np
import pytest

from geoservice.analysis import balance
from geoservice.analysis.base import FlowPlace
from geoservice.demand import Flows

PLACES = {
    "11": FlowPlace("西", "West", "township", 116.0, 30.0, "", "1", "P"),
    "12": FlowPlace("东", "East", "township", 116.1, 30.0, "", "1", "P"),
}


def flows(*rows):
    area, origin, persons, arrived = zip(*rows, strict=True)
    return Flows(area, origin, np.array(persons, float), np.tile(np.float32([3, -3]), (len(rows), 1)), arrived)


@pytest.fixture(scope="module")
def rows(context):
    moved = flows(("11", "12", 40, ""), ("12", "11", 10, ""), ("11", "11", 7, ""), ("11", "12", 5, "arrived_under_1"))
    there = replace(context, demand=replace(context.demand, surface=replace(context.demand.surface, flows=moved)))
    return balance.analyse(replace(there, flow_places=PLACES), balance.Params(), None).rows.to_pandas()


def of(rows, geography, measure):
    found = rows[(rows["geography"] == geography) & (rows["measure"] == measure)]
    return dict(zip(found["unit"], found["value"], strict=True))


def test_in_out_and_net_migrants(rows):
    assert of(rows, "township", "in_migrants") == {"11": 40, "12": 10}
    assert of(rows, "township", "out_migrants") == {"11": 10, "12": 40}
    assert of(rows, "township", "net_migrants") == {"11": 30, "12": -30}
    assert of(rows, "township", "gross_migrants") == {"11": 50, "12": 50}


def test_effectiveness_is_net_over_gross(rows):
    assert of(rows, "township", "migration_effectiveness")["11"] == pytest.approx(60)
    assert of(rows, "system", "system_effectiveness")["township"] == pytest.approx(60)


def test_the_mean_distance_is_that_of_the_two_places(rows):
    assert of(rows, "system", "mean_distance")["township"] == pytest.approx(9.63, abs=0.02)


def test_margins_come_from_the_replays(rows):
    found = rows[(rows["measure"] == "in_migrants") & (rows["unit"] == "11")].iloc[0]
    assert found["margin"] == pytest.approx(1.6449 * 3, rel=1e-3)
    net = rows[(rows["measure"] == "net_migrants") & (rows["unit"] == "11")].iloc[0]
    assert net["margin"] == pytest.approx(0, abs=1e-9), "the noise of both flows moves together here"


def test_a_matrix_with_a_missing_flow_gives_nothing(context):
    surface = replace(context.demand.surface, flows=flows(("11", "12", 40, "")))
    there = replace(context, demand=replace(context.demand, surface=surface), flow_places=PLACES)
    assert balance.analyse(there, balance.Params(), None).rows.num_rows == 0
