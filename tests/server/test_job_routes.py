"""Who sees which job, methods, the list with its filters, and what the service says it conforms to; no job is run here."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
import pytest
from asking import Caller, given

from geoservice.server.access import open_access
from geoservice.server.app import create_app
from geoservice.settings import Settings

from .conftest import Place, release_content

PATH = "/processes/siting/execution"
BODY = orjson.dumps({"inputs": {"service": "clinic", "mode": "walk", "sites": 1}})


@pytest.fixture(scope="module")
def callers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Caller]]:
    """Return callers of a service whose layer of coverage is for planners."""
    place = Place(tmp_path_factory.mktemp("jobs"), None, "jobs")
    content = release_content()
    closed = [
        replace(c, layer=c.layer.model_copy(update={"role": "planner"})) if c.layer.id == "coverage" else c
        for c in content.layers
    ]
    manifest = content.manifest.model_copy(update={"layers": tuple(c.layer for c in closed)})
    store = place.open(read_only=False)
    store.write(replace(content, layers=closed, manifest=manifest))
    store.close()
    access = open_access(place.home, None, "jobs", owner=True)
    tokens = {
        "planner": given(access, "planner", "planner"),
        "other": given(access, "other", "planner"),
        "of an area": given(access, "area", "planner", areas=("t1",)),
    }
    app = create_app(Settings(home=place.home), place.open())
    yield {"anonymous": Caller(app), **{name: Caller(app, token) for name, token in tokens.items()}}
    access.close()


def submit(caller: Caller, **headers: str) -> Any:
    return caller.many(PATH, method="POST", content=BODY, Prefer="respond-async", **headers)[0]


def test_a_job_is_only_for_the_token_that_made_it(callers: dict[str, Caller]) -> None:
    answer = submit(callers["planner"])
    assert answer.status_code == 201, answer.text
    job = f"/jobs/{answer.json()['jobID']}"
    assert callers["planner"].get(job).json()["status"] == "accepted"
    for name in ("other", "anonymous", "of an area"):
        assert callers[name].get(job).status_code == 404
        assert callers[name].get(f"{job}/results").status_code == 404
        assert callers[name].many(job, method="DELETE")[0].status_code == 404
    listed = [callers[name].get("/jobs").json()["jobs"] for name in ("planner", "other", "anonymous")]
    assert [[j["jobID"] for j in jobs] for jobs in listed] == [[answer.json()["jobID"]], [], []]
    assert callers["planner"].many(job, method="DELETE")[0].json()["status"] == "dismissed"


def test_the_list_is_filtered(callers: dict[str, Caller]) -> None:
    jobs = [submit(callers["other"]).json()["jobID"] for _ in range(3)]
    callers["other"].many(f"/jobs/{jobs[0]}", method="DELETE")

    def listed(query: str) -> list[str]:
        answer = callers["other"].get(f"/jobs?{query}")
        assert answer.status_code == 200, answer.text
        return [job["jobID"] for job in answer.json()["jobs"]]

    assert listed("") == jobs[::-1]
    assert listed("status=dismissed") == jobs[:1]
    assert listed("status=running,successful") == []
    assert listed("processID=station-scenario") == []
    assert listed("datetime=../2020-01-01") == []
    assert listed("datetime=2020-01-01/..&type=process&minDuration=0") == jobs[::-1]
    assert listed("minDuration=1") == []
    assert listed("limit=2") == jobs[:0:-1]
    assert listed("limit=2&offset=2") == jobs[:1]
    for bad in ("status=lost", "processID=x", "type=x", "minDuration=-1", "maxDuration=x", "datetime=x", "limit=0", "x=1"):
        assert callers["other"].get(f"/jobs?{bad}").status_code == 400, bad
    for job in jobs[1:]:
        callers["other"].many(f"/jobs/{job}", method="DELETE")


def test_whoever_may_not_read_all_areas_is_refused_with_the_reason(callers: dict[str, Caller]) -> None:
    answer = submit(callers["of an area"])
    assert (answer.status_code, "this token is limited to t1" in answer.json()["detail"]) == (403, True)
    assert submit(callers["anonymous"]).status_code == 404, "the layer is not public"
    asked = json.dumps({"inputs": {"service": "checkup", "mode": "walk"}})
    (answer,) = callers["of an area"].many("/processes/capacity/execution", method="POST", content=asked)
    assert (answer.status_code, "this token is limited to t1" in answer.json()["detail"]) == (403, True)


def test_a_token_may_have_a_few_jobs_at_a_time(callers: dict[str, Caller]) -> None:
    jobs = [submit(callers["planner"]) for _ in range(4)]
    assert {job.status_code for job in jobs} == {201}
    refused = submit(callers["planner"])
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "10")
    for job in jobs:
        callers["planner"].many(f"/jobs/{job.json()['jobID']}", method="DELETE")


def test_methods_of_jobs(client: Any) -> None:
    assert client.request("DELETE", "/jobs").status_code == 405
    assert client.request("DELETE", "/jobs/x/results").status_code == 405
    answer = client.request("POST", "/jobs/x")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, DELETE, OPTIONS")
    preflight = client.request("OPTIONS", "/jobs/x", Access_Control_Request_Headers="prefer")
    assert "DELETE" in preflight.headers["access-control-allow-methods"]
    assert "Prefer" in preflight.headers["access-control-allow-headers"]
    assert {"Location", "Preference-Applied"} <= set(preflight.headers["access-control-expose-headers"].split(", "))


def test_a_state_is_never_stored_by_a_cache(client: Any) -> None:
    assert client.get("/jobs").headers["cache-control"] == "no-store"
    assert client.get("/jobs?f=html&lang=zh").headers["cache-control"] == "no-store"


def test_the_classes_that_are_met_are_declared(client: Any) -> None:
    declared = {c.rpartition("/")[2] for c in client.json("/conformance")["conformsTo"] if "ogcapi-processes-1" in c}
    assert declared == {"core", "ogc-process-description", "json", "html", "oas30", "job-list", "dismiss"}
    paths = client.json("/api")["paths"]
    assert set(paths["/jobs/{job_id}"]) == {"get", "delete"}
    assert "201" in paths["/processes/{process_id}/execution"]["post"]["responses"]
    siting = client.json("/processes/siting")
    assert siting["jobControlOptions"] == ["sync-execute", "async-execute", "dismiss"]
    assert siting["outputs"]["answer"]["schema"]["contentMediaType"] == "application/geo+json"
    assert {"model", "candidates", "sites", "edits"} <= set(siting["inputs"])
    rels = {item["rel"].rpartition("/")[2] for item in client.json("/?f=json")["links"]}
    assert {"processes", "job-list"} <= rels
