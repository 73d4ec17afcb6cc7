"""The parameter ``datetime``, an instant or an interval, and the filter of features whose time intersects it."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from geoservice.cql2.ast import Comparison, IsNull, Literal, Logic, Node, Property
from geoservice.errors import ParameterError
from geoservice.release.base import PublishedColumn, PublishedLayer

ALLOWED = "an RFC 3339 date or instant, or an interval of two with .. for an open end"
_PLUS = re.compile(r" (?=\d\d:\d\d$)", re.ASCII)
"""A plus of a UTC offset that was not percent-encoded: in a URL it is a space."""
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d))?", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Period:
    """An interval of naive UTC times, including both ends; None is an open end."""

    start: datetime | None
    end: datetime | None


def parse_datetime(name: str, text: str | None) -> Period | None:
    """Return the period of a parameter; a date stands for the entire day.

    >>> parse_datetime("datetime", "2024-01-01/..")
    Period(start=datetime.datetime(2024, 1, 1, 0, 0), end=None)
    >>> parse_datetime("datetime", "2024-01-01T08:00:00 08:00") == parse_datetime("datetime", "2024-01-01T00:00:00Z")
    True
    """
    if text is None:
        return None
    parts = text.split("/")
    try:
        period = Period(_moment(parts[0], time.min), _moment(parts[-1], time.max))
    except (ValueError, OverflowError):
        raise _datetime_error(name, text) from None
    ends = [moment for moment in (period.start, period.end) if moment is not None]
    if len(parts) > 2 or not ends or ends != sorted(ends):
        raise _datetime_error(name, text)
    return period


def _datetime_error(name: str, text: str) -> ParameterError:
    return ParameterError(f"parameter {name}: got {text!r:.80}, allowed is {ALLOWED}")


def _moment(text: str, of_day: time) -> datetime | None:
    """Return an RFC 3339 instant, or a date at the time ``of_day``; raises ValueError or OverflowError."""
    if text in {"", ".."}:
        return None
    text = _PLUS.sub("+", text)
    if not _INSTANT.fullmatch(text):
        raise ValueError(text)
    if len(text) == len("2024-01-01"):
        return datetime.combine(date.fromisoformat(text), of_day)
    moment = datetime.fromisoformat(
        text.upper().replace(":60", ":59")
    )  # a leap second is valid in RFC 3339, but not in datetime
    return moment.astimezone(UTC).replace(tzinfo=None)


def time_column(layer: PublishedLayer) -> PublishedColumn | None:
    """Return the property with the time of a layer's features: its first date or timestamp, None without one."""
    return next((c for c in layer.columns if c.type in {"date", "timestamp"}), None)


def time_filter(layer: PublishedLayer, period: Period | None) -> Node | None:
    """Return the condition that a feature's time lies in a period; a feature without a time matches every period.

    None if the layer has no time at all (OGC API Features, 7.15.4).
    """
    column = time_column(layer)
    if period is None or column is None:
        return None
    return Logic("or", (IsNull(Property(column.name, column.type)), _within_period(column.name, column.type, period)))


def property_time_filter(name: str, kind: str, text: str) -> Node | None:
    """Return the condition that a property equals a time or lies in a period; None for other types of properties."""
    if kind not in {"date", "timestamp"} or (period := parse_datetime(name, text)) is None:
        return None
    return _within_period(name, kind, period)


def _within_period(name: str, kind: str, period: Period) -> Node:
    time = Property(name, kind)
    ends = [(">=", period.start), ("<=", period.end)]
    comparisons = [Comparison(op, time, _literal(kind, moment)) for op, moment in ends if moment is not None]
    return Logic("and", tuple(comparisons)) if len(comparisons) > 1 else comparisons[0]


def _literal(kind: str, moment: datetime) -> Literal:
    return Literal(moment.date() if kind == "date" else moment, kind)
