"""Answers of the live engine equal a release that is published with the edited stations."""

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from pydantic import ValidationError

from geoservice.errors import ParameterError
from geoservice.live.coverage_answer import coverage_answer
from geoservice.live.edits import StationEdit
from geoservice.live.engine import Engine
from geoservice.live.estimates import Counts
from geoservice.live.isochrone_answer import isochrone_answer
from geoservice.live.question import CoverageQuestion, IsochroneQuestion, ZoneQuestion
from geoservice.live.zone_answer import zone_answer
from geoservice.release import ItemQuery, ReleaseStore
from geoservice.release.base import ALL

MOVED = StationEdit(station="B", lon=10.0072, lat=0.0108, start_delay_s=0)
NEW = StationEdit(station="C", lon=10.0144, lat=0.0, tier="village", services=("checkup",), capacity=50)
CLOSED = StationEdit(station="A", open=False)
WALK = CoverageQuestion(service="checkup", mode="walk")


Table = list[dict[str, Any]]


def coverage_of(table: Table) -> dict[tuple[Any, ...], tuple[Any, Any]]:
    """Return value and margin of the rows of coverage by area, measure and minutes."""
    measures = {"persons", "covered_persons", "covered_share", "median_minutes", "served_persons", "load", "access_capacity"}
    wanted = [r for r in table if r["measure"] in measures and r["group"] == "all"]
    return {
        (r["geography"], r["unit"], r["measure"], r["minutes"]): (r["value"], r["margin"])
        for r in wanted
        if (r["tier"], r["nth"]) == ("any", 1) or r["measure"] == "persons"
    }


@pytest.mark.parametrize(
    ("edits", "stations"),
    [
        ((MOVED,), ["A,A,county,checkup,500,0,10.0,0.0", "B,B,village,checkup,90,0,10.0072,0.0108"]),
        ((CLOSED, NEW), ["B,B,village,checkup,90,300,10.0144,0.0144", "C,C,village,checkup,50,0,10.0144,0.0"]),
    ],
)
def test_an_answer_equals_a_release_with_these_stations(
    engine: Engine, republished: Callable[[list[str]], Table], edits: tuple[StationEdit, ...], stations: list[str]
) -> None:
    expected = coverage_of(republished(stations))
    answer = coverage_answer(engine, WALK.model_copy(update={"edits": edits, "areas": "all", "access": True}))
    for area in answer["areas"]:
        for at in area["breaks"]:
            for name, measure in (("persons", "covered_persons"), ("share", "covered_share")):
                value, margin = expected[area["geography"], area["unit"], measure, at["minutes"]]
                assert [at[name]["value"], at[name]["margin"]] == pytest.approx([value, margin], abs=6e-4)
        assert_equal(area["access"], expected[area["geography"], area["unit"], "access_capacity", 0])
        assert_equal(area["median_minutes"], expected[area["geography"], area["unit"], "median_minutes", 0])
    assert len(answer["areas"]) == 3
    for station in answer["stations"]:
        if station["id"] not in {e.station for e in edits if not e.open}:
            for name, measure in (("persons", "served_persons"), ("load", "load")):
                assert_equal(station[name], expected["station", station["id"], measure, 0])
    assert {s["id"] for s in answer["stations"]} >= {e.station for e in edits}


def assert_equal(answered: dict[str, Any], published: tuple[Any, Any]) -> None:
    for got, expected in zip((answered["value"], answered["margin"]), published, strict=True):
        assert got == (expected if expected is None else pytest.approx(expected, abs=6e-4))


def test_stations_at_one_position_share_their_people_by_capacity(engine: Engine) -> None:
    twin = NEW.model_copy(update={"lon": 10.0, "lat": 0.0, "capacity": 1500.0})
    alone, shared = (
        {s["id"]: s for s in coverage_answer(engine, WALK.model_copy(update={"edits": edits}))["stations"]}
        for edits in ((StationEdit(station="A", capacity=500),), (StationEdit(station="A", start_delay_s=0), twin))
    )
    assert shared["A"]["persons"]["value"] == pytest.approx(alone["A"]["persons"]["value"] / 4, abs=1e-3)
    assert shared["C"]["persons"]["value"] == pytest.approx(alone["A"]["persons"]["value"] * 3 / 4, abs=1e-3)
    assert shared["A"]["load"]["value"] == pytest.approx(shared["C"]["load"]["value"], abs=1e-3)


