"""Filters of the list of jobs, as OGC API Processes names them."""

from collections.abc import Mapping
from datetime import UTC, datetime

from geoservice.errors import ParameterError
from geoservice.server import schemas
from geoservice.server.features.params import parse_names
from geoservice.server.features.times import parse_datetime
from geoservice.server.imports.processes import IMPORT_PROCESSES
from geoservice.server.processes.jobs.record import JobRecord
from geoservice.server.processes.jobs.stages import STATUS_TEXTS
from geoservice.server.processes.registry import PROCESSES

_PROCESSES = (*PROCESSES, *IMPORT_PROCESSES)
FILTERS = ("type", "processID", "status", "datetime", "minDuration", "maxDuration")
TYPES = ("process",)
_NAMES: schemas.Schema = {"type": "array", "items": {"type": "string"}}
_SECONDS: schemas.Schema = {"type": "integer", "minimum": 0}
PARAMETERS = [
    schemas.parameter("type", "types of jobs", {"type": "array", "items": {"type": "string", "enum": list(TYPES)}}),
    schemas.parameter("processID", "processes", _NAMES),
    schemas.parameter("status", "states", {"type": "array", "items": {"type": "string", "enum": list(STATUS_TEXTS)}}),
    schemas.parameter("datetime", "RFC 3339 instant or interval in which jobs were created", schemas.TEXT),
    schemas.parameter("minDuration", "jobs that have run for at least these seconds", _SECONDS),
    schemas.parameter("maxDuration", "jobs that have run for at most these seconds", _SECONDS),
]


class JobFilter:
    """Whether a job matches the filters of a query; raises :class:`ParameterError` for a value that is not allowed."""

    def __init__(self, query: Mapping[str, str]) -> None:
        parse_names("type", query.get("type", TYPES[0]), TYPES)
        self._processes = parse_names("processID", query["processID"], _PROCESSES) if "processID" in query else None
        self._states = parse_names("status", query["status"], STATUS_TEXTS) if "status" in query else None
        self._period = parse_datetime("datetime", query.get("datetime"))
        self._least, self._most = (_seconds(name, query.get(name)) for name in ("minDuration", "maxDuration"))

    def __call__(self, record: JobRecord) -> bool:
        """Return whether a job matches."""
        is_listed = self._processes is None or record.process in self._processes
        return is_listed and (self._states is None or record.status in self._states) and self._is_in_time(record)

    def _is_in_time(self, record: JobRecord) -> bool:
        created, period = datetime.fromtimestamp(record.created, UTC).replace(tzinfo=None), self._period
        if period is not None and not ((period.start or created) <= created <= (period.end or created)):
            return False
        seconds = (record.finished or record.updated) - record.started if record.started else 0.0
        return (self._least is None or seconds >= self._least) and (self._most is None or seconds <= self._most)


def _seconds(name: str, text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ParameterError(f"parameter {name}: got {text!r:.40}, allowed is a whole number of seconds from 0")
    return int(text)
