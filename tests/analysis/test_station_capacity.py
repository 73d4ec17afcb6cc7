"""People assigned to places of limited capacity in the toy district."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from toy_district import MS_PER_METRE, SETTINGS, STATIONS, demand_at, make_surface

from geoservice.analysis import station_capacity
from geoservice.analysis.base import UNREACHED
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.demand import Quantity, region_sums

PARAMS = station_capacity.Params(**{k: v for k, v in SETTINGS.items() if k in station_capacity.Params.model_fields})
PERSONS = Quantity("persons")


def rows(context, params=PARAMS):
    found = station_capacity.analyse(context, params, None)
    frame = found.rows.to_pandas().astype(dict.fromkeys(("measure", "unit", "status"), str))
    return frame.set_index(["measure", "unit"]), found.notes


def capacities(context, *numbers):
    stations = context.stations
    column = stations.column_names.index("capacity")
    return replace(context, stations=stations.set_column(column, "capacity", pa.array(numbers, pa.float64())))


def at(context, places, households, noise=0.0, delay=(0, 0)):
    """The district with households of three persons at some places, which the stations reach by the streets after a delay."""
    x, y = np.array(places).T
    metres = np.abs(STATIONS[:, :1] - x) + np.abs(STATIONS[:, 1:] - y)
    ms = np.rint(metres * MS_PER_METRE).astype(np.int32) + 1000 * np.array(delay, np.int32)[:, None]

    def station_pairs(mode, stations, minutes):
        station, point = np.nonzero(ms[stations] <= minutes * 60_000)
        return TravelPairs.of(station, point, ms[stations][station, point], len(stations))

    surface = make_surface(x, y, np.asarray(households, float), np.zeros(len(x)), noise)
    return replace(context, demand=demand_at(x, y, surface), station_pairs=station_pairs)


FIRST, BETWEEN, BEYOND = (130.0, 130.0), (430.0, 530.0), (1990.0, 1990.0)
"""At the first station; 8.4 and 7.7 minutes from the first and the second; beyond the standard of ten minutes from both."""


def test_places_are_shared_as_reckoned_by_hand(context):
    """60 persons at the first station and 30 between the two, which the sequential fill of the first takes last."""
    found, notes = rows(capacities(at(context, [FIRST, BETWEEN, BEYOND], [20, 10, 5]), 75.0, 20.0))
    assert notes == []
    # the best: 60 and 10 at the first, 20 of those between at the second
    assert found.loc["assigned_persons", "value"].to_dict() == pytest.approx({"s.1": 70, "s2": 20})
    assert found.loc["assigned_load", "value"].to_dict() == pytest.approx({"s.1": 70 / 0.75, "s2": 100})
    assert found.loc["turned_away_persons", "value"].to_dict() == pytest.approx({"s.1": 0, "s2": 0})
    # one after the other: the first has 90 persons within reach, takes 75, and the second the other 15
    assert found.loc["sequential_persons", "value"].to_dict() == pytest.approx({"s.1": 75, "s2": 15})
    for measure in ("unmet_persons", "sequential_unmet"):
        assert found.loc[measure, "value"].to_dict() == pytest.approx({"1": 15, "11": 0, "12": 15})
    assert found.loc["unmet_share", "value"].to_dict() == pytest.approx({"1": 100 * 15 / 105, "11": 0, "12": 100})


def test_a_full_station_turns_away(context):
    found, _ = rows(capacities(at(context, [FIRST, BETWEEN], [20, 10]), 45.0, 20.0))
    assert found.loc["assigned_persons", "value"].to_dict() == pytest.approx({"s.1": 45, "s2": 20})
    away = found.loc["turned_away_persons", "value"]
    assert away.sum() == pytest.approx(25)
    assert away.sum() == pytest.approx(found.loc[("unmet_persons", "1"), "value"])
    assert away["s2"] == pytest.approx(10), "of the thirty between"


def test_the_order_of_filling_is_a_parameter(context):
    few_first = capacities(at(context, [FIRST, BETWEEN], [20, 10]), 75.0, 80.0)
    by_people, by_capacity = (
        rows(few_first, PARAMS.model_copy(update={"order": order}))[0].loc["sequential_persons", "value"].to_dict()
        for order in ("people", "capacity")
    )
    assert by_people == pytest.approx({"s.1": 75, "s2": 15})
    assert by_capacity == pytest.approx({"s.1": 60, "s2": 30})


def test_a_start_delay_is_within_the_standard(context):
    found, _ = rows(capacities(at(context, [BETWEEN], [10], delay=(0, 200)), 75.0, 75.0))
    assert found.loc["assigned_persons", "value"].to_dict() == pytest.approx({"s.1": 30, "s2": 0})


def test_stations_without_capacity_are_left_out_with_a_note(context):
    found, notes = rows(context)
    assert "1 of 2 stations" in notes[0]["en"]
    assert "2 个站点中有 1 个" in notes[0]["zh"]
    assert found.loc[("assigned_persons", "s2"), "status"] == "not_applicable"
    found, notes = rows(capacities(context, None, None))
    assert found.empty
    assert "no station states a capacity" in notes[0]["en"]


def test_unmet_is_at_least_what_is_beyond_the_standard(context, results):
    found, _ = rows(capacities(context, 2000.0, 3000.0))
    frame = results[0]
    beyond = frame[frame["measure"] == "uncovered_persons"]
    beyond = beyond[beyond["group"] == "all"].set_index("unit")["value"]
    for measure in ("unmet_persons", "sequential_unmet"):
        unmet = found.loc[measure, "value"]
        assert (unmet >= beyond[unmet.index] - 1e-6).all()
        assert unmet["1"] == pytest.approx(unmet["11"] + unmet["12"])
        assert unmet["1"] > beyond["1"]
    assert found.loc[("unmet_persons", "1"), "value"] <= found.loc[("sequential_unmet", "1"), "value"] + 1e-6


def test_margins_are_those_of_sums_with_the_shares_of_the_assignment(context):
    found, _ = rows(capacities(at(context, [FIRST, BETWEEN, BEYOND], [20, 10, 5], noise=2.0), 75.0, 5.0))
    surface = make_surface(*np.array([FIRST, BETWEEN, BEYOND]).T, np.array([20.0, 10, 5]), np.zeros(3), noise=2.0)
    # 15 of the 30 between are at the first station, 5 at the second, 10 without a place
    share = np.array([0, 1 / 3, 1.0])
    unmet = region_sums(surface, np.zeros(3, np.int32), 1, share=share)
    assert found.loc[("unmet_persons", "1"), "value"] == pytest.approx(25)
    assert found.loc[("unmet_persons", "1"), "margin"] == pytest.approx(unmet.margin(PERSONS)[0])
    first = region_sums(surface, np.zeros(3, np.int32), 1, share=np.array([1, 0.5, 0]))
    assert found.loc[("assigned_persons", "s.1"), "margin"] == pytest.approx(first.margin(PERSONS)[0])


def test_blocks_of_stations_do_not_change_the_pairs(context, monkeypatch):
    many = replace(context, station_pairs=lambda mode, stations, minutes: context.station_pairs(mode, stations % 2, minutes))
    whole = station_capacity.pairs_within(many, "walk", np.arange(6), 10, 4)
    monkeypatch.setattr(station_capacity, "STATION_BLOCK", 2)
    parts = station_capacity.pairs_within(many, "walk", np.arange(6), 10, 4)
    for a, b in zip(whole, parts, strict=True):
        assert (a == b).all()
    assert whole.ms.max() <= 600_000 < UNREACHED
