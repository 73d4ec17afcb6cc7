"""Live questions over HTTP: the list, the description, answers and refusals."""

import json
import urllib.request
from typing import Any
from urllib.error import HTTPError

import pytest
from shapely.geometry import Point, shape

PATH = "/processes/station-scenario"


def ask(url: str, inputs: Any, body: bytes | None = None, path: str = PATH) -> tuple[int, dict[str, Any]]:
    data = json.dumps({"inputs": inputs}).encode() if body is None else body
    request = urllib.request.Request(f"{url}{path}/execution", data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        return error.code, json.load(error)


@pytest.fixture(scope="module")
def station(demo_server: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{demo_server}/collections/stations/items?limit=1000&f=json") as answer:
        return next(f for f in json.load(answer)["features"] if "primary_care" in f["properties"]["services"].split())


def test_the_list_and_the_description_name_the_inputs(client):
    listed = client.json("/processes")["processes"]
    described = client.json(PATH)
    analyses = ["accessibility", "capacity", "equal-services", "inequality", "travel-times"]
    assert [p["id"] for p in listed] == ["station-scenario", "zone-summary", "isochrone", *analyses, "siting", "geocode"]
    assert described["title"] == "Stations as they could be"
    assert set(described["inputs"]) == {
        "service", "mode", "tier", "group", "edits", "areas", "access", "scenario", "compared_with", "compared_with_scenario",
    }  # fmt: skip
    assert client.json(f"{PATH}?lang=zh")["title"] == "站点情景"
    missing = client.get("/processes/nothing")
    assert (missing.status_code, missing.json()["type"].rpartition("/")[2]) == (404, "no-such-process")


def test_the_list_has_pages(client):
    first = client.json("/processes?limit=1")
    follow = next(item["href"] for item in first["links"] if item["rel"] == "next")
    second = client.json(follow)
    assert [len(page["processes"]) for page in (first, second)] == [1, 1]
    ids = [p["id"] for p in client.json("/processes")["processes"]]
    assert ids[:2] == [page["processes"][0]["id"] for page in (first, second)]


def test_the_execution_is_posted(client):
    answer = client.get(f"{PATH}/execution")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, OPTIONS")


def test_a_closed_station_loses_people_and_areas(demo_server: str, station: dict[str, Any]) -> None:
    edit = {"station": station["properties"]["unit"], "open": False}
    status, answer = ask(demo_server, {"service": "primary_care", "mode": "walk", "edits": [edit]})
    assert status == 200
    county = next(a for a in answer["areas"] if a["geography"] == "county")
    assert all(at["gained"]["value"] == 0 for at in county["breaks"])
    lost = sum(at["lost"]["value"] for at in county["breaks"])
    assert lost == pytest.approx(
        sum(at["persons_before"]["value"] - at["persons"]["value"] for at in county["breaks"]), abs=0.02
    )
    assert lost > 0
    persons = {s["id"]: (s["persons_before"]["value"], s["persons"]["value"]) for s in answer["stations"]}
    assert persons[station["properties"]["unit"]][1] == 0


@pytest.mark.parametrize(
    ("inputs", "text"),
    [
        ({"service": "primary_care"}, "inputs.mode"),
        ({"service": "primary_care", "mode": "fly"}, "mode: got 'fly'"),
        ({"service": "primary_care", "mode": "walk", "colour": 1}, "inputs.colour"),
        ({"service": "primary_care", "mode": "walk", "edits": [{"station": "x", "lon": 200}]}, "inputs.edits.0.lon"),
        (
            {"service": "primary_care", "mode": "walk", "edits": [{"station": "x"}]},
            "needs lon, lat, tier, services",
        ),
        ({"service": "primary_care", "mode": "walk", "edits": [{"station": "x"}] * 201}, "inputs.edits"),
        ([], "expected an object"),
    ],
)
def test_bad_inputs_are_refused_and_named(demo_server: str, inputs: Any, text: str) -> None:
    status, problem = ask(demo_server, inputs)
    assert (status, text in problem["detail"]) == (400, True), problem


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"nan", b"\xff", b"1" * 300_000])
def test_a_body_that_is_no_question_is_refused(demo_server: str, body: bytes) -> None:
    assert ask(demo_server, None, body)[0] == 400


def test_the_people_of_a_zone_and_of_an_isochrone_around_a_station(demo_server: str, station: dict[str, Any]) -> None:
    lon, lat = station["geometry"]["coordinates"]
    circle = {"type": "Circle", "center": [lon, lat], "radius": 300}
    inputs = {"service": "primary_care", "mode": "walk", "zone": circle}
    status, zone = ask(demo_server, inputs, path="/processes/zone-summary")
    assert status == 200
    assert station["properties"]["unit"] in {s["id"] for s in zone["stations"]}
    assert 0 < zone["breaks"][0]["persons"]["value"] <= zone["persons"]["value"] + 0.01
    asked = {"mode": "walk", "station": station["properties"]["unit"], "minutes": [10, 5]}
    status, answer = ask(demo_server, asked, path="/processes/isochrone")
    assert (status, [f["id"] for f in answer["features"]]) == (200, [5, 10])
    assert shape(answer["features"][0]["geometry"]).contains(Point(lon, lat))
    persons = [f["properties"]["persons"]["value"] for f in answer["features"]]
    assert 0 < persons[0] < persons[1]


def test_an_analysis_follows_the_edits(demo_server: str) -> None:
    def assigned(edits: list[Any]) -> dict[str, float]:
        trip = {"service": "primary_care", "mode": "walk", "edits": edits}
        status, answer = ask(demo_server, trip, path="/processes/capacity")
        assert (status, answer["type"]) == (200, "FeatureCollection")
        rows = [f["properties"] for f in answer["features"] if f["geometry"]]
        return {row["unit"]: row["value"] for row in rows if row["measure"] == "assigned_persons" and row["value"]}

    before = assigned([])
    largest = max(before, key=lambda unit: before[unit])
    after = assigned([{"station": largest, "open": False}])
    assert after.keys() == before.keys() - {largest}
    assert sum(after.values()) > sum(before.values()) - before[largest], "others take some of its people"


@pytest.mark.parametrize(
    ("path", "inputs", "text"),
    [
        ("zone-summary", {"service": "primary_care", "mode": "walk"}, "inputs.zone"),
        ("zone-summary", {"service": "primary_care", "mode": "walk", "zone": {"type": "Point"}}, "inputs.zone"),
        ("isochrone", {"mode": "walk", "minutes": []}, "inputs.minutes"),
        ("capacity", {"service": "primary_care", "mode": "walk", "order": "size"}, "inputs.order"),
        ("inequality", {"service": "primary_care", "mode": "walk", "nearest": 3}, "inputs.nearest"),
        ("isochrone", {"mode": "walk", "minutes": [5]}, "give the id of a station"),
        ("isochrone", {"mode": "walk", "minutes": [5], "lon": 0, "lat": 0}, "no street for the mode walk"),
    ],
)
def test_bad_zones_and_places_are_refused(demo_server: str, path: str, inputs: dict[str, Any], text: str) -> None:
    status, problem = ask(demo_server, inputs, path=f"/processes/{path}")
    assert (status, text in problem["detail"]) == (400, True), problem
