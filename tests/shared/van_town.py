"""The grid town with driving, a minute from one junction to the next, and a strict reader of iCalendar."""

import re
import shutil
from datetime import datetime
from pathlib import Path

from town_project import import_town

DRIVING = "[drive]\njunction_seconds = 0.0\nsignal_seconds = 0.0\n[drive.highway]\nresidential = 24.01813733\n"
STEP = 0.0036


def make_van_town(town: Path, folder: Path, vans: str = "") -> Path:
    """Load the town into a folder, with driving; ``vans`` is a table of study.toml."""
    study = (town / "study.toml").read_text(encoding="utf-8").replace('modes = ["walk"]', 'modes = ["walk", "drive"]')
    speeds = folder / "speeds.toml"
    shutil.copy(town / "speeds.toml", speeds)
    with speeds.open("a", encoding="utf-8") as file:
        file.write(DRIVING)
    return import_town(town, folder, study + vans, speeds)


def junction(lon: float, lat: float) -> tuple[int, int]:
    """Return column and row of the junction at a place."""
    return round((lon - 10) / STEP), round(lat / STEP)


Property = tuple[str, dict[str, str], str]
_NAME = re.compile(r"[A-Z][A-Z0-9-]*")
_ONCE = {"UID", "DTSTAMP", "DTSTART", "DTEND", "RRULE", "SUMMARY", "LOCATION", "DESCRIPTION", "GEO"}
_NEEDED = {"UID", "DTSTAMP", "DTSTART"}
_RULE = re.compile(r"FREQ=WEEKLY;INTERVAL=([1-9][0-9]*);BYDAY=(MO|TU|WE|TH|FR|SA|SU)")


def read_calendar(text: str) -> "list[dict[str, str]]":
    """Return the events of a calendar by the rules of RFC 5545; an assertion fails where it breaks one."""
    assert "\n" not in text.replace("\r\n", ""), "every line ends with CRLF (3.1)"
    assert "\r" not in text.replace("\r\n", "")
    assert text.endswith("\r\n")
    physical = text.split("\r\n")[:-1]
    assert all(len(line.encode()) <= 75 for line in physical), "lines have at most 75 octets (3.1)"
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text.replace("\r\n", "")), "no control characters (3.1)"
    lines: list[str] = []
    for line in physical:
        if line.startswith((" ", "\t")):
            lines[-1] += line[1:]
        else:
            lines.append(line)
    properties = [_property(line) for line in lines]
    assert properties[0][::2] == ("BEGIN", "VCALENDAR")
    assert properties[-1][::2] == ("END", "VCALENDAR")
    head, events = _components(properties[1:-1])
    assert head["VERSION"] == "2.0"
    assert head["PRODID"]
    assert events or "METHOD" in head
    uids = [event["UID"] for event in events]
    assert len(set(uids)) == len(uids), "ids of events differ (3.8.4.7)"
    return events


def _property(line: str) -> Property:
    name, value = line.split(":", 1)
    assert _NAME.fullmatch(name), f"a name without parameters: {name!r}"
    return name, {}, value


def _components(properties: "list[Property]") -> "tuple[dict[str, str], list[dict[str, str]]]":
    head: dict[str, str] = {}
    events: list[dict[str, str]] = []
    current: dict[str, str] | None = None
    for name, _, value in properties:
        if name == "BEGIN":
            assert value == "VEVENT"
            assert current is None
            current = {}
        elif name == "END":
            assert current is not None
            events.append(_event(current))
            current = None
        elif current is None:
            assert not events, "properties of the calendar come before its events (3.6)"
            assert name not in head
            head[name] = value
        else:
            assert name in _ONCE
            assert name not in current, f"{name} occurs once (3.6.1)"
            current[name] = value
    assert current is None
    return head, events


def _event(event: "dict[str, str]") -> "dict[str, str]":
    assert set(event) >= _NEEDED
    datetime.strptime(event["DTSTAMP"], "%Y%m%dT%H%M%SZ")  # noqa: DTZ007 - UTC by its Z
    start, end = (datetime.strptime(event[name], "%Y%m%dT%H%M%S") for name in ("DTSTART", "DTEND"))  # noqa: DTZ007 - local
    assert start < end, "an event ends after its start (3.8.2.2)"
    rule = _RULE.fullmatch(event["RRULE"])
    assert rule, f"a weekly rule (3.3.10): {event['RRULE']}"
    assert rule[2] == ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[start.weekday()], "the first day fits the rule (3.8.5.3)"
    if "GEO" in event:
        lat, lon = (float(part) for part in event["GEO"].split(";"))
        assert abs(lat) <= 90
        assert abs(lon) <= 180
    return event | {name: _unescaped(event[name]) for name in ("UID", "SUMMARY", "LOCATION", "DESCRIPTION") if name in event}


def _unescaped(value: str) -> str:
    assert not re.search(r"(?<!\\)(?:\\\\)*[,;]", value), f"commas and semicolons are escaped (3.3.11): {value}"
    assert not re.search(r"(?<!\\)(?:\\\\)*\\[^\\;,nN]", value), f"only known escapes (3.3.11): {value}"
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value)
