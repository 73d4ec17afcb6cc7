"""All analyses on a district, compared with brute force."""

from dataclasses import astuple, replace

import numpy as np
import pytest
import shapely
from toy_district import TRIP, demand_at, make_surface, run

from geoservice.analysis import ANALYSES, station_capacity
from geoservice.analysis.frames import ROWS
from geoservice.demand import Quantity
from geoservice.measures import MEASURES


def row(frame, measure, **where):
    mask = frame["measure"] == measure
    for column, wanted in where.items():
        mask &= frame[column] == wanted
    assert mask.sum() == 1, f"{measure} {where}: {mask.sum()} rows"
    return frame.loc[mask].iloc[0]


def value(frame, measure, **where):
    return row(frame, measure, **where)["value"]


def test_registry_is_described_in_both_languages():
    for a in ANALYSES:
        assert set(a.PROCESS.title) == set(a.PROCESS.description) == {"zh", "en"}
        assert a.Params.model_json_schema()["type"] == "object"
    assert len({a.PROCESS.id for a in ANALYSES}) == len(ANALYSES)


def test_every_measure_is_declared_and_has_a_margin_where_it_should(noisy):
    frame, _ = noisy
    assert list(frame.columns) == ROWS.names
    for measure, rows in frame.groupby("measure", observed=True):
        known = rows[rows["status"] == "ok"]
        if len(known) and measure not in ("median_minutes", "p90_minutes"):  # a margin whose end is not reached is not known
            assert known["margin"].notna().all() == MEASURES[str(measure)].has_margin, measure


def test_nothing_is_withheld(results):
    frame, _ = results
    assert set(frame["status"]) <= {"ok", "beyond", "nobody", "not_applicable", "unstable"}
    assert (frame["value"].isna() == (frame["status"] != "ok")).all()
    counts = frame[frame["measure"].isin([m for m, d in MEASURES.items() if d.kind == "count"])]
    assert (counts.loc[counts["geography"] != "station", "status"] == "ok").all(), "a station may state no capacity"


def test_coverage_counts_equal_brute_force(context, homes, results):
    households, d = homes[2], context.demand
    for level, ids in (("county", ["1"]), ("township", ["11", "12"])):
        for unit, name in enumerate(ids):
            for limit in (5, 10, 15):
                inside = (d.area[level] == unit) & (d.travel[TRIP].ms <= limit * 60_000)
                got = value(results[0], "covered_households", geography=level, unit=name, group="all", minutes=limit)
                assert got == pytest.approx(households[inside].sum())


def test_an_area_that_nobody_can_leave_is_shown_as_zero_and_not_hidden(context, homes):
    x, _, households, migrants = homes
    far = np.full(len(x), 1990.0)
    surface = make_surface(far, far, households, migrants)
    frame, _ = run(replace(context, demand=demand_at(far, far, surface)))
    covered = row(frame, "covered_share", geography="county", group="all", minutes=15)
    assert (covered["value"], covered["status"]) == (0.0, "ok")


def test_parts_add_up_to_wholes(results):
    frame = results[0]
    for measure in ("persons", "covered_persons", "uncovered_persons"):
        rows = frame[(frame["measure"] == measure) & (frame["group"] == "all")]
        for _, same in rows.groupby("minutes"):
            by_level = same.groupby("geography", observed=True)["value"].sum()
            assert by_level["township"] == pytest.approx(by_level["county"])


def test_residents_and_migrants_add_up_to_everybody(results):
    every, migrant, resident = (
        value(results[0], "persons", geography="county", group=g) for g in ("all", "migrant", "resident")
    )
    assert resident + migrant == pytest.approx(every)


def test_the_gap_is_the_difference_of_the_shares(results):
    where = {"geography": "county", "minutes": 10}
    migrant, resident = (value(results[0], "covered_share", group=g, **where) for g in ("migrant", "resident"))
    assert value(results[0], "coverage_gap", group="migrant", **where) == pytest.approx(migrant - resident)


def test_uncovered_is_what_is_left_at_the_standard(results):
    where = {"geography": "county", "group": "all"}
    left = value(results[0], "persons", **where) - value(results[0], "covered_persons", minutes=10, **where)
    assert value(results[0], "uncovered_persons", **where) == pytest.approx(left)


