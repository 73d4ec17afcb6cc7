"""Calendars of repeated events as iCalendar (RFC 5545), for any calendar program.

Times are local ones without a zone ("floating", section 3.3.5): a timetable says what the clock shows where the event is.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

_LINE_BYTES = 75
COLUMNS = ("unit", "name_zh", "name_en", "base_name", "van", "weeks", "every_weeks", "first_date", "arrives", "opens", "leaves")
"""Columns of stops that a calendar is made from; ``lon`` and ``lat`` are added to them."""
_TEXTS = {
    "zh": "{base} {van}号车，{arrives}到达，{opens}至{leaves}服务；第{weeks}周，每{every}周一次。",
    "en": "{base} van {van}, arrives {arrives}, open {opens} to {leaves}; week {weeks} of the cycle, every {every} week(s).",
}


@dataclass(frozen=True)
class CalendarEvent:
    """An event that is repeated every ``weeks`` weeks without an end; ``uid`` stays the same when the event changes.

    ``opens`` and ``closes`` are minutes from midnight of ``day``, the first one. ``lon`` and ``lat`` are degrees.
    """

    uid: str
    day: date
    opens: int
    closes: int
    weeks: int
    summary: str
    location: str = ""
    description: str = ""
    lon: float | None = None
    lat: float | None = None


def stop_events(stops: Iterable[Mapping[str, Any]], service: str, study: str, language: str) -> Iterator[CalendarEvent]:
    """Yield an event for each stop that is visited, from the columns of a layer of stops.

    Parameters
    ----------
    stops : iterable of mappings
        ``COLUMNS``, and ``lon`` and ``lat`` in degrees.
    service, study : str
        The name of the service, and the id of the study, which makes ids of events unique.
    language : str
        ``zh`` or ``en``.
    """
    for stop in stops:
        if stop["first_date"] is None:
            continue
        names = {"base": "base_name", "every": "every_weeks"}
        details = {key: stop[names.get(key, key)] for key in ("base", "van", "arrives", "opens", "leaves", "weeks", "every")}
        yield CalendarEvent(
            uid=f"{stop['unit']}.{study}@vans.geoservice",
            day=stop["first_date"],
            opens=_minute(stop["opens"]),
            closes=_minute(stop["leaves"]),
            weeks=int(stop["every_weeks"]),
            summary=f"{service}{'：' if language == 'zh' else ': '}{stop[f'name_{language}']}",
            location=stop[f"name_{language}"],
            description=_TEXTS[language].format(**details),
            lon=stop["lon"],
            lat=stop["lat"],
        )


def _minute(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def calendar_text(name: str, events: Iterable[CalendarEvent], stamp: date) -> str:
    """Return a calendar; ``stamp`` is the day on which it was made.

    >>> event = CalendarEvent("a@b", date(2026, 9, 7), 540, 600, 2, "Check-up")
    >>> [line for line in calendar_text("Vans", [event], date(2026, 9, 1)).splitlines() if line[:3] in ("DTS", "DTE", "RRU")]
    ['DTSTAMP:20260901T000000Z', 'DTSTART:20260907T090000', 'DTEND:20260907T100000', 'RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO']
    """
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//geoservice//van tours//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    lines = [*head, f"X-WR-CALNAME:{escape(name)}", *(line for e in events for line in _event(e, stamp)), "END:VCALENDAR"]
    return "".join(f"{folded(line)}\r\n" for line in lines)


def _event(event: CalendarEvent, stamp: date) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escape(event.uid)}"
    yield f"DTSTAMP:{datetime.combine(stamp, time(), UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART:{_moment(event.day, event.opens)}"
    yield f"DTEND:{_moment(event.day, event.closes)}"
    yield f"RRULE:FREQ=WEEKLY;INTERVAL={event.weeks};BYDAY={_weekday(event.day)}"
    yield f"SUMMARY:{escape(event.summary)}"
    if event.location:
        yield f"LOCATION:{escape(event.location)}"
    if event.description:
        yield f"DESCRIPTION:{escape(event.description)}"
    if event.lon is not None and event.lat is not None:
        yield f"GEO:{event.lat:.6f};{event.lon:.6f}"
    yield "END:VEVENT"


def _moment(day: date, minute: int) -> str:
    return f"{datetime.combine(day, time()) + timedelta(minutes=minute):%Y%m%dT%H%M%S}"


def _weekday(day: date) -> str:
    return ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[day.weekday()]


def escape(text: str) -> str:
    r"""Return a text as a value of the type TEXT (section 3.3.11), without control characters, which it must not contain.

    >>> print(escape("Street 3, Hall; " + chr(7) + "village" + chr(10) + "ground floor"))
    Street 3\, Hall\; village\nground floor
    """
    plain = "".join(c for c in text.replace("\r\n", "\n") if c in "\t\n" or (c >= " " and c != "\x7f"))
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> str:
    """Return a line folded to 75 octets (section 3.1), never within a character.

    >>> [len(part.encode()) for part in folded("SUMMARY:" + "村" * 40).splitlines()]
    [74, 55]
    """
    parts, size = [""], 0
    for character in line:
        octets = len(character.encode())
        if size + octets > _LINE_BYTES:
            parts.append(" ")
            size = 1
        parts[-1] += character
        size += octets
    return "\r\n".join(parts)
