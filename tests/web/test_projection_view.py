"""The projection of an area and the stations that overload, in a real browser on the demo of Yixiu."""

import csv
import io
import urllib.request

import pytest
from playwright.sync_api import Browser, expect

from .conftest import reader, watch
from .test_states import violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WORDS = {
    "en": ("if the past goes on", "No net migration", "Stations that overload: ", "Already in 2025"),
    "zh": ("若保持以往趋势", "无净迁移", "将超负荷的站点：", "2025 年已超负荷"),
}


def test_an_area_has_its_chart_and_stations_have_their_years(chromium: Browser, yixiu_server: str) -> None:
    context = reader(chromium)
    watched = watch(context, f"{yixiu_server}/?lang=en#area=340811001&tab=areas&service=elder_care")
    page = watched.page
    chart = page.locator(".projection")
    expect(chart.locator("polygon.band")).to_have_count(1)
    before = chart.locator("p").first.inner_text()
    chart.locator("select[name=projection-scenario]").select_option(label=WORDS["en"][1])
    expect(chart.locator("p").first).not_to_have_text(before)
    assert not violations(page)
    with urllib.request.urlopen(chart.get_by_role("link").get_attribute("href") or "") as answer:
        rows = list(csv.DictReader(io.StringIO(answer.read().decode("utf-8-sig"))))
    assert {(r["area"], r["scenario"]) for r in rows} >= {("340811001", "no_net_migration"), ("340811001", "high")}
    for language, (goes_on, scenario, title, already) in WORDS.items():
        page.locator(f"[data-language={language}]").click()
        page.locator("#tab-areas").click()
        expect(chart).to_contain_text(goes_on)
        expect(chart).to_contain_text(scenario)
        page.locator("#tab-stations").click()
        expect(page.locator(".overload summary")).to_contain_text(title)
        expect(page.locator(".overload h3").first).to_have_text(already)
    page.locator(".overload summary").click()
    page.locator(".overload li button").first.click()
    expect(page.locator(".overload li button").first).to_have_attribute("aria-pressed", "true")
    assert not watched.faults
    context.close()
