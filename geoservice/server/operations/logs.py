"""Log lines as JSON, or coloured for a terminal; none contains a caller, a location or a filter."""

import logging
import re
import sys
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from traceback import walk_tb
from typing import Any, Literal

import orjson
import structlog
from structlog.types import EventDict, Processor, WrappedLogger

Level = Literal["critical", "error", "warning", "info", "debug"]
NO_ROUTE = "(none)"
"""The route in the log of a request that no route matched: its path is untrusted and never logged."""

REQUEST_ID = re.compile(rb"[A-Za-z0-9_-]{1,64}")
"""Allowed ``X-Request-ID``: matches the ids of proxies, but no path, coordinate or token with dots."""


@dataclass(slots=True)
class RequestLog:
    """Data of a request for its log line, its metrics and its problem+json."""

    request_id: str
    route: str = NO_ROUTE
    timed_out: bool = False
    method: str = ""
    write: Callable[[str], None] | None = None
    """Writes what the request is to the memory that the worker's parent reads."""


REQUEST_LOG: ContextVar[RequestLog | None] = ContextVar("note", default=None)
"""The log of the current request; threads started for a request see it as well."""


def set_route(template: str) -> None:
    """Set the template of the route that serves the current request."""
    if log := REQUEST_LOG.get():
        log.route = template
        if log.write:
            log.write(f"{log.method} {template}")


def request_id_of(headers: list[tuple[bytes, bytes]]) -> str | None:
    """Return the ``X-Request-ID`` of a request, None if it has other characters than letters, digits, dash and underscore.

    >>> request_id_of([(b"x-request-id", b"a-1")]), request_id_of([(b"x-request-id", b"30.5,117.0")])
    ('a-1', None)
    """
    for name, value in headers:
        if name == b"x-request-id":
            return value.decode() if REQUEST_ID.fullmatch(value) else None
    return None


def trace_of(error: BaseException) -> list[str]:
    """Return the traces of an error and its causes: classes, files, lines and functions, without messages.

    The text of an exception may contain a row, a path or a connection string, which not every reader of a log may see.
    """
    trace: list[str] = []
    cause: BaseException | None = error
    seen: set[int] = set()
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        frames = [f"{f.f_code.co_filename}:{line} {f.f_code.co_name}" for f, line in walk_tb(cause.__traceback__)]
        trace += [type(cause).__name__, *frames]
        for inner in cause.exceptions if isinstance(cause, BaseExceptionGroup) else ():
            trace += trace_of(inner)
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return trace


def _with_id(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Add the id of the current request to a line."""
    if log := REQUEST_LOG.get():
        event.setdefault("request_id", log.request_id)
    return event


def _json(event: EventDict, **_: Any) -> str:
    return orjson.dumps(event, default=str).decode()


SHARED: tuple[Processor, ...] = (
    _with_id,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def renderer(terminal: bool) -> Processor:
    """Return the processor that formats a line as text."""
    return structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(_json)


def configure(level: Level) -> None:
    """Send geoservice's logs to standard output; to be called once per process."""
    structlog.configure(
        processors=[*SHARED, renderer(sys.stdout.isatty())],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=False,
    )


def server_logging(level: Level) -> dict[str, Any]:
    """Return the logging configuration of the HTTP server: its lines have the same format as geoservice's.

    Its warnings are not written: they are about malformed requests, of which a client can send any number.
    """
    form = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": list(SHARED),
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer(sys.stdout.isatty())],
    }
    console = {"formatter": "lines", "class": "logging.StreamHandler", "stream": "ext://sys.stdout"}
    quiet = "CRITICAL" if level == "critical" else "ERROR"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": form},
        "handlers": {"console": console},
        "loggers": {"uvicorn": {"handlers": ["console"], "level": quiet, "propagate": False}},
    }
