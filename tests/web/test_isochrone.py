"""Isochrones on the planner's page: of any place and of a station, dragged, by the keyboard and in the address."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import Watched, reader, watch
from .test_states import refuse, violations
from .test_try_station import CENTRE, FIRST, KALLIO, STILL, answered, open_scenario, place, put
from .test_zone import click, middle, number, press_and_drag

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WATER = "24.9,60.0"
"""In the sea."""


def open_isochrone(tab: Page, name: str = "How far from here") -> None:
    tab.get_by_role("button", name=name).click()
    expect(tab.locator("section.isochrone")).to_be_visible(timeout=FIRST)
    tab.wait_for_function(STILL)


def isochrone_answered(tab: Page) -> None:
    answered(tab, "section.isochrone")
    expect(tab.locator(".isochrones tbody tr")).to_have_count(3)


def people(tab: Page) -> list[float]:
    return [number(cell) for cell in tab.locator(".isochrones tbody td").all()]


def test_a_click_shows_the_people_within_some_minutes(page: Watched) -> None:
    tab = page.page
    before = page.ground()
    open_isochrone(tab)
    click(tab, CENTRE)
    isochrone_answered(tab)
    first = people(tab)
    assert first == sorted(first)
    assert first[0] > 0
    assert page.ground() != before, "no outline is drawn"
    press_and_drag(tab, middle(tab.locator(".grip")), place(tab, (0.35, 0.9)))
    isochrone_answered(tab)
    assert people(tab) != first
    tab.locator("input[name=mode][value=drive]").check(force=True)
    isochrone_answered(tab)
    assert people(tab)[0] > first[0]
    slider = tab.locator("#minutes")
    slider.press("End")
    isochrone_answered(tab)
    expect(tab.locator(".isochrones tbody th").last).to_have_text("within 30 minutes")
    tab.keyboard.press("Escape")
    tab.keyboard.press("Escape")
    expect(tab.locator(".grip, section.isochrone")).to_have_count(0)
    assert [fault for fault in page.faults if not fault.startswith("Failed to load resource")] == []


def test_the_keyboard_puts_a_place_and_moves_it(page: Watched) -> None:
    tab = page.page
    open_isochrone(tab)
    tab.get_by_role("button", name="Middle of the map").press("Enter")
    expect(tab.locator(".grip")).to_be_focused()
    isochrone_answered(tab)
    lon = tab.locator("input[name=from_lon]")
    before = float(lon.input_value())
    tab.keyboard.press("ArrowRight")
    assert float(lon.input_value()) > before
    lon.fill(str(before))
    lon.press("Enter")
    expect(tab).to_have_url(re.compile(f"from={before}"))
    isochrone_answered(tab)


def test_the_card_of_a_station_opens_its_isochrones(page: Watched) -> None:
    tab = page.page
    tab.locator("#tab-stations").click()
    tab.locator(".stations li button").first.click()
    name = tab.locator(".card h3").inner_text()
    tab.locator(".card").get_by_role("button", name="How far from here").click()
    isochrone_answered(tab)
    expect(tab.locator(".maplibregl-popup")).to_have_count(0)
    expect(tab.locator(".station-name")).to_have_text(name)
    expect(tab.locator(".grip")).to_have_attribute("aria-label", re.compile(re.escape(name)))
    expect(tab).to_have_url(re.compile("from=station"))


def test_a_new_station_of_a_scenario_has_isochrones_where_it_stands(page: Watched) -> None:
    tab = page.page
    open_scenario(tab)
    put(tab, KALLIO)
    tab.locator(".scenario-marker").click()
    tab.locator(".scenario-card").get_by_role("button", name="How far from here").click()
    isochrone_answered(tab)
    click(tab, CENTRE)
    isochrone_answered(tab)
    expect(tab.locator(".scenario-marker")).to_have_count(1)
    tab.get_by_role("button", name="Draw a zone").click()
    expect(tab.locator("section.zone")).to_be_visible()
    expect(tab.locator("section.isochrone, .grip")).to_have_count(0)


def test_the_address_shares_a_place_and_back_takes_it_away(page: Watched) -> None:
    tab = page.page
    open_isochrone(tab)
    expect(tab).to_have_url(re.compile("tool=isochrone"))
    click(tab, CENTRE)
    isochrone_answered(tab)
    before = people(tab)
    expect(tab).to_have_url(re.compile("from="))
    tab.reload()
    isochrone_answered(tab)
    assert people(tab) == before
    tab.go_back()
    expect(tab.locator(".grip, .isochrones")).to_have_count(0)
    tab.go_back()
    expect(tab.locator("section.isochrone")).to_have_count(0)


def test_a_place_off_the_street_says_so_and_a_failure_can_be_tried_again(page: Watched) -> None:
    tab = page.page
    open_isochrone(tab)
    tab.goto(re.sub("#.*", "", tab.url) + f"#tool=isochrone&from={WATER}")
    tab.reload()
    alert = tab.locator(".isochrone [role=alert]")
    expect(alert).to_contain_text("from a street that can be used", timeout=FIRST)
    expect(tab.locator(".grip")).to_be_in_viewport()
    tab.route("**/execution", refuse)
    tab.locator("input[name=mode][value=drive]").check(force=True)
    expect(alert).to_contain_text("The isochrones could not be computed. The server is busy.", timeout=FIRST)
    expect(tab.locator(".isochrones")).to_have_count(0)
    tab.unroute_all()
    alert.get_by_role("button").click()
    expect(alert).to_contain_text("from a street that can be used", timeout=FIRST)


def test_it_is_there_in_chinese_and_on_a_phone_and_axe_finds_nothing(chromium: Browser, demo_server: str) -> None:
    context = reader(chromium, "zh-CN")
    tab = watch(context, f"{demo_server}/").page
    open_isochrone(tab, "等时圈")
    found = {"open": violations(tab)}
    click(tab, CENTRE)
    isochrone_answered(tab)
    expect(tab.locator(".isochrones tbody th").first).to_have_text("5 分钟内")
    found["answered"] = violations(tab)
    link = tab.url
    context.close()
    context = reader(chromium, "zh-CN", 390, 844)
    phone = context.new_page()
    phone.goto(link)
    isochrone_answered(phone)
    found["phone"] = violations(phone)
    context.close()
    assert {state: v for state, v in found.items() if v} == {}
