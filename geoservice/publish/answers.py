"""Answers: a document as JSON or as a page, with the headers that let it be kept and revalidated."""

from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import Response

from geoservice.publish import pages
from geoservice.publish.deps import Ask
from geoservice.publish.formats import CSV, HTML, MEDIA

VARY = "Accept, Accept-Language"


def answer(ask: Ask, body: bytes | str, kind: str, more: Mapping[str, str] | None = None) -> Response:
    """Return a response that may be kept but must be revalidated."""
    headers = {"Cache-Control": "no-cache", "Vary": VARY, **({"ETag": ask.etag} if ask.etag else {}), **(more or {})}
    charset = "; charset=utf-8" if kind in {HTML, CSV} else ""
    return Response(body, 200, headers, kind + charset)


def document(ask: Ask, content: Mapping[str, Any], title: str) -> Response:
    """Answer with a JSON document, or with the same document as a page."""
    if ask.format == "html":
        return answer(ask, pages.document(content, title, ask), HTML, pages.HEADERS)
    return answer(ask, orjson.dumps(content), MEDIA[ask.format])
