"""Forwarding headers of trusted proxies, Host headers, frame ancestors and preflight requests."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from wired import wire_up

from geoservice.release import open_store
from geoservice.server.app import Application, create_app
from geoservice.server.forwarded import client_address, parse_networks, public_base
from geoservice.settings import Settings

from .conftest import Client

Make = Callable[[Settings], Application]


@pytest.fixture(scope="module")
def serve_with(content: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Return what makes an application over one release; which store keeps it makes no difference here."""
    folder = tmp_path_factory.mktemp("forwarded") / "releases"
    store = open_store(folder, None, "x", read_only=False)
    store.write(content())
    store.close()
    return lambda settings: create_app(settings, open_store(folder, None, "x", read_only=True))


PROXY, OTHER, STRANGER = "10.0.0.1", "10.0.0.2", "203.0.113.9"
PROXIES = parse_networks(["10.0.0.0/24", "::1"])


def scope(peer: str, **headers: str) -> dict[str, Any]:
    fields = {"host": "inside:8080", **{k.replace("_", "-"): v for k, v in headers.items()}}
    return {"client": (peer, 1), "scheme": "http", "headers": [(k.encode(), v.encode()) for k, v in fields.items()]}


@pytest.mark.parametrize(
    ("headers", "base"),
    [
        ({}, None),
        ({"x_forwarded_for": STRANGER}, None),
        ({"x_forwarded_proto": "https"}, "https://inside:8080"),
        ({"x_forwarded_proto": "HTTPS", "x_forwarded_host": "maps.example"}, "https://maps.example"),
        ({"x_forwarded_host": "maps.example:8443"}, "http://maps.example:8443"),
        ({"x_forwarded_prefix": "/geo/"}, "http://inside:8080/geo"),
        ({"x_forwarded_prefix": "/a/b-c", "x_forwarded_host": "[2001:db8::1]:1"}, "http://[2001:db8::1]:1/a/b-c"),
        ({"x_forwarded_host": "evil, maps.example"}, "http://maps.example"),
        ({"x_forwarded_host": "a/b"}, "http://inside:8080"),
        ({"x_forwarded_host": 'a b"'}, "http://inside:8080"),
        ({"x_forwarded_host": "u@evil"}, "http://inside:8080"),
        ({"x_forwarded_proto": "javascript", "x_forwarded_prefix": "//evil"}, "http://inside:8080"),
        ({"x_forwarded_prefix": "/geo?x"}, "http://inside:8080"),
        ({"forwarded": f"for={STRANGER};proto=https;host=maps.example"}, "https://maps.example"),
        ({"forwarded": f'For="{STRANGER}:99"; Proto=https; Host="maps.example:8443"'}, "https://maps.example:8443"),
        ({"forwarded": f"for=1.1.1.1;host=evil, for={STRANGER};host=maps.example;proto=https"}, "https://maps.example"),
        ({"forwarded": f"for={STRANGER};host=maps.example;proto=https, for={OTHER}"}, "https://maps.example"),
        ({"forwarded": "host=evil", "x_forwarded_host": "maps.example"}, "http://maps.example"),
        ({"forwarded": "nonsense"}, None),
    ],
)
def test_the_base_url_from_a_trusted_proxy(headers: dict[str, str], base: str | None) -> None:
    assert public_base(scope(PROXY, **headers), PROXIES) == base
    assert public_base(scope(STRANGER, **headers), PROXIES) is None


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ({"forwarded": f"for={STRANGER}"}, STRANGER),
        ({"forwarded": f'for=6.6.6.6, for="{STRANGER}:80", for={OTHER}'}, STRANGER),
        ({"forwarded": 'for="[2001:db8::7]:80"'}, "2001:db8::7"),
        ({"forwarded": "for=6.6.6.6", "x_forwarded_for": STRANGER}, STRANGER),
        ({"x_forwarded_for": f"6.6.6.6, {STRANGER}:4711, {OTHER}"}, STRANGER),
        ({}, PROXY),
    ],
)
def test_the_client_address_from_a_trusted_proxy(headers: dict[str, str], address: str) -> None:
    assert client_address(scope(PROXY, **headers), PROXIES) == address
    assert client_address(scope("6.6.6.7", **headers), PROXIES) == "6.6.6.7"


def first_link(app: Any, **headers: str) -> str:
    with wire_up(app) as served:
        status, _, body = served.ask("/collections?f=json", **headers)
        assert status == 200
        return body.decode().split('"href":"')[1].split('"')[0]


FORWARDED = {"X_Forwarded_Proto": "https", "X_Forwarded_Host": "maps.example", "X_Forwarded_Prefix": "/geo"}


