"""Ready answers take the shortcut past the event loop: this Granian lets them, they are right, and all works without it."""

import asyncio
import http.client
import inspect
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from anyio import to_thread
from granian import _futures

from geoservice.publish import shortcut
from geoservice.publish.current import Current, version_of
from geoservice.publish.hot import Answers, Hot
from geoservice.release import open_store

TILE = "/tiles/coverage/10/583/296.mvt"
ANOTHER = """
import granian._futures as futures
own = futures._cbsched_aioschedule
futures._cbsched_aioschedule = lambda loop, context, callback: own(loop, context, callback)
"""
"""A Granian whose private function has other parameters."""


class Asking:
    """A kept connection to a server, and the server's own figures."""

    def __init__(self, url: str) -> None:
        self._url, self._connection = url, http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)

    def get(self, path: str = TILE, method: str = "GET", **headers: str) -> tuple[int, Any, bytes]:
        self._connection.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        answer = self._connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def close(self) -> None:
        self._connection.close()

    def figures(self) -> dict[str, int]:
        """Answers of each kind so far: given again, not modified, and how many of them by the event loop."""
        with urllib.request.urlopen(f"{self._url}/metrics", timeout=30) as answer:
            text = answer.read().decode()
        names = {"answers": "geoservice_hot_answers_total", "same": "geoservice_hot_not_modified_total",
                 "late": "geoservice_hot_late_total"}  # fmt: skip
        found = {line.split()[0]: float(line.split()[1]) for line in text.splitlines() if line.startswith("geoservice_hot")}
        return {short: int(found[name]) for short, name in names.items()}


def home_of(folder: Path, content: Callable[..., Any]) -> Path:
    store = open_store(folder / "releases", None, "x", read_only=False)
    store.write(content())
    store.close()
    return folder


@pytest.fixture(scope="module")
def url(serve: Any, content: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = home_of(tmp_path_factory.mktemp("shortcut"), content)
    with serve(home, GEOSERVICE_NOTICE_SECONDS="0", GEOSERVICE_RATE_LIMIT="") as served:
        yield served.url


@pytest.fixture
def asking(url: str) -> Iterator[Asking]:
    with closing(Asking(url)) as found:
        yield found


@pytest.fixture
def ready(release_store: Any) -> Iterator[tuple[Hot, Current, Any]]:
    """A hot layer with one answer in it, what is current, and the request that it answers."""
    current = Current(release_store)
    with current.lease() as reader:
        version = version_of(reader)
    answers, scope = Answers(current), {"type": "http", "method": "GET", "headers": [], "raw_path": b"/a", "query_string": b""}
    answers.keep(scope, version, 200, [(b"etag", b'"x"')], b"body")
    yield Hot(SimpleNamespace(), answers, current), current, scope
    current.close()


def test_the_locked_granian_is_one_that_has_been_read() -> None:
    assert shortcut.found() is not None, "another Granian: read its code, then name its version in READ"


def test_a_tile_asked_for_again_does_not_wait_for_the_event_loop(asking: Asking) -> None:
    first = asking.get(Accept_Encoding="gzip")
    before = asking.figures()
    again = [asking.get(Accept_Encoding="gzip") for _ in range(20)]
    after = asking.figures()
    assert after == {**before, "answers": before["answers"] + 20}
    unlike = {"x-request-id", "date"}
    told = [{k.lower(): v for k, v in a[1].items() if k.lower() not in unlike} for a in (first, *again)]
    assert all(t == told[0] for t in told)
    assert {(a[0], a[2]) for a in again} == {(200, first[2])}


def test_what_is_held_already_is_not_sent_again(asking: Asking) -> None:
    etag = asking.get()[1]["ETag"]
    before = asking.figures()
    status, headers, body = asking.get(If_None_Match=etag)
    assert (status, headers["ETag"], body) == (304, etag, b"")
    assert "Content-Length" not in headers
    assert asking.figures() == {**before, "same": before["same"] + 1}
    assert asking.get(If_None_Match='"other"')[0] == 200


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"Authorization": "Bearer nonsense"}, 401), ({"method": "HEAD"}, 200), ({"method": "OPTIONS"}, 204),
        ({"method": "POST"}, 405), ({"Accept_Encoding": "zstd;q=0.25, gzip;q=0.125"}, 200), ({"If_None_Match": "*"}, 304),
        ({"path": "/tiles/nope/1/0/0.mvt"}, 404), ({"path": "/tiles/WebMercatorQuad/5/9/18"}, 200),
    ],
)  # fmt: skip
def test_all_else_takes_the_usual_way(asking: Asking, how: dict[str, str], status: int) -> None:
    asking.get()
    before = asking.figures()
    answered = asking.get(**how)
    assert answered[0] == status
    assert (answered[2] == b"") == (how.get("method") in {"HEAD", "OPTIONS"} or status == 304)
    assert "X-Request-Id" in answered[1]
    assert asking.figures() == before


