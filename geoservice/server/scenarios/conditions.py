"""Optimistic locking: a change states the entity tag that it is based on (RFC 9110, RFC 6585)."""

from fastapi import Request

from geoservice.errors import PreconditionFailed, PreconditionRequired


def if_match(request: Request, required: bool = False) -> str | None:
    """Return the header ``If-Match``; raises :class:`PreconditionRequired` if it is required and missing."""
    header = ", ".join(request.headers.getlist("if-match")) or None
    if header is None and required:
        raise PreconditionRequired("header If-Match is required: send the ETag of what you read, or * to overwrite any state")
    return header


def matches(header: str | None, etag: str) -> bool:
    """Whether an ``If-Match`` lists an entity tag, by strong comparison; without a header there is no condition.

    >>> matches('"a", "b"', '"b"'), matches("*", '"b"'), matches('W/"b"', '"b"'), matches(None, '"b"')
    (True, True, False, True)
    """
    return header is None or header.strip() == "*" or etag in {tag.strip() for tag in header.split(",")}


def check(header: str | None, etag: str, what: str) -> None:
    """Raise :class:`PreconditionFailed` if a change is based on another state of ``what`` than the present one."""
    if not matches(header, etag):
        raise PreconditionFailed(f"{what} was changed since you read it: If-Match is {header!r:.80}, its ETag is {etag}")
