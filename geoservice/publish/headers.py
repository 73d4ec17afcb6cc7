"""What every response carries, as one ASGI wrapper: security headers, CORS, HEAD and refused methods."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geoservice.publish.errors import PROBLEM, problem

CSP = (
    "default-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; child-src 'self' blob:; font-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
"""The page may use its own files, blob workers (MapLibre) and data: images; nothing from another host, nothing inline."""

ALWAYS = [
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", CSP.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, Link"),
]
PREFLIGHT = [
    (b"access-control-allow-methods", b"GET, HEAD, OPTIONS"),
    (b"access-control-allow-headers", b"Accept, Accept-Language, If-None-Match"),
    (b"access-control-max-age", b"86400"),
    (b"allow", b"GET, HEAD, OPTIONS"),
]


async def send_whole(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes = b"") -> None:
    """Send a complete response."""
    length = [] if status in {204, 304} else [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *length]})
    await send({"type": "http.response.body", "body": body})


class Guard:
    """Wraps the whole app: answers OPTIONS, refuses writes, serves HEAD as GET without body, adds the headers of ``ALWAYS``."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        method = scope["method"]

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.lower() for name, _ in message["headers"]}
                message = {**message, "headers": [*message["headers"], *(h for h in ALWAYS if h[0] not in own)]}
            elif method == "HEAD":
                if message.get("more_body"):
                    return
                message = {**message, "body": b""}
            await send(message)

        if method == "OPTIONS":
            await send_whole(guarded, 204, PREFLIGHT)
        elif method in {"GET", "HEAD"}:
            await self.app({**scope, "method": "GET"} if method == "HEAD" else scope, receive, guarded)
        else:
            body = problem(405, f"method {method:.20} is not served, allowed are GET, HEAD, OPTIONS")
            await send_whole(guarded, 405, [(b"content-type", PROBLEM.encode()), *PREFLIGHT[-1:]], body)
