"""Client address and public base URL behind a reverse proxy (RFC 7239 ``Forwarded``, ``X-Forwarded-*``), and the Host header.

These headers are read only from the trusted proxies of the settings, since any client can send them. If there are
``X-Forwarded-*`` headers, ``Forwarded`` is ignored: a proxy that sets the former passes on the latter unchanged.
"""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from starlette.types import ASGIApp, Receive, Scope, Send

from geoservice.server.errors import PROBLEM, problem
from geoservice.server.headers import send_response

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Headers = Sequence[tuple[bytes, bytes]]

HOST = re.compile(r"(?:[A-Za-z0-9._~%!$&'()*+;=-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
"""A host with or without a port, as in a Host header or a URL."""
HOST_ERROR = "header Host: allowed is one, a host with or without a port"
PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")
PAIR = re.compile(r'([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^;,"\s]*))')
MAX_BYTES = 1000
"""Bytes that are read at the end of a forwarding header."""


def is_within(address: str, networks: tuple[Network, ...]) -> bool:
    """Whether an address lies in one of the networks; False for a text that is not an IP address."""
    ip = _parse_address(address)
    return ip is not None and any(ip in network for network in networks)


@lru_cache(4096)
def _parse_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def client_address(scope: Scope, proxies: tuple[Network, ...]) -> str:
    """Return the address of the client: the peer, or behind trusted proxies the nearest address that is not one of them."""
    peer = str((scope.get("client") or ("",))[0])
    if not is_within(peer, proxies):
        return peer
    return next((a for a in reversed(_addresses(scope["headers"])) if not is_within(a, proxies)), peer)


def _addresses(headers: Headers) -> list[str]:
    """Return the sender as seen by each proxy, the nearest last; entries left of an untrusted address cannot be trusted."""
    if _has_x(headers):
        return [a for a in (_without_port(part) for part in _values(headers, b"x-forwarded-for")) if a]
    return [a for a in (_without_port(hop.get("for", "")) for hop in _hops(headers)) if a]


def _without_port(text: str) -> str:
    """Return an address without quotes, brackets or port.

    >>> _without_port('"[2001:db8::1]:4711"'), _without_port("192.0.2.1:80"), _without_port("2001:db8::1")
    ('2001:db8::1', '192.0.2.1', '2001:db8::1')
    """
    text = text.strip().strip('"')
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


def public_base(scope: Scope, proxies: tuple[Network, ...]) -> str | None:
    """Return the base URL that the client used, from a trusted proxy, without a trailing slash; None without its headers."""
    if not is_within(str((scope.get("client") or ("",))[0]), proxies):
        return None
    fields = _from_x(scope["headers"]) if _has_x(scope["headers"]) else _from_hops(_hops(scope["headers"]), proxies)
    scheme, host, prefix = fields.get("proto", "").lower(), fields.get("host", ""), fields.get("prefix", "").rstrip("/")
    if not (scheme or host or prefix):
        return None
    request_host = next((v.decode("latin-1") for k, v in scope["headers"] if k == b"host"), "")
    scheme = scheme if scheme in {"http", "https"} else scope["scheme"]
    host = host if HOST.fullmatch(host) else request_host
    return f"{scheme}://{host}{prefix if PREFIX.fullmatch(prefix) else ''}"


def _has_x(headers: Headers) -> bool:
    return any(name.startswith(b"x-forwarded-") for name, _ in headers)


def _from_x(headers: Headers) -> dict[str, str]:
    """Return the last value of each header: the value of the nearest proxy."""
    return {name: (_values(headers, f"x-forwarded-{name}".encode()) or [""])[-1] for name in ("proto", "host", "prefix")}


def _from_hops(hops: list[dict[str, str]], proxies: tuple[Network, ...]) -> dict[str, str]:
    """Return the values of the farthest trusted proxy: each proxy adds an element whose ``for`` is the sender it saw."""
    fields: dict[str, str] = {}
    for hop in reversed(hops):
        fields |= hop
        if not is_within(_without_port(hop.get("for", "")), proxies):
            break
    return {name: fields.get(name, "") for name in ("proto", "host")}


def _hops(headers: Headers) -> list[dict[str, str]]:
    """Return the elements of ``Forwarded``, with names in lower case."""
    return [_pairs(part) for part in _values(headers, b"forwarded")]


def _pairs(element: str) -> dict[str, str]:
    r"""Return the name-value pairs of an element.

    >>> _pairs('for="[2001:db8::1]";Proto=https; host="a.example:8443"')
    {'for': '[2001:db8::1]', 'proto': 'https', 'host': 'a.example:8443'}
    """
    pairs = PAIR.findall(element)
    return {name.lower(): re.sub(r"\\(.)", r"\1", quoted) or plain for name, quoted, plain in pairs}


def _values(headers: Headers, name: bytes) -> list[str]:
    """Return the comma-separated values of a header, in order."""
    joined = b",".join(value for k, value in headers if k == name).decode("latin-1")
    return [part.strip() for part in joined[-MAX_BYTES:].split(",") if part.strip()]


def parse_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Return networks from their CIDR notation."""
    return tuple(ipaddress.ip_network(text) for text in texts)


def has_bad_host(scope: Scope) -> bool:
    """Whether the Host header is missing in HTTP/1.1, is repeated, or is not a host (RFC 9112, 3.2)."""
    hosts = [v.decode("latin-1") for k, v in scope["headers"] if k == b"host"]
    if not hosts:
        return bool(scope.get("http_version", "1.1") == "1.1")
    return len(hosts) > 1 or not HOST.fullmatch(hosts[0])


class RequestHost:
    """Wraps the app: refuses requests with a bad Host header, and sets ``scope["state"]["base"]`` behind a trusted proxy."""

    def __init__(self, app: ASGIApp, proxies: tuple[Network, ...]) -> None:
        self.app, self._proxies = app, proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope."""
        if scope["type"] == "http":
            if has_bad_host(scope):
                headers = [(b"content-type", PROBLEM.encode()), (b"cache-control", b"no-store"), (b"connection", b"close")]
                await send_response(send, 400, headers, problem(400, HOST_ERROR))
                return
            if self._proxies and (base := public_base(scope, self._proxies)):
                scope.setdefault("state", {})["base"] = base
        await self.app(scope, receive, send)
