"""All analyses through the disclosure control, on a district whose answers can be had by brute force."""

import numpy as np
import pytest
import shapely

from geoservice.analysis import ANALYSES, catchments, gaps
from geoservice.disclosure.audit import audit_blocks, audit_table
from geoservice.disclosure.averaging import Ledger
from geoservice.disclosure.rules import COLUMNS, PROFILES, Profile

PLANNER = PROFILES["planner"]


def value(frame, measure, **where):
    mask = frame["measure"] == measure
    for column, wanted in where.items():
        mask &= frame[column] == wanted
    assert mask.sum() == 1, f"{measure} {where}: {mask.sum()} rows"
    return frame.loc[mask, "value"].iloc[0]


def test_registry_is_described_in_both_languages():
    for a in ANALYSES:
        assert set(a.PROCESS.title) == set(a.PROCESS.description) == {"zh", "en"}
        assert a.Params.model_json_schema()["type"] == "object"
    assert len({a.PROCESS.id for a in ANALYSES}) == len(ANALYSES)


def test_release_passes_the_audit(release):
    frame, _ = release
    assert list(frame.columns) == list(COLUMNS)
    assert audit_table(frame, PLANNER)["rows"] == len(frame)


def test_every_block_is_made_of_atoms_within_the_averaging_budget(context, study, release):
    blocks = [b for a in ANALYSES for b in a.analyse(context, a.params(study), release[0]).blocks]
    assert audit_blocks(blocks, context.demands, 10) > 90
    ledger = Ledger(tuple(context.levels))
    assert all(ledger.admit(b, context.demands[b.group]) for b in blocks)
    assert ledger.worst <= 2


def test_coverage_counts_equal_brute_force_within_the_noise(context, release):
    d = context.demands["all"]
    for level, ids in (("county", ["1"]), ("township", ["11", "12"])):
        for unit, name in enumerate(ids):
            for limit in (5, 10, 15):
                inside = (d.area[level] == unit) & (next(iter(d.travel.values())).ms <= limit * 60_000)
                got = value(release[0], "covered_households", geography=level, unit=name, group="all", minutes=limit)
                true = d.households[inside].sum()
                assert np.isnan(got) if true < 10 else abs(got - true) <= PLANNER.D


def test_coverage_does_not_fall_with_minutes_before_noise(run):
    quiet = run(Profile("quiet", 1, 0.001, 0, threshold=1))[0]
    covered = quiet[(quiet["measure"] == "covered_persons") & (quiet["group"] != "resident")]
    wide = covered.pivot_table(index=["geography", "unit", "group"], columns="minutes", values="value").fillna(0)
    assert (wide.diff(axis=1).fillna(0) >= -2).all(axis=None)


def test_residents_are_everybody_less_migrants(release):
    every, migrant, resident = (
        value(release[0], "persons", geography="county", group=g) for g in ("all", "migrant", "resident")
    )
    assert resident == every - migrant


def test_gap_is_the_difference_of_released_shares(release):
    where = {"geography": "county", "minutes": 10}
    migrant, resident = (value(release[0], "covered_share", group=g, **where) for g in ("migrant", "resident"))
    assert value(release[0], "coverage_gap", group="migrant", **where) == pytest.approx(migrant - resident, abs=0.051)


def test_uncovered_is_what_is_left_at_the_standard(release):
    where = {"geography": "county", "group": "all"}
    left = value(release[0], "persons", **where) - value(release[0], "covered_persons", minutes=10, **where)
    assert value(release[0], "uncovered_persons", **where) == left


def test_quantiles_are_close_to_those_of_the_people(context, run):
    quiet = run(Profile("quiet", 1, 0.001, 0, threshold=1))[0]
    d = context.demands["all"]
    ms = next(iter(d.travel.values())).ms
    order = np.argsort(ms)
    half = ms[order][np.searchsorted(np.cumsum(d.persons[order]), d.persons.sum() / 2)] / 60_000
    got = value(quiet, "median_minutes", geography="county", group="all")
    assert np.isnan(got) if half > 15 else abs(got - half) < 1.5


def test_cells_say_their_minutes(context, release):
    times = next(iter(context.cell_travel.values()))
    got = value(release[0], "minutes", geography="cell", unit="c0_0")
    assert abs(got - times.ms[0] / 60_000) <= 0.1


