"""A zone drawn on the planner's page: polygon and circle, by pointer, keyboard and address, with and without a scenario."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from .conftest import Watched, reader, watch
from .test_states import refuse, violations
from .test_try_station import CENTRE, FIRST, KALLIO, STILL, answered, check_one_at_a_time, open_scenario, part, place, put

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CORNERS = ((0.4, 0.35), (0.62, 0.36), (0.6, 0.6))
"""In parts of the map: about the middle of the study."""


def open_zone(tab: Page, name: str = "Draw a zone") -> None:
    tab.get_by_role("button", name=name).click()
    expect(tab.locator("section.zone")).to_be_visible(timeout=FIRST)
    tab.wait_for_function(STILL)


def zone_answered(tab: Page) -> None:
    answered(tab, "section.zone")
    expect(tab.locator(".zone-numbers")).to_be_visible()


def click(tab: Page, at: tuple[float, float]) -> None:
    """Click a place of the map, apart from the click before, which would make both a double click."""
    tab.mouse.click(*place(tab, at))
    tab.wait_for_timeout(400)


def polygon(tab: Page) -> None:
    for corner in CORNERS:
        click(tab, corner)
    tab.locator(".grip[data-kind=first]").click()
    zone_answered(tab)


def pick_circle(tab: Page) -> None:
    tab.locator("input[name=zone_kind][value=circle]").check(force=True)


def number(found: Locator) -> float:
    match = re.match(r"[≈\s]*([\d\u202f.]+)", found.inner_text())
    assert match is not None, found.inner_text()
    return float(match[1].replace("\u202f", ""))


def people(tab: Page) -> float:
    return number(tab.locator(".zone-numbers .people dd"))


def press_and_drag(tab: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag from one place in pixels to another."""
    tab.mouse.move(*start)
    tab.mouse.down()
    tab.mouse.move(*end, steps=10)
    tab.mouse.up()


def middle(found: Locator) -> tuple[float, float]:
    box = found.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_polygon_has_people_and_a_dragged_corner_changes_them(page: Watched) -> None:
    tab = page.page
    before = page.ground()
    open_zone(tab)
    polygon(tab)
    assert page.ground() != before, "the zone is not drawn"
    first = people(tab)
    expect(tab.locator(".zone-numbers .share dd")).to_contain_text("%")
    expect(tab.locator(".zone-numbers .median dd")).to_contain_text("min")
    expect(tab.locator(".zone .loads tbody tr")).not_to_have_count(0)
    press_and_drag(tab, middle(tab.locator(".grip[data-grip='0']")), place(tab, (0.25, 0.35)))
    zone_answered(tab)
    assert people(tab) > first
    assert tab.locator("section.scenario").count() == 0
    tab.get_by_role("button", name="Clear").click()
    expect(tab.locator(".grip, .zone-numbers")).to_have_count(0)
    assert [fault for fault in page.faults if not fault.startswith("Failed to load resource")] == []


def test_keys_take_corners_back_end_the_polygon_and_leave(page: Watched) -> None:
    tab = page.page
    open_zone(tab)
    for corner in (*CORNERS, (0.5, 0.5)):
        click(tab, corner)
    tab.keyboard.press("Backspace")
    expect(tab.locator(".grip")).to_have_count(3)
    tab.keyboard.press("Enter")
    zone_answered(tab)
    expect(tab.locator(".grip[data-kind=corner]")).to_have_count(3)
    tab.get_by_role("button", name="Clear").click()
    click(tab, CORNERS[0])
    click(tab, CORNERS[1])
    tab.mouse.dblclick(*place(tab, CORNERS[2]))
    expect(tab.locator(".grip[data-kind=corner]")).to_have_count(3)
    tab.get_by_role("button", name="Clear").click()
    click(tab, CORNERS[0])
    tab.keyboard.press("Escape")
    expect(tab.locator(".grip")).to_have_count(0)
    expect(tab.locator("section.zone")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tab.locator("section.zone")).to_have_count(0)
    expect(tab.locator(".try[data-tool=zone]")).to_be_focused()