def test_links_have_the_base_url_of_a_trusted_local_proxy(serve_with: Make) -> None:
    believed = Settings(proxy_headers=True, rate_limit="")
    assert first_link(serve_with(believed), **FORWARDED) == "https://maps.example/geo/collections?f=json"
    assert first_link(serve_with(Settings(rate_limit="")), **FORWARDED).startswith("http://127.0.0.1:")
    other = Settings(proxy_headers=True, trusted_proxies="10.0.0.0/8", rate_limit="")
    assert first_link(serve_with(other), **FORWARDED).startswith("http://127.0.0.1:")
    fixed = Settings(proxy_headers=True, url="https://fixed.example/a", rate_limit="")
    assert first_link(serve_with(fixed), **FORWARDED) == "https://fixed.example/a/collections?f=json"


WRONG = [
    ("url", "maps.example"), ("url", "https://a/?x"), ("url", "ftp://a"), ("frame_ancestors", "a;b"),
    ("frame_ancestors", "none self"), ("frame_ancestors", ""), ("frame_ancestors", "javascript:"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_invalid_settings_are_refused(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):
        Settings(**{name: value})  # type: ignore[arg-type]  # read from the environment they are texts


@pytest.mark.parametrize(
    ("hosts", "version", "status"),
    [
        (b"", b"1.1", 400),
        (b"Host: a\r\nHost: a\r\n", b"1.1", 400),
        (b"Host: a\r\nHOST: b\r\n", b"1.1", 400),
        (b"Host: a/b\r\n", b"1.1", 400),
        (b"Host: \r\n", b"1.1", 400),
        (b"Host: a b\r\n", b"1.1", 400),
        (b"Host: a.example:8080\r\n", b"1.1", 200),
        (b"Host: [::1]:8080\r\n", b"1.1", 200),
        (b"", b"1.0", 200),
        (b"Host: a\r\nHost: b\r\n", b"1.0", 400),
    ],
)
def test_a_request_has_one_host(serve_with: Make, hosts: bytes, version: bytes, status: int) -> None:
    with wire_up(serve_with(Settings(rate_limit=""))) as served:
        served.ask("/tiles/coverage/10/583/296.mvt")
        for path in (b"/health/live", b"/tiles/coverage/10/583/296.mvt"):  # the second is ready before anything is parsed
            response = served.send(b"GET " + path + b" HTTP/" + version + b"\r\n" + hosts + b"Connection: close\r\n\r\n")
            assert response.startswith(b"HTTP/1.1 %d " % status), path
            assert (b"application/problem+json" in response) == (status == 400)


@pytest.mark.parametrize("target", ["/collections/村?f=json", "/collections/coverage/items?name_zh=宜秀", "/collections?f=a b"])
def test_a_url_that_is_not_encoded_gets_a_problem(serve_with: Make, target: str) -> None:
    with wire_up(serve_with(Settings(rate_limit=""))) as served:
        head, _, body = served.send(f"GET {target} HTTP/1.1\r\nHost: geo.test\r\n\r\n".encode()).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400 ")
        assert b"content-type: application/problem+json" in head
        assert json.loads(body)["status"] == 400
        assert "%E6%9D%91" in json.loads(body)["detail"]


@pytest.mark.parametrize(("setting", "sources"), [("self", "'self'"), ("self https://portal.example", "'self' https://portal.example"),
                                             ("none", "'none'"), ("*", "*")])  # fmt: skip
def test_frame_ancestors_are_a_setting(serve_with: Make, setting: str, sources: str) -> None:
    client = Client(serve_with(Settings(frame_ancestors=setting)))
    for path in ("/?f=html", "/collections?f=html", "/conformance", "/map/coverage/9/291/148.png", "/nope"):
        (policy,) = client.get(path).headers.get_list("content-security-policy")
        assert policy.endswith(f"; frame-ancestors {sources}"), path
    assert "frame-ancestors 'none'" in client.get("/tiles/coverage/9/291/148.mvt").headers["content-security-policy"]


def test_a_page_of_another_site_may_send_any_header(client: Any) -> None:
    preflight = {"Origin": "https://portal.example", "Access_Control_Request_Headers": "x-requested-with, cache-control,X-Map"}
    headers = client.request("OPTIONS", "/tiles/coverage/9/291/148.mvt", **preflight).headers
    allowed_headers = {name.strip().lower() for name in headers["access-control-allow-headers"].split(",")}
    assert {"x-requested-with", "cache-control", "x-map", "authorization", "range", "if-match"} <= allowed_headers
    assert "Access-Control-Request-Headers" in headers["vary"]
    assert "access-control-allow-credentials" not in headers


def test_an_invalid_header_name_is_not_repeated(client: Any) -> None:
    headers = client.request("OPTIONS", "/", Access_Control_Request_Headers="x y; evil: 1").headers
    assert "evil" not in headers["access-control-allow-headers"]
