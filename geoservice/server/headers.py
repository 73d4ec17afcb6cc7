"""ASGI middleware for all responses: security headers, CORS, HEAD requests and refused methods."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geoservice.server.errors import PROBLEM, error_headers, log_error, problem
from geoservice.server.formats import MVT

CSP = (
    "default-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; child-src 'self' blob:; font-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'"
)
"""Pages may use our own files, blob workers (MapLibre) and data: images; nothing from another host, nothing inline.

``frame-ancestors`` comes from the settings and is added to the policy of every page.
"""

Headers = list[tuple[bytes, bytes]]
POLICY = b"content-security-policy"
FRAMES = ("self",)
ALLOW_ORIGIN = b"access-control-allow-origin"
EXPOSED_HEADERS = (
    b"Accept-Ranges, Content-Bbox, Content-Crs, Content-Disposition, Content-Range, ETag, Link, Location, Preference-Applied, "
    b"Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, X-Request-Id"
)
COMMON_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", CSP.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"geolocation=(self), camera=(), microphone=(), payment=(), usb=()"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"access-control-expose-headers", EXPOSED_HEADERS),
    (ALLOW_ORIGIN, b"*"),
]
"""Headers of every response. Pages of other sites may embed our content, as maps are meant for that."""
TILE_TYPE = (b"content-type", MVT.encode())
"""The header that identifies a vector tile."""
DOCUMENT_ONLY = {b"referrer-policy", b"permissions-policy"}
TILE_POLICY = (POLICY, b"default-src 'none'; frame-ancestors 'none'")
"""The policy of a vector tile, strict and short: a tile is not a document, and ``nosniff`` keeps browsers from treating it as
one. Headers that apply to documents only are left out of tiles; they took some per cent of the time of a cached tile."""
READ = "GET, HEAD, OPTIONS"
"""Methods of all other paths than those that can be written to."""
MERGE_PATCH = "application/merge-patch+json"
_ITEMS = r"/scenarios/[^/]+/collections/stations/items"
WRITABLE: Mapping[str, tuple[tuple[re.Pattern[str], str], ...]] = MappingProxyType(
    {
        "processes": ((re.compile(r"/processes/[^/]+/execution/?"), "POST, OPTIONS"),),
        "imports": (
            (re.compile(r"/imports/?"), "POST, OPTIONS"),
            (re.compile(r"/imports/[^/]+/?"), "DELETE, OPTIONS"),
        ),
        "jobs": ((re.compile(r"/jobs/[^/]+/?"), "GET, HEAD, DELETE, OPTIONS"),),
        "scenarios": (
            (re.compile(r"/scenarios/?"), "GET, HEAD, POST, OPTIONS"),
            (re.compile(r"/scenarios/[^/]+/?"), "GET, HEAD, PUT, DELETE, OPTIONS"),
            (re.compile(rf"{_ITEMS}/?"), "GET, HEAD, POST, OPTIONS"),
            (re.compile(rf"{_ITEMS}/.+", re.DOTALL), "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"),
        ),
    }
)
"""Paths that can be written to, by their first segment, with their methods; the execution of a process changes nothing."""
PREFLIGHT = [(b"access-control-max-age", b"86400"), (b"vary", b"Access-Control-Request-Headers")]
REQUEST_FIELDS = b"Accept, Accept-Language, Authorization, Content-Type, If-Match, If-None-Match, If-Range, Prefer, Range"
"""Request headers that are always allowed to pages of other sites."""
FIELD_LIST = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:[ \t]*,[ \t]*[!#$%&'*+.^_`|~0-9A-Za-z-]+)*")


def allowed_methods(path: str) -> str:
    """Return the methods of a path.

    >>> allowed_methods("/collections"), allowed_methods("/processes/station-scenario/execution")
    ('GET, HEAD, OPTIONS', 'POST, OPTIONS')
    >>> allowed_methods("/jobs"), allowed_methods("/jobs/x")
    ('GET, HEAD, OPTIONS', 'GET, HEAD, DELETE, OPTIONS')
    """
    writable = WRITABLE.get(path[1:].partition("/")[0], ())
    return next((methods for pattern, methods in writable if pattern.fullmatch(path)), READ)


def preflight(scope: Scope) -> Headers:
    """Return the headers of a response to ``OPTIONS``: any request header is allowed, because no cookies are used.

    The headers are listed instead of ``*``, which does not cover ``Authorization`` and is unknown to older browsers.
    """
    requested = next((v for k, v in scope["headers"] if k == b"access-control-request-headers"), b"").strip()
    more = b", " + requested if FIELD_LIST.fullmatch(requested) else b""
    methods = allowed_methods(scope["path"]).encode()
    allow = [(b"access-control-allow-methods", methods), (b"allow", methods)]
    patch = [(b"accept-patch", MERGE_PATCH.encode())] if b"PATCH" in methods else []
    return [*PREFLIGHT, *allow, *patch, (b"access-control-allow-headers", REQUEST_FIELDS + more)]


async def send_response(send: Send, status: int, headers: Headers, body: bytes = b"") -> None:
    """Send a complete response."""
    length = [] if status in {204, 304} else [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *length]})
    await send({"type": "http.response.body", "body": body})


async def send_problem(send: Send, error: Exception, more: Mapping[str, str] = MappingProxyType({})) -> None:
    """Log an error and send it as problem+json, with ``more`` headers."""
    status, detail = log_error(error)
    headers = {**error_headers(error, status), "Content-Type": PROBLEM, **more}
    await send_response(send, status, [(k.lower().encode(), v.encode()) for k, v in headers.items()], problem(status, detail))


def common_headers(origins: tuple[str, ...], frames: tuple[str, ...] = FRAMES, tile: bool = False) -> Headers:
    """Return the headers of every response, without the CORS wildcard if not all origins are allowed.

    For a vector tile, headers that apply to documents only are left out.
    """
    pages = [(k, with_frame_ancestors(v, frames) if k == POLICY else v) for k, v in COMMON_HEADERS]
    headers = [TILE_POLICY if h[0] == POLICY else h for h in COMMON_HEADERS if h[0] not in DOCUMENT_ONLY] if tile else pages
    return headers if "*" in origins else [*(h for h in headers if h[0] != ALLOW_ORIGIN), (b"vary", b"Origin")]


def with_frame_ancestors(policy: bytes, frames: tuple[str, ...]) -> bytes:
    """Return a content security policy with ``frame-ancestors``, unchanged if it has that directive already.

    >>> with_frame_ancestors(b"default-src 'self'", ("https://portal.example",))
    b"default-src 'self'; frame-ancestors https://portal.example"
    """
    sources = [f"'{frame}'" if frame in {"self", "none"} else frame for frame in frames]
    return policy if b"frame-ancestors" in policy else policy + b"; frame-ancestors " + " ".join(sources).encode()


def cors_headers(origins: tuple[str, ...], scope: Scope) -> Headers:
    """Return the CORS header for the request's ``Origin`` if it is in a list of allowed origins; nothing with ``*``."""
    if "*" in origins:
        return []
    origin = next((v for k, v in scope["headers"] if k == b"origin"), b"")
    return [(ALLOW_ORIGIN, origin)] if origin and origin.decode("latin-1") in origins else []


