"""Limits of a caller: requests in a time, failed tokens, and sizes of URL, headers and body."""

import ipaddress
import time
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geoservice.errors import TooLarge, TooManyRequests
from geoservice.server.errors import PROBLEM, problem
from geoservice.server.forwarded import client_address, parse_networks
from geoservice.server.headers import send_response
from geoservice.settings import Settings

MAX_URL_BYTES = 8 * 1024
MAX_HEADER_BYTES = 16 * 1024


class RateLimitExceeded(TooManyRequests):
    """A rate limit was exceeded: ``limit`` requests in ``window_s`` seconds."""

    def __init__(self, item: RateLimitItem, retry_s: int) -> None:
        window = item.get_expiry()
        super().__init__(f"more than {item.amount} requests in {window} s; try again in {retry_s} s", retry_s)
        self.limit, self.window_s = item.amount, window


class RateLimits:
    """Counts the requests to this worker: with a token by its id, without one by address.

    Requests from this machine are not counted: on a laptop it is the only reader, and behind a proxy that is not named in
    ``trusted_proxies`` all callers would share its address.
    """

    def __init__(self, settings: Settings) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._anybody, self._token, self._failed = (
            parse(text) if text else None
            for text in (settings.rate_limit, settings.token_rate_limit, settings.failed_token_limit)
        )
        self._proxies = parse_networks(settings.proxies)

    def anybody(self, scope: Scope) -> None:
        """Count a request without a verified token; raises :class:`RateLimitExceeded`."""
        self._hit(self._anybody, self.address(scope), "address")

    def token(self, token_id: str, name: str) -> None:
        """Count a request of a token; raises :class:`RateLimitExceeded`."""
        self._hit(self._token, f"{token_id} {name}", "token")

    def may_try(self, scope: Scope) -> None:
        """Raise :class:`RateLimitExceeded` if too many invalid tokens came from the caller's address lately."""
        address = self.address(scope)
        if self._failed and address and not self._limiter.test(self._failed, "failed", address):
            raise self._exceeded(self._failed, "failed", address)

    def failed(self, scope: Scope) -> None:
        """Count an invalid token."""
        if self._failed and (address := self.address(scope)):
            self._limiter.hit(self._failed, "failed", address)

    def _hit(self, item: RateLimitItem | None, key: str, kind: str) -> None:
        if item and key and not self._limiter.hit(item, kind, key):
            raise self._exceeded(item, kind, key)

    def _exceeded(self, item: RateLimitItem, kind: str, key: str) -> RateLimitExceeded:
        reset = self._limiter.get_window_stats(item, kind, key).reset_time
        return RateLimitExceeded(item, max(1, round(reset - time.time())))

    def address(self, scope: Scope) -> str:
        """Return the key that counts a caller without a token, empty for this machine."""
        return rate_limit_key(client_address(scope, self._proxies))


@lru_cache(4096)
def rate_limit_key(address: str) -> str:
    """Return the key that counts an address: the /64 of IPv6, which is one subscriber; empty for this machine.

    >>> [rate_limit_key(address) for address in ("203.0.113.7", "2001:db8::1:2:3:4", "127.0.0.1", "::ffff:203.0.113.7")]
    ['203.0.113.7', '2001:db8::/64', '', '203.0.113.7']
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unknown" if address else ""
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is None:
            return "" if ip.is_loopback else str(ipaddress.ip_network((ip, 64), strict=False))
        ip = ip.ipv4_mapped
    return "" if ip.is_loopback else str(ip)


class SizeLimits:
    """Wraps the app: refuses URLs, header blocks and bodies over their limits before anything else reads them.

    ``of_path`` are limits of bodies for paths that have their own.
    """

    def __init__(self, app: ASGIApp, max_body_bytes: int, of_path: Mapping[str, int] = MappingProxyType({})) -> None:
        self.app, self._max_body_bytes, self._of_path = app, max_body_bytes, of_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif refusal := self._refusal(scope):
            status, detail = refusal
            await send_response(
                send, status, [(b"content-type", PROBLEM.encode()), (b"cache-control", b"no-store")], problem(status, detail)
            )
        else:
            await self.app(scope, self._limited(scope, receive), send)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        url = len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"])
        if url > MAX_URL_BYTES:
            return 414, f"the URL has {url} bytes, allowed are {MAX_URL_BYTES}"
        size = sum(len(k) + len(v) for k, v in scope["headers"])
        if size > MAX_HEADER_BYTES:
            return 431, f"the headers have {size} bytes, allowed are {MAX_HEADER_BYTES}"
        content_length = next((v for k, v in scope["headers"] if k == b"content-length"), b"0")
        if not content_length.isdigit():
            return 400, "header Content-Length: allowed is a number of bytes"
        if len(content_length) > 15 or int(content_length) > self._limit(scope):
            return 413, self._too_large(scope)
        return None

    def _limit(self, scope: Scope) -> int:
        return self._of_path.get(scope["path"], self._max_body_bytes)

    def _too_large(self, scope: Scope) -> str:
        return f"the body is too large, allowed are {self._limit(scope)} bytes"

    def _limited(self, scope: Scope, receive: Receive) -> Receive:
        """Return a ``receive`` that raises :class:`TooLarge` once a body without a length exceeds the limit."""
        if not any(k == b"transfer-encoding" for k, _ in scope["headers"]):
            return receive
        received = 0

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit(scope):
                raise TooLarge(self._too_large(scope))
            return message

        return limited
