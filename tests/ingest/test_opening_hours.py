"""Opening hours: valid and invalid OpenStreetMap syntax, and the translation of Chinese phrases."""

import re

import pytest

from geoservice.ingest.opening_hours import never_open, to_opening_hours

GOOD = [
    "24/7",
    "off",
    "06:00-22:00",
    "Mo-Fr 08:00-12:00, 13:30-18:30; Sa 08:00-13:00",
    "Mo,Th,Fr 08:30-22:00; Sa 17:00-24:00; Su 10:00-22:00",
    "Mo-Su,PH 05:00-23:20",
    "Tu-Su 10:00-17:00; PH,SH off",
    "Mo-Fr 08:00-12:00, Sa 09:00-12:00",
    "Sa-Su 10:00-02:00",
    "Fr 18:00+",
    "Mo[1],Tu[-1] 09:00-12:00",
    "Jan-Mar,Dec Mo-Fr 08:00-12:00",
    "Dec 25,26 off",
    "2024 Dec 24-2025 Jan 06 off",
    "week 1-53/2 Mo 08:00-12:00",
    "Apr-Oct: Tu-Su 10:00-18:00",
    "sunrise-sunset",
    "(sunset-00:30)-22:00",
    "easter -2 days off",
    'Mo-Fr 08:00-12:00 || "after a call; ask"',
    '"按预约"',
]
CHINESE = {
    "周一至周五 8:00-17:30": "Mo-Fr 08:00-17:30",
    "星期一到星期五：8:00～11:30，14:00～17:30": "Mo-Fr 08:00-11:30,14:00-17:30",
    "周一至五8时30分至17时": "Mo-Fr 08:30-17:00",
    "周一、周三、周五 上午8:00-12:00，下午2:00-5:30": "Mo,We,Fr 08:00-12:00,14:00-17:30",
    "周一至周五8:00-12:00,14:00-18:00，周六8:00-12:00": "Mo-Fr 08:00-12:00,14:00-18:00; Sa 08:00-12:00",
    "每天 8:00-17:00；法定节假日休息": "Mo-Su 08:00-17:00; PH off",
    "工作日 9:00—17:00 周末休息": "Mo-Fr 09:00-17:00; Sa-Su off",
    "24小时": "24/7",
    "全天开放": "24/7",
    "关闭": "off",
}
BAD = [
    "nonsense",
    "8-17",
    "Mo-Fr 8-16",
    "08:00",
    "08:60-09:00",
    "49:00-50:00",
    "Mon-Fri 08:00-17:00",
    "mo-su 09:00-12:00",
    "Mo-Fr 08:00-12:00,",
    "Mo-Fr 08:00-17:00 (closed on holidays)",
    'Mo "open',
    "+423 232 48 18",
    "早8晚5",
    "按预约",
    ";",
]


@pytest.mark.parametrize("text", GOOD)
def test_openstreetmap_syntax_is_unchanged(text: str) -> None:
    assert to_opening_hours(text) == text


@pytest.mark.parametrize("text", CHINESE)
def test_usual_chinese_phrases_are_translated(text: str) -> None:
    assert to_opening_hours(text) == CHINESE[text]
    assert to_opening_hours(CHINESE[text]) == CHINESE[text]


@pytest.mark.parametrize("text", BAD)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        to_opening_hours(text)


@pytest.mark.parametrize("text", ["Mo,Tu," * 300, "08:00-" * 300, "Jan 1,2," * 300, '";' * 401, "Mo[1," * 190, "周一至" * 300])
def test_no_text_takes_long_to_match(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text[:9])):
        to_opening_hours(text)


@pytest.mark.parametrize(
    ("text", "never"),
    [("off", True), ("closed", True), ('Mo-Su off "until spring"', True), ("PH off", False), ("Mo 08:00-09:00; Tu off", False)],
)
def test_a_station_that_is_never_open(text: str, never: bool) -> None:
    assert never_open(text) == never