class HeadersMiddleware:
    """Wraps the whole app: answers OPTIONS, refuses writes, serves HEAD as GET without body, adds ``COMMON_HEADERS``.

    ``frames`` are the sites that may show our pages in a frame, ``origins`` the sites whose scripts may read responses. No
    cookies are used, so ``*`` does not expose a user's session.
    """

    def __init__(self, app: ASGIApp, origins: tuple[str, ...] = ("*",), frames: tuple[str, ...] = FRAMES) -> None:
        self.app, self._origins, self._frames = app, origins, frames
        self._common, self._tile = common_headers(origins, frames), common_headers(origins, tile=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        method, cors = scope["method"], cors_headers(self._origins, scope)
        allowed = allowed_methods(scope["path"])

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.lower() for name, _ in message["headers"]}
                if message["status"] == 304:
                    own.add(POLICY)  # a browser would replace the policy of its cached page with ours
                added = [*(self._tile if TILE_TYPE in message["headers"] else self._common), *cors]
                route_headers = [
                    (k, with_frame_ancestors(v, self._frames) if k.lower() == POLICY else v) for k, v in message["headers"]
                ]
                message = {**message, "headers": [*route_headers, *(h for h in added if h[0] not in own or h[0] == b"vary")]}
            elif method == "HEAD":
                if message.get("more_body"):
                    return
                message = {**message, "body": b""}
            await send(message)

        if method == "OPTIONS":
            await send_response(send_with_headers, 204, preflight(scope))
        elif method in allowed.split(", "):
            await self.app({**scope, "method": "GET", "head": True} if method == "HEAD" else scope, receive, send_with_headers)
        else:
            body = problem(405, f"method {method:.20} is not served, allowed are {allowed}")
            allow = (b"allow", allowed.encode())
            await send_response(send_with_headers, 405, [(b"content-type", PROBLEM.encode()), allow], body)