def test_another_capacity_changes_the_access_of_areas_and_not_their_coverage(engine: Engine) -> None:
    more = StationEdit(station="A", capacity=1000)
    assert coverage_answer(engine, WALK.model_copy(update={"edits": (more,)}))["areas"] == []
    areas = coverage_answer(engine, WALK.model_copy(update={"edits": (more,), "access": True}))["areas"]
    assert areas
    for area in areas:
        after, before, change = (area[name] for name in ("access", "access_before", "access_change"))
        assert after["value"] != before["value"]  # less only where noise made the estimate of some people negative
        if min(after["value"], before["value"]) > 0:  # a mean is not below zero; its change is not cut
            assert change["value"] == pytest.approx(after["value"] - before["value"], abs=2e-3)
        assert 0 < change["margin"] <= after["margin"] + before["margin"]
        assert all(at["persons"] == at["persons_before"] for at in area["breaks"])


def test_a_station_at_the_site_of_a_gap_gains_the_people_that_the_gap_states(published: ReleaseStore, engine: Engine) -> None:
    with closing(published.open()) as reader:
        found = reader.items("gaps", ItemQuery(limit=ALL)).to_pylist()
    assert found
    for gap in found:
        site = StationEdit(station="new", lon=gap["site_lon"], lat=gap["site_lat"], tier="village", services=("checkup",))
        answer = coverage_answer(engine, WALK.model_copy(update={"edits": (site,)}))
        county = next(area for area in answer["areas"] if area["geography"] == "county")
        at = next(b for b in county["breaks"] if b["minutes"] == gap["minutes"])
        assert at["gained"]["value"] == pytest.approx(gap["new_persons"], abs=0.5)  # a whole number in the layer
        assert at["gained"]["margin"] == pytest.approx(gap["new_persons_margin"], abs=1e-3)


def test_gained_and_lost_people_make_up_the_difference(engine: Engine) -> None:
    answer = coverage_answer(engine, WALK.model_copy(update={"edits": (MOVED, CLOSED, NEW)}))
    for area in answer["areas"]:
        for at in area["breaks"]:
            difference = at["persons"]["value"] - at["persons_before"]["value"]
            assert at["gained"]["value"] - at["lost"]["value"] == pytest.approx(difference, abs=2e-3)
    assert any(at["gained"]["value"] > 0 for area in answer["areas"] for at in area["breaks"])
    assert any(at["lost"]["value"] > 0 for area in answer["areas"] for at in area["breaks"])


def compared(
    engine: Engine, edits: tuple[StationEdit, ...], other: tuple[StationEdit, ...], **more: Any
) -> list[dict[str, Any]]:
    question = WALK.model_copy(update={"edits": edits, "compared_with": other, **more})
    return list(coverage_answer(engine, question)["areas"])


def test_a_change_has_the_margin_of_what_changes(engine: Engine) -> None:
    for area in coverage_answer(engine, WALK.model_copy(update={"edits": (NEW,)}))["areas"]:
        for at in area["breaks"]:
            change = at["share_change"]
            assert change["value"] == pytest.approx(at["share"]["value"] - at["share_before"]["value"], abs=2e-3)
            assert (change["margin"] == 0) == (at["gained"]["value"] == 0)
            people = 100 * at["gained"]["margin"] / area["persons"]["value"]
            assert change["margin"] == pytest.approx(people, rel=0.3), "the share of it in the total adds or takes away little"