def test_a_polygon_is_drawn_by_the_keyboard_alone(page: Watched) -> None:
    tab = page.page
    open_zone(tab)
    for key in ("ArrowLeft", "ArrowRight", "ArrowUp"):
        tab.get_by_role("button", name="Add corner").press("Enter")
        expect(tab.locator(".grip").last).to_be_focused()
        for _ in range(12):
            tab.keyboard.press(key)
    tab.get_by_role("button", name="Add corner").press("Enter")
    tab.keyboard.press("Delete")
    expect(tab.locator(".grip")).to_have_count(3)
    tab.get_by_role("button", name="Finish", exact=True).press("Enter")
    zone_answered(tab)
    first = people(tab)
    tab.locator(".grip").last.focus()
    for _ in range(12):
        tab.keyboard.press("ArrowUp")
    zone_answered(tab)
    assert people(tab) > first
    tab.keyboard.press("Delete")
    expect(tab.locator(".grip")).to_have_count(3)


def test_a_circle_is_dragged_from_its_centre_and_changed_by_numbers(page: Watched, tmp_path: Path) -> None:
    tab = page.page
    open_zone(tab)
    pick_circle(tab)
    x, y = place(tab, CENTRE)
    press_and_drag(tab, (x, y), (x + 90, y))
    zone_answered(tab)
    radius, first = tab.locator("input[name=zone_radius]"), people(tab)
    drawn = float(radius.input_value())
    assert drawn > 20
    press_and_drag(tab, middle(tab.locator(".grip[data-kind=edge]")), (x + 180, y))
    zone_answered(tab)
    assert float(radius.input_value()) == pytest.approx(2 * drawn, rel=0.05)
    assert people(tab) > first
    tab.locator(".grip[data-kind=center]").focus()
    lat = float(tab.locator("input[name=zone_lat]").input_value())
    tab.keyboard.press("ArrowUp")
    assert float(tab.locator("input[name=zone_lat]").input_value()) > lat
    radius.fill(str(round(drawn)))
    radius.press("Enter")
    expect(tab).to_have_url(re.compile("zone=c"))
    with tab.expect_download() as download:
        tab.get_by_role("button", name="GeoJSON").click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    feature = json.loads(saved.read_text())
    assert feature["properties"]["radius"] == round(drawn)
    assert feature["geometry"]["type"] == "Polygon"


def test_a_circle_is_put_by_a_click_or_by_its_form(page: Watched) -> None:
    tab = page.page
    open_zone(tab)
    pick_circle(tab)
    tab.locator("input[name=zone_radius]").fill("400")
    tab.get_by_role("button", name="Draw", exact=True).press("Enter")
    zone_answered(tab)
    assert people(tab) > 0
    tab.get_by_role("button", name="Clear").click()
    click(tab, CENTRE)
    zone_answered(tab)
    expect(tab.locator(".grip")).to_have_count(2)


def test_the_edits_of_a_scenario_count_and_clicks_put_no_station(page: Watched) -> None:
    tab = page.page
    open_scenario(tab)
    put(tab, KALLIO)
    open_zone(tab)
    pick_circle(tab)
    click(tab, (KALLIO[0] - 0.08, KALLIO[1] + 0.06))
    zone_answered(tab)
    share = tab.locator(".zone-numbers .share")
    assert number(share.locator(".after")) > number(share.locator(".before"))
    expect(tab.locator(".zone-numbers .moved")).to_contain_text("more people within 10 min")
    expect(tab.locator(".zone .loads [data-station=new-1] .before")).to_have_text("0")
    click(tab, CENTRE)
    expect(tab.locator(".scenario-marker")).to_have_count(1)
    changed = tab.locator(".zone-numbers .share .after").inner_text()
    press_and_drag(tab, middle(tab.locator(".scenario-marker")), place(tab, (0.62, 0.75)))
    zone_answered(tab)
    expect(tab.locator(".zone-numbers .share .after")).not_to_have_text(changed)
    tab.get_by_role("button", name="Leave").click()
    expect(tab.locator(".edits li")).to_have_count(1)
    expect(tab.locator(".grip")).to_have_count(0)


def test_the_address_shares_a_zone_and_back_takes_it_away(page: Watched) -> None:
    tab = page.page
    open_zone(tab)
    expect(tab).to_have_url(re.compile("tool=zone"))
    polygon(tab)
    expect(tab).to_have_url(re.compile("zone=p"))
    before, link = people(tab), part(tab, "zone")
    assert len(link) < 40
    tab.locator(".grip").first.focus()
    tab.keyboard.press("ArrowLeft")
    expect(tab).not_to_have_url(re.compile(f"zone={link}"))
    tab.keyboard.press("ArrowRight")
    tab.reload()
    zone_answered(tab)
    assert people(tab) == pytest.approx(before, rel=0.2)
    tab.go_back()
    expect(tab.locator(".grip")).to_have_count(0)
    expect(tab.locator("section.zone")).to_be_visible()
    tab.go_back()
    expect(tab.locator("section.zone")).to_have_count(0)
    tab.go_forward()
    tab.go_forward()
    expect(tab.locator(".grip")).to_have_count(3)


