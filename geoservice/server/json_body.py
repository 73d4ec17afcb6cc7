"""JSON bodies of requests, read up to a limit."""

from collections.abc import Collection
from typing import Any

import orjson
from fastapi import Request

from geoservice.errors import ParameterError, UnsupportedMediaType

MAX_BODY = 256 * 1024
"""Bytes of a request's body, if the route sets no limit of its own."""


async def read_body(request: Request, advice: str, limit: int = MAX_BODY) -> bytes:
    """Return the body of a request; raises :class:`ParameterError` with ``advice`` for one that is too large."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > limit:
            raise ParameterError(f"body: larger than {limit} bytes; {advice}")
    return body


def check_media_type(request: Request, allowed: Collection[str]) -> None:
    """Raise :class:`UnsupportedMediaType` for a body of a type that is not allowed; without the header it is allowed."""
    header = request.headers.get("content-type", "")
    if header and header.partition(";")[0].strip().lower() not in allowed:
        raise UnsupportedMediaType(f"header Content-Type: got {header!r:.80}, allowed are {', '.join(allowed)}")


def parse_object(body: bytes, example: str) -> dict[str, Any]:
    """Return the object in a body; ``example`` shows its form in the error."""
    try:
        content: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise ParameterError(f"body: not JSON; send {example}") from None
    if not isinstance(content, dict):
        raise ParameterError(f"body: expected an object; send {example}")
    return content
