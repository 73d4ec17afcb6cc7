"""Calendars against a strict reader of RFC 5545."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from van_town import read_calendar

from geoservice.icalendar import CalendarEvent, calendar_text, folded, stop_events

TEXTS = st.text(max_size=120)
EVENTS = st.builds(
    CalendarEvent,
    uid=st.uuids().map(str),
    day=st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    opens=st.integers(0, 1300),
    closes=st.integers(1301, 1440),
    weeks=st.integers(1, 4),
    summary=TEXTS,
    location=TEXTS,
    description=TEXTS,
    lon=st.none() | st.floats(-180, 180),
    lat=st.none() | st.floats(-90, 90),
)


def printable(text: str) -> str:
    return "".join(c for c in text.replace("\r\n", "\n") if c in "\t\n" or (c >= " " and c != "\x7f"))


@given(TEXTS, st.lists(EVENTS, max_size=4, unique_by=lambda e: e.uid))
def test_any_text_and_time_is_read_back(name: str, events: list[CalendarEvent]) -> None:
    read = read_calendar(calendar_text(name, events, date(2026, 1, 1)))
    assert len(read) == len(events)
    for event, back in zip(events, read, strict=True):
        assert back["SUMMARY"] == printable(event.summary)
        assert back.get("LOCATION", "") == printable(event.location)
        assert back["DTSTART"] == f"{event.day:%Y%m%d}T{event.opens // 60:02d}{event.opens % 60:02d}00"
        assert back["RRULE"].startswith(f"FREQ=WEEKLY;INTERVAL={event.weeks};")


@given(st.text(st.characters(exclude_characters="\r\n", exclude_categories=("Cs", "Cc")), max_size=300))
def test_folded_lines_are_the_line_again(line: str) -> None:
    parts = folded(line).split("\r\n")
    assert all(len(part.encode()) <= 75 for part in parts)
    assert parts[0] + "".join(part[1:] for part in parts[1:]) == line


def stop(unit: str, **own: object) -> dict[str, object]:
    base = {
        "unit": unit, "name_zh": "甲村", "name_en": "Jia", "base_name": "医院", "van": 2, "weeks": "1, 3", "every_weeks": 2,
        "first_date": date(2026, 9, 7), "arrives": "08:50", "opens": "09:10", "leaves": "10:00", "lon": 117.0, "lat": 30.5,
    }  # fmt: skip
    return base | own


def test_stops_are_events_in_the_readers_language_with_a_lasting_id() -> None:
    stops = [stop("j1"), stop("j2", first_date=None)]
    read = {
        language: read_calendar(calendar_text("x", stop_events(stops, service, "town", language), date(2026, 1, 1)))[0]
        for language, service in (("zh", "体检"), ("en", "Check-up"))
    }
    assert (read["zh"]["SUMMARY"], read["en"]["SUMMARY"]) == ("体检：甲村", "Check-up: Jia")
    assert read["zh"]["UID"] == read["en"]["UID"] == "j1.town@vans.geoservice"
    assert (read["en"]["DTSTART"], read["en"]["DTEND"]) == ("20260907T091000", "20260907T100000")
    assert (
        read["en"]["DESCRIPTION"] == "医院 van 2, arrives 08:50, open 09:10 to 10:00; week 1, 3 of the cycle, every 2 week(s)."
    )
