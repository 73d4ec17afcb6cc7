"""Projection from the table of pyramids: published numbers, raking, scenarios, bands, and the load of stations."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from projection_examples import KING_COUNTY, KING_COUNTY_PROJECTED
from toy_district import TRIP

from geoservice.analysis import projection
from geoservice.analysis.projection import histories
from geoservice.analysis.projections.migration import SCENARIOS
from geoservice.demand import Quantity, region_sums
from geoservice.layer import read_layer
from geoservice.release.base import TABLE
from geoservice.release.layers import build_layers
from geoservice.schema import PYRAMIDS

LAYERS = Path(__file__).parents[2] / "layers"
FIRST = range(0, 90, 5)
SHARES = {"1": 1.0, "11": 0.3, "12": 0.7}


def pyramids(*dated, areas=SHARES, margin=None):
    """The table of ``(year, (sexes, ages) of the county)``; ``areas`` are the areas' shares of it."""
    rows = [
        {"area": a, "date": dt.date(year, 4, 1), "sex": sex, "age_from": age, "age_to": age + 4 if age < 85 else None,
         "persons": share * float(people[i, age // 5]), "persons_margin": margin, "source": None}
        for year, people in dated for a, share in areas.items()
        for i, sex in enumerate(("female", "male")) for age in FIRST
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=PYRAMIDS.arrow())


def analysed(context, table, **params):
    settings = projection.Params(services=("clinic",), **params)
    found = projection.analyse(replace(context, pyramids=table), settings, None)
    return found.rows.to_pandas(), {u.geography: u.table.to_pandas() for u in found.units}


def value(rows, measure, unit, **where):
    for column, wanted in ({"measure": measure, "unit": unit} | where).items():
        rows = rows[rows[column] == wanted]
    assert len(rows) == 1, (measure, unit, len(rows))
    return rows["value"].iloc[0]


def young(table):
    """The same with the ages of 15 and over as one group."""
    frame = table.to_pandas()
    frame["age_from"] = frame["age_from"].clip(upper=15)
    frame["age_to"] = frame["age_to"].where(frame["age_from"] < 15)
    keys = ["area", "date", "sex", "age_from", "age_to"]
    frame = frame.groupby(keys, dropna=False, as_index=False)["persons"].sum().assign(persons_margin=None, source=None)
    return pa.Table.from_pandas(frame, schema=PYRAMIDS.arrow(), preserve_index=False)


TWO = pyramids((2010, KING_COUNTY[0]), (2015, KING_COUNTY[1]))


@pytest.fixture(scope="module")
def found(context):
    return analysed(context, TWO)


def test_persons_are_those_of_the_r_package(found) -> None:
    for k, year in enumerate((2020, 2025)):
        people = KING_COUNTY_PROJECTED[k]
        for group, ages in (
            ("all", slice(0, 18)),
            ("under_15", slice(0, 3)),
            ("aged_15_64", slice(3, 13)),
            ("over_65", slice(13, 18)),
        ):
            projected = value(found[0], "projected_persons", f"1.{year}.as_observed", group=group, service="")
            assert projected == pytest.approx(people[:, ages].sum(), abs=0.02)


def test_years_between_are_interpolated_and_ten_by_default(found) -> None:
    launch, later = KING_COUNTY[1].sum(), KING_COUNTY_PROJECTED[0].sum()
    assert value(found[0], "projected_persons", "1.2016.as_observed", group="all") == pytest.approx(0.8 * launch + 0.2 * later)
    units = found[1]["projection"]
    assert sorted(set(units["year"])) == list(range(2015, 2026))
    assert set(units["scenario"]) == set(SCENARIOS)
    assert set(units["basis"]) == {"literature"}


def test_townships_add_up_to_the_county(context) -> None:
    table = pyramids((2010, KING_COUNTY[0]), (2015, KING_COUNTY[1]))
    uneven = pa.concat_tables([table, pyramids((2015, KING_COUNTY[1] * np.linspace(0.5, 1.5, 18)), areas={"x": 0})]).to_pandas()
    grown = (uneven["area"] == "11") & (uneven["date"] == dt.date(2015, 4, 1))
    uneven.loc[grown, "persons"] *= 1.3
    parents = context.areas["township"].table
    parents = parents.set_column(parents.column_names.index("parent"), "parent", pa.array(["1", "1"]))
    nested = replace(context, areas={**context.areas, "township": replace(context.areas["township"], table=parents)})
    rows, _ = analysed(nested, pa.Table.from_pandas(uneven, schema=PYRAMIDS.arrow(), preserve_index=False))
    for scenario in SCENARIOS:
        parts = [value(rows, "projected_persons", f"{a}.2025.{scenario}", group="over_65") for a in ("11", "12")]
        assert sum(parts) == pytest.approx(value(rows, "projected_persons", f"1.2025.{scenario}", group="over_65"))


def test_an_official_projection_of_the_county_is_followed(context) -> None:
    official = [(2020, KING_COUNTY[1] * 2), (2025, KING_COUNTY[1] * 3)]
    table = pa.concat_tables([TWO, pyramids(*official, areas={"1": 1.0})])
    rows, _ = analysed(context, table)
    assert value(rows, "projected_persons", "1.2025.half", group="all") == pytest.approx(3 * KING_COUNTY[1].sum())
    assert value(rows, "projected_persons", "1.2015.half", group="all") == pytest.approx(KING_COUNTY[1].sum())


def test_more_migration_means_more_people_where_people_come(found) -> None:
    people = [
        value(found[0], "projected_persons", f"1.2025.{s}", group="aged_15_64")
        for s in ("no_net_migration", "half", "as_observed", "high")
    ]
    assert people == sorted(people)
    assert people[0] < 0.95 * people[2]


def test_the_band_has_the_projection_inside_and_grows(found) -> None:
    low, middle, high = (
        np.array([value(found[0], m, f"11.{y}.as_observed", group="all") for y in range(2015, 2026)])
        for m in ("projected_low", "projected_persons", "projected_high")
    )
    assert (low <= middle).all()
    assert (middle <= high).all()
    assert (np.diff((high - low) / middle) > 0).all()
    assert low[0] == high[0]


def test_three_dates_give_a_backcast_and_margins_a_wider_band(context) -> None:
    dated = [(2005, KING_COUNTY[0] * 0.9), (2010, KING_COUNTY[0]), (2015, KING_COUNTY[1])]
    exact, units = analysed(context, pyramids(*dated))
    assert set(units["projection"]["basis"]) == {"short_backcast"}
    noisy, _ = analysed(context, pyramids(*dated, margin=3e4))
    widths = [value(r, "projected_high", "12.2025.as_observed", group="over_65") for r in (exact, noisy)]
    assert widths[1] > 1.05 * widths[0]


def test_demand_is_one_use_for_each_person_or_as_the_study_says(context, found) -> None:
    assert value(found[0], "projected_demand", "1.2020.as_observed") == pytest.approx(KING_COUNTY_PROJECTED[0].sum(), abs=0.02)
    rows, _ = analysed(context, TWO, use_rates={"clinic": {"0-4": 3.0, "65+": 2.0}})
    people = KING_COUNTY_PROJECTED[0]
    expected = 3 * people[:, 0].sum() + 2 * people[:, 13:].sum()
    assert value(rows, "projected_demand", "1.2020.as_observed") == pytest.approx(expected, abs=0.05)


def test_load_of_stations_follows_the_areas_of_their_people(context, found) -> None:
    rows, units = found
    demand = context.demand
    served, where = demand.travel[TRIP].station, demand.area["township"]
    region = np.where(served == 0, where, -1).astype(np.int32)
    people = region_sums(demand.surface, region, 2).value(Quantity("persons"))
    reached = region_sums(demand.surface, np.where(served >= 0, where, -1).astype(np.int32), 2).value(Quantity("persons"))
    everybody = region_sums(demand.surface, where, 2).value(Quantity("persons"))
    assert (reached <= everybody).all()
    by_area = np.array([value(rows, "projected_demand", f"{a}.2020.as_observed") for a in ("11", "12")])
    visits = (people / everybody * by_area).sum()
    assert value(rows, "projected_visits", "s.1.2020", mode="walk") == pytest.approx(visits)
    assert value(rows, "projected_load", "s.1.2020", mode="walk") == pytest.approx(100 * visits / 1000)
    assert value(rows, "overload_year", "s.1", mode="walk") == 2015
    assert np.isnan(value(rows, "overload_year", "s2", mode="walk")), "it states no capacity"
    assert set(units["station_year"]["station"]) == {"s.1", "s2"}


def test_a_station_overloads_when_its_load_exceeds_the_capacity(context) -> None:
    rows, _ = analysed(context, TWO)
    loads = {y: value(rows, "projected_visits", f"s.1.{y}") for y in range(2015, 2026)}
    capacity = (loads[2019] + loads[2020]) / 2
    stations = context.stations.set_column(4, "capacity", pa.array([capacity, None]))
    rows, _ = analysed(replace(context, stations=stations), TWO)
    assert value(rows, "overload_year", "s.1") == 2020
    assert value(rows, "overload_earliest", "s.1") < 2020
    assert np.isnan(value(rows, "overload_latest", "s.1"))


def test_the_areas_have_columns_of_some_years(found) -> None:
    rows = found[0]
    launch, later = KING_COUNTY[1].sum(), KING_COUNTY_PROJECTED[0].sum()
    assert value(rows, "persons_at_launch", "1", group="all") == pytest.approx(launch)
    assert value(rows, "persons_in_5_years", "1", group="all") == pytest.approx(later)
    assert value(rows, "change_in_5_years", "1", group="all") == pytest.approx(100 * (later / launch - 1))


def test_the_layers_hold_all_of_it(context) -> None:
    given = replace(context, pyramids=TWO)
    found = projection.analyse(given, projection.Params(services=("clinic",)), None)
    units = {u.geography: u.table for u in (*found.units, *context.areas.values())}
    layers = [read_layer(LAYERS / f"{name}.toml") for name in ("projections", "projection_years", "station_outlook")]
    contents = build_layers(layers, units, found.rows.cast(TABLE))
    areas, years, stations = (c.features.to_pandas().set_index("unit") for c in contents)
    launch, later = KING_COUNTY[1].sum(), KING_COUNTY_PROJECTED[0].sum()
    assert areas.loc["1", "change_5_all"] == pytest.approx(100 * (later / launch - 1))
    assert areas.loc["1", ["persons_0_all", "persons_5_all"]].tolist() == [round(launch), round(later)]
    row = years.loc["12.2020.as_observed"]
    assert (row["area"], row["year"], row["level"]) == ("12", 2020, "township")
    assert row["low_all"] < row["persons_all"] < row["high_all"]
    assert row["geometry"] is None
    assert stations.loc["s.1.2020", "load_clinic_walk"] > stations.loc["s.1.2020", "load_clinic_walk_margin"] > 0
    assert stations["geometry"].isna().all()


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (pyramids((2012, KING_COUNTY[0]), (2015, KING_COUNTY[1])), "needed are two that are 5 years apart"),
        (pyramids((2015, KING_COUNTY[1])), "needed are two"),
        (young(TWO), "ages from 15 are one group: needed are groups up to 44"),
        (
            pa.concat_tables(
                [pyramids((2010, KING_COUNTY[0]), areas={"1": 1}), pyramids((2015, KING_COUNTY[1]), areas={"x": 1})]
            ),
            "needed are two",
        ),
    ],
)
def test_dates_that_do_not_fit_give_no_projection_and_a_reason(context, table, reason) -> None:
    found = histories(table, {"county": ["1"]})
    assert found["county"].history is None
    assert reason in found["county"].reason
    rows, units = analysed(context, table)
    assert not len(rows)
    assert not units
    note = projection.analyse(replace(context, pyramids=table), projection.Params(), None).notes[0]
    assert note["en"].startswith("pyramids of level county give no projection: ")
    assert reason in note["en"]
    assert reason in note["zh"]


def test_age_groups_of_both_dates_are_joined(context) -> None:
    """Single years to 100 and over in the second file give the same as groups of five years to 85 and over."""
    single = [
        row | {"age_from": age, "age_to": age if row["age_from"] < 85 else (None if age == 100 else age),
               "persons": row["persons"] / (5 if row["age_from"] < 85 else 16)}
        for row in TWO.to_pylist() if row["date"].year == 2015
        for age in (range(row["age_from"], row["age_from"] + 5) if row["age_from"] < 85 else range(85, 101))
    ]  # fmt: skip
    table = pa.concat_tables([pyramids((2010, KING_COUNTY[0])), pa.Table.from_pylist(single, schema=PYRAMIDS.arrow())])
    rows, _ = analysed(context, table)
    assert value(rows, "projected_persons", "1.2025.as_observed", group="all") == pytest.approx(
        KING_COUNTY_PROJECTED[1].sum(), abs=0.05
    )
