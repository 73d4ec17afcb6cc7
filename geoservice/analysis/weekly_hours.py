"""Hours a week from opening hours in OpenStreetMap syntax, where they are the same every week."""

import re
from collections.abc import Sequence

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MINUTES_OF_DAY = 24 * 60
_DAY = rf"(?:{'|'.join(DAYS)})"
_TIMES = r"\d?\d:\d\d ?- ?\d?\d:\d\d"
_RULE = re.compile(
    rf"(?P<days>(?:(?:{_DAY}(?: ?- ?{_DAY})?|PH|SH)(?: ?, ?)?)+)?:? ?"
    rf"(?P<times>{_TIMES}(?: ?, ?{_TIMES})*|24/7|off|closed)?(?: ?open)?"
)
_ADDED = re.compile(r"(?<=\d) ?, ?(?=[A-Z])")
"""A comma before a day begins a rule that adds hours; after a semicolon a rule replaces the hours of its days."""


def weekly_hours(text: str) -> float | None:
    """Return the hours a week; None if they depend on the date, the sun or words, so that no number is right every week.

    Public and school holidays do not count.

    >>> weekly_hours("Mo-Fr 08:00-12:00,13:30-17:30; Sa 09:00-12:00; PH off"), weekly_hours("24/7")
    (43.0, 168.0)
    >>> weekly_hours("Mo-Su 08:00-17:00; We off"), weekly_hours("Mo 22:00-02:00, Tu 08:00-09:00")
    (54.0, 5.0)
    >>> weekly_hours("May-Sep 08:00-12:00"), weekly_hours('"by appointment"')
    (None, None)
    """
    open_minutes = dict.fromkeys(DAYS, frozenset[int]())
    for part in text.split(";"):
        for number, rule in enumerate(_ADDED.split(part.strip())):
            match = _RULE.fullmatch(rule)
            if match is None or not rule:
                return None
            days, minutes = _days(match["days"]), _minutes(match["times"])
            for day in days:
                open_minutes[day] = minutes | (open_minutes[day] if number else frozenset())
    return sum(map(len, open_minutes.values())) / 60


def _days(text: str | None) -> Sequence[str]:
    """Return the days of a list; all days if there is none, no day for holidays."""
    if text is None:
        return DAYS
    days: list[str] = []
    for part in text.strip(" ,").split(","):
        first, _, last = (name.strip() for name in part.partition("-"))
        if first in DAYS:
            start, span = DAYS.index(first), (DAYS.index(last or first) - DAYS.index(first)) % 7
            days += [DAYS[(start + n) % 7] for n in range(span + 1)]
    return days


def _minutes(text: str | None) -> frozenset[int]:
    """Return the minutes from midnight that are open; those after the next midnight count for the day before it."""
    if text in ("off", "closed"):
        return frozenset()
    if text is None or text == "24/7":
        return frozenset(range(MINUTES_OF_DAY))
    minutes: set[int] = set()
    for span in text.split(","):
        first, last = (_minute(time) for time in span.split("-"))
        minutes |= set(range(first, last if last > first else last + MINUTES_OF_DAY))
    return frozenset(minutes)


def _minute(time: str) -> int:
    hours, _, minutes = time.strip().partition(":")
    return int(hours) * 60 + int(minutes)
