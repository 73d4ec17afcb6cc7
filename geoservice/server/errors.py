"""Errors as problem+json (RFC 9457), and no text that was not written for clients."""

import tempfile
from http import HTTPStatus
from pathlib import Path

import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from geoservice.durable import disk_full, is_full
from geoservice.errors import AWAY, STATUS, DiskFull, GeoserviceError, NotFound, ParameterError, TimedOut, TooManyRequests
from geoservice.server import pages
from geoservice.server.formats import HTML, LANGUAGES, choose_language, weighted
from geoservice.server.operations.logs import NOTE, trace_of

PROBLEM = "application/problem+json"


def problem(status: int, detail: str, **more: object) -> bytes:
    """Return the body of a problem, with ``more`` members.

    While a request is answered it says under which id the log knows it.

    >>> problem(404, "no layer x").decode()
    '{"type":"about:blank","title":"Not Found","status":404,"detail":"no layer x"}'
    """
    said = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    note = NOTE.get()
    return orjson.dumps({**said, "requestId": note.request_id} if note else said)


def status_of(error: Exception) -> tuple[int, str]:
    """Return the HTTP status of an error and the sentence that a client may read.

    >>> status_of(NotFound("no layer x; there are: coverage"))
    (404, 'no layer x; there are: coverage')
    >>> status_of(RuntimeError("/secret/path"))
    (500, 'the server failed on this request; its log says why')
    >>> from geoservice.errors import for_operators
    >>> status_of(for_operators(NotFound("run: geoservice publish"), "nothing here yet"))
    (503, 'nothing here yet')
    """
    if isinstance(error, GeoserviceError) and error.public is not None:
        return 503, error.public
    for kind in type(error).__mro__:
        if kind in STATUS:
            return STATUS[kind], str(error)
    return 500, "the server failed on this request; its log says why"


def settle(error: Exception) -> tuple[int, str]:
    """Return what :func:`status_of` does; what a client may not read goes to the log."""
    status, detail = status_of(error)
    note = NOTE.get()
    if is_full(error):
        told = error if isinstance(error, DiskFull) else disk_full("temporary files", Path(tempfile.gettempdir()))
        structlog.get_logger().error("the disk is full", reason=str(told))
        return 503, told.public or AWAY
    if note and isinstance(error, TimedOut):
        note.timed_out = True
    if status == 500:
        structlog.get_logger().error("request failed", error=type(error).__name__, trace=trace_of(error))
    return status, detail


def respond(error: Exception) -> Response:
    """Turn an error into a response."""
    status, detail = settle(error)
    return Response(problem(status, detail), status, headers_of(error, status), PROBLEM)


def headers_of(error: Exception, status: int) -> dict[str, str]:
    """Return what a client needs to know beside the body: when to come back, how to say who it is."""
    headers = {"Cache-Control": "no-store"}
    if status in {429, 503}:
        headers["Retry-After"] = str(error.retry_s if isinstance(error, TooManyRequests) else 5)
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return headers


def first_fault(error: RequestValidationError) -> ParameterError:
    """Return the first fault that FastAPI found as an error that names the parameter, what was got and what is allowed."""
    fault = error.errors()[0]
    return ParameterError(f"parameter {fault['loc'][-1]}: got {fault.get('input')!r:.80}, allowed: {fault['msg'].lower()}")


def wants_page(request: Request) -> bool:
    """Whether a person asks with a browser: it prefers HTML, and no other format is named."""
    html = next(iter(weighted(request.headers.get("accept", ""))), "") == HTML
    return html and request.query_params.get("f", "html") == "html"


def page_not_found(request: Request, detail: str) -> Response:
    """Answer a browser that nothing is at an address, in the reader's language."""
    lang = request.query_params.get("lang")
    language = choose_language(lang if lang in LANGUAGES else None, request.headers.get("accept-language", ""))
    base = (request.app.state.geoservice[0].url or str(request.base_url)).rstrip("/")
    headers = {"Cache-Control": "no-store", "Vary": "Accept, Accept-Language", **pages.HEADERS}
    return Response(pages.not_found(detail, base, language), 404, headers, f"{HTML}; charset=utf-8")


def install(app: FastAPI) -> None:
    """Hang the handlers into an app."""

    async def ours(request: Request, error: Exception) -> Response:
        return page_not_found(request, str(error)) if isinstance(error, NotFound) and wants_page(request) else respond(error)

    async def invalid(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return respond(first_fault(error))

    async def plain(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 404 and wants_page(request):
            return page_not_found(request, str(error.detail))
        return Response(problem(error.status_code, str(error.detail)), error.status_code, error.headers, PROBLEM)

    app.add_exception_handler(GeoserviceError, ours)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, plain)
    app.add_exception_handler(Exception, ours)
