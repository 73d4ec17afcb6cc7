"""Opening hours in OpenStreetMap syntax: checked, and translated from common Chinese phrases.

The check covers syntax only (https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification): it rejects unknown words and
impossible times, and does not evaluate how several rules combine.
"""

import re
import unicodedata
from collections.abc import Callable

ALLOWED = 'as OpenStreetMap writes them: Mo-Fr 08:00-12:00,14:00-17:30; Sa 09:00-12:00; PH off, or 24/7, or "words in quotes"'
LONGEST = 1000

_TIME = r"(?:[0-3]?\d|4[0-8]):[0-5]\d"
_EVENT = r"(?:dawn|sunrise|sunset|dusk)"
_POINT = rf"(?:{_TIME}|{_EVENT}|\({_EVENT} ?[+-] ?{_TIME}\))"
_SPAN = rf"{_POINT}(?: ?- ?{_POINT}(?:/\d+(?::\d\d)?)?\+?|\+)"
_DAY = r"(?:Mo|Tu|We|Th|Fr|Sa|Su)"
_DAYS = rf"(?:{_DAY}(?:\[-?[1-5](?:[,-]-?[1-5])*+\]|-{_DAY})?|PH|SH)(?: ?[+-]\d+ days?)?"
_OF_MONTH = r"[0-3]?\d(?![\d:])"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DATE = rf"(?:\d{{4}} )?(?:{_MONTH}(?: {_OF_MONTH})?|easter)(?: ?[+-]\d+ days?)?"
_DATES = rf"{_DATE}(?: ?- ?(?:{_DATE}|{_OF_MONTH}))?\+?"
_WEEKS = r"week \d\d?(?:-\d\d?(?:/\d+)?)?(?:,\d\d?(?:-\d\d?)?)*+"
_YEARS = r"\d{4}(?:-\d{4}(?:/\d+)?|\+)?(?![\d:])"


def _list(part: str, further: str = "") -> str:
    """Return the pattern of a comma-separated list; possessive, so that no text takes long to match."""
    return rf"{part}(?: ?, ?(?:{part}{further}))*+"


_PARTS = (_list(_YEARS), _list(_DATES, f"|{_OF_MONTH}(?:-{_OF_MONTH})?"), _WEEKS, _list(_DAYS), _list(_SPAN))
_RULE = re.compile(
    r"(?=\S)(?:24/7 ?)?"
    + "".join(rf"(?:{part}(?:(?= ?,)|:? ?|$))?+" for part in _PARTS)
    + r'(?:open|closed|off|unknown)? ?(?:"[^"]*")?'
)
_RULES = re.compile(r' ?(?:;|\|\|) ?(?=(?:[^"]*"[^"]*")*[^"]*$)')
_NEVER = re.compile(r'(?:Mo-Su |24/7 )?(?:off|closed)(?: ?"[^"]*")?')

_CHINESE_DAYS = dict(zip("一二三四五六日天", ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su", "Su"), strict=True))
_WEEKDAY = "周|星期|礼拜"


def _pm(hour: str) -> int:
    """Return an afternoon hour in 24-hour time, from either 12-hour or 24-hour time."""
    return int(hour) + 12 if int(hour) < 12 else int(hour)


_PHRASES: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"[—–~～至到]+", "-"),
    (r"[、和及]", ","),
    (rf"(?:{_WEEKDAY})([一二三四五六日天])", lambda m: f" {_CHINESE_DAYS[m[1]]}"),
    (r"(?<=[a-z])( ?[-,] ?)([一二三四五六日天])", lambda m: m[1] + _CHINESE_DAYS[m[2]]),
    (r"每[天日]|全周", " Mo-Su "),
    (r"工作日", " Mo-Fr "),
    (r"周末|双休日", " Sa-Su "),
    (r"(?:法定)?(?:节假日|假日)", " PH "),
    (r"(\d{1,2})[点时](\d{1,2})分?", r"\1:\2"),
    (r"(\d{1,2})[点时]半", r"\1:30"),
    (r"(\d{1,2})[点时]整?", r"\1:00"),
    (r"上午|早上", " "),
    (r"(?:下午|晚上) ?(\d\d?)(:\d\d) ?- ?(\d\d?)(:\d\d)", lambda m: f" {_pm(m[1])}{m[2]}-{_pm(m[3])}{m[4]}"),
    (r"(?:全天|24小时)(?:开放|营业|服务)?", " 24/7 "),
    (r"休息|不开放|停诊|闭馆|关闭", " off "),
    (r"(?<=[a-z]) ?:?(?=\d)", " "),
    (r"(?<![\d:])(\d:\d\d)", r"0\1"),
    (r" ?([-,;]) ?", r"\1"),
    (r" +", " "),
    (r"(?<=[a-z]) (?=[A-Z])|(?<=\d) (?=\d)", ","),
    (r"(?<=\d)[ ,](?=[A-Z])|;", "; "),
)
"""Replacements of common phrases, in this order; spaces and punctuation come last."""
_HAN = re.compile(r"[\u4e00-\u9fff]")


def to_opening_hours(text: str) -> str:
    """Return opening hours in OpenStreetMap syntax; raises ValueError for anything else.

    >>> to_opening_hours("Mo-Fr 08:00-12:00,13:30-18:30; Sa off"), to_opening_hours("周一至周五8:00-17:30，周六、日休息")
    ('Mo-Fr 08:00-12:00,13:30-18:30; Sa off', 'Mo-Fr 08:00-17:30; Sa,Su off')
    """
    narrow = unicodedata.normalize("NFKC", text[: LONGEST + 1]).strip("; ")
    if _HAN.search(re.sub(r'"[^"]*"', "", narrow)):
        for phrase, osm in _PHRASES:
            narrow = re.sub(phrase, osm, narrow)
        narrow = narrow.strip()
    if len(narrow) > LONGEST or not all(map(_is_rules, _RULES.split(narrow))):
        raise ValueError(text)
    return narrow


def _is_rules(text: str) -> bool:
    """Whether a text is one rule, or several separated by commas."""
    position = 0
    while rule := _RULE.match(text, position):
        position = rule.end()
        if position == len(text):
            return True
        comma = re.compile(r" ?, ?").match(text, position)
        if comma is None or position == rule.start():
            return False
        position = comma.end()
    return False


def never_open(text: str) -> bool:
    """Whether opening hours mean that a place is never open.

    >>> never_open('off "until further notice"'), never_open("Su off")
    (True, False)
    """
    return _NEVER.fullmatch(text) is not None
