"""Rate and size limits, and the headers for browsers on every response."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from asking import Caller, given
from starlette.types import ASGIApp
from wired import wire_up

from geoservice.errors import TooLarge
from geoservice.server.access import AccessStore, open_access
from geoservice.server.access.rate_limits import MAX_HEADER_BYTES, MAX_URL_BYTES, RateLimits, SizeLimits
from geoservice.server.app import create_app
from geoservice.settings import Settings

# nothing here depends on the release's store
pytestmark = [pytest.mark.usefixtures("published"), pytest.mark.parametrize("published", ["duckdb"], indirect=True)]
STRANGER = "203.0.113.7"
Opened = Callable[..., ASGIApp]


@pytest.fixture
def opened(published: Any, tmp_path: Path) -> Opened:
    return lambda **settings: create_app(Settings(home=tmp_path, **settings), published.open())


@pytest.fixture
def access(tmp_path: Path) -> AccessStore:
    return open_access(tmp_path, None, "x", owner=True)


def statuses(caller: Caller, times: int, path: str = "/conformance", **headers: str) -> list[int]:
    return [a.status_code for a in caller.many(*[path] * times, **headers)]


def test_a_429_says_when_to_retry(opened: Opened) -> None:
    caller = Caller(opened(rate_limit="5/minute"), address=STRANGER)
    assert statuses(caller, 5) == [200] * 5
    answer = caller.get("/conformance")
    assert answer.status_code == 429
    assert answer.headers["content-type"] == "application/problem+json"
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert answer.headers["ratelimit-limit"] == "5"
    assert answer.headers["ratelimit-remaining"] == "0"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_each_address_is_counted_separately_and_this_machine_is_not_counted(opened: Opened) -> None:
    app = opened(rate_limit="2/minute")
    assert statuses(Caller(app, address=STRANGER), 3).count(429) == 1
    assert statuses(Caller(app, address="203.0.113.8"), 2) == [200, 200]
    assert statuses(Caller(app), 10) == [200] * 10


def test_each_token_has_its_own_limit(opened: Opened, access: AccessStore) -> None:
    one, two = given(access, "one"), given(access, "two")
    app = opened(rate_limit="1/minute", token_rate_limit="3/minute")
    assert sorted(statuses(Caller(app, one, STRANGER), 4)) == [200, 200, 200, 429]
    assert statuses(Caller(app, two, STRANGER), 3) == [200] * 3


def test_a_cached_tile_is_not_counted(opened: Opened) -> None:
    headers = {"X_Forwarded_For": STRANGER}
    with wire_up(opened(rate_limit="2/minute", trusted_proxies=("127.0.0.1",))) as served:
        assert [served.ask("/tiles/coverage/10/583/296.mvt", **headers)[0] for _ in range(6)] == [200] * 6
        assert [served.ask("/conformance", **headers)[0] for _ in range(2)] == [200, 429]


def test_invalid_tokens_are_counted_and_verified_ones_still_pass(opened: Opened, access: AccessStore) -> None:
    good, late = given(access, "good"), given(access, "late")
    app = opened(failed_token_limit="3/minute")
    assert Caller(app, good, STRANGER).get("/access").status_code == 200
    wrong = Caller(app, good[:-4] + "0000", STRANGER)
    assert [wrong.get("/access").status_code for _ in range(5)] == [401, 401, 401, 429, 429]
    assert Caller(app, good, STRANGER).get("/access").status_code == 200
    assert Caller(app, late, STRANGER).get("/access").status_code == 429
    assert Caller(app, late, "203.0.113.8").get("/access").status_code == 200


FORWARDED = [
    ("", "203.0.113.7", "198.51.100.1", "203.0.113.7"),  # no proxy is trusted: what the client says counts for nothing
    ("203.0.113.7", "203.0.113.7", "198.51.100.1", "198.51.100.1"),
    ("203.0.113.0/24", "203.0.113.7", "6.6.6.6, 198.51.100.1, 203.0.113.9", "198.51.100.1"),
    ("203.0.113.0/24", "203.0.113.7", "nonsense", "unknown"),
    ("203.0.113.0/24", "203.0.113.7", "", "203.0.113.7"),
    ("127.0.0.1", "127.0.0.1", "2001:db8::5", "2001:db8::/64"),
    ("::1", "::1", "198.51.100.1", "198.51.100.1"),
]


@pytest.mark.parametrize(("trusted", "peer", "header", "expected"), FORWARDED, ids=range(len(FORWARDED)))
def test_the_address_behind_a_trusted_proxy(trusted: str, peer: str, header: str, expected: str) -> None:
    rates = RateLimits(Settings(trusted_proxies=trusted))
    scope = {"client": (peer, 1), "headers": [(b"x-forwarded-for", header.encode())]}
    assert rates.address(scope) == expected


def test_long_urls_headers_and_bodies_are_refused(opened: Opened) -> None:
    caller = Caller(opened(body_bytes=1000))
    assert caller.get("/conformance?lang=en").status_code == 200
    assert caller.get("/conformance?x=" + "a" * MAX_URL_BYTES).status_code == 414
    assert caller.get("/" + "a" * MAX_URL_BYTES).status_code == 414
    assert caller.get("/conformance", X_Long="a" * MAX_HEADER_BYTES).status_code == 431
    assert caller.many("/conformance", content=b"a" * 1000)[0].status_code == 200
    answer = caller.many("/conformance", content=b"a" * 1001)[0]
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
    assert caller.get("/conformance", Content_Length="-1").status_code == 400
    assert caller.get("/conformance", Content_Length="9" * 30).status_code == 413


async def body_in_pieces(app: ASGIApp, pieces: int) -> int:
    """Send a body without a length to an app that reads it; returns the status."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/x",
        "query_string": b"",
        "headers": [(b"transfer-encoding", b"chunked")],
    }
    messages = iter([{"type": "http.request", "body": b"a" * 100, "more_body": True}] * pieces + [{"type": "http.request"}])
    responses: list[Any] = []

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        responses.append(message)

    await app(scope, receive, send)
    return responses[0]["status"]


