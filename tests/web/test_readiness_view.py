"""Readiness of stations on the planner's page, on the demo whose stations have standards."""

import json
import urllib.request

import pytest
from playwright.sync_api import Browser, expect

from .conftest import reader, watch

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_readiness_is_shown_by_area_and_by_station(chromium: Browser, yixiu_server: str) -> None:
    context = reader(chromium, "zh-CN")
    page = watch(context, f"{yixiu_server}/?lang=zh")
    tab = page.page
    tab.locator("input[name=theme][value=readiness]").check()
    row = page.row()
    unit = row.get_attribute("data-unit")
    row.click()
    address = f"{yixiu_server}/collections/readiness/items?f=json&geography=township&unit={unit}"
    with urllib.request.urlopen(address) as answer:
        area = json.load(answer)["features"][0]["properties"]
    facts = tab.locator(".readiness")
    expect(facts).to_contain_text(f"{area['stations_any']} 个中 {area['stations_ready_any']} 个")
    expect(facts).to_contain_text("名义覆盖人口（有其名无其事）")
    with urllib.request.urlopen(f"{yixiu_server}/collections/stations/items?f=json&readiness=lacking&limit=1") as answer:
        station = json.load(answer)["features"][0]["properties"]
    tab.locator("#tab-stations").click()
    tab.locator(f".stations button[data-unit='{station['unit']}']").click()
    card = tab.locator(".card")
    expect(card).to_contain_text("未达标")
    expect(card).to_contain_text(station["lacks_zh"])
    assert page.faults == []
    context.close()
