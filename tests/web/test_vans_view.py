"""The timetable of vans in a real browser on the grid town: by keyboard, linked with the map, with files and on paper."""

import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from van_town import make_van_town, read_calendar

import geoservice

from .conftest import reader, watch
from .test_states import choice, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]
VANS = """
[vans]
service = "checkup"
minutes = 10
stops = 4
spacing = 100
starts = 2026-09-07
every_weeks = 2
weekly_from = 250
"""
ROWS = ".vans tbody tr:not(.day)"


@pytest.fixture(scope="module")
def van_server(town: Path, tmp_path_factory: pytest.TempPathFactory, serve: Any) -> Iterator[str]:
    home = make_van_town(town, tmp_path_factory.mktemp("vans"), VANS)
    with geoservice.open_project(home) as project:
        project.publish().close()
    with serve(home) as served:
        yield served.url


def test_the_timetable_is_read_chosen_by_keyboard_and_downloaded(chromium: Browser, van_server: str) -> None:
    context = reader(chromium)
    watched = watch(context, f"{van_server}/#tab=areas")
    page = watched.page
    page.locator("#tab-areas").focus()
    while page.evaluate("document.activeElement.id") != "tab-vans":
        page.keyboard.press("ArrowRight")
    expect(page.locator(ROWS).first).to_be_visible()
    expect(page.locator(".vans")).to_contain_text("Check-up; a stop reaches people within 10 minutes, walking")
    page.locator("select[name=van_week]").select_option("1")
    first = page.locator(f"{ROWS} button").first
    place = choice(page, "map")
    first.focus()
    page.keyboard.press("Enter")
    stop = page.locator(f"{ROWS}.selected").get_attribute("data-unit")
    page.wait_for_function("place => new URLSearchParams(location.hash.slice(1)).get('map') !== place", arg=place)
    assert (choice(page, "van_stop"), choice(page, "van_week")) == (stop, "1")
    assert {"van_stops", "van_tours"} <= set((choice(page, "on") or "").split(","))
    calendar = page.locator(".vans .files a", has_text="Calendar").get_attribute("href") or ""
    with urllib.request.urlopen(calendar) as answer:
        events = read_calendar(answer.read().decode())
    page.locator("select[name=van_week]").select_option("")
    units = {row.get_attribute("data-unit") for row in page.locator(ROWS).all()}
    assert {event["UID"].split(".")[0] for event in events} == units
    assert violations(page) == []
    assert watched.strangers() == watched.faults == []
    page.emulate_media(media="print")
    expect(page.locator(".vans table").first).to_be_visible()
    expect(page.locator(".vans .files")).to_be_hidden()
    context.close()


def test_a_phone_in_chinese_shows_the_timetable_without_scrolling_sideways(chromium: Browser, van_server: str) -> None:
    context = reader(chromium, "zh-CN", 390, 844)
    page = context.new_page()
    page.goto(f"{van_server}/#tab=vans")
    expect(page.locator(ROWS).first).to_be_visible()
    expect(page.locator(".vans h3").first).to_contain_text("1号车，第 1 周")
    expect(page.locator(".vans tr.day").first).to_contain_text("星期")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("#results-body").evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    context.close()