async def reading(scope: Any, receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})


def test_a_body_without_a_length_is_cut_off(opened: Opened) -> None:

    assert anyio.run(body_in_pieces, SizeLimits(reading, 1000), 10) == 200
    with pytest.raises(TooLarge, match="1000"):
        anyio.run(body_in_pieces, SizeLimits(reading, 1000), 11)


def test_any_site_may_read_unless_some_are_named(opened: Opened) -> None:
    answer = Caller(opened()).get("/conformance", Origin="https://portal.example")
    assert answer.headers["access-control-allow-origin"] == "*"
    some = Caller(opened(cors_origins="https://portal.example, https://b.example"))
    for path in ("/conformance", "/tiles/coverage/10/583/296.mvt", "/tiles/coverage/10/583/296.mvt", "/nope"):
        for origin, expected in (
            ("https://portal.example", "https://portal.example"),
            ("https://evil.example", None),
            (None, None),
        ):
            answer = some.get(path, **({"Origin": origin} if origin else {}))
            assert answer.headers.get("access-control-allow-origin") == expected, (path, origin)
            assert "Origin" in answer.headers["vary"]


def test_a_page_of_another_site_may_send_a_token(opened: Opened) -> None:
    headers = {"Origin": "https://portal.example", "Access_Control_Request_Headers": "authorization"}
    answer = Caller(opened()).many("/collections", method="OPTIONS", **headers)[0]
    assert answer.status_code == 204
    assert "Authorization" in answer.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in answer.headers


HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "geolocation=(self), camera=(), microphone=(), payment=(), usb=()",
    "cross-origin-resource-policy": "cross-origin",
}


@pytest.mark.parametrize("path", ["/", "/conformance", "/tiles/coverage/10/0/0.mvt", "/nope", "/conformance?token=x"])
def test_headers_for_browsers(opened: Opened, path: str) -> None:
    app = opened()
    for _ in range(2):
        headers = Caller(app).get(path).headers
        assert {k: headers.get(k) for k in HEADERS} == HEADERS
        for directive in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'self'"):
            assert directive in headers["content-security-policy"]


def test_headers_of_a_tile_are_those_that_a_browser_reads(opened: Opened) -> None:
    app = opened()
    for _ in range(2):
        headers = Caller(app).get("/tiles/coverage/10/583/296.mvt").headers
        assert headers["content-type"] == "application/vnd.mapbox-vector-tile"
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "cross-origin"
        assert "ETag" in headers["access-control-expose-headers"]
        assert not {"referrer-policy", "permissions-policy"} & set(headers)


WRONG = [{"rate_limit": "many"}, {"rate_limit": "0/minute"}, {"trusted_proxies": "10.0.0.1/8"}, {"body_bytes": -1}]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_wrong_settings_are_refused(wrong: dict[str, Any]) -> None:
    Settings(rate_limit="", token_rate_limit="10/10 second", trusted_proxies="10.0.0.0/8 ::1")
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Settings(**wrong)
