"""The status of a job as OGC API Processes describes it (statusInfo), and results in a language."""

from datetime import UTC, datetime
from typing import Any

import orjson

from geoservice.server.formats import JSON
from geoservice.server.links import REL, Urls, link, self_links
from geoservice.server.processes.jobs.record import JobRecord
from geoservice.server.processes.jobs.stages import stage_text

LANGUAGE_KEYS = {"zh", "en"}


def rfc3339(seconds: float) -> str:
    """Return a time in UTC to the millisecond.

    >>> rfc3339(0.25)
    '1970-01-01T00:00:00.250Z'
    """
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def status_info(record: JobRecord, language: str, urls: Urls) -> dict[str, Any]:
    """Return the status of a job with its links."""
    path = f"/jobs/{record.id}"
    times = {name: getattr(record, name) for name in ("created", "started", "finished", "updated")}
    links = self_links(urls, path)
    if record.status == "successful":
        links.append(link(f"{REL}/results", JSON, urls.to(f"{path}/results")))
    if not record.is_finished:
        links.append(link("up", JSON, urls.to(f"/processes/{record.process}")))
    return {
        "processID": record.process,
        "type": "process",
        "jobID": record.id,
        "status": record.status,
        "message": record.error or stage_text(record.status, record.stage, language),
        **{name: rfc3339(seconds) for name, seconds in times.items() if seconds},
        "progress": record.progress,
        "links": links,
    }


def in_language(content: Any, language: str) -> Any:
    """Return content in which every text in two languages is the one in a language.

    >>> in_language({"a": [{"zh": "一", "en": "one"}]}, "en")
    {'a': ['one']}
    """
    if isinstance(content, dict):
        if content.keys() == LANGUAGE_KEYS:
            return content[language]
        return {name: in_language(value, language) for name, value in content.items()}
    return [in_language(value, language) for value in content] if isinstance(content, list) else content


def result_body(result: bytes, language: str, media_type: str, response: str) -> bytes:
    """Return the result of a job in a language: the answer itself, or a document with the answer in it."""
    return wrapped(in_language(orjson.loads(result), language), media_type, response)


def wrapped(answer: Any, media_type: str, response: str) -> bytes:
    """Return an answer as it is (``raw``), or in a results document of OGC API Processes."""
    return orjson.dumps({"answer": {"value": answer, "mediaType": media_type}} if response == "document" else answer)
