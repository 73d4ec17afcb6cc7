"""Addresses over HTTP: the same answers as in Python, in both languages, and no trace of them anywhere afterwards."""

import json
import os
import random
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from asking import given
from bigger import publish
from hypothesis import given as drawn
from hypothesis import strategies as st
from made_gazetteer import county_folder
from search_bytes import marks_in_files

from geoservice.addresses.gazetteer import Gazetteer
from geoservice.addresses.match import geocode
from geoservice.server.access import open_access
from geoservice.server.gazetteer.geocode_answer import country_of, geocode_features, geocoded_feature
from geoservice.server.gazetteer.geocode_task import GeocodeTask

PATH = "/processes/geocode/execution"
PARTS = [
    *("安徽省", "安庆市", "宜秀区", "大龙山镇", "杨桥镇", "永林村", "新华村", "东风组", "中山路", "6号", "8号", "66号附3号"),
    *("阳光小区", "7栋", "2单元", "301室", "水林村", "怀宁县", "交叉口东北200米"),
    *("=1+1", "'; drop table", "🏠", "13812345678", "\x00", " ", "a" * 300),
]
TEXTS = st.lists(st.sampled_from(PARTS), max_size=7).map("".join)


def ask(url: str, inputs: Any, query: str = "", **headers: str) -> tuple[int, Any]:
    body = json.dumps({"inputs": inputs}).encode()
    request = urllib.request.Request(f"{url}{PATH}{query}", body, {"Content-Type": "application/json", **headers})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        return error.code, json.load(error)


@pytest.fixture(scope="module")
def home(content: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("geocode"), content())


@pytest.fixture(scope="module")
def server(home: Path, serve: Any) -> Iterator[str]:
    with serve(home) as served:
        yield served.url


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.open(county_folder())


def test_an_address_has_its_position_and_how_good_it_is(server: str) -> None:
    status, answer = ask(server, {"address": "宜秀区大龙山镇中山路8号"}, "?lang=zh")
    assert (status, answer["type"], answer["numberReturned"]) == (200, "FeatureCollection", 1)
    (feature,) = answer["features"]
    found = feature["properties"]
    assert (feature["id"], feature["geometry"]["type"]) == (0, "Point")
    assert (found["status"], found["precision"], found["addr_type"], found["location_type"]) == (
        "matched", "interpolated", "StreetAddress", "RANGE_INTERPOLATED",
    )  # fmt: skip
    assert found["matched"].endswith("宜秀区大龙山镇中山路8号")
    assert (found["score"], found["candidates"], found["reason"]) == (85, [], None)
    assert found["uncertainty_m"] > 0


@pytest.mark.parametrize(("lang", "text"), [("zh", "有一个错字"), ("en", "one character is wrong, missing or too many")])
def test_faults_and_reasons_are_in_the_language(server: str, lang: str, text: str) -> None:
    _, answer = ask(server, {"addresses": ["宜秀区大龙山镇水林村", "…"]}, f"?lang={lang}")
    first, second = (f["properties"] for f in answer["features"])
    assert first["faults"] == [{"code": "typo", "text": text}]
    assert (second["reason"], second["reason_text"]) == ("not_an_address", {"zh": "不是地址", "en": "it is no address"}[lang])
    assert answer["features"][1]["geometry"] is None


def test_a_scope_decides_between_places_of_one_name(server: str) -> None:
    def found(scope: str | None) -> dict[str, Any]:
        return ask(server, {"address": "永林村", **({"scope": scope} if scope else {})})[1]["features"][0]["properties"]

    assert (found(None)["status"], len(found(None)["candidates"])) == ("ambiguous", 2)
    assert [found(scope)["areas"][-1]["code"] for scope in ("340811", "340822")] == ["340811100201", "340822100201"]


@pytest.mark.parametrize(
    ("inputs", "text"),
    [
        ({}, "allowed is either address, a text, or addresses"),
        ({"address": "a", "addresses": ["b"]}, "allowed is either address"),
        ({"addresses": []}, "inputs.addresses: "),
        ({"addresses": ["Secret Lane 5"] * 1001}, "inputs.addresses: Tuple should have at most 1000 items"),
        ({"addresses": "Secret Lane 5"}, "inputs.addresses: "),
        ({"address": ["Secret Lane 5"]}, "inputs.address: "),
        ({"Secret Lane 5": "x"}, "inputs: a field is unknown, allowed are address, addresses, country, scope"),
        ({"address": "x", "country": "Secret Lane 5"}, "inputs.country: "),
        ({"address": "x", "scope": "Secret Lane 5"}, "inputs.scope: the gazetteer has no area of this code"),
    ],
)
def test_bad_inputs_are_refused_and_no_error_contains_an_address(server: str, inputs: Any, text: str) -> None:
    status, problem = ask(server, inputs)
    assert (status, text in problem["detail"]) == (400, True), problem
    assert "Secret" not in json.dumps(problem)