def test_margins_of_counts_are_those_of_independent_leaves(context, homes, noisy):
    inside = context.demand.travel[TRIP].ms <= 600_000
    got = row(noisy[0], "covered_households", geography="county", group="all", minutes=10)
    assert got["margin"] == pytest.approx(1.645 * 2 * np.sqrt(inside.sum()), rel=0.15)


def test_quantiles_are_close_to_those_of_the_people(context, homes, results):
    persons, ms = 3 * homes[2], context.demand.travel[TRIP].ms
    order = np.argsort(ms)
    half = ms[order][np.searchsorted(np.cumsum(persons[order]), persons.sum() / 2)] / 60_000
    got = row(results[0], "median_minutes", geography="county", group="all")
    assert got["status"] == "beyond" if half > 15 else abs(got["value"] - half) < 1.5


def test_cells_say_their_minutes(context, results):
    got = row(results[0], "minutes", geography="cell", unit="c0_0")
    assert abs(got["value"] - context.cell_travel[TRIP].ms[0] / 60_000) <= 0.1
    assert np.isnan(got["margin"])


def test_cells_that_nothing_reaches_are_beyond(context, results):
    far = context.cells.ids[int(np.argmax(context.cell_travel[TRIP].ms))]
    assert row(results[0], "minutes", geography="cell", unit=far)["status"] == "beyond"


def test_catchments_tile_the_district(context, results):
    ground = shapely.from_wkb(np.asarray(results[1]["catchment"].table.column("geometry").to_pylist(), object))
    assert shapely.coverage_is_valid(ground)
    outline = shapely.union_all(shapely.from_wkb(context.areas["county"].table.column("geometry").to_pylist()))
    assert shapely.area(ground).sum() == pytest.approx(outline.area, rel=1e-6)
    assert shapely.intersection(*ground).area < 1e-15


def test_catchments_follow_the_streets(context, results):
    """Every junction is in the catchment of its nearest station."""
    ground = shapely.from_wkb(np.asarray(results[1]["catchment"].table.column("geometry").to_pylist(), object))
    streets = context.streets["walk"]
    label = next(iter(streets.travel.values())).station
    x, y = context.projection.forward(streets.lon, streets.lat)
    within = (np.minimum(x, y) > 1) & (np.maximum(x, y) < 1999)  # those on the border may lie a hair outside it
    inside = [shapely.intersects_xy(g, streets.lon, streets.lat) for g in ground]
    for station in (0, 1):
        assert inside[station][(label == station) & within].all()


def test_catchment_persons_and_load(context, homes, results):
    station = context.demand.travel[TRIP].station
    frame = results[0]
    assert value(frame, "catchment_households", unit="clinic.walk.s.1") == pytest.approx(homes[2][station == 0].sum())
    persons = value(frame, "catchment_persons", unit="clinic.walk.s.1")
    assert value(frame, "load", geography="catchment", unit="clinic.walk.s.1") == pytest.approx(persons / 10)
    assert value(frame, "served_persons", geography="station", unit="s.1") == persons
    assert row(frame, "load", geography="station", unit="s2")["status"] == "not_applicable"


def test_the_order_of_leaves_changes_nothing(context, homes, results):
    order = np.random.default_rng(0).permutation(len(homes[0]))
    x, y, households, migrants = (v[order] for v in homes)
    mixed = replace(context, demand=demand_at(x, y, make_surface(x, y, households, migrants)))
    frame = run(mixed)[0]
    # these search points from places, and the points are numbered by the district's own order
    names = (n for part in (station_capacity.BEST, station_capacity.SEQUENTIAL) for n in astuple(part))
    gap = frame["geography"] == "gap"
    counts = ~gap & ~frame["measure"].isin(["access_capacity", *names])
    assert frame["value"][counts].to_numpy() == pytest.approx(results[0]["value"][counts].to_numpy(), nan_ok=True)


def test_a_surface_without_households_gives_persons_alone(context, homes):
    surface = make_surface(*homes)
    persons = {q: v for q, v in surface.values.items() if q.unit == "persons"}
    frame, _ = run(replace(context, demand=replace(context.demand, surface=replace(surface, values=persons, positive=persons))))
    assert not frame["measure"].str.contains("households").any()
    assert value(frame, "persons", geography="county", group="all") == pytest.approx(surface.values[Quantity("persons")].sum())
