"""Optimistic locking: a change states the entity tag that it is based on (RFC 9110, RFC 6585)."""

from fastapi import Request

from geoservice.errors import PreconditionFailed, PreconditionRequired
from geoservice.server.deps import if_match_holds


def if_match(request: Request, required: bool = False) -> str | None:
    """Return the header ``If-Match``; raises :class:`PreconditionRequired` if it is required and missing."""
    header = ", ".join(request.headers.getlist("if-match")) or None
    if header is None and required:
        raise PreconditionRequired("header If-Match is required: send the ETag of what you read, or * to overwrite any state")
    return header


def check(header: str | None, etag: str, what: str) -> None:
    """Raise :class:`PreconditionFailed` if a change is based on another state of ``what``; without a header it never is."""
    if header is not None and not if_match_holds(header, etag):
        raise PreconditionFailed(f"{what} was changed since you read it: If-Match is {header!r:.80}, its ETag is {etag}")