def test_catchments_tile_the_district(context, release):
    ground = shapely.from_wkb(np.asarray(release[1]["catchment"].table.column("geometry").to_pylist(), object))
    assert shapely.coverage_is_valid(ground)
    outline = shapely.union_all(shapely.from_wkb(context.areas["county"].table.column("geometry").to_pylist()))
    assert shapely.area(ground).sum() == pytest.approx(outline.area, rel=1e-6)
    assert shapely.intersection(*ground).area < 1e-15


def test_catchments_follow_the_streets(context, release):
    """Every junction lies on the ground of its nearest station."""
    ground = shapely.from_wkb(np.asarray(release[1]["catchment"].table.column("geometry").to_pylist(), object))
    streets = context.streets["walk"]
    label = next(iter(streets.travel.values())).station
    x, y = context.projection.forward(streets.lon, streets.lat)
    within = (np.minimum(x, y) > 1) & (np.maximum(x, y) < 1999)  # those on the border may lie a hair outside it
    inside = [shapely.intersects_xy(g, streets.lon, streets.lat) for g in ground]
    for station in (0, 1):
        assert inside[station][(label == station) & within].all()


def test_catchment_persons_and_load(context, release):
    d = context.demands["all"]
    station = next(iter(d.travel.values())).station
    got = value(release[0], "catchment_households", unit="clinic.walk.s.1")
    assert abs(got - d.households[station == 0].sum()) <= PLANNER.D
    persons = value(release[0], "catchment_persons", unit="clinic.walk.s.1")
    assert value(release[0], "load", geography="catchment", unit="clinic.walk.s.1") == pytest.approx(persons / 10, abs=0.051)
    assert value(release[0], "served_persons", geography="station", unit="s.1") == persons
    assert not ((release[0]["measure"] == "load") & (release[0]["unit"] == "s2")).any()


def test_gaps_are_inhabited_and_beyond_the_standard(context, release):
    frame, found = release
    table = found["gap"].table
    ms = next(iter(context.cell_travel.values())).ms
    persons = gaps.released_persons(context, frame)
    beyond = int((np.isfinite(persons) & (ms > 600_000)).sum())
    assert sum(table.column("cells").to_pylist()) == beyond > 0


def test_gap_counts_equal_brute_force_within_the_noise(context, release):
    d = context.demands["all"]
    ms, cell_ms = next(iter(d.travel.values())).ms, next(iter(context.cell_travel.values())).ms
    persons = gaps.released_persons(context, release[0])
    inside = (ms > 600_000) & (cell_ms[d.cell] > 600_000) & np.isfinite(persons[d.cell])
    got = release[0].loc[release[0]["measure"] == "uncovered_households", "value"].sum()
    assert abs(got - d.households[inside].sum()) <= PLANNER.D * release[1]["gap"].table.num_rows


def test_ranks_follow_released_persons(release):
    frame = release[0]
    gap = frame[frame["geography"] == "gap"].set_index(["unit", "measure"])["value"].unstack()
    ranked = gap.dropna(subset=["rank"]).sort_values("rank")
    assert ranked["uncovered_persons"].is_monotonic_decreasing
    assert (ranked["reach_persons"] >= 10).all()


def test_row_order_of_atoms_changes_nothing(context, study, release):
    import dataclasses

    d = context.demands["all"]
    p = np.random.default_rng(0).permutation(len(d.households))
    mixed = dataclasses.replace(
        d,
        **{n: getattr(d, n)[p] for n in ("households", "persons", "key", "cell", "lon", "lat")},
        area={k: v[p] for k, v in d.area.items()},
        travel={t: type(v)(v.ms[p], v.station[p]) for t, v in d.travel.items()},
    )
    from geoservice.disclosure.rules import release_block

    for module in (catchments, gaps):
        params = module.params(study)
        for before, after in zip(
            module.analyse(context, params, release[0]).blocks,
            module.analyse(dataclasses.replace(context, demands=context.demands | {"all": mixed}), params, release[0]).blocks,
            strict=True,
        ):
            if before.atom is None:
                assert release_block(before, d, PLANNER).equals(release_block(after, mixed, PLANNER))
