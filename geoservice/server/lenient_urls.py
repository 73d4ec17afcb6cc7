"""Accepted variants of URLs: with a trailing slash, or with a cache-busting parameter."""

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from geoservice.server.headers import send_response
from geoservice.server.query_params import without_cache_buster

ONE_SLASH = re.compile(r"[^/]/\Z")


class LenientUrls:
    """Wraps the routes: removes the cache buster from the query, and redirects ``/collections/`` to ``/collections``."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope."""
        if scope["type"] == "http":
            scope = {**scope, "query_string": without_cache_buster(scope["query_string"])}
            if ONE_SLASH.search(scope["path"]):
                headers = [(b"location", without_slash(scope)), (b"cache-control", b"no-cache")]
                await send_response(send, 301, headers)
                return
        await self.app(scope, receive, send)


def without_slash(scope: Scope) -> bytes:
    """Return the relative URL that leads from a URL to the same URL without its trailing slash.

    A relative redirect stays on this host, and under a path prefix that a proxy removes.

    >>> without_slash({"path": "/x/", "raw_path": b"/x/", "query_string": b"f=json"})
    b'../x?f=json'
    """
    raw = bytes(scope.get("raw_path") or scope["path"].encode())
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    return b"../" + raw[:-1].rpartition(b"/")[2] + query
