"""The concurrency limit: running and waiting requests, refusals, and that timeouts and disconnects free a slot."""

import json
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
from anyio import to_thread
from starlette.types import Receive, Scope, Send

from geoservice.server.headers import send_response
from geoservice.server.lanes import lane_of
from geoservice.server.operations.concurrency import ConcurrencyLimiter
from geoservice.server.operations.metrics import Metrics
from geoservice.server.single_flight import SingleFlight
from geoservice.settings import Settings

App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Stage:
    """A concurrency limiter around an application, with single requests to it, which a disconnect cancels."""

    def __init__(self, app: App, lane: str = "pages", **settings: Any) -> None:
        self.metrics = Metrics()
        self.limiter = ConcurrencyLimiter(app, Settings(**settings), self.metrics, lambda scope: scope.get("lane", lane))

    async def ask(self, hang_up: float | None = None, **scope: Any) -> tuple[int, bytes]:
        """Return status and body; 0 without a response. ``hang_up``: seconds until the client disconnects."""
        status, body = 0, b""
        request_sent = False

        async def receive() -> Any:
            nonlocal request_sent
            if not request_sent:
                request_sent = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await anyio.sleep(1e6 if hang_up is None else hang_up)
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            nonlocal status, body
            status, body = message.get("status", status), body + message.get("body", b"")

        await self.limiter({"type": "http", "method": "GET", "path": "/", "headers": [], **scope}, receive, send)
        return status, body

    def waiting(self) -> int:
        lines = self.metrics.text().decode().splitlines()
        return int(float(next(x for x in lines if x.startswith("geoservice_waiting_pages")).split()[1]))


async def quick(_: Scope, __: Receive, send: Send) -> None:
    await send_response(send, 200, [], b"done")


async def ask_many(stage: Stage, count: int, **scope: Any) -> list[int]:
    statuses: list[int] = []

    async def one() -> None:
        statuses.append((await stage.ask(**scope))[0])

    async with anyio.create_task_group() as group:
        for _ in range(count):
            group.start_soon(one)
    return statuses


def test_running_and_waiting_requests_are_limited() -> None:
    running, most, lengths = 0, 0, []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await anyio.sleep(0.02)
        lengths.append(stage.waiting())
        running -= 1
        await quick(scope, receive, send)

    stage = Stage(app, requests_at_once=2, requests_waiting=3)
    statuses = anyio.run(ask_many, stage, 50)
    assert (most, max(lengths)) == (2, 3)
    assert sorted(statuses) == [200] * 5 + [503] * 45
    assert anyio.run(ask_many, stage, 5) == [200] * 5


def test_a_refusal_is_immediate_and_says_when_to_retry() -> None:
    async def go() -> None:
        begun = anyio.Event()

        async def app(*_: Any) -> None:
            begun.set()
            await anyio.sleep(1e6)

        stage = Stage(app, requests_at_once=1, requests_waiting=0)
        messages: list[Any] = []

        async def keep(message: Any) -> None:
            messages.append(message)

        async with anyio.create_task_group() as group:
            group.start_soon(stage.ask)
            await begun.wait()
            started = time.perf_counter()
            await stage.limiter({"type": "http", "method": "GET", "path": "/", "headers": []}, anyio.sleep_forever, keep)
            assert time.perf_counter() - started < 10
            group.cancel_scope.cancel()
        headers = dict(messages[0]["headers"])
        assert (messages[0]["status"], headers[b"content-type"]) == (503, b"application/problem+json")
        assert int(headers[b"retry-after"]) > 0
        assert json.loads(messages[1]["body"])["status"] == 503

    anyio.run(go)


@pytest.mark.parametrize("lane", ["tiles", "bulk", ""])
def test_a_full_lane_does_not_affect_the_others(lane: str) -> None:
    async def go() -> None:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await anyio.sleep(1e6 if scope["lane"] == "pages" else 0)
            await quick(scope, receive, send)

        stage = Stage(app, requests_at_once=1, requests_waiting=1)
        async with anyio.create_task_group() as group:
            for _ in range(20):
                group.start_soon(lambda: stage.ask(lane="pages"))
            await anyio.sleep(0.02)
            assert await stage.ask(lane=lane) == (200, b"done")
            group.cancel_scope.cancel()

    anyio.run(go)


