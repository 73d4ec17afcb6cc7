"""Siting as jobs over HTTP with two workers: their life, cancelling, the end of a worker, limits, and hostile inputs."""

import json
import os
import signal
import time
import urllib.request
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import HTTPError

import pytest

from geoservice.server.processes.jobs.store import MAX_WAITING

PATH = "/processes/siting/execution"
ASK = {"service": "primary_care", "mode": "walk", "minutes": 5, "sites": 3, "spacing": 200}
LONG = {**ASK, "model": "capacitated_p_median", "sites": 12, "spacing": 50, "capacity": 500, "seconds": 60}
"""It keeps the solver busy for all its seconds."""


class Answer(NamedTuple):
    """A response: names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: Any


class Service:
    """A service whose every request uses a connection of its own, so that its workers take turns."""

    def __init__(self, served: Any) -> None:
        self.url, self.process = served.url, served.process

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", **headers}
        request = urllib.request.Request(path if path.startswith("http") else self.url + path, data, sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return self._answer(answer)
        except HTTPError as error:
            return self._answer(error)

    def _answer(self, answer: Any) -> Answer:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status, headers, json.load(answer))

    def submit(self, inputs: Any, path: str = PATH, **more: Any) -> str:
        answer = self.call("POST", path, {"inputs": inputs, **more}, Prefer="respond-async")
        assert answer.status == 201, answer.body
        return answer.headers["location"]

    def until(self, job: str, done: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        """Return the states of a job until one is what is waited for."""
        seen, end = [], time.monotonic() + 120
        while not seen or not done(seen[-1]):
            assert time.monotonic() < end, seen[-1:]
            seen.append(self.call("GET", job).body)
            time.sleep(0.02)
        return seen

    def finished(self, job: str) -> dict[str, Any]:
        return self.until(job, lambda state: state["status"] not in {"accepted", "running"})[-1]


@pytest.fixture(scope="module")
def service(demo_home: Path, serve: Any) -> Iterator[Service]:
    with serve(demo_home, workers=2) as served:
        yield Service(served)


@pytest.fixture
def long_job(service: Service) -> Iterator[str]:
    job = service.submit(LONG)
    service.until(job, lambda state: state["status"] == "running" and state["progress"] >= 10)
    yield job
    service.call("DELETE", job)


def test_a_job_runs_and_its_result_is_that_of_a_caller_who_waits(service: Service) -> None:
    answer = service.call("POST", PATH, {"inputs": ASK}, Prefer="respond-async", **{"Accept-Language": "zh"})
    job = answer.headers["location"]
    assert (answer.status, answer.headers["preference-applied"]) == (201, "respond-async")
    assert (answer.body["status"], answer.body["message"], answer.body["type"]) == ("accepted", "排队等候", "process")
    assert job == f"{service.url}/jobs/{answer.body['jobID']}"
    states = service.until(job, lambda state: state["status"] == "successful")
    progress = [state["progress"] for state in states]
    assert progress == sorted(progress)
    assert progress[-1] == 100
    times = [states[-1][name] for name in ("created", "started", "finished")]
    assert times == sorted(times)
    (href,) = [item["href"] for item in states[-1]["links"] if item["rel"].endswith("/results")]
    result = service.call("GET", href)
    assert (result.status, result.headers["content-type"]) == (200, "application/geo+json")
    assert result.body == service.call("POST", PATH, {"inputs": ASK}).body
    assert service.call("GET", f"{href}?lang=zh").body["features"][0]["properties"]["reasons"].startswith("新覆盖")


LIVE = {
    "station-scenario": {"service": "primary_care", "mode": "walk"},
    "zone-summary": {
        "service": "primary_care",
        "mode": "walk",
        "zone": {"type": "Circle", "center": [24.94, 60.17], "radius": 1000},
    },
    "isochrone": {"mode": "walk", "minutes": [10], "lon": 24.94, "lat": 60.17},
}


@pytest.mark.parametrize("process", LIVE)
def test_a_live_question_may_be_a_job(service: Service, process: str) -> None:
    path = f"/processes/{process}"
    assert "async-execute" in service.call("GET", path).body["jobControlOptions"]
    job = service.submit(LIVE[process], f"{path}/execution")
    state = service.finished(job)
    assert (state["processID"], state["status"], state["progress"]) == (process, "successful", 100)
    waited = service.call("POST", f"{path}/execution", {"inputs": LIVE[process]})
    result = service.call("GET", f"{job}/results")
    assert (result.headers["content-type"], result.body) == (waited.headers["content-type"], waited.body)


def test_the_result_is_ranked_sites_with_reasons_proof_and_curve(service: Service) -> None:
    body = service.call("POST", PATH, {"inputs": ASK}).body
    properties = [feature["properties"] for feature in body["features"]]
    assert [p["rank"] for p in properties] == [1, 2, 3]
    assert all(p["persons"] > 0 and p["persons_margin"] > 0 and p["reasons"] for p in properties)
    reached = body["totals"]["reached_before"] + sum(p["persons"] for p in properties)
    assert reached == pytest.approx(body["totals"]["reached_after"], abs=0.5)
    assert (body["feasible"], body["proof"]["proven"], body["proof"]["gap"]) == (True, True, 0)
    assert [point["sites"] for point in body["curve"]] == [0, 1, 2, 3]


def test_choices_between_coverage_and_fairness_have_sites_of_their_own(service: Service) -> None:
    body = service.call("POST", f"{PATH}?lang=zh", {"inputs": {**ASK, "spacing": 500, "fairness": True}}).body
    fairness = body["fairness"]
    assert (fairness["measure"]["id"], fairness["measure"]["unit"]) == ("far_minutes", "minute")
    assert fairness["measure"]["name"].startswith("超时分钟数")
    points = fairness["points"]
    assert len(points) > 1
    assert [p["most_covered"] for p in points] == [True] + [False] * (len(points) - 1)
    persons, minutes = ([p[name] for p in points] for name in ("persons", "far_minutes"))
    assert persons == sorted(persons, reverse=True)
    assert minutes == sorted(minutes, reverse=True)
    assert points[0]["features"] == body["features"]
    assert points[0]["persons"] == pytest.approx(body["totals"]["reached_after"])
    assert points[0]["difference"] is None
    for before, point in pairwise(points):
        assert point["difference"] == pytest.approx(before["persons"] - point["persons"], abs=0.02)
        assert point["tied"] == (point["difference"] < point["difference_margin"])
        assert all(f["properties"]["reasons"].startswith("新覆盖") for f in point["features"])


def test_stations_that_close_are_named(service: Service) -> None:
    ask = {**ASK, "sites": 1, "spacing": 500, "may_close": ["n1985597270", "n6175506640"]}
    closed = service.call("POST", PATH, {"inputs": ask}).body["closed"]
    assert {station["id"] for station in closed} <= set(ask["may_close"])
    assert len(closed) >= 1
    assert all(station["name"] for station in closed)


def test_a_stage_is_told_in_the_language_of_the_reader(service: Service, long_job: str) -> None:
    texts = {service.call("GET", long_job, **{"Accept-Language": language}).body["message"] for language in ("zh", "en")}
    assert len(texts) == 2
    assert any(not text.isascii() for text in texts)
    page = urllib.request.urlopen(f"{long_job}?f=html&lang=zh").read().decode()
    assert "<h1>任务</h1>" in page


def test_a_dismissed_job_stops_and_the_next_one_runs(service: Service, long_job: str) -> None:
    missing = service.call("GET", f"{long_job}/results")
    assert (missing.status, missing.body["type"].rpartition("/")[2]) == (404, "result-not-ready")
    waiting = service.submit(ASK)
    dismissed = service.call("DELETE", long_job)
    assert (dismissed.status, dismissed.body["status"]) == (200, "dismissed")
    assert service.finished(waiting)["status"] == "successful"
    assert service.call("GET", f"{long_job}/results").status == 410
    assert service.call("GET", long_job).body["status"] == "dismissed", "also for the other worker"


def test_whoever_waits_is_refused_while_a_job_runs(service: Service, long_job: str) -> None:
    busy = service.call("POST", PATH, {"inputs": ASK})
    assert (busy.status, "Prefer: respond-async" in busy.body["detail"]) == (503, True)
    assert busy.headers["retry-after"] == "5"


def test_too_many_waiting_jobs_are_refused(service: Service, long_job: str) -> None:
    waiting = [service.submit(ASK) for _ in range(MAX_WAITING)]
    try:
        refused = service.call("POST", PATH, {"inputs": ASK}, Prefer="respond-async")
        assert (refused.status, refused.headers["retry-after"]) == (503, "5")
        assert f"{MAX_WAITING} jobs wait already" in refused.body["detail"]
        assert service.call("GET", "/collections?f=json").status == 200, "jobs hold up nothing else"
    finally:
        for job in waiting:
            service.call("DELETE", job)


def job_ticks(server: int) -> dict[int, int]:
    """Return the processor time, in clock ticks, of the job process of each worker."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            parent, ticks = int(fields[1]), int(fields[11]) + int(fields[12])
            grandparent = int(Path(f"/proc/{parent}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if b"geoservice.server.jobs.child" in words and words[-2] == b"job" and grandparent == server:
            found[parent] = ticks
    return found


def parent_of_running_job(server: int) -> int:
    """Return the worker whose job process is at work: that of another worker is idle, whatever it did before."""
    before = job_ticks(server)
    for _ in range(200):
        time.sleep(0.1)
        used = {worker: ticks - before.get(worker, 0) for worker, ticks in job_ticks(server).items()}
        if used and max(used.values()) >= 5:
            return max(used, key=lambda worker: used[worker])
    raise AssertionError("no job process uses the processor")


def test_a_job_whose_worker_is_killed_is_taken_up_by_another_one(service: Service, long_job: str) -> None:
    first = service.call("GET", long_job).body["started"]
    os.kill(parent_of_running_job(service.process.pid), signal.SIGKILL)
    states = service.until(long_job, lambda state: state.get("started", first) > first and state["progress"] >= 10)
    assert {state["status"] for state in states} <= {"accepted", "running"}, "it has begun again, as its start says"
    assert service.call("DELETE", long_job).body["status"] == "dismissed"
    assert service.finished(service.submit(ASK))["status"] == "successful"


def test_what_no_choice_can_reach_is_named_by_area(service: Service) -> None:
    body = service.call("POST", PATH, {"inputs": {**ASK, "model": "lscp_b", "sites": 1, "minutes": 2}}).body
    assert (body["feasible"], body["features"]) == (False, [])
    assert "sites: got 1, allowed are" in body["reason"]
    assert sum(row["persons"] for row in body["left_out"]) > 0
    assert all(row["area"] for row in body["left_out"])


def point(lon: float, lat: float, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": [lon, lat]}, "properties": properties}


def test_candidates_may_come_along_as_geojson(service: Service) -> None:
    everywhere = service.call("POST", PATH, {"inputs": {**ASK, "sites": 2}}).body["features"]
    places = [point(*f["geometry"]["coordinates"], id=f"own {f['id']}", name="试点", colour="red") for f in everywhere]
    inputs = {**ASK, "sites": 2, "candidates": {"type": "FeatureCollection", "features": places}}
    chosen = service.call("POST", PATH, {"inputs": inputs}).body["features"]
    assert [f["properties"]["id"] for f in chosen] == ["own 1", "own 2"]
    assert {f["properties"]["name"] for f in chosen} == {"试点"}
    assert [f["properties"]["persons"] for f in chosen] == [f["properties"]["persons"] for f in everywhere]


def test_stations_of_a_scenario_count_as_existing_ones(service: Service) -> None:
    first = service.call("POST", PATH, {"inputs": {**ASK, "sites": 1}}).body
    lon, lat = first["features"][0]["geometry"]["coordinates"]
    edit = {"station": "new", "lon": lon, "lat": lat, "tier": "township", "services": [ASK["service"]]}
    second = service.call("POST", PATH, {"inputs": {**ASK, "sites": 1, "edits": [edit]}}).body
    assert second["totals"]["reached_before"] == pytest.approx(first["totals"]["reached_after"], rel=0.01)
    assert second["features"][0]["properties"]["id"] != first["features"][0]["properties"]["id"]


def test_a_results_document_has_the_answer_with_its_media_type(service: Service) -> None:
    job = service.submit(ASK, response="document", outputs={"answer": {}})
    assert service.finished(job)["status"] == "successful"
    result = service.call("GET", f"{job}/results")
    assert result.headers["content-type"] == "application/json"
    assert result.body["answer"]["mediaType"] == "application/geo+json"
    assert len(result.body["answer"]["value"]["features"]) == 3
    question = {"inputs": {"service": "primary_care", "mode": "walk"}, "response": "document"}
    scenario = service.call("POST", "/processes/station-scenario/execution", question)
    assert scenario.body["answer"]["value"]["service"] == "primary_care"


BAD = [
    ({"service": "primary_care"}, "inputs.mode"),
    ({**ASK, "sites": 0}, "inputs.sites"),
    ({**ASK, "sites": 10**9}, "inputs.sites"),
    ({**ASK, "minutes": 1000}, "inputs.minutes"),
    ({**ASK, "seconds": 1e9}, "inputs.seconds"),
    ({**ASK, "spacing": 1}, "inputs.spacing"),
    ({**ASK, "model": "best"}, "inputs.model"),
    ({**ASK, "colour": 1}, "inputs.colour"),
    ({**ASK, "candidates": "/etc/passwd"}, "inputs.candidates"),
    ({**ASK, "candidates": "http://localhost/"}, "inputs.candidates"),
    ({**ASK, "candidates": []}, "inputs.candidates"),
    ({**ASK, "candidates": {"type": "FeatureCollection", "features": []}}, "inputs.candidates"),
    ({**ASK, "candidates": {"type": "FeatureCollection", "features": [point(200, 0)]}}, "coordinates"),
    ({**ASK, "candidates": {"type": "FeatureCollection", "features": [point(24.9, 60.2, cost=-1)]}}, "cost"),
    ({**ASK, "candidates": {"type": "FeatureCollection", "features": [point(24.9, 60.2)] * 2001}}, "inputs.candidates"),
    ({**ASK, "may_close": ["x"] * 201}, "inputs.may_close"),
    ({**ASK, "edits": [{"station": "x", "lon": 1}]}, "needs lon, lat, tier, services"),
    ({**ASK, "service": "post"}, "service: got 'post', allowed are"),
    ({**ASK, "mode": "fly"}, "mode: got 'fly', allowed are"),
    ({**ASK, "group": "' OR 1=1"}, "group: got"),
    ({**ASK, "may_close": ["nobody"]}, "may_close: got 'nobody'"),
    ({**ASK, "sites": None}, "needs one of them"),
    ({**ASK, "candidates": {"type": "FeatureCollection", "features": [point(24.9, 60.2, id="a")] * 2}}, "the id 'a'"),
]


@pytest.mark.parametrize(("inputs", "text"), BAD, ids=[text for _, text in BAD])
def test_bad_inputs_are_refused_and_named(service: Service, inputs: Any, text: str) -> None:
    answer = service.call("POST", PATH, {"inputs": inputs})
    assert (answer.status, text in answer.body["detail"]) == (400, True), answer.body


def test_a_job_with_bad_names_fails_with_the_reason(service: Service) -> None:
    job = service.submit({**ASK, "group": "nobody"})
    state = service.finished(job)
    assert (state["status"], "group: got 'nobody'" in state["message"]) == ("failed", True)
    result = service.call("GET", f"{job}/results")
    assert (result.status, result.body["status"], result.body["detail"]) == (400, 400, state["message"])


@pytest.mark.parametrize("more", [{"response": "yaml"}, {"outputs": {"x": {}}}, {"outputs": []}])
def test_unknown_forms_of_results_are_refused(service: Service, more: Any) -> None:
    assert service.call("POST", PATH, {"inputs": ASK, **more}).status == 400


@pytest.mark.parametrize("job", ["x", "%27%20OR%201=1%20--", "x" * 5000, "%e4%b8%ad"])
@pytest.mark.parametrize(("method", "rest"), [("GET", ""), ("GET", "/results"), ("DELETE", "")])
def test_a_job_that_does_not_exist(service: Service, job: str, method: str, rest: str) -> None:
    answer = service.call(method, f"/jobs/{job}{rest}")
    assert (answer.status, answer.body["type"].rpartition("/")[2]) == (404, "no-such-job")


@pytest.mark.parametrize("job", ["..%2f..", "%00", "..%2f..%2fetc%2fpasswd"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_path_that_is_no_id(service: Service, job: str, method: str) -> None:
    assert service.call(method, f"/jobs/{job}").status in {400, 404, 405}
