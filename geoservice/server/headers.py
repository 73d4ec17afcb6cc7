"""What every response carries, as one ASGI wrapper: security headers, CORS, HEAD and refused methods."""

import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geoservice.server.errors import PROBLEM, problem
from geoservice.server.formats import MVT

CSP = (
    "default-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; child-src 'self' blob:; font-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'"
)
"""The page may use its own files, blob workers (MapLibre) and data: images; nothing from another host, nothing inline.

Whose pages may hold it in a frame is a setting, and added to the policy of every page.
"""

Headers = list[tuple[bytes, bytes]]
POLICY = b"content-security-policy"
FRAMES = ("self",)
ALLOWED = b"access-control-allow-origin"
EXPOSED = (
    b"Accept-Ranges, Content-Bbox, Content-Crs, Content-Disposition, Content-Range, ETag, Link, Retry-After, "
    b"RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, X-Request-Id"
)
ALWAYS = [
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", CSP.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"geolocation=(self), camera=(), microphone=(), payment=(), usb=()"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"access-control-expose-headers", EXPOSED),
    (ALLOWED, b"*"),
]
"""Other sites' pages may show what is served here (maps are made for that); a browser still keeps their code apart from it."""
TILE = (b"content-type", MVT.encode())
"""What tells an answer that is a vector tile."""
NOT_OF_TILES = {b"referrer-policy", b"permissions-policy"}
NO_PAGE = (POLICY, b"default-src 'none'; frame-ancestors 'none'")
"""A vector tile is no document, and cannot be taken for one (nosniff): its policy is the strictest and short, and what speaks
of documents alone is not sent with it. Headers that no browser reads were some per cent of what a tile from memory costs."""
ALLOW = (b"allow", b"GET, HEAD, OPTIONS")
PREFLIGHT = [
    (b"access-control-allow-methods", b"GET, HEAD, OPTIONS"),
    (b"access-control-max-age", b"86400"),
    ALLOW,
    (b"vary", b"Access-Control-Request-Headers"),
]
USUAL = b"Accept, Accept-Language, Authorization, If-Match, If-None-Match, If-Range, Range"
"""Fields that a page of another site may send, where it does not say which."""
FIELDS = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:[ \t]*,[ \t]*[!#$%&'*+.^_`|~0-9A-Za-z-]+)*")


def preflight(scope: Scope) -> Headers:
    """Return the headers of an answer to ``OPTIONS``: any field may be sent, for no cookie is ever taken.

    The fields are named, not ``*``: that does not hold for ``Authorization``, and older browsers do not know it.
    """
    asked = next((v for k, v in scope["headers"] if k == b"access-control-request-headers"), b"").strip()
    more = b", " + asked if FIELDS.fullmatch(asked) else b""
    return [*PREFLIGHT, (b"access-control-allow-headers", USUAL + more)]


async def send_whole(send: Send, status: int, headers: Headers, body: bytes = b"") -> None:
    """Send a complete response."""
    length = [] if status in {204, 304} else [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *length]})
    await send({"type": "http.response.body", "body": body})


def always(origins: tuple[str, ...], frames: tuple[str, ...] = FRAMES, tile: bool = False) -> Headers:
    """Return the headers of every answer, whoever asks: ``ALWAYS``, without the CORS wildcard where not all sites are allowed.

    For a vector tile, less what concerns documents alone.
    """
    pages = [(k, with_frames(v, frames) if k == POLICY else v) for k, v in ALWAYS]
    found = [NO_PAGE if h[0] == POLICY else h for h in ALWAYS if h[0] not in NOT_OF_TILES] if tile else pages
    return found if "*" in origins else [*(h for h in found if h[0] != ALLOWED), (b"vary", b"Origin")]


def with_frames(policy: bytes, frames: tuple[str, ...]) -> bytes:
    """Return a policy that says whose pages may hold the answer in a frame, unless it says so already.

    >>> with_frames(b"default-src 'self'", ("https://portal.example",))
    b"default-src 'self'; frame-ancestors https://portal.example"
    """
    words = [f"'{word}'" if word in {"self", "none"} else word for word in frames]
    return policy if b"frame-ancestors" in policy else policy + b"; frame-ancestors " + " ".join(words).encode()


def allowed(origins: tuple[str, ...], scope: Scope) -> Headers:
    """Return the header that lets the site whose page asks read the answer, if it is one of a few that may."""
    if "*" in origins:
        return []
    asked = next((v for k, v in scope["headers"] if k == b"origin"), b"")
    return [(ALLOWED, asked)] if asked and asked.decode("latin-1") in origins else []


class Guard:
    """Wraps the whole app: answers OPTIONS, refuses writes, serves HEAD as GET without body, adds the headers of ``ALWAYS``.

    ``frames`` are the sites whose pages may hold ours in a frame, ``origins`` those whose pages may read answers; no cookie is
    ever asked for, so ``*`` gives nobody a way in.
    """

    def __init__(self, app: ASGIApp, origins: tuple[str, ...] = ("*",), frames: tuple[str, ...] = FRAMES) -> None:
        self.app, self._origins, self._frames = app, origins, frames
        self._always, self._tile = always(origins, frames), always(origins, tile=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        method, site = scope["method"], allowed(self._origins, scope)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.lower() for name, _ in message["headers"]}
                if message["status"] == 304:
                    own.add(POLICY)  # a browser would put ours in the place of that of the page it keeps
                more = [*(self._tile if TILE in message["headers"] else self._always), *site]
                given = [(k, with_frames(v, self._frames) if k.lower() == POLICY else v) for k, v in message["headers"]]
                message = {**message, "headers": [*given, *(h for h in more if h[0] not in own or h[0] == b"vary")]}
            elif method == "HEAD":
                if message.get("more_body"):
                    return
                message = {**message, "body": b""}
            await send(message)

        if method == "OPTIONS":
            await send_whole(guarded, 204, preflight(scope))
        elif method in {"GET", "HEAD"}:
            await self.app({**scope, "method": "GET", "head": True} if method == "HEAD" else scope, receive, guarded)
        else:
            body = problem(405, f"method {method:.20} is not served, allowed are GET, HEAD, OPTIONS")
            await send_whole(guarded, 405, [(b"content-type", PROBLEM.encode()), ALLOW], body)