def test_the_release_is_the_scenario_without_edits(engine: Engine) -> None:
    areas = compared(engine, (MOVED, NEW), (), access=True)
    assert areas
    for area in areas:
        assert area["access_difference"] == area["access_change"]
        assert area["access_compared"] == area["access_before"]
        for at in area["breaks"]:
            assert (at["share_compared"], at["share_difference"]) == (at["share_before"], at["share_change"])


def test_a_scenario_does_not_differ_from_itself(engine: Engine) -> None:
    areas = compared(engine, (MOVED, NEW), (NEW, MOVED), access=True)
    assert areas
    none = {"value": 0.0, "margin": 0.0}
    for area in areas:
        assert area["access_difference"] == none
        assert area["access_compared"] == pytest.approx(area["access"])
        assert all(at["share_difference"] == none for at in area["breaks"])


def test_two_scenarios_differ_by_the_people_of_their_difference_alone(engine: Engine) -> None:
    """What both change has the same error in both: it is not in the difference, though it is in the two changes."""
    both, ways = (NEW,), ((MOVED, NEW), (NEW,))
    there, back = compared(engine, *ways), compared(engine, *ways[::-1])
    alone = {area["unit"]: area for area in coverage_answer(engine, WALK.model_copy(update={"edits": both}))["areas"]}
    smaller = 0
    for area, other in zip(there, back, strict=True):
        for at, opposite in zip(area["breaks"], other["breaks"], strict=True):
            difference = at["share_difference"]
            assert difference["value"] == pytest.approx(at["share"]["value"] - at["share_compared"]["value"], abs=2e-3)
            assert (opposite["share"], opposite["share_compared"]) == (at["share_compared"], at["share"])
            assert opposite["share_difference"]["value"] == pytest.approx(-difference["value"])
            assert opposite["share_difference"]["margin"] == pytest.approx(difference["margin"])
            second = next((b for b in alone.get(area["unit"], {"breaks": []})["breaks"] if b["minutes"] == at["minutes"]), None)
            independent = (
                0.0 if second is None else (at["share_change"]["margin"] ** 2 + second["share_change"]["margin"] ** 2) ** 0.5
            )
            assert difference["margin"] <= independent + 2e-3
            smaller += difference["margin"] < 0.9 * independent
    assert smaller > 0


def test_a_difference_is_that_of_two_questions(engine: Engine) -> None:
    first, second = (MOVED, CLOSED), (NEW,)
    answers = [
        {a["unit"]: a for a in coverage_answer(engine, WALK.model_copy(update={"edits": edits, "areas": "all"}))["areas"]}
        for edits in (first, second)
    ]
    areas = compared(engine, first, second, areas="all")
    assert {a["unit"] for a in areas} == set(answers[0])
    for area in areas:
        for at, own, other in zip(area["breaks"], *(a[area["unit"]]["breaks"] for a in answers), strict=True):
            assert {name: at[name] for name in own} == own
            assert (at["persons_compared"], at["share_compared"]) == (other["persons"], other["share"])
    assert coverage_answer(engine, WALK)["areas"] == [], "a comparison leaves no trace"


def test_a_view_limited_to_an_area_has_this_area_alone(engine: Engine) -> None:
    question = WALK.model_copy(update={"edits": (MOVED,), "areas": "all"})
    answer = coverage_answer(engine, question, ("W",))
    assert [a["unit"] for a in answer["areas"]] == ["W"]
    assert answer["stations"] == []
    everything = {a["unit"]: a for a in coverage_answer(engine, question)["areas"]}
    assert answer["areas"][0] == everything["W"]
    county = next(u for u, a in everything.items() if a["geography"] == "county")
    assert {a["unit"] for a in coverage_answer(engine, question, (county,))["areas"]} == set(everything)


def test_a_question_leaves_no_trace(engine: Engine) -> None:
    before = coverage_answer(engine, WALK.model_copy(update={"areas": "all"}))
    coverage_answer(engine, WALK.model_copy(update={"edits": (MOVED, CLOSED, NEW)}))
    assert coverage_answer(engine, WALK.model_copy(update={"areas": "all"})) == before
    assert coverage_answer(engine, WALK)["areas"] == []