def test_a_new_release_comes_through_under_load(serve: Any, tmp_path: Path, content: Callable[..., Any]) -> None:
    home = home_of(tmp_path, content)
    seen: list[list[tuple[float, str]]] = [[], [], []]
    done = threading.Event()

    def ask(url: str, tags: list[tuple[float, str]]) -> None:
        with closing(Asking(url)) as asking:
            while not done.is_set():
                began = time.monotonic()
                tags.append((began, asking.get()[1]["ETag"]))

    with serve(home, GEOSERVICE_NOTICE_SECONDS="0", GEOSERVICE_RATE_LIMIT="") as served:
        threads = [threading.Thread(target=ask, args=(served.url, tags)) for tags in seen]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        store = open_store(home / "releases", None, "x", read_only=False)
        store.write(content(note="two"))
        switched = time.monotonic()
        store.close()
        time.sleep(2)
        done.set()
        for thread in threads:
            thread.join()
        figures = Asking(served.url).figures()
    for tags in seen:
        old, late = tags[0][1], {tag for began, tag in tags if began > switched + 1}
        assert len(late) == 1
        assert old not in late
    assert figures["answers"] > 0.9 * sum(len(tags) for tags in seen)
    assert figures["late"] <= len(seen)


def test_without_it_the_event_loop_answers(serve: Any, tmp_path: Path, content: Callable[..., Any]) -> None:
    (tmp_path / "sitecustomize.py").write_text(ANOTHER)
    with serve(home_of(tmp_path, content), PYTHONPATH=str(tmp_path), GEOSERVICE_NOTICE_SECONDS="0") as served:
        with closing(Asking(served.url)) as asking:
            bodies = {asking.get()[2] for _ in range(5)}
            assert asking.figures() == {"answers": 4, "same": 0, "late": 4}
        assert len(bodies) == 1
        assert served.log.read_text().count("no shortcut for ready answers") == 1


def test_it_is_put_in_place_once(monkeypatch: pytest.MonkeyPatch) -> None:
    own = _futures._cbsched_aioschedule
    monkeypatch.setattr(_futures, "_cbsched_aioschedule", own)
    assert shortcut.install(lambda *_: None)
    assert shortcut.install(lambda *_: None)
    assert shortcut.found() is own
    assert tuple(inspect.signature(own).parameters) == shortcut.PARAMETERS


def test_after_a_look_that_fails_all_take_the_usual_way() -> None:
    usual: list[Any] = []
    sent: list[Any] = []
    look = shortcut._looking_first(lambda *_: ("start", "body"), lambda *_: usual.append, None, None, None)
    right, wrong = SimpleNamespace(scope={}, proto=SimpleNamespace(send=sent.append)), SimpleNamespace()
    for watcher in (right, wrong, right):
        look(watcher)
    assert sent == ["start", "body"]
    assert usual == [wrong, right]


def test_a_release_that_comes_while_the_answer_is_looked_up_hides_it(ready: Any, release_store: Any, content: Any) -> None:
    hot, current, scope = ready
    assert hot.answer(scope, None)
    late = current.clock() + 0.3

    def clock() -> float:
        release_store.write(content(note="two"))
        current.soon = float("-inf")
        current.refresh()
        return late

    hot._clock = clock
    assert hot.answer(scope, None) is None


def test_the_store_is_asked_again_by_the_loop_for_another_thread(ready: Any) -> None:
    hot, current, scope = ready

    async def go() -> float:
        loop = asyncio.get_running_loop()
        current.soon, before = current.clock(), current.until
        for _ in range(200):
            assert await to_thread.run_sync(hot.answer, scope, loop)
            if current.until > before:
                break
            await asyncio.sleep(0.005)
        return current.until - before

    assert asyncio.run(go()) > 0


def test_two_threads_may_look_up_what_a_third_lets_go_of(ready: Any) -> None:
    hot, current, scope = ready
    answers = Answers(current, limit=30_000)
    current.soon = current.until = float("inf")
    hot = Hot(SimpleNamespace(), answers, current)
    scopes = [{**scope, "raw_path": b"/%d" % i} for i in range(12)]
    wrong: list[Any] = []
    done = threading.Event()

    def look() -> None:
        try:
            while not done.is_set():
                for at in scopes:
                    found = hot.answer(at, None)
                    if found and found[1]["body"] != at["raw_path"]:
                        wrong.append(at)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not be
            wrong.append(error)

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for i in range(20_000):
        at = scopes[i * 7 % 12]
        answers.keep(at, current.version, 200, [(b"etag", b'"x"')], at["raw_path"])
    done.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert hot.hits > 0
    assert 0 < answers.size <= 30_000
