"""Interaction models: flows made by a gravity model are explained, and a flow that is planted far above it is flagged."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from geoservice.analysis import interaction
from geoservice.analysis.base import FlowPlace
from geoservice.demand import Flows
from geoservice.geo import haversine_m

POWER, NOISE, PLANTED = -1.5, 8.0, (7, 2)
AREAS = {f"A{j}": FlowPlace("", "", "township", 116 + 0.1 * j, 30 + 0.07 * (j * j % 5), "", "C", "P") for j in range(6)}
ORIGINS = {
    f"O{i:02d}": FlowPlace("", "", "county", 115 + 0.1 * i, 29 + 0.9 * (i * i % 3), "", f"O{i:02d}", "P") for i in range(25)
}
NOWHERE = FlowPlace("", "", "", np.nan, np.nan, "", "", "")
PLACES = {**AREAS, **ORIGINS, "P": FlowPlace("", "", "province", 117, 31, "", "", "P"), "elsewhere": NOWHERE}


def model_flows(seed, spread=0.1, planted=1.0):
    """Flows of a gravity model with a relative spread, as estimates with noise; also from the province around the areas."""
    random = np.random.default_rng(seed)
    (lon1, lat1), (lon2, lat2) = (np.array([(p.lon, p.lat) for p in ends.values()]).T for ends in (ORIGINS, AREAS))
    km = haversine_m(lon1[:, None], lat1[:, None], lon2, lat2) / 1000
    size = np.outer(random.uniform(20, 200, 25), random.uniform(0.5, 3, 6))
    means = size * (km / 100) ** POWER * random.gamma(spread**-2, spread**2, km.shape)
    means[PLANTED] *= planted
    persons = np.vstack([random.poisson(means), np.full((2, 6), 300.0)])
    noise = random.normal(0, NOISE, (*persons.shape, 101)).astype(np.float32)
    codes = [(a, o) for o in (*ORIGINS, "P", "elsewhere") for a in AREAS]
    area, origin = zip(*codes, strict=True)
    return Flows(area, origin, (persons + noise[:, :, 0]).ravel(), noise[:, :, 1:].reshape(-1, 100))


def rows_of(context, flows, places=PLACES):
    surface = replace(context.demand.surface, flows=flows)
    areas = {"township": SimpleNamespace(ids=list(AREAS))}
    there = replace(context, levels=["township"], areas=areas, flow_places=places)
    there = replace(there, demand=replace(context.demand, surface=surface))
    return interaction.analyse(there, interaction.Params(), None).rows.to_pandas()


def of(rows, measure, column="value"):
    found = rows[rows["measure"] == measure]
    return dict(zip(found["unit"], found[column], strict=True))


@pytest.fixture(scope="module")
def planted(context):
    return rows_of(context, model_flows(1, planted=4))


def test_flows_of_a_gravity_model_are_explained(context):
    all_rows = [rows_of(context, model_flows(seed, spread=0.2)) for seed in range(12)]
    classes = np.array([list(of(rows, "excess_class").values()) for rows in all_rows], float)
    assert (np.isfinite(classes).sum(axis=1) == 150).all()
    assert np.nansum(classes) <= 2, "nothing is to be discovered"
    power = np.array([[of(rows, "gravity_distance", c)["flow"] for c in ("value", "margin")] for rows in all_rows])
    assert (np.abs(power[:, 0] - POWER) <= power[:, 1]).sum() >= 9, "the margin covers 9 in 10"
    assert np.mean([of(rows, "gravity_spread")["flow"] for rows in all_rows]) == pytest.approx(20, abs=4)


def test_the_planted_flow_is_flagged_and_no_other(planted):
    unit = "A{1}-O{0:02d}".format(*PLANTED)
    assert [u for u, far in of(planted, "excess_class").items() if far == 1] == [unit]
    assert of(planted, "flow_ratio")[unit] > 2
    persons = of(planted, "flow_ratio")[unit] * of(planted, "flow_expected")[unit]
    assert of(planted, "flow_ratio", "margin")[unit] == pytest.approx(
        1.645 * NOISE / persons * of(planted, "flow_ratio")[unit], rel=0.3
    )


def test_an_origin_around_the_area_or_without_a_position_is_not_explained(planted):
    missing = planted[(planted["measure"] == "flow_expected") & planted["value"].isna()]
    assert set(missing["unit"]) == {f"{a}-{o}" for a in AREAS for o in ("P", "elsewhere")}
    assert set(missing["status"]) == {"not_applicable"}


def test_the_parameters_are_those_of_the_system(planted):
    system = planted[planted["geography"] == "system"]
    assert set(system["unit"]) == {"flow", "flow_detail"}
    assert 80 < of(system, "gravity_d2")["flow"] < 100
    assert of(system, "gravity_degrees")["flow"] == 150 - 25 - 6 + 1 - 1


def test_distance_is_left_out_where_it_hardly_differs(context):
    flows, far = model_flows(2), {code: place._replace(lat=place.lat + 20) for code, place in ORIGINS.items()}
    near, remote = (rows_of(context, flows, places) for places in (PLACES, {**PLACES, **far}))
    assert "flow" in of(near, "gravity_distance")
    assert "flow" not in of(remote, "gravity_distance")
    assert "flow" in of(remote, "gravity_d2")


def test_flows_into_one_area_have_no_model(context):
    flows = model_flows(3)
    first = [k for k, a in enumerate(flows.area) if a == "A0"]
    one = Flows(["A0"] * len(first), [flows.origin[k] for k in first], flows.persons[first], flows.noise[first])
    assert rows_of(context, one).empty
