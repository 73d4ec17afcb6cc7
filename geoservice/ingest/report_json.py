"""The report of an import as one JSON document, for other programs; no value of a row of the register is in it.

For tables of the register the document has row numbers, columns and reasons, but no values, no headers that are not known to be
headers, and of an error only its kind: a file without a header row would otherwise show its first household.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from geoservice.errors import GeoserviceError, InputError
from geoservice.ingest.preview import REASONS, PreviewRow, Unmatched
from geoservice.ingest.reject_texts import allowed_texts, reason_texts
from geoservice.ingest.report import Reject, Report
from geoservice.register.store import TABLES as PRIVATE
from geoservice.vintages import Vintage

VERSION = 1
"""Raised when a member of the document is renamed or removed."""
LEAST_KNOWN = 3
"""Known columns from which on a row of a private file counts as its header."""
_LONGEST_HEADER = 40
NOT_ACCEPTED = {"zh": "不可接受", "en": "not accepted"}
"""Stands for a reason of a private file that is not known, as it may quote a value."""
_PRIVATE_MESSAGE = {
    "zh": "登记数据的出错信息不离开本机；请在本机的命令行查看",
    "en": "the text of an error about a register does not leave the machine; see it on the command line there",
}


def report_json(report: Report) -> dict[str, Any]:
    """Return the document of a report."""
    private = report.table in PRIVATE
    headers = _Headers(report, private)
    return {
        **_head(report.table, report.file),
        "status": _status(report),
        "sha256": report.sha256,
        "read": {k: getattr(report, k) for k in ("format", "encoding", "delimiter", "crs", "layer")},
        "rows": {"read": report.rows_read, "accepted": report.rows_accepted, "rejected": report.rows_rejected},
        "columns": [*_mapped(report, headers), *_unmatched(report, headers)],
        "unused": _unused(report, headers),
        "options": report.preview.options if report.preview and headers.are_known else "",
        "first_rows": [_row(row, headers) for row in report.preview.rows] if report.preview else [],
        "faults": [_fault(reject, headers) for reject in report.samples],
        "notes": list(report.notes) if headers.are_known else [],
        "coordinate_check": None if report.coordinate_check is None else asdict(report.coordinate_check),
        "vintage": _vintage(report.vintage),
        "expected": _vintage(report.expected),
        "refusal": None if report.refusal is None else _refusal(report.refusal, private=private),
    }


def refusal_json(table: str, file: str, error: GeoserviceError) -> dict[str, Any]:
    """Return the document of an import that ended before there was a report."""
    return {**_head(table, file), "status": "refused", "refusal": _refusal(error, private=table in PRIVATE)}


def _head(table: str, file: str) -> dict[str, Any]:
    return {"document": "import-report", "version": VERSION, "table": table, "file": file}


def _status(report: Report) -> str:
    if report.refusal is not None:
        return "refused"
    return "already_loaded" if report.already_loaded else "checked" if report.dry_run else "loaded"


class _Headers:
    """The headers of a file, as they may be shown: of a private file without a header row by their position alone."""

    def __init__(self, report: Report, private: bool) -> None:
        self._private, self._mapped = private, set(report.mapping.values())
        self._order = list(report.preview.headers) if report.preview else [*report.mapping.values(), *report.unused]
        self.are_known = not private or len(report.mapping) >= LEAST_KNOWN
        self.show_values = not private

    def shown(self, header: str) -> str:
        """Return a header, or the number of its column."""
        harmless = len(header) <= _LONGEST_HEADER and not any(map(str.isdigit, header))
        if not self._private or (self.are_known and (header in self._mapped or harmless)):
            return header
        return f"#{self._order.index(header) + 1}" if header in self._order else "#"


def _mapped(report: Report, headers: _Headers) -> list[dict[str, Any]]:
    return [{"column": ours, "header": headers.shown(theirs)} for ours, theirs in report.mapping.items()]


def _unmatched(report: Report, headers: _Headers) -> list[dict[str, Any]]:
    columns = report.preview.columns if report.preview else ()
    return [
        {"column": c.name, "header": None, "needed": c.is_needed, **_why(c, [headers.shown(h) for h in c.candidates])}
        for c in columns
    ]


def _unused(report: Report, headers: _Headers) -> list[dict[str, Any]]:
    if report.preview is None:
        return [{"header": headers.shown(h)} for h in report.unused]
    return [{"header": headers.shown(h.name), **_why(h, list(h.candidates))} for h in report.preview.unused]


def _why(unmatched: Unmatched, candidates: Sequence[str]) -> dict[str, Any]:
    return {"reason": unmatched.reason, "text": dict(REASONS[unmatched.reason]), "candidates": list(candidates)}


def _row(row: PreviewRow, headers: _Headers) -> dict[str, Any]:
    values = {"values": list(row.values)} if headers.show_values else {}
    return {"row": row.row, **values, "faults": [_fault(f, headers) for f in row.faults]}


def _fault(reject: Reject, headers: _Headers) -> dict[str, Any]:
    column = "+".join(map(headers.shown, reject.column.split("+"))) if reject.column else ""
    reason = reason_texts(reject.reason)
    if headers.show_values:
        reason = reason or {"zh": reject.reason, "en": reject.reason}
        texts = {"value": reject.value, "reason": dict(reason), "allowed": dict(allowed_texts(reject.allowed))}
    else:
        texts = {"reason": dict(reason or NOT_ACCEPTED), "allowed": dict(allowed_texts(reject.allowed))}
    return {"row": reject.row, "column": column, **texts}


def _vintage(vintage: Vintage | None) -> Mapping[str, Any] | None:
    if vintage is None:
        return None
    counts = {k: getattr(vintage, k) for k in ("number", "rows", "rejected", "added", "removed", "changed")}
    return {"source": vintage.source.name, **counts, "loaded_at": vintage.loaded_at.isoformat()}


def _refusal(error: GeoserviceError, *, private: bool) -> dict[str, Any]:
    """Return the kind of an error and its message; of a private file only the kind, as a message may quote its content.

    Of an error whose text is for operators it is the public message, as in a response of the server.
    """
    hidden = private and isinstance(error, InputError)
    return {"type": type(error).__name__, "message": dict(_PRIVATE_MESSAGE) if hidden else error.public or str(error)}
