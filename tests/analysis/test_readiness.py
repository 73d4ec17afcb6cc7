"""Readiness of stations: what one lacks, numbers by area, and coverage by ready stations of the toy district."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from pydantic import ValidationError
from toy_district import SETTINGS, STATIONS, make_surface, walk

from geoservice.analysis import readiness
from geoservice.analysis.station_standards import TierStandard, assess
from geoservice.analysis.weekly_hours import weekly_hours
from geoservice.demand import Quantity, region_sums

PERSONS = Quantity("persons")
TITLES = {"clinic": {"zh": "诊疗", "en": "Clinic"}}


def station(**said):
    nothing = {"floor_area_m2": None, "staff": None, "equipment": [], "opening_hours": None, "services": ["clinic"]}
    return nothing | said


@pytest.mark.parametrize(
    ("said", "standard", "status", "lacks", "unknown"),
    [
        ({}, {}, "ready", "", ""),
        ({"floor_area_m2": 60.0}, {"floor_area_m2": 60}, "ready", "", ""),
        ({"floor_area_m2": 59.5}, {"floor_area_m2": 60}, "lacking", "floor area 59.5 of 60 m²", ""),
        ({}, {"floor_area_m2": 60}, "unknown", "", "floor area"),
        ({"staff": 0.0}, {"staff": 1}, "lacking", "staff 0 of 1", ""),
        ({"opening_hours": "Mo-Fr 08:00-12:00"}, {"hours_per_week": 20}, "ready", "", ""),
        ({"opening_hours": "Mo-Fr 08:00-11:30"}, {"hours_per_week": 20}, "lacking", "hours a week 17.5 of 20", ""),
        ({"opening_hours": '"by appointment"'}, {"hours_per_week": 20}, "unknown", "", "hours a week"),
        ({"equipment": ["ＥＣＧ ", "Lamp"]}, {"equipment": ("ecg",)}, "ready", "", ""),
        ({"equipment": ["Lamp"]}, {"equipment": ("ECG", "B超|彩超")}, "lacking", "no ECG, B超", ""),
        ({"equipment": ["彩超"]}, {"equipment": ("B超 | 彩超",)}, "ready", "", ""),
        ({}, {"equipment": ("ECG",)}, "unknown", "", "equipment"),
        ({}, {"services": ("clinic",)}, "ready", "", ""),
        ({"services": []}, {"services": ("clinic",)}, "lacking", "not offered: Clinic", ""),
        ({"staff": 1.0}, {"staff": 2, "floor_area_m2": 60}, "lacking", "staff 1 of 2", "floor area"),
    ],
)
def test_missing_data_is_neither_readiness_nor_a_lack(said, standard, status, lacks, unknown):
    found = assess(station(**said), TierStandard(**standard), TITLES)
    assert (found.status, found.lacks["en"], found.unknown["en"]) == (status, lacks, unknown)
    assert bool(found.lacks["zh"]) == bool(lacks)
    assert bool(found.unknown["zh"]) == bool(unknown)


def test_texts_in_chinese():
    found = assess(
        station(floor_area_m2=45.0, services=[]), TierStandard(floor_area_m2=60, staff=1, services=("clinic",)), TITLES
    )
    assert found.lacks["zh"] == "建筑面积45 m²（标准60 m²）；未提供：诊疗"
    assert found.unknown["zh"] == "人员"


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("08:00-12:00", 28),
        ("Mo-Fr 08:00-12:00,11:00-13:00", 25),
        ("Fr-Mo 10:00-12:00", 8),
        ("Mo,We 08:00-09:00; We 10:00-13:00", 4),
        ("Mo-Su 08:00-12:00; Su,PH off", 24),
        ("Sa 22:00-03:00", 5),
        ("PH off; Tu 09:00-10:00", 1),
        ("off", 0),
        ("Mo[1] 08:00-12:00", None),
        ("week 1-20 Mo 08:00-12:00", None),
        ("Mo 08:00+", None),
        ("sunrise-sunset", None),
        ("", None),
    ],
)
def test_hours_a_week(text, hours):
    assert weekly_hours(text) == hours


@pytest.mark.parametrize(
    "bad", [{"floor_area_m2": 0}, {"hours_per_week": 169}, {"staff": -1}, {"area": 60}, {"equipment": [""]}]
)
def test_impossible_standards_are_refused(bad):
    with pytest.raises(ValidationError):
        TierStandard(**bad)


def ready_when(context, *areas):
    """Return the results where a station needs 60 m² and the two have these areas, with the context."""
    table = context.stations
    more = {
        "floor_area_m2": pa.array(areas, pa.float64()), "staff": pa.nulls(2, pa.float64()),
        "equipment": pa.array([[], []], pa.list_(pa.string())), "opening_hours": pa.nulls(2, pa.string()),
    }  # fmt: skip
    for name, column in more.items():
        table = table.append_column(name, column)
    tiers = {tier: TierStandard(floor_area_m2=60) for tier in ("county", "village")}
    params = readiness.Params(station_standards=tiers, standards=SETTINGS["standards"])
    found = readiness.analyse(replace(context, stations=table), params, None)
    index = ["measure", "geography", "unit", "tier"]
    return found.rows.to_pandas().astype(dict.fromkeys(index, str)).set_index(index).sort_index(), found.units


def test_people_covered_by_name_only_equal_brute_force(context, homes):
    x, y, households = homes[:3]
    rows, _ = ready_when(context, 60.0, 10.0)
    first, both = (walk(x, y, stations=s).ms <= 600_000 for s in (STATIONS[:1], STATIONS))
    for name, points in {"stated": both, "ready": first, "name_only": both & ~first}.items():
        got = rows.loc[(f"{name}_persons", "county", "1", "any"), "value"]
        assert got == pytest.approx(3 * households[points].sum())
        share = rows.loc[(f"{name}_share", "county", "1", "any"), "value"]
        assert share == pytest.approx(100 * households[points].sum() / households.sum())
    assert rows.loc[("unknown_only_persons", "county", "1", "any"), "value"] == 0
    assert (rows.loc["name_only_persons", "minutes"] == 10).all()


def test_who_may_be_covered_by_stations_of_which_too_little_is_known(context, homes):
    x, y, households = homes[:3]
    rows, _ = ready_when(context, None, 10.0)
    first, both = (walk(x, y, stations=s).ms <= 600_000 for s in (STATIONS[:1], STATIONS))
    assert rows.loc[("ready_persons", "county", "1", "any"), "value"] == 0
    assert rows.loc[("name_only_persons", "county", "1", "any"), "value"] == pytest.approx(3 * households[both].sum())
    assert rows.loc[("unknown_only_persons", "county", "1", "any"), "value"] == pytest.approx(3 * households[first].sum())


def test_where_all_are_ready_nobody_is_covered_by_name_only(context):
    rows, _ = ready_when(context, 60.0, 61.0)
    assert (rows.loc["name_only_persons", "value"] == 0).all()
    stated, ready = (rows.loc[f"{name}_persons", "value"] for name in ("stated", "ready"))
    assert stated.tolist() == ready.tolist()


def test_stations_are_counted_by_area_and_tier(context):
    rows, units = ready_when(context, 60.0, None)
    number = rows["value"]
    assert [number[("stations", "county", "1", tier)] for tier in ("any", "county", "village")] == [2, 1, 1]
    assert [number[(f"stations_{s}", "county", "1", "any")] for s in ("ready", "unknown", "lacking")] == [1, 1, 0]
    assert [number[("stations", "township", unit, "any")] for unit in ("11", "12")] == [2, 0]
    assert number[("stations_ready", "county", "1", "village")] == 0
    assert number[("readiness_class", "station", "s.1", "")] == 2
    assert number[("readiness_class", "station", "s2", "")] == 1
    said = units[0].table.to_pylist()
    assert [s["readiness"] for s in said] == ["ready", "unknown"]
    assert [s["unknown_en"] for s in said] == [None, "floor area"]


def test_margins_are_those_of_the_sums(context, homes):
    x, y, households, migrants = homes
    surface = make_surface(x, y, households, migrants, noise=2.0)
    rows, _ = ready_when(replace(context, demand=replace(context.demand, surface=surface)), 60.0, 10.0)
    first, both = (walk(x, y, stations=s).ms <= 600_000 for s in (STATIONS[:1], STATIONS))
    sums = region_sums(surface, np.where(both & ~first, 0, -1).astype(np.int32), 1)
    assert rows.loc[("name_only_persons", "county", "1", "any"), "margin"] == pytest.approx(sums.margin(PERSONS)[0])


def test_without_standards_nothing_is_said(context):
    found = readiness.analyse(context, readiness.Params(standards=SETTINGS["standards"]), None)
    assert (found.rows.num_rows, list(found.units)) == (0, [])
