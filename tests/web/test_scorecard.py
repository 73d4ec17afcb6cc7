"""Scorecards in a real browser on the demo of Yixiu, whose uptake is of twelve quarters."""

import csv
import io
import re
import urllib.request

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import reader, watch
from .test_states import violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROWS = ".scorecard tbody tr"
RANK = {"en": r"^\d+(–\d+)? of 60$", "zh": r"^\d+(–\d+)?／60$"}
TREND = {"en": {"rising", "falling", "no trend"}, "zh": {"上升", "下降", "无趋势"}}


def check_words(page: Page, language: str) -> None:
    assert all(re.match(RANK[language], text) for text in page.locator(".scorecard td.rank").all_inner_texts())
    page.emulate_media(media="print")
    assert page.locator(".map").is_hidden()
    assert page.locator(".scorecard td.funnel").first.is_visible()
    assert set(page.locator(".scorecard td.trend small").all_inner_texts()) <= TREND[language]
    expect(page.locator(".scorecard header")).to_contain_text("2026Q2")
    page.emulate_media(media="screen")


def test_a_scorecard_is_read_linked_passed_on_and_printed(chromium: Browser, yixiu_server: str) -> None:
    context = reader(chromium)
    watched = watch(context, f"{yixiu_server}/?lang=en#service=health_check&level=village")
    page = watched.page
    assert not [r for r in watched.requests if "/collections/scorecards/" in r or "ScorecardPanel" in r]
    page.locator("#tab-scorecard").click()
    expect(page.locator(ROWS)).to_have_count(60)
    rates = [float(text.split()[0]) for text in page.locator(".scorecard td.rate").all_inner_texts()]
    assert rates == sorted(rates, reverse=True)
    assert violations(page) == []

    row = page.locator(ROWS).nth(3)
    row.locator("button").press("Enter")
    area = row.get_attribute("data-unit")
    expect(page.locator(".scorecard circle.now")).to_have_attribute("data-area", area or "")
    page.locator("select[name=card_period]").select_option("2025Q1")
    page.wait_for_url(re.compile("card_period=2025Q1"))
    page.locator("select[name=card_period]").select_option("2026Q2")

    check_words(page, "en")
    page.get_by_role("button", name="中文").click()
    check_words(page, "zh")
    with urllib.request.urlopen(page.locator(".scorecard .files a").get_attribute("href") or "") as answer:
        rows = list(csv.DictReader(io.StringIO(answer.read().decode("utf-8-sig"))))
    assert len(rows) == 60 * 12
    assert {r["level"] for r in rows} == {"village"}
    assert watched.faults == watched.strangers() == []
    context.close()
