"""What proxies say of a request: who sent it, and under which scheme, host and prefix (RFC 7239, ``X-Forwarded-*``).

Only what a proxy of the settings says is believed: anybody can send such headers. Where there are ``X-Forwarded-*`` headers the
header ``Forwarded`` is not read, for a proxy that sets the ones passes the other on as it came.
"""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from starlette.types import Scope

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Headers = Sequence[tuple[bytes, bytes]]

HOST = re.compile(r"(?:[A-Za-z0-9._~%!$&'()*+;=-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
"""A host with or without a port, as a header and a URL write it."""
PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")
PAIR = re.compile(r'([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^;,"\s]*))')
MAX_BYTES = 1000
"""Bytes at the end of such a header that are read."""


def is_within(address: str, networks: tuple[Network, ...]) -> bool:
    """Whether an address is of one of the networks; a text that is no address is of none."""
    found = _address(address)
    return found is not None and any(found in network for network in networks)


@lru_cache(4096)
def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def client_address(scope: Scope, proxies: tuple[Network, ...]) -> str:
    """Return the address of the client: the peer, or who the nearest proxy that is not ours says it is."""
    peer = str((scope.get("client") or ("",))[0])
    if not is_within(peer, proxies):
        return peer
    return next((a for a in reversed(_addresses(scope["headers"])) if not is_within(a, proxies)), peer)


def _addresses(headers: Headers) -> list[str]:
    """Return who sent the request to each proxy, the nearest last; what stands left of a stranger is hearsay."""
    if _has_x(headers):
        return [a for a in (_bare(part) for part in _values(headers, b"x-forwarded-for")) if a]
    return [a for a in (_bare(hop.get("for", "")) for hop in _hops(headers)) if a]


def _bare(text: str) -> str:
    """Return an address without quotes, brackets and port.

    >>> _bare('"[2001:db8::1]:4711"'), _bare("192.0.2.1:80"), _bare("2001:db8::1")
    ('2001:db8::1', '192.0.2.1', '2001:db8::1')
    """
    text = text.strip().strip('"')
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


def public_base(scope: Scope, proxies: tuple[Network, ...]) -> str | None:
    """Return the base URL that the client used, as our proxy says, without a slash at its end; None where it says nothing."""
    if not is_within(str((scope.get("client") or ("",))[0]), proxies):
        return None
    said = _from_x(scope["headers"]) if _has_x(scope["headers"]) else _from_hops(_hops(scope["headers"]), proxies)
    scheme, host, prefix = said.get("proto", "").lower(), said.get("host", ""), said.get("prefix", "").rstrip("/")
    if not (scheme or host or prefix):
        return None
    own = next((v.decode("latin-1") for k, v in scope["headers"] if k == b"host"), "")
    scheme = scheme if scheme in {"http", "https"} else scope["scheme"]
    host = host if HOST.fullmatch(host) else own
    return f"{scheme}://{host}{prefix if PREFIX.fullmatch(prefix) else ''}"


def _has_x(headers: Headers) -> bool:
    return any(name.startswith(b"x-forwarded-") for name, _ in headers)


def _from_x(headers: Headers) -> dict[str, str]:
    """Return the last value of each: that of the nearest proxy."""
    return {name: (_values(headers, f"x-forwarded-{name}".encode()) or [""])[-1] for name in ("proto", "host", "prefix")}


def _from_hops(hops: list[dict[str, str]], proxies: tuple[Network, ...]) -> dict[str, str]:
    """Return what the farthest of our proxies says: each adds an element, and ``for`` in it is who stands before it."""
    said: dict[str, str] = {}
    for hop in reversed(hops):
        said |= hop
        if not is_within(_bare(hop.get("for", "")), proxies):
            break
    return {name: said.get(name, "") for name in ("proto", "host")}


def _hops(headers: Headers) -> list[dict[str, str]]:
    """Return the elements of ``Forwarded``, names in lower case."""
    return [_pairs(part) for part in _values(headers, b"forwarded")]


def _pairs(element: str) -> dict[str, str]:
    r"""Return the pairs of an element.

    >>> _pairs('for="[2001:db8::1]";Proto=https; host="a.example:8443"')
    {'for': '[2001:db8::1]', 'proto': 'https', 'host': 'a.example:8443'}
    """
    found = PAIR.findall(element)
    return {name.lower(): re.sub(r"\\(.)", r"\1", quoted) or plain for name, quoted, plain in found}


def _values(headers: Headers, name: bytes) -> list[str]:
    """Return the values of a header with commas between, in order."""
    whole = b",".join(value for k, value in headers if k == name).decode("latin-1")
    return [part.strip() for part in whole[-MAX_BYTES:].split(",") if part.strip()]


def parse_networks(words: Iterable[str]) -> tuple[Network, ...]:
    """Return networks by their texts."""
    return tuple(ipaddress.ip_network(word) for word in words)
