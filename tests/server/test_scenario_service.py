"""Scenarios of a real service with two workers: what one stores the other reads, and no change is lost between them."""

import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import HTTPError

import pytest
from planner_home import planner_home

from geoservice.server.access import open_access

THREADS = 8
QUESTION = {"service": "primary_care", "mode": "walk"}
NEW = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [24.95, 60.18]},
    "properties": {"tier": "village", "services": ["primary_care"]},
}


class Answer(NamedTuple):
    """A response."""

    status: int
    body: Any
    headers: dict[str, str]


class Service(NamedTuple):
    """The service, the token of a planner, and the folder."""

    url: str
    token: str
    home: Path

    def send(self, method: str, path: str, content: Any = None, token: str | None = "", **headers: str) -> Answer:
        sent = {k.replace("_", "-"): v for k, v in headers.items()}
        if token is not None:
            sent["Authorization"] = f"Bearer {token or self.token}"
        data = None if content is None else json.dumps(content).encode()
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        where = path if path.startswith("http") else self.url + path
        try:
            with urllib.request.urlopen(urllib.request.Request(where, data, sent, method=method)) as got:
                text = got.read()
                return Answer(got.status, json.loads(text) if text else None, {k.lower(): v for k, v in got.headers.items()})
        except HTTPError as error:
            return Answer(error.code, json.load(error), {k.lower(): v for k, v in error.headers.items()})


@pytest.fixture(scope="module")
def service(demo_home: Path, tmp_path_factory: pytest.TempPathFactory, serve: Callable[..., Any]) -> Iterator[Service]:
    """Serve the demo's release from a folder with tokens of its own."""
    home, (token,) = planner_home(demo_home, tmp_path_factory.mktemp("planners"), "planner")
    with serve(home, workers=2) as served:
        yield Service(served.url, token, home)


@pytest.fixture
def scenario(service: Service) -> Answer:
    stations = service.send("GET", "/collections/stations/items?limit=1000&f=json").body["features"]
    unit = next(f["properties"]["unit"] for f in stations if "primary_care" in f["properties"]["services"].split())
    edits = [{"station": unit, "open": False}]
    made = service.send("POST", "/scenarios", {"name": "关闭一站", "edits": edits})
    assert made.status == 201, made.body
    return made


def at_once(work: Callable[[], Answer]) -> list[Answer]:
    """Do the same from several threads at one time."""
    start = threading.Barrier(THREADS)

    def go(_: int) -> Answer:
        start.wait()
        return work()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(go, range(THREADS)))


def test_both_workers_read_what_one_stored(service: Service, scenario: Answer) -> None:
    seen = {service.send("GET", scenario.headers["location"]).body["revision"] for _ in range(20)}
    assert seen == {1}


def test_of_replacements_at_one_time_one_is_taken(service: Service, scenario: Answer) -> None:
    where, etag = scenario.headers["location"], scenario.headers["etag"]
    answers = at_once(lambda: service.send("PUT", where, {"name": "x"}, If_Match=etag))
    assert sorted(a.status for a in answers) == [200] + [412] * (THREADS - 1)
    assert service.send("GET", where).body["revision"] == 2


def test_stations_added_at_one_time_are_all_there(service: Service, scenario: Answer) -> None:
    items = f"{scenario.headers['location']}/collections/stations/items"
    answers = at_once(lambda: service.send("POST", items, NEW))
    assert {a.status for a in answers} == {201}
    assert len({a.headers["location"] for a in answers}) == THREADS
    found = service.send("GET", f"{items}?limit=10000").body["features"]
    assert sum(f["properties"]["status"] == "new" for f in found) == THREADS
    assert service.send("GET", scenario.headers["location"]).body["revision"] == THREADS + 1


def execute(service: Service, token: str | None = "", process: str = "station-scenario", **inputs: Any) -> Answer:
    return service.send("POST", f"/processes/{process}/execution", {"inputs": {**QUESTION, **inputs}}, token)


def test_a_question_can_name_a_stored_scenario(service: Service, scenario: Answer) -> None:
    by_id = execute(service, scenario=scenario.body["id"])
    assert by_id.status == 200, by_id.body
    assert by_id.body == execute(service, edits=scenario.body["edits"]).body
    county = next(a for a in by_id.body["areas"] if a["geography"] == "county")
    assert county["breaks"][0]["lost"]["value"] > 0


def test_a_question_can_compare_with_a_stored_scenario(service: Service, scenario: Answer) -> None:
    edits = scenario.body["edits"]
    by_id = execute(service, compared_with_scenario=scenario.body["id"])
    assert by_id.status == 200, by_id.body
    assert by_id.body == execute(service, compared_with=edits).body
    breaks = [at for area in by_id.body["areas"] for at in area["breaks"]]
    assert breaks
    assert all(
        at["share_difference"]["value"]
        == pytest.approx(-(at["share_compared"]["value"] - at["share_before"]["value"]), abs=2e-3)
        for at in breaks
    )
    same = execute(service, scenario=scenario.body["id"], compared_with_scenario=scenario.body["id"]).body["areas"]
    assert {at["share_difference"]["margin"] for area in same for at in area["breaks"]} == {0}
    assert execute(service, None, compared_with_scenario=scenario.body["id"]).status == 401
    assert execute(service, compared_with_scenario=scenario.body["id"], compared_with=edits).status == 400
    assert execute(service, compared_with=[{"station": "new"}]).status == 400


def test_a_question_about_a_zone_can_name_one_too(service: Service, scenario: Answer) -> None:
    zone = {"type": "Circle", "center": [24.94, 60.17], "radius": 1500}
    by_id = execute(service, process="zone-summary", zone=zone, scenario=scenario.body["id"])
    assert by_id.status == 200, by_id.body
    assert by_id.body == execute(service, process="zone-summary", zone=zone, edits=scenario.body["edits"]).body
    assert by_id.body != execute(service, process="zone-summary", zone=zone).body


def test_a_stored_scenario_is_for_planners_and_alone_in_a_question(service: Service, scenario: Answer) -> None:
    scenario_id = scenario.body["id"]
    assert execute(service, None, scenario=scenario_id).status == 401
    assert execute(service, scenario="0" * 16).status == 404
    assert execute(service, scenario="").status == execute(service, scenario=7).status == 400
    both = execute(service, scenario=scenario_id, edits=scenario.body["edits"])
    assert (both.status, "allowed is one of the two" in both.body["detail"]) == (400, True)
    assert execute(service, None, edits=scenario.body["edits"]).status == 200, "edits need no token"


def test_the_audit_log_is_whole_and_has_each_change(service: Service, scenario: Answer) -> None:
    access = open_access(service.home, None, "x", owner=True)
    before = access.verify().n
    service.send("DELETE", scenario.headers["location"])
    (entry,) = [row.entry for row in access.rows(before)]
    assert (entry["what"], entry["status"], scenario.body["id"] in entry["path"]) == ("DELETE", 204, True)
    assert access.verify().n == before + 1
    access.close()
