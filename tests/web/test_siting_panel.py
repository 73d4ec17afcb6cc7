"""Where new stations should open, on the planner's page: asked, cancelled, pointed at, put into the scenario."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from .conftest import Watched, reader, watch
from .test_states import refuse, violations
from .test_try_station import FIRST, STILL, answered, open_scenario, part

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
    tab.locator(".siting > summary").click()


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
    tab.mouse.move(1, 1)  # away from the list, which scrolls under it when a site gets the focus
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


PLACES = """编号,名称,经度,纬度,费用,必选
a,东站,24.949,60.176,2,是
b,南站,24.951,60.1675,3,
c,北站,24.943,60.179,4,
"""


def pick_file(tab: Page, text: str, encoding: str = "utf-8") -> None:
    tab.locator(".siting [name=siting_source]").select_option("file")
    file: FilePayload = {"name": "places.csv", "mimeType": "text/csv", "buffer": text.encode(encoding)}
    tab.locator(".siting [name=siting_file]").set_input_files(files=[file])


def test_own_places_with_costs_and_a_budget(tab: Page) -> None:
    pick_file(tab, PLACES.replace("24.951", "24.951°"))
    expect(tab.locator(".own [role=alert] li")).to_have_text(
        ["Row 3, column lon: got “24.951°”; allowed: numbers from -180 to 180."]
    )
    expect(tab.get_by_role("button", name="Choose sites")).to_be_disabled()
    pick_file(tab, PLACES, "gb18030")
    expect(tab.locator(".own [role=status]")).to_have_text("places.csv: 3 candidates, 1 of them fixed.")
    tab.locator(".siting .more summary").press("Enter")
    choose(tab, limit="budget", minutes="5")
    tab.locator(".siting [name=siting_budget]").fill("5")
    tab.get_by_role("button", name="Choose sites").click()
    sites = tab.locator(".sites li")
    expect(sites.first).to_contain_text("东站", timeout=FIRST)
    expect(sites.first.locator("em")).to_have_text("fixed")
    expect(sites).to_have_count(2)
    tab.get_by_role("button", name="Put 2 into the scenario").click()
    expect(tab.locator(".edits li").first).to_contain_text("东站")
    answered(tab)


DROP = """([main, name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    if (kind === "drop") window.hinted = document.querySelectorAll(".drop-hint").length;
    main.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}"""
"""Drops a file on the map as a reader does, and notes whether the map said that it takes it."""


def drop_file(tab: Page, name: str, text: str) -> None:
    tab.evaluate(DROP, [tab.locator("main.map").element_handle(), name, text])
    assert tab.evaluate("window.hinted") == 1
    expect(tab.locator(".drop-hint")).to_have_count(0)


def test_a_file_dropped_on_the_map_is_seen_there_before_the_run(page: Watched) -> None:
    tab = page.page
    open_scenario(tab)  # the panel opens with the file
    before = page.ground()
    drop_file(tab, "places.csv", PLACES)
    expect(tab.locator(".own [role=status]")).to_have_text("places.csv: 3 candidates, 1 of them fixed.")
    expect(tab.locator(".siting [name=siting_source]")).to_have_value("file")
    tab.wait_for_function(STILL)
    with_places = page.ground()
    assert with_places != before, "the candidates are not drawn"
    features = [{"type": "Feature", "geometry": {"type": "Point", "coordinates": [24.949, 60.176]}, "properties": {"id": "x"}}]
    drop_file(tab, "places.geojson", json.dumps({"type": "FeatureCollection", "features": features}))
    expect(tab.locator(".own [role=status]")).to_have_text("places.geojson: 1 candidates, 0 of them fixed.")
    tab.wait_for_function(STILL)
    assert page.ground() != with_places
    drop_file(tab, "photo.png", "\u0089PNG")
    expect(tab.locator(".own [role=alert]")).to_contain_text("photo.png was not taken")
    choose(tab, source="streets")
    assert [fault for fault in page.faults if not fault.startswith("Failed to load resource")] == []


def test_a_dropped_file_far_away_is_brought_into_sight(tab: Page) -> None:
    place = part(tab, "map")
    drop_file(tab, "places.csv", "lon,lat\n25.4,60.4\n25.5,60.45\n")
    expect(tab.locator(".own [role=status]")).to_contain_text("2 candidates")
    tab.wait_for_function("place => new URLSearchParams(location.hash.slice(1)).get('map') !== place", arg=place)


def test_stations_that_may_close_give_way_in_one_step(tab: Page) -> None:
    choose(tab, sites="2", minutes="5", spacing="200")
    tab.locator(".siting .more summary").press("Enter")
    choose(tab, closing="chosen")
    ticks = tab.locator(".closable input[type=checkbox]")
    for number in range(ticks.count()):
        ticks.nth(number).check()
    expect(tab).to_have_url(re.compile("siting_closing=chosen&siting_close=n"))
    tab.get_by_role("button", name="Choose sites").click()
    closed = tab.locator(".closes li")
    expect(closed).not_to_have_count(0, timeout=FIRST)
    number = closed.count()
    expect(tab.locator(".maplibregl-marker.site-mark.closes")).to_have_count(number)
    stays = tab.locator(".sites em", has_text="stays open").count()
    name = f"Put {2 - stays} into the scenario and close {number}"
    tab.get_by_role("button", name=name).click()
    expect(tab.locator(".edits li")).to_have_count(2 - stays + number)
    tab.get_by_role("button", name="Undo").click()
    expect(tab.locator(".edits")).to_have_count(0)


@pytest.mark.parametrize(("language", "run"), [("en-GB", "Choose sites"), ("zh-CN", "开始选址")])
@pytest.mark.parametrize("width", [1280, 390])
def test_choices_between_coverage_and_fairness(
    chromium: Browser, demo_server: str, language: str, run: str, width: int
) -> None:
    context = reader(chromium, language, width=width)
    link = "#service=primary_care&mode=walk&minutes=5&scenario=on&siting=on&siting_fairness=on"
    watched = watch(context, f"{demo_server}/")
    tab = watched.page
    tab.goto(f"{demo_server}/{link}")
    answered(tab)
    tab.get_by_role("button", name=run).click()
    rows = tab.locator(".front tbody tr")
    expect(rows).not_to_have_count(0, timeout=FIRST)
    number = rows.count()
    assert number > 1
    expect(tab.locator(".siting-front .point")).to_have_count(number)
    first = tab.locator(".sites").inner_text()
    tab.locator(".siting-front .point .dot").last.click()
    expect(rows.last.locator("input")).to_be_checked()
    assert tab.locator(".sites").inner_text() != first
    tab.locator('.siting-front [role="radio"][aria-checked="true"]').press("ArrowRight")  # more people are to the right
    expect(rows.nth(number - 2).locator("input")).to_be_checked()
    rows.nth(number - 2).locator("input").press("ArrowUp")
    expect(rows.nth((number - 3) % number).locator("input")).to_be_checked()  # from the first one up to the last
    expect(tab.locator(".maplibregl-marker.site-mark")).to_have_count(3)
    table = tab.locator(".front").evaluate("t => t.scrollWidth <= t.closest('.siting').clientWidth + 1")
    assert table, "the table is as wide as the panel"
    assert violations(tab) == []
    assert watched.faults == []
    context.close()


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
    tab.locator(".siting > summary").click()
    found = {"form": violations(tab)}
    choose(tab, minutes="5", spacing="200")
    tab.get_by_role("button", name="开始选址").click()
    expect(tab.locator(".sites li").first).to_contain_text("新覆盖", timeout=FIRST)
    found["sites"] = violations(tab)
    context.close()
    assert {state: v for state, v in found.items() if v} == {}
