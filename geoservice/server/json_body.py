"""JSON bodies of requests: read up to a limit, and checked against a model; an error names the place."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

import orjson
from fastapi import Request
from pydantic import BaseModel, ValidationError

from geoservice.errors import ParameterError, UnsupportedMediaType

MAX_BODY = 256 * 1024
"""Bytes of a request's body."""
Model = TypeVar("Model", bound=BaseModel)


async def read_body(request: Request, advice: str) -> bytes:
    """Return the body of a request; raises :class:`ParameterError` with ``advice`` for one that is too large."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY:
            raise ParameterError(f"body: larger than {MAX_BODY} bytes; {advice}")
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


def validated(content: object, model: type[Model], place: str = "", places: Mapping[str, str] = MappingProxyType({})) -> Model:
    """Return content as a model; raises :class:`ParameterError` with the place below ``place``, the value and what is allowed.

    ``places`` are the places of fields that are elsewhere in the body than in the content.

    >>> class Point(BaseModel):
    ...     lon: float
    >>> validated({"lon": "east"}, Point, "inputs")
    Traceback (most recent call last):
    ...
    geoservice.errors.ParameterError: inputs.lon: got 'east': Input should be a valid number, unable to parse string as a number
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        field, *inside = first["loc"] or ("body",)
        where = ".".join(map(str, (*((place,) if place else ()), places.get(str(field), field), *inside)))
        raise ParameterError(f"{where}: got {str(first['input'])!r:.60}: {first['msg']}") from None