def test_a_failure_shows_no_old_number_and_can_be_tried_again(page: Watched) -> None:
    tab = page.page
    open_zone(tab)
    polygon(tab)
    tab.route("**/execution", refuse)
    tab.locator("input[name=mode][value=drive]").check(force=True)
    alert = tab.locator(".zone [role=alert]")
    expect(alert).to_contain_text("The numbers of the zone could not be computed. The server is busy.", timeout=FIRST)
    expect(tab.locator(".zone-numbers, .zone .loads")).to_have_count(0)
    tab.unroute_all()
    alert.get_by_role("button").click()
    zone_answered(tab)


def test_questions_are_asked_one_at_a_time(page: Watched) -> None:
    tab = page.page
    open_zone(tab)
    polygon(tab)
    check_one_at_a_time(tab, lambda: press_and_drag(tab, middle(tab.locator(".grip").first), place(tab, (0.3, 0.3))))


DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def circle_in_address(lon: float, lat: float, radius: int) -> str:
    """Return a circle as the address has it: numbers in base 32, whose digits but the last have 32 added."""

    def digits(number: int) -> str:
        rest, text = 2 * number if number >= 0 else -2 * number - 1, ""
        while rest >= 32:
            text, rest = text + DIGITS[32 + rest % 32], rest // 32
        return text + DIGITS[rest]

    return "c" + "".join(map(digits, (round(lon * 1e5), round(lat * 1e5), radius)))


COVERED = """() => [...document.querySelectorAll('.grip')].filter((grip) => {
  const box = grip.getBoundingClientRect();
  const corners = [[4, 14], [24, 14], [14, 4], [14, 24]].map(([x, y]) => document.elementFromPoint(box.x + x, box.y + y));
  return corners.some((seen) => seen?.closest('.grip') === null);
}).map((grip) => grip.dataset.grip)"""
"""The places of a zone of which something lies over the edge."""


@pytest.mark.parametrize(("width", "height"), [(390, 844), (360, 640), (1280, 800)])
@pytest.mark.parametrize("lat", [60.1900, 60.1625, 60.1400])
def test_a_link_shows_the_whole_zone_beside_the_bars(
    chromium: Browser, demo_server: str, width: int, height: int, lat: float
) -> None:
    """Whatever place of the map the link names: the zone may be beneath the tools, behind the buttons, or out of sight."""
    context = reader(chromium, "zh-CN", width, height)
    tab = context.new_page()
    tab.set_default_timeout(60_000)
    tab.goto(f"{demo_server}/#tool=zone&zone={circle_in_address(24.95, lat, 350)}&map=12.7/60.1600/24.9500")
    zone_answered(tab)
    tab.wait_for_function(STILL)
    assert tab.evaluate(COVERED) == []
    for grip in tab.locator(".grip").all():
        expect(grip).to_be_in_viewport(ratio=1)
    context.close()


def test_it_is_there_in_chinese_and_on_a_phone_and_axe_finds_nothing(chromium: Browser, demo_server: str) -> None:
    context = reader(chromium, "zh-CN")
    tab = watch(context, f"{demo_server}/").page
    open_scenario(tab, "试设站点")
    put(tab)
    open_zone(tab, "圈选范围")
    found = {"drawing": violations(tab)}
    polygon(tab)
    expect(tab.locator(".zone-numbers .share dt")).to_have_text("10 分钟覆盖率")
    found["polygon"] = violations(tab)
    link = tab.url
    context.close()
    context = reader(chromium, "zh-CN", 390, 844)
    phone = context.new_page()
    phone.goto(link)
    zone_answered(phone)
    expect(phone.locator(".grip").first).to_be_in_viewport()
    found["phone"] = violations(phone)
    phone.locator("input[name=zone_kind][value=circle]").check(force=True)
    found["circle"] = violations(phone)
    context.close()
    assert {state: v for state, v in found.items() if v} == {}
