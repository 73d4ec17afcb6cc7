"""Imports by stewards over the API, with two workers: upload, preview, commit, history, rollback, and who may not."""

import hashlib
import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, get_args
from urllib.error import HTTPError
from urllib.parse import quote

import pytest
from asking import Caller, given
from district import AREAS

from geoservice.schema import TABLES
from geoservice.server.access import open_access
from geoservice.server.app import create_app
from geoservice.server.imports.processes import IMPORT_PROCESSES, Table
from geoservice.server.imports.uploads import MAX_OF_OWNER
from geoservice.settings import Settings

from .conftest import Place, close_releases, release_content

STUDY = """\
id = "test"
title = { zh = "试验", en = "Test" }

[[services]]
id = "checkup"
title = { zh = "体检", en = "Check-up" }
"""
HOUSEHOLDS = "户编号,经度,纬度,人口,说明\n"
SECRETS = ("K1000001", "116.9512345", "30.6054321", "独居老人张奶奶", "三口人")
GOOD = HOUSEHOLDS + f"{SECRETS[0]},{SECRETS[1]},{SECRETS[2]},3,{SECRETS[3]}\nK2,116.96,30.61,2,x\n"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)


class Service:
    """A service with tokens; every request uses a connection of its own, so that the workers take turns."""

    def __init__(self, url: str, tokens: dict[str, str]) -> None:
        self.url, self.tokens, self.seen = url, tokens, list[str]()

    def call(self, method: str, path: str, data: bytes | None = None, who: str = "steward", **headers: str) -> Answer:
        sent = {"Content-Type": "application/octet-stream", **headers}
        if who in self.tokens:
            sent["Authorization"] = f"Bearer {self.tokens[who]}"
        request = urllib.request.Request(path if path.startswith("http") else self.url + path, data, sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                answer = Answer(response.status, dict(response.headers), response.read().decode())
        except HTTPError as error:
            answer = Answer(error.code, dict(error.headers), error.read().decode())
        self.seen.append(f"{answer.headers} {answer.text}")
        return answer

    def upload(self, name: str, content: str | bytes, who: str = "steward") -> Answer:
        data = content if isinstance(content, bytes) else content.encode()
        return self.call("POST", f"/imports?name={quote(name)}", data, who)

    def run(self, process: str, who: str = "steward", language: str = "en", **inputs: Any) -> Answer:
        """Run a process and wait for the answer."""
        body = json.dumps({"inputs": inputs}).encode()
        return self.call("POST", f"/processes/{process}/execution?lang={language}", body, who)

    def load(self, name: str, content: str, table: str, **inputs: Any) -> Any:
        """Upload a file and import it; returns the document."""
        answer = self.upload(name, content)
        assert answer.status == 201, answer.text
        upload = answer.body["upload"]
        return self.run("import-commit", upload=upload, table=table, **inputs).body


def make_home(folder: Path) -> tuple[Path, dict[str, str]]:
    """Return a folder with a release and tokens."""
    place = Place(folder, None, "imports")
    store = place.open(read_only=False)
    store.write(release_content())
    store.close()
    access = open_access(place.home, None, "geoservice", owner=True)
    tokens = {
        "steward": given(access, "steward", "steward"),
        "other": given(access, "other", "steward"),
        "of an area": given(access, "area", "steward", areas=("340811",)),
        "planner": given(access, "planner", "planner"),
    }
    access.close()
    return place.home, tokens


@pytest.fixture(scope="module")
def steward_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("steward")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def home_and_tokens(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    return make_home(tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def service(home_and_tokens: tuple[Path, dict[str, str]], steward_home: Path, serve: Any) -> Iterator[Service]:
    home, tokens = home_and_tokens
    with serve(home, workers=2, GEOSERVICE_STEWARD_PROJECT=str(steward_home), GEOSERVICE_UPLOAD_BYTES="2000000") as served:
        service = Service(served.url, tokens)
        areas = service.load("areas.geojson", AREAS, "areas")
        assert areas["status"] == "loaded", areas
        yield service
        log = served.log.read_text(encoding="utf-8")
        assert "import" in log
        for text in SECRETS:
            assert text not in log
            assert not [seen for seen in service.seen if text in seen]


def test_a_file_is_uploaded_previewed_imported_and_rolled_back(service: Service) -> None:
    answer = service.upload("户 1.csv", GOOD)
    assert (answer.status, answer.body["name"], answer.body["bytes"]) == (201, "户 1.csv", len(GOOD.encode()))
    assert answer.body["sha256"] == hashlib.sha256(GOOD.encode()).hexdigest()
    upload = answer.body["upload"]
    preview = service.run("import-preview", upload=upload, table="households").body
    assert (preview["status"], preview["rows"]["accepted"], preview["expected"]["added"]) == ("checked", 2, 2)
    assert [r for r in preview["first_rows"] if "values" in r] == []
    assert {"column": "persons", "header": "人口"} in preview["columns"]
    assert preview["first_rows"][0]["faults"] == []
    done = service.run("import-commit", upload=upload, table="households").body
    assert (done["status"], done["vintage"]["number"], done["file"]) == ("loaded", 1, "户 1.csv")
    assert service.run("import-preview", upload=upload, table="households").status == 404, "a loaded file is deleted"
    more = service.load("户 1.csv", GOOD + "K3,116.95,30.61,2,x\n", "households")
    assert (more["vintage"]["number"], more["vintage"]["added"]) == (2, 1)
    back = service.run("import-rollback", table="households").body
    assert (back["status"], back["restored"]) == ("done", ["1 of 户 1.csv"])
    events = service.run("import-history", table="households").body["events"]
    assert [(e["action"], e["number"], e["is_current"]) for e in events] == [
        ("import", 1, True), ("import", 2, False), ("rollback", 2, False),
    ]  # fmt: skip
    assert events[0]["sha256"] == answer.body["sha256"]
    refused = service.run("import-rollback", table="households", source="户 1.csv").body
    assert (refused["status"], refused["refusal"]["type"]) == ("refused", "NotFound")


@pytest.mark.parametrize(
    "content",
    [
        HOUSEHOLDS + ",".join((*SECRETS[:3], SECRETS[4], SECRETS[3])) + "\n",
        ",".join((*SECRETS[:3], "3", SECRETS[3])) + "\n" + ",".join((*SECRETS[:3], "2", SECRETS[3])) + "\n",
        GOOD + GOOD.splitlines()[1] + "\n",
        GOOD.replace("户编号", "身份证号"),
        "\x00\x01" + SECRETS[3],
    ],
)
def test_no_text_of_a_household_leaves(service: Service, content: str) -> None:
    """What left the service, and its log, are searched for the secrets at the end of the module."""
    upload = service.upload("h.csv", content).body["upload"]
    answer = service.run("import-preview", language="zh", upload=upload, table="households")
    assert (answer.status, answer.body["status"]) == (200, "refused"), answer.text
    assert answer.body["refusal"]["message"].startswith("登记数据")
    service.call("DELETE", f"/imports/{upload}")


def test_public_rows_are_shown_with_their_errors_and_options_are_passed_on(service: Service) -> None:
    rows = "编号,名称,经度,纬度,等级,服务项目,容量\nS1,甲,116.95,30.6,村级,体检,多\nS2,乙,116.95,30.6,村级,体检,5\n"
    upload = service.upload("s.csv", rows).body["upload"]
    refused = service.run("import-commit", upload=upload, table="stations").body
    assert (refused["status"], refused["faults"][0]["value"], refused["refusal"]["type"]) == ("refused", "多", "BadValues")
    assert "/" not in refused["refusal"]["message"], "no path of the machine"
    mapped = service.run("import-preview", upload=upload, table="stations", mapping={"capacity": ""}, language="zh").body
    assert (mapped["status"], mapped["rows"]["accepted"]) == ("checked", 2)
    assert {"capacity": "按要求不读取"}.items() <= {c["column"]: c.get("text") for c in mapped["columns"]}.items()
    partial = service.run("import-commit", upload=upload, table="stations", accept_partial=True).body
    assert (partial["status"], partial["rows"]) == ("loaded", {"read": 2, "accepted": 1, "rejected": 1})


def test_a_job_reports_its_progress_and_can_be_dismissed(service: Service) -> None:
    rows = "".join(f"S{i},站{i},116.95,30.6,村级,体检\n" for i in range(30_000))
    upload = service.upload("many.csv", "编号,名称,经度,纬度,等级,服务项目\n" + rows).body["upload"]
    body = json.dumps({"inputs": {"upload": upload, "table": "stations"}}).encode()
    path = "/processes/import-preview/execution"
    accepted = service.call("POST", path, body, Prefer="respond-async")
    job = accepted.headers["location"]
    assert (accepted.status, accepted.body["processID"]) == (201, "import-preview")
    states = []
    while not states or states[-1]["status"] in {"accepted", "running"}:
        states.append(service.call("GET", job).body)
        time.sleep(0.05)
    assert states[-1]["status"] == "successful", states[-1]
    assert {s["message"] for s in states} & {"Reading the file", "Checking the rows"}
    assert service.call("GET", f"{job}/results").body["rows"]["read"] == 30_000
    assert service.call("GET", job, who="other").status == 404
    second = service.call("POST", path, body, Prefer="respond-async").headers["location"]
    assert service.call("DELETE", second).body["status"] == "dismissed"
    service.call("DELETE", f"/imports/{upload}")


@pytest.mark.parametrize("who", ["anonymous", "planner"])
def test_others_find_nothing(service: Service, who: str) -> None:
    assert service.upload("s.csv", "a,b\n", who).status == 404
    assert service.call("DELETE", f"/imports/{'x' * 32}", who=who).status == 404
    assert not {p["id"] for p in service.call("GET", "/processes?f=json", who=who).body["processes"]} & set(IMPORT_PROCESSES)
    for process in IMPORT_PROCESSES:
        assert service.call("GET", f"/processes/{process}?f=json", who=who).status == 404
        assert service.run(process, who, upload="x" * 32, table="areas").status == 404


def test_a_steward_of_an_area_may_not(service: Service) -> None:
    assert service.upload("s.csv", "a,b\n", "of an area").status == 403
    assert service.run("import-history", "of an area").status == 403


def test_a_steward_sees_the_processes_described(service: Service) -> None:
    listed = {p["id"] for p in service.call("GET", "/processes?f=json").body["processes"]}
    assert set(IMPORT_PROCESSES) <= listed
    described = service.call("GET", "/processes/import-commit?f=json&lang=zh").body
    assert (described["title"], "accept_partial" in described["inputs"]) == ("导入", True)
    assert set(get_args(Table)) == set(TABLES)


def test_an_upload_is_only_for_its_token(service: Service) -> None:
    upload = service.upload("s.csv", "编号\n1\n").body["upload"]
    assert service.run("import-preview", "other", upload=upload, table="areas").status == 404
    assert service.call("DELETE", f"/imports/{upload}", who="other").status == 404
    assert service.call("DELETE", f"/imports/{upload}").status == 204
    assert service.call("DELETE", f"/imports/{upload}").status == 404


@pytest.mark.parametrize("name", ["", "../x.csv", "a/b.csv", ".hidden", "-C", "x" * 121, "a\nb", "a\\b"])
def test_what_is_no_name_of_a_file_is_refused(service: Service, name: str) -> None:
    answer = service.upload(name, "a,b\n")
    assert (answer.status, "allowed is the name of a file" in answer.text) == (400, True)


def test_uploads_are_limited(service: Service) -> None:
    assert service.upload("big.csv", b"x" * 2_000_001).status == 413
    assert service.upload("empty.csv", b"").status == 400
    uploads = [service.upload(f"{i}.csv", "a\n", "other") for i in range(MAX_OF_OWNER + 1)]
    assert [u.status for u in uploads] == [201] * MAX_OF_OWNER + [429]
    for upload in uploads[:-1]:
        assert service.call("DELETE", f"/imports/{upload.body['upload']}", who="other").status == 204


@pytest.mark.parametrize(
    "inputs",
    [
        {"table": "areas"}, {"upload": "../../etc", "table": "areas"}, {"upload": "x" * 32, "table": "people"},
        {"upload": "x" * 32, "table": "areas", "home": "/"}, {"upload": "x" * 32, "table": "areas", "crs": "a\x00b"},
    ],
)  # fmt: skip
def test_bad_inputs_are_refused(service: Service, inputs: dict[str, Any]) -> None:
    assert service.run("import-preview", **inputs).status == 400


def test_a_value_is_no_option_of_the_command(service: Service) -> None:
    upload = service.upload("s.csv", "编号\n1\n").body["upload"]
    document = service.run("import-preview", upload=upload, table="areas", crs="--trust-crs", layer="--home=/").body
    assert document["status"] == "refused"
    document = service.run("import-rollback", table="areas", source="--json").body
    assert "no source '--json' is loaded" in document["refusal"]["message"]
    service.call("DELETE", f"/imports/{upload}")


def test_every_call_is_in_the_audit_log(service: Service, home_and_tokens: tuple[Path, dict[str, str]]) -> None:
    upload = service.upload("s.csv", "编号\n1\n").body["upload"]
    service.run("import-preview", upload=upload, table="areas")
    service.run("import-history")
    service.call("DELETE", f"/imports/{upload}")
    service.upload("s.csv", "x", "of an area")
    access = open_access(home_and_tokens[0], None, "geoservice", owner=True)
    rows = [row.entry for row in access.rows()][-5:]
    access.close()
    assert [(r["name"], r["what"], r["path"].split("/")[1], r["status"], r["layers"]) for r in rows] == [
        ("steward", "POST", "imports", 201, ["import"]),
        ("steward", "POST", "processes", 200, ["import", "import areas"]),
        ("steward", "POST", "processes", 200, ["import"]),
        ("steward", "DELETE", "imports", 204, ["import"]),
        ("area", "POST", "imports", 403, ["import"]),
    ]


def test_without_the_setting_stewards_find_nothing_either(home_and_tokens: tuple[Path, dict[str, str]]) -> None:
    home, tokens = home_and_tokens
    app = create_app(Settings(home=home), Place(home, None, "imports").open())
    steward = Caller(app, tokens["steward"])
    assert steward.many("/imports?name=s.csv", method="POST", content=b"x")[0].status_code == 404
    assert not {p["id"] for p in steward.get("/processes?f=json").json()["processes"]} & set(IMPORT_PROCESSES)
    body = json.dumps({"inputs": {}}).encode()
    assert steward.many("/processes/import-history/execution", method="POST", content=body)[0].status_code == 404
    assert not [path for path in steward.get("/api?f=json").json()["paths"] if path.startswith("/imports")]
    close_releases(app)