def test_a_timeout_is_sent_in_time_and_the_slot_is_held_until_the_thread_ends() -> None:
    async def go() -> None:
        release, begun = threading.Event(), anyio.Event()
        responses: list[tuple[int, bytes]] = []

        async def app(*_: Any) -> None:
            begun.set()
            await to_thread.run_sync(release.wait, 10)

        async def first() -> None:
            responses.append(await stage.ask())

        stage = Stage(app, requests_at_once=1, requests_waiting=0, request_seconds=1)
        stage.limiter._seconds = 0.1
        async with anyio.create_task_group() as group:
            group.start_soon(first)
            await begun.wait()
            await anyio.sleep(0.2)
            assert (await stage.ask())[0] == 503, "its thread is still running"
            release.set()
        assert responses[0][0] == 503
        assert "0.1 seconds" in json.loads(responses[0][1])["detail"]
        stage.limiter.app = quick
        assert await stage.ask() == (200, b"done")

    anyio.run(go)


def test_a_disconnect_frees_the_slot() -> None:
    async def go() -> None:
        async def app(*_: Any) -> None:
            await anyio.sleep(1e6)

        stage = Stage(app, requests_at_once=1, requests_waiting=1)
        with anyio.fail_after(3):
            assert await stage.ask(hang_up=0.01) == (0, b"")
            stage.limiter.app = quick
            assert await stage.ask() == (200, b"done")

    anyio.run(go)


def test_a_disconnect_holds_the_slot_while_its_thread_works() -> None:
    async def go() -> None:
        release, once = threading.Event(), SingleFlight(10_000)

        async def make() -> bytes:
            await to_thread.run_sync(release.wait, 10)
            return b"done"

        async def app(_: Scope, __: Receive, send: Send) -> None:
            await send_response(send, 200, [], await once.get("key", make))

        async def leaver() -> None:
            assert await stage.ask(hang_up=0.01) == (0, b"")
            disconnected.set()

        stage, disconnected = Stage(app, requests_at_once=1, requests_waiting=0), anyio.Event()
        async with anyio.create_task_group() as group:
            group.start_soon(leaver)
            await anyio.sleep(0.4)  # the limiter has read ahead by now and seen the disconnect
            assert not disconnected.is_set()
            assert (await stage.ask())[0] == 503
            release.set()
            await disconnected.wait()
        assert await stage.ask() == (200, b"done")

    anyio.run(go)


@pytest.mark.parametrize("stuck", ["http.response.start", "http.response.body"])
def test_a_client_that_does_not_read_loses_its_slot(stuck: str) -> None:
    async def go() -> None:
        async def send(message: Any) -> None:
            await anyio.sleep(1e6 if message["type"] == stuck else 0)

        stage = Stage(quick, requests_at_once=1, requests_waiting=0)
        stage.limiter._seconds = 0.05
        with anyio.fail_after(3):
            await stage.limiter({"type": "http", "method": "GET", "path": "/", "headers": []}, anyio.sleep_forever, send)
            assert await stage.ask() == (200, b"done")

    anyio.run(go)


