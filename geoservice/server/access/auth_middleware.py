"""Authentication, rate limits and the audit log: every non-public response is recorded before it is sent."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from anyio import move_on_after
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geoservice.errors import GeoserviceError, ParameterError, Unauthorized, Unavailable
from geoservice.server.access.audit import AuditEntry
from geoservice.server.access.audit_writer import AuditWriter
from geoservice.server.access.authenticators import Authenticator, authenticator_for
from geoservice.server.access.rate_limits import RateLimitExceeded, RateLimits, SizeLimits
from geoservice.server.access.store import AccessStore
from geoservice.server.access.tokens import TokenVerifier
from geoservice.server.headers import send_problem
from geoservice.server.operations.health import HEALTH
from geoservice.server.operations.logs import REQUEST_LOG
from geoservice.server.operations.metrics import Metrics
from geoservice.server.principal import ANYBODY, AUDITED_LAYERS, Principal
from geoservice.server.query_params import parse_query
from geoservice.settings import Settings

IN_URL = {"token", "access_token"}
PRIVATE = b"private, no-cache"
HEALTH_S = 0.4
"""Seconds that a health check with a token waits for the token store."""


class AuthMiddleware:
    """Wraps the app: sets ``scope["state"]["principal"]``.

    A request without an ``Authorization`` header is anonymous and is passed on unchanged. What a route notes with
    :func:`geoservice.server.principal.note_for_audit` is in the audit log before the first byte of the response is sent; if it
    cannot be written, the response is a 503.
    """

    def __init__(self, app: ASGIApp, authenticator: Authenticator, rates: RateLimits, audit: AuditWriter) -> None:
        self.app, self._authenticator, self._rates, self._audit = app, authenticator, rates, audit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope."""
        if scope["type"] != "http":
            try:
                await self.app(scope, receive, send)
            finally:
                self._audit.close()
            return
        try:
            who = await (self._principal_in_time(scope) if scope["path"] in HEALTH else self._principal(scope))
        except GeoserviceError as error:
            await send_error(send, error)
            return
        state: dict[str, Any] = scope.setdefault("state", {})  # the server gives each request its own dictionary
        state["principal"] = who
        if who is ANYBODY:
            await self.app(scope, receive, send)
            return
        noted: dict[str, int | None] = {}
        token = AUDITED_LAYERS.set(noted)
        try:
            await self.app(scope, receive, _AuditedSend(scope, who, noted, send, self._audit))
        finally:
            AUDITED_LAYERS.reset(token)

    async def _principal_in_time(self, scope: Scope) -> Principal:
        """Return the caller of a public route: the anonymous one if the token cannot be checked in time."""
        who = ANYBODY
        with suppress(Unavailable), move_on_after(HEALTH_S):
            who = await self._principal(scope)
        return who

    async def _principal(self, scope: Scope) -> Principal:
        refuse_token_in_url(scope["query_string"])
        values = [v for k, v in scope["headers"] if k == b"authorization"]
        if not values:
            self._rates.anybody(scope)
            return ANYBODY
        text = bearer_token(values)
        if self._authenticator.unverified(text):
            self._rates.may_try(scope)
        try:
            who = await self._authenticator.principal(text)
        except Unauthorized:
            self._rates.anybody(scope)
            self._rates.failed(scope)
            raise
        self._rates.token(who.token or "", who.name)
        return who


def refuse_token_in_url(query: bytes) -> None:
    """Raise :class:`ParameterError` for a token in a URL: URLs end up in logs, histories and referrers."""
    if b"token" not in query.lower() and b"%" not in query:
        return
    for name, _ in parse_query(query):
        if name.lower() in IN_URL:
            raise ParameterError(
                f"parameter {name.lower()}: a token must not be sent in a URL, because logs and histories store URLs; if it "
                "was a real one, have it revoked. Allowed is the header Authorization: Bearer <token>"
            )


def bearer_token(values: list[bytes]) -> str:
    """Return the bearer token in the values of ``Authorization``; raises :class:`Unauthorized` for anything else."""
    scheme, _, text = values[0].partition(b" ")
    if len(values) > 1 or scheme.lower() != b"bearer" or not text.strip() or not text.isascii() or len(text) > 8192:
        raise Unauthorized("header Authorization: allowed is one header, Bearer <token>")
    return text.strip().decode("ascii")


class _AuditedSend:
    """A ``send`` that delays a response until it is recorded in the audit log."""

    def __init__(self, scope: Scope, who: Principal, noted: Mapping[str, int | None], send: Send, audit: AuditWriter) -> None:
        self._scope, self._who, self._noted, self._send, self._audit = scope, who, noted, send, audit
        self._refused = False

    async def __call__(self, message: Message) -> None:
        """Pass a message on, unless the response had to be refused."""
        if message["type"] == "http.response.start":
            message = {**message, "headers": private_headers(message["headers"], bool(self._noted))}
            if self._noted:
                try:
                    await self._audit.record(self._entry(message["status"]))
                except GeoserviceError as error:
                    self._refused = True
                    await send_error(self._send, error)
        if not self._refused:
            await self._send(message)

    def _entry(self, status: int) -> AuditEntry:
        who, noted = self._who, self._noted
        counts = [rows for rows in noted.values() if rows is not None]
        return AuditEntry(
            who.name, who.role, self._scope["method"], who.token, self._scope["path"], tuple(sorted(noted)),
            self._scope["query_string"].decode("latin-1"), sum(counts) if counts else None, status,
            log.request_id if (log := REQUEST_LOG.get()) else "",
        )  # fmt: skip


def private_headers(headers: list[tuple[bytes, bytes]], private: bool) -> list[tuple[bytes, bytes]]:
    """Return the headers of a response to a token: ``Vary`` by caller, and not stored by shared caches if ``private``."""
    others = [(k, v) for k, v in headers if not (private and k.lower() == b"cache-control" and v != b"no-store")]
    has_control = any(k.lower() == b"cache-control" for k, _ in others)
    return [*others, (b"vary", b"Authorization"), *([(b"cache-control", PRIVATE)] if private and not has_control else [])]


async def send_error(send: Send, error: GeoserviceError) -> None:
    """Send an error as problem+json, with the headers of rate limits and authentication."""
    headers: dict[str, str] = {}
    if isinstance(error, RateLimitExceeded):
        headers |= {
            "RateLimit-Limit": f"{error.limit}",
            "RateLimit-Remaining": "0",
            "RateLimit-Reset": f"{error.retry_s}",
            "RateLimit-Policy": f"{error.limit};w={error.window_s}",
        }
    if isinstance(error, Unauthorized):
        headers["WWW-Authenticate"] = 'Bearer realm="geoservice", error="invalid_token"'
    await send_problem(send, error, headers)


def with_access_control(
    app: ASGIApp, settings: Settings, metrics: Metrics, store: AccessStore, tokens: TokenVerifier
) -> ASGIApp:
    """Return the app behind size limits, authentication, rate limits and the audit log, in this order."""
    audit = AuditWriter(store)
    metrics.count("audit_rows", "Entries of the audit log written", lambda: audit.written)
    authenticated = AuthMiddleware(app, authenticator_for(settings, tokens), RateLimits(settings), audit)
    uploads = {} if settings.steward_project is None else {"/imports": settings.upload_bytes}
    return SizeLimits(authenticated, settings.body_bytes, uploads)
