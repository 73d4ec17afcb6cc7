"""Errors as problem+json (RFC 9457); clients see only texts that were written for them."""

import tempfile
from http import HTTPStatus
from pathlib import Path

import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from geoservice.durable import disk_full, is_disk_full
from geoservice.errors import (
    DATA_UNAVAILABLE,
    STATUS,
    DiskFull,
    GeoserviceError,
    NotFound,
    ParameterError,
    TimedOut,
    TooManyRequests,
)
from geoservice.server import pages
from geoservice.server.formats import HTML, LANGUAGES, accepted_values, choose_language
from geoservice.server.operations.logs import REQUEST_LOG, trace_of

PROBLEM = "application/problem+json"


def problem(status: int, detail: str, **more: object) -> bytes:
    """Return the body of a problem, with ``more`` members; during a request it also holds the request's id in the log.

    >>> problem(404, "no layer x").decode()
    '{"type":"about:blank","title":"Not Found","status":404,"detail":"no layer x"}'
    """
    members = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    request_log = REQUEST_LOG.get()
    return orjson.dumps({**members, "requestId": request_log.request_id} if request_log else members)


def status_of(error: Exception) -> tuple[int, str]:
    """Return the HTTP status of an error and the message for the client.

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


def log_error(error: Exception) -> tuple[int, str]:
    """Return status and message as :func:`status_of` does, and log what a client must not see."""
    status, detail = status_of(error)
    request_log = REQUEST_LOG.get()
    if is_disk_full(error):
        disk_error = error if isinstance(error, DiskFull) else disk_full("temporary files", Path(tempfile.gettempdir()))
        structlog.get_logger().error("the disk is full", reason=str(disk_error))
        return 503, disk_error.public or DATA_UNAVAILABLE
    if request_log and isinstance(error, TimedOut):
        request_log.timed_out = True
    if status == 500:
        structlog.get_logger().error("request failed", error=type(error).__name__, trace=trace_of(error))
    return status, detail


def problem_response(error: Exception) -> Response:
    """Return the response to an error; a class of errors may have a ``problem_type`` of its own."""
    status, detail = log_error(error)
    kind = {"type": error.problem_type} if hasattr(error, "problem_type") else {}
    return Response(problem(status, detail, **kind), status, error_headers(error, status), PROBLEM)


def error_headers(error: Exception, status: int) -> dict[str, str]:
    """Return the headers of an error response: no caching, when to retry, how to authenticate."""
    headers = {"Cache-Control": "no-store"}
    if status in {429, 503}:
        headers["Retry-After"] = str(error.retry_s if isinstance(error, TooManyRequests) else 5)
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return headers


def first_error(error: RequestValidationError) -> ParameterError:
    """Return FastAPI's first validation error as an error with the parameter, its value and what is allowed."""
    first = error.errors()[0]
    return ParameterError(f"parameter {first['loc'][-1]}: got {first.get('input')!r:.80}, allowed: {first['msg'].lower()}")


def prefers_html(request: Request) -> bool:
    """Whether the client prefers HTML, as browsers do, and ``f`` names no other format."""
    html = next(iter(accepted_values(request.headers.get("accept", ""))), "") == HTML
    return html and request.query_params.get("f", "html") == "html"


def page_not_found(request: Request, detail: str) -> Response:
    """Return a 404 as an HTML page, in the reader's language."""
    lang = request.query_params.get("lang")
    language = choose_language(lang if lang in LANGUAGES else None, request.headers.get("accept-language", ""))
    base = (request.app.state.geoservice[0].url or str(request.base_url)).rstrip("/")
    headers = {"Cache-Control": "no-store", "Vary": "Accept, Accept-Language", **pages.HEADERS}
    return Response(pages.not_found(detail, base, language), 404, headers, f"{HTML}; charset=utf-8")


def add_handlers(app: FastAPI) -> None:
    """Register the exception handlers of an app."""

    async def geoservice_error(request: Request, error: Exception) -> Response:
        return (
            page_not_found(request, str(error))
            if isinstance(error, NotFound) and prefers_html(request)
            else problem_response(error)
        )

    async def validation_error(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return problem_response(first_error(error))

    async def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 404 and prefers_html(request):
            return page_not_found(request, str(error.detail))
        return Response(problem(error.status_code, str(error.detail)), error.status_code, error.headers, PROBLEM)

    app.add_exception_handler(GeoserviceError, geoservice_error)
    app.add_exception_handler(RequestValidationError, validation_error)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(Exception, geoservice_error)
