"""Stations as they could be, on the planner's page: put, dragged, closed, undone, shared by the address."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from .conftest import Watched, reader, watch
from .test_states import refuse, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FIRST = 120_000
"""Milliseconds for the first answer: the server compiles its kernels and reads the arrays of the release."""
KALLIO = (0.66, 0.14)
"""In parts of the map: a district without a station within ten minutes' walk."""
CENTRE = (0.5, 0.6)


STILL = """() => {
  const [canvas, map] = [document.querySelector(".canvas canvas"), document.querySelector(".map")];
  return Math.abs(canvas.clientWidth - map.clientWidth) < 2 && document.querySelector(".canvas[data-idle]") !== null;
}"""
"""The map has the size that the panel leaves it, and is drawn."""


def place(tab: Page, at: tuple[float, float]) -> tuple[float, float]:
    """Return the pixels of a place of the map."""
    box = tab.locator(".map").bounding_box()
    assert box is not None
    return box["x"] + at[0] * box["width"], box["y"] + at[1] * box["height"]


def open_scenario(tab: Page, name: str = "Try a station") -> None:
    tab.get_by_role("button", name=name).click()
    answered(tab)


def answered(tab: Page, panel_of: str = ".scenario") -> None:
    """Wait for the answer to the question of now; a server that was still busy with its first is asked again."""
    panel = tab.locator(f"{panel_of}[aria-busy=false]")
    expect(panel).to_be_visible(timeout=FIRST)
    while panel.locator("[role=alert] button").count():
        panel.locator("[role=alert] button").click()
        expect(panel).to_be_visible(timeout=FIRST)


def put(tab: Page, at: tuple[float, float] = KALLIO) -> None:
    tab.wait_for_function(STILL)
    tab.mouse.click(*place(tab, at))
    expect(tab.locator(".edits li")).not_to_have_count(0)
    answered(tab)


def drag(tab: Page, to: tuple[float, float]) -> None:
    """Drag the one marker on the map to a place."""
    box = tab.locator(".scenario-marker").bounding_box()
    assert box is not None
    tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tab.mouse.down()
    tab.mouse.move(*place(tab, to), steps=12)
    tab.mouse.up()


def check_one_at_a_time(tab: Page, change: Callable[[], None]) -> None:
    """Assert that of the questions of many changes only the first and the newest are asked, one after the other."""
    held: list[Route] = []
    tab.route("**/execution", lambda route: held.append(route))  # noqa: PLW0108 - a method of a list takes no route
    change()
    tab.wait_for_timeout(500)
    assert len(held) == 1
    held[0].continue_()
    tab.wait_for_timeout(1500)
    assert len(held) == 2, "the newest, and none between"
    tab.unroute_all()


def share(tab: Page, when: str = "after") -> float:
    """Return the share of the study in percent."""
    found = re.match(r"[≈\s]*([\d.]+)", tab.locator(f".overall .{when}").inner_text())
    assert found is not None
    return float(found[1])


def part(tab: Page, name: str) -> str:
    return parse_qs(urlsplit(tab.url).fragment).get(name, [""])[0]


@pytest.fixture
def tab(page: Watched) -> Iterator[Page]:
    open_scenario(page.page)
    yield page.page
    assert [fault for fault in page.faults if not fault.startswith("Failed to load resource")] == []


def test_a_new_station_raises_the_share_and_lists_the_areas_that_change(page: Watched) -> None:
    before = page.ground()
    open_scenario(page.page)
    tab = page.page
    put(tab)
    assert share(tab) > share(tab, "before") + 1
    expect(tab.locator(".overall .change")).to_contain_text("+")
    expect(tab.locator(".changed tbody tr").first.locator("th")).to_have_text("Kallio")
    expect(tab.locator(".changed tbody tr").first.locator(".gained")).to_contain_text("±")
    expect(tab.locator(".loads [data-station=new-1] th")).to_have_text("New station 1")
    assert page.ground() != before
    tab.get_by_role("button", name="Present").click()
    expect(tab.locator(".overall")).to_contain_text("covered now")
    tab.get_by_role("button", name="Clear all").click()
    expect(tab.locator(".edits")).to_have_count(0)


def test_a_drag_changes_the_numbers_and_is_one_step(tab: Page) -> None:
    put(tab)
    first = share(tab)
    drag(tab, CENTRE)
    answered(tab)
    assert share(tab) < first
    tab.keyboard.press("Control+z")
    answered(tab)
    assert share(tab) == first
    tab.keyboard.press("Control+Shift+Z")
    answered(tab)
    assert share(tab) < first
    tab.get_by_role("button", name="Undo").click()
    tab.get_by_role("button", name="Undo").click()
    expect(tab.locator(".scenario-marker")).to_have_count(0)
    expect(tab.get_by_role("button", name="Undo")).to_be_disabled()


def test_a_closed_station_loses_people_until_it_is_reopened(tab: Page) -> None:
    tab.locator(".picker summary").click()
    tab.get_by_role("button", name="Close: Vita Lääkäriasema").click()
    answered(tab)
    assert share(tab) < share(tab, "before")
    expect(tab.locator(".moved")).to_contain_text("lose access")
    expect(tab.locator(".scenario-marker[data-kind=closed]")).to_have_count(1)
    tab.locator(".picker").get_by_role("button", name="Reopen: Vita Lääkäriasema").click()
    expect(tab.locator(".scenario-marker[data-kind=closed]")).to_have_count(0)