def test_people_of_a_closed_station_go_to_the_next_one(engine: Engine) -> None:
    answer = coverage_answer(engine, WALK.model_copy(update={"edits": (CLOSED, MOVED)}))
    change = {s["id"]: (s["persons_before"]["value"], s["persons"]["value"]) for s in answer["stations"]}
    assert change["A"][0] > 0 == change["A"][1]
    assert change["B"][1] > change["B"][0] > 0


def test_a_station_far_from_streets_is_named(engine: Engine) -> None:
    answer = coverage_answer(engine, WALK.model_copy(update={"edits": (NEW.model_copy(update={"lat": 1.0}),)}))
    assert (answer["off_street"], answer["areas"]) == (["C"], [])


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ({"service": "post"}, "service: got 'post', allowed are checkup"),
        ({"mode": "drive"}, "mode: got 'drive', allowed are walk"),
        ({"tier": "van"}, "tier: got 'van', allowed are any"),
        ({"group": "under_6"}, "group: got 'under_6', allowed are all"),
        ({"edits": (StationEdit(station="D"),)}, "missing: lon, lat, tier, services"),
        ({"edits": (StationEdit(station="A", lon=10.0),)}, "station 'A': a position needs both lon and lat"),
        ({"edits": (StationEdit(station="A", tier="city"),)}, "tier is 'city', allowed are county, township, village, van"),
        ({"edits": (StationEdit(station="A", services=("post",)),)}, "service is 'post', allowed are checkup"),
    ],
)
def test_what_the_study_does_not_have_is_refused(engine: Engine, question: dict[str, Any], text: str) -> None:
    with pytest.raises(ParameterError, match=text):
        coverage_answer(engine, WALK.model_copy(update=question))


EVERYWHERE = {"type": "Circle", "center": [10.0072, 0.0072], "radius": 50_000}