def test_a_response_that_starts_and_stalls_loses_its_slot() -> None:
    async def app(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await anyio.sleep(1e6)

    async def go() -> None:
        stage = Stage(app)
        stage.limiter._seconds = 0.05
        with anyio.fail_after(3):
            assert await stage.ask() == (200, b"")

    anyio.run(go)


TILES, ITEMS = "/tiles/coverage.pmtiles", "/collections/coverage/items"


@pytest.mark.parametrize(
    ("path", "query", "headers", "lane"),
    [
        (TILES, "", {}, "bulk"),
        (TILES, "", {"range": "bytes=0-16383"}, "tiles"),
        (TILES, "", {"range": "bytes=-100"}, "tiles"),
        (TILES, "", {"range": "bytes=0-4194303"}, "tiles"),
        (TILES, "", {"range": "bytes=0-4194304"}, "bulk"),
        (TILES, "", {"range": "bytes=-4194305"}, "bulk"),
        (TILES, "", {"range": "bytes=0-"}, "bulk"),
        (TILES, "", {"range": "bytes=5-2"}, "bulk"),
        (TILES, "", {"range": "bytes=0-1,4-5"}, "bulk"),
        (TILES, "", {"range": "x"}, "bulk"),
        (TILES, "", {"range": "bytes=0-1", "if-range": '"1-a-coverage.pmtiles"'}, "tiles"),
        (TILES, "", {"range": "bytes=0-1", "if-range": '"0-b-coverage.pmtiles"'}, "bulk"),
        (ITEMS, "", {}, "pages"),
        (ITEMS, "f=json&x=csv", {"accept": "application/json"}, "pages"),
        (ITEMS, "f=csv", {}, "bulk"),
        (ITEMS, "limit=1&%66=%63sv", {}, "bulk"),
        (ITEMS, "", {"accept": "TEXT/CSV"}, "bulk"),
        (ITEMS, "", {"accept": "*/*, application/FlatGeobuf;q=0.5"}, "bulk"),
        ("/collections", "f=csv", {}, "pages"),
    ],
)
def test_files_have_their_own_lane(path: str, query: str, headers: dict[str, str], lane: str) -> None:
    given = [(k.encode(), v.encode()) for k, v in headers.items()]
    assert lane_of({"path": path, "query_string": query.encode(), "headers": given}, "1-a") == lane


@pytest.mark.parametrize(
    ("path", "lane"),
    [
        ("/map", "maps"),
        ("/map/", "maps"),
        ("/collections/coverage/map", "maps"),
        ("/map/coverage/5/18/9.png", "maps"),
        ("/collections/coverage/map/tiles/WebMercatorQuad/5/9/18@2x.png", "maps"),
        ("/collections/coverage/map/tiles", "pages"),
        ("/collections/map", "pages"),
        ("/tiles/coverage/5/18/9.mvt", "tiles"),
    ],
)
def test_pictures_have_their_own_lane(path: str, lane: str) -> None:
    assert lane_of({"path": path, "query_string": b"", "headers": []}) == lane


def test_every_accept_header_counts() -> None:
    headers = [(b"accept", b"text/csv"), (b"accept", b"*/*")]
    assert lane_of({"path": ITEMS, "query_string": b"", "headers": headers}) == "bulk"


def test_a_disconnect_while_waiting_frees_the_place_in_the_queue() -> None:
    async def go() -> None:
        begun = anyio.Event()

        async def app(*_: Any) -> None:
            begun.set()
            await anyio.sleep(1e6)

        stage = Stage(app, requests_at_once=1, requests_waiting=1)
        async with anyio.create_task_group() as group:
            group.start_soon(stage.ask)
            await begun.wait()
            with anyio.fail_after(3):
                assert await stage.ask(hang_up=0.01) == (0, b"")
            assert stage.waiting() == 0
            group.cancel_scope.cancel()

    anyio.run(go)


def test_a_long_download_may_continue_while_it_makes_progress() -> None:
    async def app(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(6):
            await anyio.sleep(0.05)
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
        await send({"type": "http.response.body", "body": b"."})

    stage = Stage(app)
    stage.limiter._seconds = 0.2
    assert anyio.run(stage.ask) == (200, b"xxxxxx.")


def test_the_application_still_reads_its_messages_in_order() -> None:
    async def app(_: Scope, receive: Receive, send: Send) -> None:
        await anyio.sleep(0.4)  # long enough for the limiter to have read ahead
        assert (await receive())["type"] == "http.request"
        await send_response(send, 200, [], b"read")

    assert anyio.run(Stage(app).ask) == (200, b"read")


def test_there_are_threads_for_all_running_requests() -> None:
    async def go() -> float:
        stage = Stage(quick, requests_at_once=30)
        await stage.limiter({"type": "lifespan"}, anyio.sleep_forever, nothing)
        return to_thread.current_default_thread_limiter().total_tokens

    async def nothing(_: Any) -> None: ...

    assert anyio.run(go) >= 30 + 30 + 7
