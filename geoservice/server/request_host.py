"""Which host a request is meant for, checked, and the base of the URLs that its answer holds."""

from starlette.types import ASGIApp, Receive, Scope, Send

from geoservice.server.errors import PROBLEM, problem
from geoservice.server.forwarded import HOST, Network, public_base
from geoservice.server.headers import send_response

ALLOWED = "header Host: allowed is one, a host with or without a port"


def fault_of(scope: Scope) -> bool:
    """Whether a request has no host where HTTP asks for one, two of them, or one that is none (RFC 9112, 3.2)."""
    hosts = [v.decode("latin-1") for k, v in scope["headers"] if k == b"host"]
    if not hosts:
        return bool(scope.get("http_version", "1.1") == "1.1")
    return len(hosts) > 1 or not HOST.fullmatch(hosts[0])


class RequestHost:
    """Wraps the app: refuses a request whose host is not clear, and notes the public base URL where a proxy states it.

    ``proxies`` are those that are believed.
    """

    def __init__(self, app: ASGIApp, proxies: tuple[Network, ...]) -> None:
        self.app, self._proxies = app, proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope."""
        if scope["type"] == "http":
            if fault_of(scope):
                headers = [(b"content-type", PROBLEM.encode()), (b"cache-control", b"no-store"), (b"connection", b"close")]
                await send_response(send, 400, headers, problem(400, ALLOWED))
                return
            if self._proxies and (base := public_base(scope, self._proxies)):
                scope.setdefault("state", {})["base"] = base
        await self.app(scope, receive, send)
