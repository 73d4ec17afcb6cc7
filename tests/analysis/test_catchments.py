"""Stations at the same position share a catchment; a service that a station does not offer has no number."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
import shapely
from pandas.testing import assert_frame_equal
from toy_district import TRIP, params_of

from geoservice.analysis import catchments
from geoservice.analysis.base import Context, Times, Trip
from geoservice.analysis.frames import stack


def found(context: Context):
    """Return rows of the analysis as a data frame with decoded texts, and the units."""
    findings = catchments.analyse(context, params_of(catchments), stack([]))
    frame = findings.rows.to_pandas().astype({"measure": str, "unit": str, "geography": str, "status": str})
    return frame.set_index(["geography", "measure", "unit"]).sort_index(), findings.units[0].table.to_pylist()


def town(context: Context, *capacities: float | None, delay: float = 0.0) -> Context:
    """The district with a second clinic and a post office at s.1, and s2; ids in the order of rows."""
    stations = context.stations.to_pylist()
    beside = {**stations[0], "id": "s.1b", "name": "旁", "tier": "village", "start_delay_s": delay}
    post = {**stations[0], "id": "s.1c", "services": ["post"]}
    rows = [stations[0], beside, post, stations[1]]
    for row, capacity in zip(rows, capacities, strict=False):
        row["capacity"] = capacity

    def renamed(times: Times) -> Times:
        return Times(times.ms, np.where(times.station == 1, 3, times.station).astype(np.int32))

    streets = context.streets["walk"]
    return replace(
        context,
        stations=pa.Table.from_pylist(rows, context.stations.schema),
        streets={
            "walk": replace(
                streets, travel={TRIP: renamed(streets.travel[TRIP])}, station_place=np.array([5, 5, 5, 0], np.int32)
            )
        },
        demand=replace(context.demand, travel={TRIP: renamed(context.demand.travel[TRIP])}),
    )


def test_stations_at_one_place_share_one_catchment_that_names_them(context: Context, results) -> None:
    _, units = found(town(context))
    assert [(u["unit"], u["station"], u["station_name"], u["tier"], u["stations"]) for u in units] == [
        ("clinic.walk.s.1", "s.1 + s.1b", "东 + 旁", "county + village", ["s.1", "s.1b"]),
        ("clinic.walk.s2", "s2", "West", "village", ["s2"]),
    ]
    alone = {u["unit"]: u["geometry"] for u in results[1]["catchment"].table.to_pylist()}
    assert all(shapely.equals(*shapely.from_wkb([u["geometry"], alone[u["unit"]]])) for u in units)


def test_its_people_are_divided_by_capacity_so_that_loads_agree_and_parts_add_up(context: Context, results) -> None:
    rows, _ = found(town(context, 300.0, 100.0))
    plain = results[0][results[0]["measure"] == "catchment_persons"].set_index("unit")["value"]
    whole = rows.loc[("catchment", "catchment_persons", "clinic.walk.s.1")]["value"]
    assert whole == plain["clinic.walk.s.1"]
    served = rows.loc[("station", "served_persons")]["value"]
    assert (served["s.1"], served["s.1b"]) == (pytest.approx(0.75 * whole), pytest.approx(0.25 * whole))
    assert served.sum() == pytest.approx(plain.sum())
    loads = [rows.loc[key]["value"] for key in (("station", "load", "s.1"), ("station", "load", "s.1b"))]
    assert [*loads, rows.loc[("catchment", "load", "clinic.walk.s.1")]["value"]] == pytest.approx([whole / 4] * 3)


def test_they_are_divided_evenly_where_a_capacity_is_not_known(context: Context) -> None:
    rows, _ = found(town(context, 300.0, None))
    whole = rows.loc[("catchment", "catchment_persons", "clinic.walk.s.1")]["value"]
    assert rows.loc[("station", "served_persons")]["value"][["s.1", "s.1b"]].tolist() == [whole / 2] * 2
    assert rows.loc[("station", "load", "s.1")]["value"] == pytest.approx(100 * whole / 2 / 300)
    for key in (("station", "load", "s.1b"), ("catchment", "load", "clinic.walk.s.1")):
        assert rows.loc[key]["status"] == "not_applicable"


def test_the_second_nearest_station_has_no_catchment(context: Context) -> None:
    """A study that asks for two stations also has trips with ``nth`` 2: nobody is counted at both."""
    second = TRIP._replace(nth=2)

    def both(travel: Mapping[Trip, Times]) -> dict[Trip, Times]:
        nearest = travel[TRIP]
        return {
            TRIP: nearest,
            second: Times(nearest.ms, np.where(nearest.station < 0, -1, 1 - nearest.station).astype(np.int32)),
        }

    streets, demand = context.streets["walk"], context.demand
    rows, units = found(
        replace(
            context,
            streets={"walk": replace(streets, travel=both(streets.travel))},
            demand=replace(demand, travel=both(demand.travel)),
        )
    )
    expected_rows, expected_units = found(context)
    assert [u["unit"] for u in units] == ["clinic.walk.s.1", "clinic.walk.s2"]
    assert units == expected_units
    assert_frame_equal(rows, expected_rows)


def test_one_that_takes_longer_to_start_has_a_catchment_of_its_own(context: Context) -> None:
    rows, units = found(town(context, delay=60.0))
    assert [u["stations"] for u in units] == [["s.1"], ["s.1b"], ["s2"]]
    assert rows.loc[("station", "served_persons")]["value"]["s.1b"] == 0


def test_a_service_that_is_not_offered_is_not_applicable_and_has_no_catchment(context: Context) -> None:
    rows, units = found(town(context))
    for measure in ("served_persons", "load"):
        row = rows.loc[("station", measure, "s.1c")]
        assert (np.isnan(row["value"]), np.isnan(row["margin"]), row["status"]) == (True, True, "not_applicable")
    assert not any("s.1c" in u["stations"] for u in units)


def test_a_service_that_nobody_offers_leaves_no_catchment(context: Context) -> None:
    stations = context.stations.set_column(3, "services", pa.array([["post"], ["post"]]))
    nowhere = Times(context.demand.travel[TRIP].ms, np.full_like(context.demand.travel[TRIP].station, -1))
    streets = context.streets["walk"]
    none = Times(streets.travel[TRIP].ms, np.full_like(streets.travel[TRIP].station, -1))
    rows, units = found(
        replace(
            context,
            stations=stations,
            streets={"walk": replace(streets, travel={TRIP: none})},
            demand=replace(context.demand, travel={TRIP: nowhere}),
        )
    )
    assert units == []
    assert set(rows["status"]) == {"not_applicable"}
