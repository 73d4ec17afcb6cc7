"""The door: finds out who asks, counts, and writes down every answer that is not for everybody before it leaves."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from anyio import move_on_after
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geoservice.errors import GeoserviceError, ParameterError, Unauthorized, Unavailable
from geoservice.server.access.audit import AuditEntry
from geoservice.server.access.audit_writer import AuditWriter
from geoservice.server.access.authenticators import Checks
from geoservice.server.access.rate_limits import Exceeded, RateLimits
from geoservice.server.errors import PROBLEM, headers_of, problem, settle
from geoservice.server.headers import send_whole
from geoservice.server.operations.health import HEALTH
from geoservice.server.operations.logs import NOTE
from geoservice.server.principal import ANYBODY, NOTED, Principal
from geoservice.server.query_params import pairs_of

IN_URL = {"token", "access_token"}
PRIVATE = b"private, no-cache"
HEALTH_S = 0.4
"""Seconds that a health check with a token waits for the store of tokens."""


class AuthMiddleware:
    """Wraps the app: sets ``scope["state"]["who"]``.

    A request without an ``Authorization`` header is anybody's and goes straight on. What a route notes with
    :func:`geoservice.server.principal.audited` is in the audit log before the first byte of the answer leaves; where it
    cannot be written the answer is 503.
    """

    def __init__(self, app: ASGIApp, checks: Checks, rates: RateLimits, recorder: AuditWriter) -> None:
        self.app, self._checks, self._rates, self._recorder = app, checks, rates, recorder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope."""
        if scope["type"] != "http":
            try:
                await self.app(scope, receive, send)
            finally:
                self._recorder.close()
            return
        try:
            who = await (self._prompt(scope) if scope["path"] in HEALTH else self._who(scope))
        except GeoserviceError as error:
            await refuse(send, error)
            return
        state: dict[str, Any] = scope.setdefault("state", {})  # the server gives each request one of its own
        state["who"] = who
        if who is ANYBODY:
            await self.app(scope, receive, send)
            return
        noted: dict[str, int | None] = {}
        token = NOTED.set(noted)
        try:
            await self.app(scope, receive, _Recorded(scope, who, noted, send, self._recorder))
        finally:
            NOTED.reset(token)

    async def _prompt(self, scope: Scope) -> Principal:
        """Return who asks for what is for everybody: anybody, where it cannot be learnt at once."""
        who = ANYBODY
        with suppress(Unavailable), move_on_after(HEALTH_S):
            who = await self._who(scope)
        return who

    async def _who(self, scope: Scope) -> Principal:
        check_query(scope["query_string"])
        given = [v for k, v in scope["headers"] if k == b"authorization"]
        if not given:
            self._rates.anybody(scope)
            return ANYBODY
        text = bearer(given)
        if self._checks.unknown(text):
            self._rates.may_try(scope)
        try:
            who = await self._checks.principal(text)
        except Unauthorized:
            self._rates.anybody(scope)
            self._rates.failed(scope)
            raise
        self._rates.token(who.token or "", who.name)
        return who


def check_query(query: bytes) -> None:
    """Raise :class:`ParameterError` for a token in a URL: URLs are kept in logs, histories and referrers."""
    if b"token" not in query.lower() and b"%" not in query:
        return
    for name, _ in pairs_of(query):
        if name.lower() in IN_URL:
            raise ParameterError(
                f"parameter {name.lower()}: a token does not belong in a URL, which logs and histories keep; if it was a real "
                "one, have it revoked. Allowed is the header Authorization: Bearer <token>"
            )


def bearer(given: list[bytes]) -> str:
    """Return the token of an ``Authorization`` header; raises :class:`Unauthorized` for anything else in it."""
    scheme, _, text = given[0].partition(b" ")
    if len(given) > 1 or scheme.lower() != b"bearer" or not text.strip() or not text.isascii() or len(text) > 8192:
        raise Unauthorized("header Authorization: allowed is one, Bearer <token>")
    return text.strip().decode("ascii")


class _Recorded:
    """A ``send`` that holds an answer back until it is written down."""

    def __init__(
        self, scope: Scope, who: Principal, noted: Mapping[str, int | None], send: Send, recorder: AuditWriter
    ) -> None:
        self._scope, self._who, self._noted, self._send, self._recorder = scope, who, noted, send, recorder
        self._refused = False

    async def __call__(self, message: Message) -> None:
        """Send on, unless the answer had to be refused."""
        if message["type"] == "http.response.start":
            message = {**message, "headers": for_one(message["headers"], bool(self._noted))}
            if self._noted:
                try:
                    await self._recorder.record(self._entry(message["status"]))
                except GeoserviceError as error:
                    self._refused = True
                    await refuse(self._send, error)
        if not self._refused:
            await self._send(message)

    def _entry(self, status: int) -> AuditEntry:
        who, noted = self._who, self._noted
        counted = [rows for rows in noted.values() if rows is not None]
        return AuditEntry(
            who.name, who.role, self._scope["method"], who.token, self._scope["path"], tuple(sorted(noted)),
            self._scope["query_string"].decode("latin-1"), sum(counted) if counted else None, status,
            note.request_id if (note := NOTE.get()) else "",
        )  # fmt: skip


def for_one(headers: list[tuple[bytes, bytes]], private: bool) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer to a token: caches keep callers apart, and share nothing that is ``private``."""
    kept = [(k, v) for k, v in headers if not (private and k.lower() == b"cache-control" and v != b"no-store")]
    cached = any(k.lower() == b"cache-control" for k, _ in kept)
    return [*kept, (b"vary", b"Authorization"), *([(b"cache-control", PRIVATE)] if private and not cached else [])]


async def refuse(send: Send, error: GeoserviceError) -> None:
    """Answer with a problem."""
    status, detail = settle(error)
    headers = {**headers_of(error, status), "Content-Type": PROBLEM}
    if isinstance(error, Exceeded):
        headers |= {
            "RateLimit-Limit": f"{error.allowed}",
            "RateLimit-Remaining": "0",
            "RateLimit-Reset": f"{error.retry_s}",
            "RateLimit-Policy": f"{error.allowed};w={error.window_s}",
        }
    if isinstance(error, Unauthorized):
        headers["WWW-Authenticate"] = 'Bearer realm="geoservice", error="invalid_token"'
    await send_whole(send, status, [(k.lower().encode(), v.encode()) for k, v in headers.items()], problem(status, detail))