def test_a_station_of_the_release_is_moved_and_closed_by_the_keyboard(tab: Page) -> None:
    tab.locator(".picker summary").click()
    tab.locator(".picker li button", has_text="Mehiläinen").first.click()
    marker = tab.locator(".scenario-marker")
    expect(marker).to_be_focused()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowRight")
    expect(marker).to_have_attribute("data-kind", "moved")
    expect(tab.locator(".edits li")).to_contain_text("Move back")
    tab.keyboard.press("Delete")
    expect(marker).to_have_attribute("data-kind", "closed")
    tab.keyboard.press("Escape")
    expect(tab.locator(".scenario")).to_have_count(0)
    expect(tab.locator(".scenario-marker")).to_have_count(0)


def test_the_keyboard_puts_a_station_and_moves_it(tab: Page) -> None:
    tab.get_by_role("button", name="Add", exact=True).press("Enter")
    marker = tab.locator(".scenario-marker[data-kind=new]")
    expect(marker).to_be_focused()
    before = marker.bounding_box()
    for _ in range(3):
        tab.keyboard.press("ArrowUp")
    after = marker.bounding_box()
    assert before is not None
    assert after is not None
    assert 29 < before["y"] - after["y"] < 31
    assert abs(before["x"] - after["x"]) < 1
    tab.keyboard.press("Control+z")
    expect(tab.locator(".edits li")).to_have_count(1)
    tab.keyboard.press("Control+z")
    expect(tab.locator(".edits")).to_have_count(0)


def test_a_card_closes_a_station_and_delete_removes_a_new_one(tab: Page) -> None:
    put(tab)
    tab.locator(".scenario-marker").focus()
    tab.keyboard.press("Delete")
    expect(tab.locator(".edits")).to_have_count(0)
    put(tab)
    tab.locator(".scenario-marker").click()
    expect(tab.locator(".scenario-card h3")).to_have_text("New station 1")
    tab.locator(".scenario-card").get_by_role("button", name="Remove").click()
    expect(tab.locator(".maplibregl-popup")).to_have_count(0)
    expect(tab.locator(".edits")).to_have_count(0)


def test_the_address_restores_a_scenario_and_back_leaves_it(page: Watched) -> None:
    tab = page.page
    tab.wait_for_function("location.hash.includes('theme=')")
    open_scenario(tab)
    put(tab)
    tab.locator("input[name=name-new-1]").fill("红岭站")
    tab.locator("input[name=capacity-new-1]").fill("500")
    answered(tab)
    expect(tab.locator(".loads [data-station=new-1] .load")).to_contain_text("%")
    expect(tab).to_have_url(re.compile(r"edits=new-1.*\*500"))
    assert part(tab, "scenario") == "on"
    before = share(tab)
    tab.reload()
    answered(tab)
    expect(tab.locator(".loads [data-station=new-1] th")).to_have_text("红岭站")
    assert share(tab) == before
    tab.go_back()
    expect(tab.locator(".scenario")).to_have_count(0)
    tab.go_forward()
    expect(tab.locator(".edits li strong")).to_have_text("红岭站")


def test_a_failure_shows_no_old_number_and_can_be_tried_again(tab: Page) -> None:
    put(tab)
    tab.route("**/execution", refuse)
    tab.locator("input[name=mode][value=drive]").check(force=True)
    alert = tab.locator(".scenario [role=alert]")
    expect(alert).to_contain_text("The scenario could not be computed. The server is busy.", timeout=FIRST)
    expect(tab.locator(".overall")).to_have_text("…")
    expect(tab.locator(".changed, .loads")).to_have_count(0)
    tab.unroute_all()
    alert.get_by_role("button").click()
    answered(tab)
    expect(tab.locator(".overall .after")).to_contain_text("%")


def test_questions_are_asked_one_at_a_time(tab: Page) -> None:
    put(tab)
    check_one_at_a_time(tab, lambda: drag(tab, CENTRE))


def test_it_is_there_in_chinese_and_axe_finds_nothing(chromium: Browser, demo_server: str) -> None:
    context = reader(chromium, "zh-CN")
    tab = watch(context, f"{demo_server}/").page
    found = {"closed": violations(tab)}
    open_scenario(tab, "试设站点")
    found["open"] = violations(tab)
    put(tab)
    tab.locator(".picker summary").click()
    tab.locator(".picker li button", has_text="关闭").first.click()
    answered(tab)
    expect(tab.locator(".edits h3")).to_have_text("改动：2 项")
    expect(tab.locator(".moved")).to_contain_text("10 分钟内")
    found["edits"] = violations(tab)
    context.close()
    assert {state: v for state, v in found.items() if v} == {}


def test_a_station_is_tried_at_the_best_place_of_a_gap(page: Watched) -> None:
    """The people whom the gap states are those whom the live answer gains."""
    tab = page.page
    tab.locator("#tab-gaps").click()
    first = tab.locator(".gaps tr[data-unit]").first
    stated = first.locator("td:nth-of-type(2)").inner_text().split()
    first.locator("button").click()
    tab.locator(".try-site").click()
    answered(tab)
    expect(tab.locator(".scenario .moved")).to_contain_text(f"about {stated[0]} ± {stated[-1]} more people")
    expect(tab).to_have_url(re.compile(r"edits=new-1.{1,3}24\."))
