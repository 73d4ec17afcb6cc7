"""Numbers formatted for people."""

import pytest

from geoservice.measures import REASONS
from geoservice.number_text import Limits, format_number, limits_of, reason_label


@pytest.mark.parametrize(
    ("kind", "value", "margin", "text"),
    [
        ("count", 1240.4, 61.8, "1 240 ± 62"),
        ("count", 1234567.0, 1234.0, "1 234 567 ± 1 200"),
        ("count", 12.0, 28.0, "0–40"),
        ("count", 0.0, 4200.0, "0–4 200"),
        ("count", -30.0, 70.0, "0–40"),
        ("count", -80.0, 70.0, "0"),
        ("count", 0.0, 0.2, "0–1"),
        ("count", 250.0, 0.2, "250 ± 1"),
        ("count", 12.0, None, "12"),
        ("count", 12.0, 0.0, "12"),
        ("count", -0.2, None, "0"),
        ("ratio", 0.0, 3.21, "0.0 ± 3.2"),
        ("ratio", 71.54, 0.314, "71.5 ± 0.3"),
        ("ratio", 50.0, 24.6, "≈ 50.0 ± 25"),
        ("ratio", -0.8, 2.1, "0.0 ± 2.1"),
        ("difference", 3.24, 9.96, "+3.2 ± 10"),
        ("difference", -3.24, 25.0, "≈ −3.2 ± 25"),
        ("difference", 0.01, None, "0.0"),
        ("minutes", 12.34, 0.5, "12.3 ± 0.5"),
        ("minutes", 2.0, 3.0, "≈ 2.0 ± 3.0"),
        ("rank", 3.0, None, "3"),
    ],
)
def test_a_number_is_written_with_its_margin(kind, value, margin, text) -> None:
    assert {format_number(kind, value, margin, "ok", lang).replace("\u202f", " ") for lang in ("zh", "en")} == {text}


@pytest.mark.parametrize(
    ("status", "zh", "en"),
    [
        ("beyond", "> 60 分钟", "> 60 minutes"),
        ("nobody", "无人居住", "nobody lives here"),
        ("not_applicable", "不适用", "not applicable"),
        ("under", "少于 10", "under 10"),
        (None, "无数据", "no data"),
    ],
)
def test_the_reason_of_a_missing_number_is_in_both_languages(status, zh, en) -> None:
    limits = limits_of({"minutes": [15, 60], "disclosure": {"hide_below": 10}})
    assert [format_number("count", None, None, status, lang, limits) for lang in ("zh", "en")] == [zh, en]


def test_without_limits_the_texts_are_general() -> None:
    assert limits_of({}) == Limits(None, None)
    assert reason_label("beyond").en == "beyond the time searched"
    assert reason_label("under").zh == "数目过少"
    assert len({reason_label(r).en for r in (*REASONS, "uncertain", None)}) == len(REASONS) + 2