def square(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def zone(shape: dict[str, Any], *edits: StationEdit) -> ZoneQuestion:
    return ZoneQuestion.model_validate({"service": "checkup", "mode": "walk", "edits": edits, "zone": shape})


@pytest.mark.parametrize("edits", [(), (MOVED, CLOSED), (NEW,)])
def test_a_zone_around_everything_equals_the_county(engine: Engine, edits: tuple[StationEdit, ...]) -> None:
    whole = coverage_answer(engine, WALK.model_copy(update={"edits": edits, "areas": "all"}))["areas"]
    (county,) = (a for a in whole if a["geography"] == "county")
    answer = zone_answer(engine, zone(EVERYWHERE, *edits))
    assert {n: answer[n] for n in ("persons", "median_minutes", "median_minutes_before")} == {
        n: county[n] for n in ("persons", "median_minutes", "median_minutes_before")
    }
    for got, expected in zip(answer["breaks"], county["breaks"], strict=True):
        for name in ("persons", "persons_before", "share", "gained", "lost"):
            assert got[name]["value"] == pytest.approx(expected[name]["value"], abs=2e-3)
            assert got[name]["margin"] == pytest.approx(expected[name]["margin"], abs=2e-3)
    served = sum(s["persons"]["value"] for s in answer["served_by"])
    assert served == pytest.approx(answer["breaks"][-1]["persons"]["value"], abs=0.01)


def test_small_counts_are_hidden_with_the_loads_that_tell_them(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "counts", Counts(10_000))
    (station, *_) = coverage_answer(engine, WALK.model_copy(update={"edits": (MOVED,)}))["stations"]
    hidden = {"value": None, "margin": None, "status": "under"}
    assert all(station[name] == hidden for name in ("persons", "persons_before", "load", "load_before"))
    assert zone_answer(engine, zone(EVERYWHERE))["persons"] == hidden


def test_zones_side_by_side_add_up(engine: Engine) -> None:
    west, east, both = (
        zone_answer(engine, zone(square(left, -0.1, right, 0.1), MOVED))
        for left, right in ((9.9, 10.007), (10.007, 10.1), (9.9, 10.1))
    )
    assert west["persons"]["value"] > 0 < east["persons"]["value"]
    total = west["persons"]["value"] + east["persons"]["value"]
    assert both["persons"]["value"] == pytest.approx(total, abs=2e-3)
    parts = {"type": "MultiPolygon", "coordinates": [square(9.9, -0.1, r, 0.1)["coordinates"] for r in (10.007, 10.1)]}
    assert zone_answer(engine, zone(parts, MOVED))["persons"] == both["persons"]


def test_a_zone_lists_its_stations_with_the_edits(engine: Engine) -> None:
    around_a = square(9.999, -0.001, 10.001, 0.001)
    assert [s["id"] for s in zone_answer(engine, zone(around_a))["stations"]] == ["A"]
    moved_here = StationEdit(station="B", lon=10.0005, lat=0.0)
    assert [s["id"] for s in zone_answer(engine, zone(around_a, moved_here, NEW))["stations"]] == ["A", "B"]
    assert [s["id"] for s in zone_answer(engine, zone(around_a, CLOSED))["stations"]] == []
    assert [s["id"] for s in zone_answer(engine, zone(around_a))["stations"]] == ["A"]


def test_a_zone_of_a_limited_view_has_the_people_of_its_areas(engine: Engine) -> None:
    answer = zone_answer(engine, zone(EVERYWHERE), ("W",))
    (west,) = coverage_answer(engine, WALK.model_copy(update={"areas": "all"}), ("W",))["areas"]
    assert (answer["persons"], answer["stations"], answer["served_by"]) == (west["persons"], [], [])


@pytest.mark.parametrize(
    "shape",
    [
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[0, 0], [1000, 0], [1, 1], [0, 0]]]},
        {"type": "Circle", "center": [0, 0], "radius": 0},
        {"type": "Point", "coordinates": [0, 0]},
    ],
)
def test_a_shape_that_is_no_zone_is_refused(shape: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        zone(shape)


def test_an_isochrone_has_the_people_within_reach_of_the_station(engine: Engine) -> None:
    only_a = StationEdit(station="B", open=False)
    whole = coverage_answer(engine, WALK.model_copy(update={"edits": (only_a,), "areas": "all"}))["areas"]
    (county,) = (a for a in whole if a["geography"] == "county")
    answer = isochrone_answer(engine, IsochroneQuestion(mode="walk", station="A", minutes=engine.parameters.minutes))
    for feature, expected in zip(answer["features"], county["breaks"], strict=True):
        assert feature["properties"]["minutes"] == expected["minutes"]
        assert feature["properties"]["persons"]["value"] == pytest.approx(expected["persons"]["value"], abs=2e-3)
        assert feature["properties"]["persons"]["margin"] == pytest.approx(expected["persons"]["margin"], abs=2e-3)
        assert feature["geometry"]["type"] == "MultiPolygon"
    zone_of = zone(answer["features"][0]["geometry"], only_a)
    inside = zone_answer(engine, zone_of)["persons"]["value"]
    assert inside == pytest.approx(county["breaks"][0]["persons"]["value"], rel=0.1)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ({"mode": "drive"}, "mode: got 'drive', allowed are walk"),
        ({"minutes": (500,)}, "minutes: got 500, allowed are 1 to"),
        ({"station": "Z"}, "station: got 'Z'"),
        ({"lon": 10.0}, "not both"),
        ({"station": None, "lon": 10.0}, "both lon and lat"),
        ({"station": None, "lon": 10.0, "lat": 1.0}, "place 10, 1: no street for the mode walk within"),
    ],
)
def test_an_isochrone_of_nowhere_is_refused(engine: Engine, question: dict[str, Any], text: str) -> None:
    asked = IsochroneQuestion(mode="walk", station="A", minutes=(5,)).model_copy(update=question)
    with pytest.raises(ParameterError, match=text):
        isochrone_answer(engine, asked)