def test_the_description_allows_no_jobs_and_a_caller_who_prefers_one_gets_the_answer(server: str) -> None:
    with urllib.request.urlopen(f"{server}/processes/geocode?f=json") as answer:
        described = json.load(answer)
    assert described["jobControlOptions"] == ["sync-execute"]
    assert set(described["inputs"]) == {"address", "addresses", "country", "scope"}
    status, answer = ask(server, {"address": "大龙山镇"}, Prefer="respond-async")
    assert (status, answer["features"][0]["properties"]["precision"]) == (200, "town")
    with urllib.request.urlopen(f"{server}/jobs?f=json") as jobs:
        assert json.load(jobs)["jobs"] == []


def expected(texts: Sequence[str], gazetteer: Gazetteer, scope: int, country: str) -> list[dict[str, Any]]:
    """Return the features that the matcher itself gives, one address after the other."""
    answers = (geocode(text, gazetteer, scope, country) for text in texts)
    return [geocoded_feature(i, answer, "en") for i, answer in enumerate(answers)]


@drawn(st.lists(TEXTS, min_size=1, max_size=6), st.sampled_from(["CN", "FI"]))
def test_an_address_has_one_answer_alone_and_in_a_batch(gazetteer: Gazetteer, texts: list[str], country: str) -> None:
    batch = geocode_features(texts, gazetteer, country, None, "en")["features"]
    assert batch == expected(texts, gazetteer, -1, country)
    alone = [geocode_features([text], gazetteer, country, None, "en")["features"][0] for text in texts]
    assert [{**feature, "id": i} for i, feature in enumerate(alone)] == batch


def test_an_address_has_the_same_answer_over_http(server: str, gazetteer: Gazetteer) -> None:
    rng = random.Random(3)
    texts = ["".join(rng.sample(PARTS, rng.randint(0, 6))) for _ in range(600)]
    row = next(row for row in range(len(gazetteer)) if gazetteer.code(row) == "340811")
    status, answer = ask(server, {"addresses": texts, "country": "CN", "scope": "340811"}, "?lang=en")
    assert status == 200
    assert answer["features"] == json.loads(json.dumps(expected(texts, gazetteer, row, "CN")))
    for i in (0, 7, 99):
        _, alone = ask(server, {"address": texts[i], "country": "CN", "scope": "340811"}, "?lang=en")
        assert alone["features"] == [{**answer["features"][i], "id": 0}]


def test_without_a_country_chinese_characters_decide(gazetteer: Gazetteer) -> None:
    texts = ["大龙山镇中山路6号", "Zhongshan 6"]
    assert [country_of(text) for text in texts] == ["CN", ""]
    mixed = geocode_features(texts, gazetteer, None, None, "en")["features"]
    assert mixed[:1] == expected(texts[:1], gazetteer, -1, "CN")
    assert mixed[1] == expected(texts, gazetteer, -1, "")[1]


def test_a_task_does_not_show_its_addresses() -> None:
    task = GeocodeTask(("Secret Lane 5",), "CN", None, "en")
    assert "Secret" not in repr(task)
    assert [GeocodeTask(("x",) * n, None, None, "en").cost for n in (1, 99, 100, 1000)] == [1, 1, 2, 11]


MARK = "玛珂镇Planted-Marker-7391"


@pytest.mark.parametrize("level", ["debug", "info"])
def test_no_trace_of_an_address_is_left(home: Path, serve: Any, tmp_path: Path, level: str) -> None:
    """All files of the service are looked at while it runs and afterwards, with those in its folder of temporary files."""
    access = open_access(home, None, level, owner=True)
    token = {"Authorization": f"Bearer {given(access, f'asks-{level}')}"}
    access.close()
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    marks = [MARK.encode(), b"Planted-Marker", json.dumps(MARK)[1:-1].encode(), urllib.request.quote(MARK).encode()]
    environment = {"GEOSERVICE_LOG_LEVEL": level, "TMPDIR": str(scratch)}
    with serve(home, **environment) as served:
        for headers in ({}, token, {**token, "Prefer": "respond-async"}):
            for inputs in ({"address": f"大龙山镇{MARK}"}, {"addresses": [MARK] * 3}, {"address": [MARK]}, {MARK: 1}):
                ask(served.url, inputs, **headers)
                ask(served.url, {**inputs, "scope": MARK}, **headers)
        control = urllib.request.urlopen(f"{served.url}/search?q={urllib.request.quote(MARK)}")
        assert json.load(control)["features"] == []
        while_running = [*files_with(marks, home), *files_with(marks, scratch), *files_with(marks, served.log.parent)]
    assert while_running == []
    assert [*files_with(marks, home), *files_with(marks, scratch), *files_with(marks, served.log.parent)] == []
    assert "/processes/{process_id}/execution" in served.log.read_text(), "the requests themselves are in the log"
    assert marks_in_files(home, None, marks) == []


def files_with(marks: list[bytes], folder: Path) -> list[str]:
    files = [Path(at) / name for at, _, names in os.walk(folder) for name in names]
    return [str(f) for f in files if f.is_file() and any(mark in f.read_bytes() for mark in marks)]


def test_the_search_for_marks_finds_them(tmp_path: Path) -> None:
    (tmp_path / "log").write_text(f"address {MARK}")
    assert files_with([MARK.encode()], tmp_path) == [str(tmp_path / "log")]
