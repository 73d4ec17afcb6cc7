"""Where new stations should open, on the planner's page: asked, cancelled, pointed at, put into the scenario."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import Watched, reader, watch
from .test_states import refuse, violations
from .test_try_station import FIRST, answered, open_scenario

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def choose(tab: Page, **choices: str) -> None:
    """Make choices of the panel by their names."""
    for name, value in choices.items():
        field = tab.locator(f".siting [name=siting_{name}]")
        if name == "sites":
            field.fill(value)
        else:
            field.select_option(value)


def open_siting(tab: Page) -> None:
    open_scenario(tab)
    tab.locator(".siting summary").click()


@pytest.fixture
def tab(page: Watched) -> Iterator[Page]:
    open_siting(page.page)
    yield page.page
    assert [fault for fault in page.faults if not fault.startswith("Failed to load resource")] == []


def test_sites_are_ranked_pointed_at_and_put_into_the_scenario(tab: Page) -> None:
    choose(tab, sites="2", minutes="5", spacing="200")
    tab.get_by_role("button", name="Choose sites").press("Enter")
    expect(tab.locator(".siting progress")).to_be_visible()
    sites = tab.locator(".sites li")
    expect(sites).to_have_count(2, timeout=FIRST)
    expect(sites.first).to_contain_text("newly reached")
    expect(sites.first.locator("strong")).to_have_text(re.compile(r"^\+[\d\s]+±\s\d"))
    expect(tab.locator(".found")).to_contain_text("Proven: no choice is better.")
    expect(tab.locator(".siting-curve svg")).to_have_attribute(
        "aria-label", re.compile("People in time by number of sites: 0: ")
    )
    marks = tab.locator(".maplibregl-marker.site-mark")
    expect(marks).to_have_text(["1", "2"])
    sites.nth(1).locator("button").focus()
    expect(marks.nth(1)).to_have_attribute("data-pointed", "")
    marks.first.hover()
    expect(sites.first).to_have_class("pointed")
    tab.get_by_role("button", name="Put 2 into the scenario").click()
    expect(marks).to_have_count(0)
    expect(tab.locator(".edits li")).to_have_count(2)
    answered(tab)
    expect(tab.locator(".overall .change")).to_contain_text("+")
    expect(tab).to_have_url(re.compile(r"edits=new-1.*new-2"))
    tab.get_by_role("button", name="Undo").click()
    expect(tab.locator(".edits")).to_have_count(0)


def test_a_cancelled_job_stops_and_another_can_be_run(tab: Page) -> None:
    choose(tab, model="capacitated_p_median", sites="12", minutes="5", spacing="100")
    with tab.expect_response(lambda answer: answer.request.method == "DELETE") as dismissed:
        tab.get_by_role("button", name="Choose sites").click()
        tab.get_by_role("button", name="Cancel").click()
        expect(tab.locator(".siting [role=status]")).to_have_text("Cancelled.")
    assert dismissed.value.json()["status"] == "dismissed"
    choose(tab, model="mclp", sites="1")
    tab.get_by_role("button", name="Choose sites").click()
    expect(tab.locator(".sites li")).to_have_count(1, timeout=FIRST)


def test_a_busy_server_is_told_and_asked_again(tab: Page) -> None:
    tab.route("**/siting/execution*", refuse)
    tab.get_by_role("button", name="Choose sites").click()
    alert = tab.locator(".siting [role=alert]")
    expect(alert).to_contain_text("The sites could not be chosen. The server is busy.")
    tab.unroute_all()
    alert.get_by_role("button").click()
    expect(tab.locator(".found")).to_be_visible(timeout=FIRST)


def test_whom_no_choice_can_reach_is_listed(tab: Page) -> None:
    choose(tab, model="lscp_b", sites="1", minutes="5", spacing="200")
    tab.get_by_role("button", name="Choose sites").click()
    expect(tab.locator(".left-out tr")).not_to_have_count(0, timeout=FIRST)
    expect(tab.locator(".found")).to_contain_text("no choice reaches everybody")
    expect(tab.locator(".sites")).to_have_count(0)


def test_leaving_the_scenario_takes_the_sites_off_the_map(tab: Page) -> None:
    choose(tab, sites="1", minutes="5", spacing="200")
    tab.get_by_role("button", name="Choose sites").click()
    marks = tab.locator(".maplibregl-marker.site-mark")
    expect(marks).to_have_count(1, timeout=FIRST)
    tab.keyboard.press("Escape")
    expect(tab.locator(".scenario")).to_have_count(0)
    expect(marks).to_have_count(0)


def test_it_is_there_in_chinese_and_axe_finds_nothing(chromium: Browser, demo_server: str) -> None:
    context = reader(chromium, "zh-CN")
    tab = watch(context, f"{demo_server}/").page
    open_scenario(tab, "试设站点")
    tab.locator(".siting summary").click()
    found = {"form": violations(tab)}
    choose(tab, minutes="5", spacing="200")
    tab.get_by_role("button", name="开始选址").click()
    expect(tab.locator(".sites li").first).to_contain_text("新覆盖", timeout=FIRST)
    found["sites"] = violations(tab)
    context.close()
    assert {state: v for state, v in found.items() if v} == {}
