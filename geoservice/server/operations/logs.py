"""Log lines as JSON, or coloured for a terminal; none says who asked, for what place, or with what filter."""

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
UNKNOWN = "(none)"
"""The route of a request that none matched: its path is a stranger's word and goes nowhere."""

GIVEN = re.compile(rb"[A-Za-z0-9_-]{1,64}")
"""What an ``X-Request-ID`` may look like: the ids of proxies do, a path, a coordinate or a token with its dots does not."""


@dataclass(slots=True)
class RequestLog:
    """What is learnt of one request on its way in, for its log line, its figures and its problem+json."""

    request_id: str
    route: str = UNKNOWN
    timed_out: bool = False
    method: str = ""
    write: Callable[[str], None] | None = None
    """Notes for the parent of this worker what the request is."""


NOTE: ContextVar[RequestLog | None] = ContextVar("note", default=None)
"""The note of the request being answered; threads started for a request see it as well."""


def route_is(template: str) -> None:
    """Note the route's template, once it is known which one answers."""
    if note := NOTE.get():
        note.route = template
        if note.write:
            note.write(f"{note.method} {template}")


def request_id_of(headers: list[tuple[bytes, bytes]]) -> str | None:
    """Return the ``X-Request-ID`` of a request, unless it holds more than letters, digits, dash and underscore.

    >>> request_id_of([(b"x-request-id", b"a-1")]), request_id_of([(b"x-request-id", b"30.5,117.0")])
    ('a-1', None)
    """
    for name, value in headers:
        if name == b"x-request-id":
            return value.decode() if GIVEN.fullmatch(value) else None
    return None


def trace_of(error: BaseException) -> list[str]:
    """Return where an error came from, then its cause and so on: classes, files, lines and functions, and no message.

    The text of an exception may hold a row, a path or a connection string; a log is read by more people than those are for.
    """
    said: list[str] = []
    cause: BaseException | None = error
    seen: set[int] = set()
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        frames = [f"{f.f_code.co_filename}:{line} {f.f_code.co_name}" for f, line in walk_tb(cause.__traceback__)]
        said += [type(cause).__name__, *frames]
        for inner in cause.exceptions if isinstance(cause, BaseExceptionGroup) else ():
            said += trace_of(inner)
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return said


def _with_id(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Say in lines that something else writes which request they belong to."""
    if note := NOTE.get():
        event.setdefault("request_id", note.request_id)
    return event


def _json(event: EventDict, **_: Any) -> str:
    return orjson.dumps(event, default=str).decode()


SHARED: tuple[Processor, ...] = (
    _with_id,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def renderer(terminal: bool) -> Processor:
    """Return what turns a line's fields into text."""
    return structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(_json)


def configure(level: Level) -> None:
    """Send what geoservice logs to the standard output; once a process, by whoever composes it."""
    structlog.configure(
        processors=[*SHARED, renderer(sys.stdout.isatty())],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=False,
    )


def of_server(level: Level) -> dict[str, Any]:
    """Return the logging configuration of the HTTP server: its lines in the same form as ours.

    Its warnings are of requests that are none, as many as a stranger likes to send; they are not written.
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
