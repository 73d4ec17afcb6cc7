"""Responses: a document as JSON or as an HTML page, with the headers that let caches store and revalidate it."""

from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import Response

from geoservice.server import pages
from geoservice.server.deps import RequestContext
from geoservice.server.formats import CSV, HTML, MEDIA
from geoservice.server.principal import ANYBODY, Principal

VARY = "Accept, Accept-Language, Authorization"


def response_headers(context: RequestContext) -> dict[str, str]:
    """Return the cache headers of the response to a validated request."""
    return cache_headers(context.principal, context.etag)


def cache_headers(principal: Principal, etag: str) -> dict[str, str]:
    """Return cache headers for a 200 or a 304: store but revalidate; shared caches store anonymous responses only."""
    control = "no-cache" if principal == ANYBODY else "private, no-cache"
    return {"Cache-Control": control, "Vary": VARY, **({"ETag": etag} if etag else {})}


def respond(context: RequestContext, body: bytes | str, kind: str, more: Mapping[str, str] | None = None) -> Response:
    """Return a response that caches may store but must revalidate; ``more`` are further headers."""
    charset = "; charset=utf-8" if kind in {HTML, CSV} else ""
    return Response(body, 200, {**response_headers(context), **(more or {})}, kind + charset)


def document(context: RequestContext, content: Mapping[str, Any], title: str, kind: str = "") -> Response:
    """Return a JSON document as the response, or the same document as an HTML page.

    ``kind`` is the media type, if it is not that of the format.
    """
    if context.format == "html":
        return respond(context, pages.document(content, title, context), HTML, pages.HEADERS)
    return respond(context, orjson.dumps(content), kind or MEDIA[context.format])
