"""Equal services in a real browser on the demo of Yixiu: areas ranked where the difference is beyond its margin."""

import csv
import io
import re
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import reader, watch
from .test_states import choice, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]
RANKED, OTHERS = ".equal table.real tbody", ".equal table.within tbody"


def units(page: Page, rows: str) -> list[str]:
    return [row.get_attribute("data-unit") or "" for row in page.locator(rows).all()]


def file_rows(page: Page) -> list[dict[str, Any]]:
    """Return the areas of the file that the panel links to, with difference and margin as numbers."""
    with urllib.request.urlopen(page.locator(".equal .files a").get_attribute("href") or "") as answer:
        rows = list(csv.DictReader(io.StringIO(answer.read().decode("utf-8-sig"))))
    gap = next(n for n in rows[0] if "gap_" in n and not n.endswith(("_margin", "_status")))
    return [{"unit": r["unit"], "gap": float(r[gap]), "margin": float(r[f"{gap}_margin"])} for r in rows if r[gap]]


def test_areas_are_ranked_as_in_the_file_and_linked_with_the_map(chromium: Browser, yixiu_server: str) -> None:
    context = reader(chromium)
    watched = watch(context, f"{yixiu_server}/#level=village&tab=areas")
    page = watched.page
    page.locator("#tab-fairness").click()
    page.locator("select[name=equal_kind]").select_option("minutes")
    expect(page.locator(".equal tbody").first).to_be_visible()
    rows = file_rows(page)
    assert len(rows) > 1
    real = sorted((r for r in rows if abs(r["gap"]) > r["margin"]), key=lambda r: -r["gap"])
    assert units(page, RANKED) == [r["unit"] for r in real]  # how many they are depends on the noise of the measurement
    assert set(units(page, OTHERS)) == {r["unit"] for r in rows} - {r["unit"] for r in real}
    said = page.locator(".said").all_inner_texts()
    assert len(said) == len(real)
    assert all(re.match(r"Migrants need [\d.]+\s±\s[\d.]+ minutes (longer|less)$", text) for text in said)
    place, second = choice(page, "map"), units(page, ".equal tbody")[1]
    page.locator("select[name=equal_kind]").focus()
    for _ in range(3):  # the level, the first area, the second
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".equal tbody.selected")).to_have_attribute("data-unit", second)
    page.wait_for_function("place => new URLSearchParams(location.hash.slice(1)).get('map') !== place", arg=place)
    assert (choice(page, "area"), choice(page, "equal")) == (second, "minutes")
    assert violations(page) == []
    assert watched.strangers() == watched.faults == []
    context.close()


def test_a_phone_shows_loads_without_scrolling_sideways(chromium: Browser, yixiu_server: str) -> None:
    context = reader(chromium, "zh-CN", 390, 844)
    page = context.new_page()
    page.goto(f"{yixiu_server}/#theme=fairness&equal=load&level=township")
    expect(page.locator(".equal table").first).to_be_visible()
    expect(page.locator(".equal")).to_contain_text("未填服务能力的站点不计")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("#results-body").evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    context.close()
