"""Answers: a document as JSON or as a page, with the headers that let it be kept and revalidated."""

from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import Response

from geoservice.server import pages
from geoservice.server.deps import RequestContext
from geoservice.server.formats import CSV, HTML, MEDIA
from geoservice.server.principal import ANYBODY, Principal

VARY = "Accept, Accept-Language, Authorization"


def response_headers(ask: RequestContext) -> dict[str, str]:
    """Return what lets an answer be kept but makes it be revalidated."""
    return cache_headers(ask.who, ask.etag)


def cache_headers(who: Principal, etag: str) -> dict[str, str]:
    """Return the same for an answer, or the word that it is unchanged; one made for somebody is kept by nobody else."""
    keep = "no-cache" if who == ANYBODY else "private, no-cache"
    return {"Cache-Control": keep, "Vary": VARY, **({"ETag": etag} if etag else {})}


def respond(ask: RequestContext, body: bytes | str, kind: str, more: Mapping[str, str] | None = None) -> Response:
    """Return a response that may be kept but must be revalidated."""
    charset = "; charset=utf-8" if kind in {HTML, CSV} else ""
    return Response(body, 200, {**response_headers(ask), **(more or {})}, kind + charset)


def document(ask: RequestContext, content: Mapping[str, Any], title: str, kind: str = "") -> Response:
    """Answer with a JSON document, of media type ``kind`` if that is not its format's, or with the same document as a page."""
    if ask.format == "html":
        return respond(ask, pages.document(content, title, ask), HTML, pages.HEADERS)
    return respond(ask, orjson.dumps(content), kind or MEDIA[ask.format])
