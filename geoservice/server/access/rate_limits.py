"""How much a caller may ask: requests in a time, failed tokens, and sizes of URL, headers and body."""

import ipaddress
import time
from functools import lru_cache

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geoservice.errors import TooLarge, TooManyRequests
from geoservice.server.errors import PROBLEM, problem
from geoservice.server.forwarded import client_address, networks_of
from geoservice.server.headers import send_whole
from geoservice.settings import Settings

MAX_URL_BYTES = 8 * 1024
MAX_HEADER_BYTES = 16 * 1024


class RateLimitExceeded(TooManyRequests):
    """A rate limit was met: ``allowed`` requests in ``window_s`` seconds."""

    def __init__(self, item: RateLimitItem, retry_s: int) -> None:
        window = item.get_expiry()
        super().__init__(f"more than {item.amount} requests in {window} s; try again in {retry_s} s", retry_s)
        self.allowed, self.window_s = item.amount, window


class RateLimits:
    """Counts requests in this worker: of a token by its id, of anybody by address.

    Requests of this machine itself are not counted: on a laptop it is the one reader, and behind a proxy that is not named in
    ``trusted_proxies`` it would be everybody at once.
    """

    def __init__(self, settings: Settings) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._anybody, self._token, self._failed = (
            parse(text) if text else None
            for text in (settings.rate_limit, settings.token_rate_limit, settings.failed_token_limit)
        )
        self._proxies = networks_of(settings.proxies)

    def anybody(self, scope: Scope) -> None:
        """Count a request without a verified token; raises :class:`Exceeded`."""
        self._hit(self._anybody, self.address(scope), "address")

    def token(self, token_id: str, name: str) -> None:
        """Count a request of a token; raises :class:`Exceeded`."""
        self._hit(self._token, f"{token_id} {name}", "token")

    def may_try(self, scope: Scope) -> None:
        """Raise :class:`Exceeded` when too many tokens from here were bad lately."""
        address = self.address(scope)
        if self._failed and address and not self._limiter.test(self._failed, "failed", address):
            raise self._exceeded(self._failed, "failed", address)

    def failed(self, scope: Scope) -> None:
        """Count a bad token."""
        if self._failed and (address := self.address(scope)):
            self._limiter.hit(self._failed, "failed", address)

    def _hit(self, item: RateLimitItem | None, key: str, kind: str) -> None:
        if item and key and not self._limiter.hit(item, kind, key):
            raise self._exceeded(item, kind, key)

    def _exceeded(self, item: RateLimitItem, kind: str, key: str) -> RateLimitExceeded:
        reset = self._limiter.get_window_stats(item, kind, key).reset_time
        return RateLimitExceeded(item, max(1, round(reset - time.time())))

    def address(self, scope: Scope) -> str:
        """Return what a caller without a token is counted by, empty for this machine itself."""
        return rate_limit_key(client_address(scope, self._proxies))


@lru_cache(4096)
def rate_limit_key(address: str) -> str:
    """Return an address as it is counted: of IPv6 the /64, which is one line to one house; empty for this machine itself.

    >>> counted_by("203.0.113.7"), counted_by("2001:db8::1:2:3:4"), counted_by("127.0.0.1"), counted_by("::ffff:203.0.113.7")
    ('203.0.113.7', '2001:db8::/64', '', '203.0.113.7')
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown" if address else ""
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            return "" if found.is_loopback else str(ipaddress.ip_network((found, 64), strict=False))
        found = found.ipv4_mapped
    return "" if found.is_loopback else str(found)


class SizeLimits:
    """Wraps the app: refuses URLs, header blocks and bodies over their bounds before anything looks at them."""

    def __init__(self, app: ASGIApp, most_body: int) -> None:
        self.app, self._most_body = app, most_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif fault := self._fault(scope):
            status, detail = fault
            await send_whole(
                send, status, [(b"content-type", PROBLEM.encode()), (b"cache-control", b"no-store")], problem(status, detail)
            )
        else:
            await self.app(scope, self._counted(scope, receive), send)

    def _fault(self, scope: Scope) -> tuple[int, str] | None:
        url = len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"])
        if url > MAX_URL_BYTES:
            return 414, f"the URL has {url} bytes, allowed are {MAX_URL_BYTES}"
        size = sum(len(k) + len(v) for k, v in scope["headers"])
        if size > MAX_HEADER_BYTES:
            return 431, f"the headers have {size} bytes, allowed are {MAX_HEADER_BYTES}"
        said = next((v for k, v in scope["headers"] if k == b"content-length"), b"0")
        if not said.isdigit():
            return 400, "header Content-Length: allowed is a number of bytes"
        if len(said) > 15 or int(said) > self._most_body:
            return 413, self._too_large
        return None

    @property
    def _too_large(self) -> str:
        return f"the body is larger than {self._most_body} bytes, which are allowed"

    def _counted(self, scope: Scope, receive: Receive) -> Receive:
        """Return a ``receive`` that raises :class:`TooLarge` once a body without a length is over the bound."""
        if not any(k == b"transfer-encoding" for k, _ in scope["headers"]):
            return receive
        got = 0

        async def counted() -> Message:
            nonlocal got
            message = await receive()
            got += len(message.get("body", b""))
            if got > self._most_body:
                raise TooLarge(self._too_large)
            return message

        return counted
