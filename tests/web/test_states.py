"""The page after failures, with a keyboard, with assistive technology and with the back button."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from .conftest import ROOT, Watched, reader, watch

pytestmark = [pytest.mark.browser, pytest.mark.slow]
AXE = ROOT / "geoservice/web/node_modules/axe-core/axe.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


def choice(page: Page, name: str) -> str:
    """Return a part of the choice that the address holds."""
    return parse_qs(urlsplit(page.url).fragment, keep_blank_values=True).get(name, [""])[0]


def violations(page: Page) -> list[Any]:
    """Return what axe finds on light and on dark panels: rule and elements."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(AXE.read_text())
    found = []
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found += page.evaluate("async rules => (await axe.run(document, rules)).violations", RULES)
    return [(v["id"], [n["target"] for n in v["nodes"]][:4], v["nodes"][0]["failureSummary"][:300]) for v in found]


def refuse(route: Route) -> None:
    route.fulfill(status=503, content_type="application/problem+json", body='{"detail": "busy"}')


def test_axe_finds_nothing_in_any_state(chromium: Browser, demo_server: str) -> None:
    context = reader(chromium)
    page = watch(context, f"{demo_server}/").page
    found = {"first": violations(page)}
    page.locator(".areas tbody tr th button").first.click()
    page.get_by_role("button", name="All columns").click()
    page.locator("input[name=theme][value=demand]").check()
    found["area, all columns, controls off"] = violations(page)
    for tab in ("gaps", "data", "stations"):
        page.locator(f"#tab-{tab}").click()
        found[tab] = violations(page)
    page.locator(".stations li button").first.click()
    page.wait_for_selector(".maplibregl-popup")
    found["card"] = violations(page)
    page.route("**/items*", refuse)
    page.locator("input[name=theme][value=coverage]").check()
    page.locator("select[name=service]").select_option("pharmacy")
    page.wait_for_selector(".headline [role=alert]")
    found["failure"] = violations(page)
    context.close()
    assert {state: v for state, v in found.items() if v} == {}


def test_axe_finds_nothing_on_a_phone(chromium: Browser, demo_server: str) -> None:
    context = reader(chromium, "zh-CN", 390, 844)
    page = watch(context, f"{demo_server}/").page
    found = {"half": violations(page)}
    page.locator("#tab-question").click()
    found["question"] = violations(page)
    page.locator(".handle").press("ArrowUp")
    found["full"] = violations(page)
    context.close()
    assert {state: v for state, v in found.items() if v} == {}


def test_no_old_number_is_shown_after_a_failed_query(page: Watched) -> None:
    tab = page.page
    before = page.ground()
    tab.route("**/items*", refuse)
    tab.locator("select[name=service]").select_option("dental_care")
    alert = tab.locator(".headline [role=alert]")
    expect(alert).to_contain_text("The server is busy.")
    assert set(tab.locator(".areas tbody td").all_inner_texts()) == {"–"}
    failed = page.ground()
    assert failed != before
    expect(tab.locator(".faults [role=alert]")).to_contain_text("colours")
    tab.locator("button[data-language=zh]").click()
    expect(alert).to_contain_text("服务器繁忙")
    tab.unroute_all()
    alert.get_by_role("button").click()
    expect(tab.locator(".areas tbody td.share").first).to_contain_text("%")
    tab.locator(".faults button").click()
    expect(tab.locator("[role=alert]")).to_have_count(0)
    assert page.ground() != failed


def test_old_numbers_are_hidden_while_new_ones_load(page: Watched) -> None:
    tab, held = page.page, list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    tab.route("**/items*", hold)
    tab.locator("input[name=mode][value=drive]").check(force=True)
    expect(tab.locator(".areas")).to_have_attribute("aria-busy", "true")
    assert set(tab.locator(".areas tbody td").all_inner_texts()) == {"…"}
    expect(tab.locator(".headline dd").first).to_have_text("…")
    for route in held:
        route.continue_()
    tab.unroute_all()
    expect(tab.locator(".areas tbody td.share").first).to_contain_text("%")


def test_failed_tiles_are_reported_and_can_be_reloaded(page: Watched) -> None:
    tab = page.page
    tab.route("**/tiles/**", refuse)
    tab.locator("input[name=theme][value=catchments]").check()
    for _ in range(3):
        tab.get_by_role("button", name="Zoom in").click()
    alert = tab.locator(".faults [role=alert]")
    expect(alert).to_have_count(1)
    expect(alert).to_contain_text("could not be loaded")
    expect(alert).to_contain_text("Catchments")
    expect(alert).to_contain_text("The server is busy.")
    empty = page.ground()
    tab.unroute_all()
    alert.get_by_role("button", name="Try again").click()
    expect(alert).to_have_count(0)
    assert page.ground() != empty


@pytest.mark.parametrize(("status", "words"), [(404, "所请求的内容已不存在"), (0, "无法连接服务器")])
def test_tiles_that_are_gone_or_out_of_reach_are_reported_once(
    chromium: Browser, demo_server: str, status: int, words: str
) -> None:
    context = reader(chromium, "zh-CN")
    page = watch(context, demo_server).page
    page.route("**/tiles/cells/**", lambda route: route.fulfill(status=status) if status else route.abort())
    page.locator("input[name=theme][value=cells]").check()
    alert = page.locator(".faults [role=alert]")
    expect(alert).to_have_count(1)
    expect(alert.locator("p")).to_have_text(re.compile(f"^地图的部分内容未能载入：出行时间网格。 {words}。$"))
    context.close()


def test_an_empty_tile_is_not_a_failure(page: Watched) -> None:
    tab = page.page
    answered: list[int] = []
    tab.on("response", lambda response: answered.append(response.status) if "/tiles/cells/" in response.url else None)
    tab.route("**/tiles/cells/**", lambda route: route.fulfill(status=204))
    tab.locator("input[name=theme][value=cells]").check()
    page.settle()
    assert set(answered) == {204}
    expect(tab.locator(".faults [role=alert]")).to_have_count(0)


def test_a_page_without_a_server_reports_it_and_starts_when_there_is_one(chromium: Browser, demo_server: str) -> None:
    context = reader(chromium)
    page = context.new_page()
    page.route("**/manifest*", lambda route: route.abort())
    page.goto(demo_server)
    expect(page.get_by_role("alert")).to_have_text("The server does not answer.")
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".areas tbody tr").first).to_be_visible()
    context.close()


def test_back_undoes_the_last_choice_and_the_address_holds_all_of_it(page: Watched) -> None:
    tab = page.page
    tab.wait_for_function("location.hash.includes('theme=')")
    first = page.column(3)
    tab.locator("select[name=service]").select_option("pharmacy")
    expect(tab).to_have_url(re.compile("service=pharmacy"))
    assert choice(tab, "minutes") == "5", "the standard of the service"
    tab.locator("input[name=theme][value=cells]").check()
    expect(tab).to_have_url(re.compile("theme=cells"))
    tab.locator("input[name=stations]").uncheck()
    expect(tab).to_have_url(re.compile("theme=cells.*on=&"))
    address = tab.url
    tab.go_back()
    expect(tab.locator("input[name=stations]")).to_be_checked()
    tab.go_back()
    expect(tab.locator("input[name=theme][value=coverage]")).to_be_checked()
    expect(tab.locator("select[name=service]")).to_have_value("pharmacy")
    tab.go_back()
    expect(tab.locator("select[name=service]")).to_have_value("primary_care")
    expect(tab.locator("output.now")).to_have_text("within 10 minutes")
    expect(tab.locator(".areas tbody td.share").first).to_contain_text("%")
    assert page.column(3) == first
    tab.goto("about:blank")
    tab.goto(address)
    expect(tab.locator("input[name=theme][value=cells]")).to_be_checked()
    expect(tab.locator("input[name=stations]")).not_to_be_checked()
    expect(tab.locator("select[name=service]")).to_have_value("pharmacy")


def test_a_station_is_reached_and_left_by_the_keyboard(page: Watched) -> None:
    tab = page.page
    tab.locator("#tab-areas").focus()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowRight")
    expect(tab.locator("#tab-stations")).to_be_focused()
    first = tab.locator(".stations li button").first
    name = first.locator("span").inner_text()
    first.focus()
    tab.keyboard.press("Enter")
    expect(tab.locator(".maplibregl-popup h3")).to_have_text(name)
    expect(first).to_have_attribute("aria-pressed", "true")
    expect(tab).to_have_url(re.compile("station="))
    tab.keyboard.press("Escape")
    expect(tab.locator(".maplibregl-popup")).to_have_count(0)
    expect(first).to_be_focused()
    page.page.locator("#tab-areas").click()
    page.row().locator("th button").press("Enter")
    expect(tab.locator(".area h2")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tab.locator(".area h2")).to_have_count(0)


def test_the_map_has_most_of_the_width_and_no_card_lies_under_a_panel(page: Watched) -> None:
    tab = page.page
    tab.locator("#tab-stations").click()
    for width, height in ((1440, 900), (1024, 768), (390, 844)):
        tab.set_viewport_size({"width": width, "height": height})
        buttons = tab.locator(".stations li button")
        for button in (buttons.first, buttons.nth(1)):
            button.click()
            card = tab.locator(".maplibregl-popup-content")
            expect(card).to_be_visible()
            tab.wait_for_timeout(150)
            box, inner = tab.locator(".map").bounding_box(), card.bounding_box()
            assert box is not None
            assert inner is not None
            assert box["width"] > width / 2
            assert box["x"] <= inner["x"]
            assert inner["x"] + inner["width"] <= box["x"] + box["width"]
            assert box["y"] <= inner["y"]
            assert inner["y"] + inner["height"] <= box["y"] + box["height"]


def test_print_has_legend_map_and_table_and_no_controls_at_any_width(page: Watched) -> None:
    tab = page.page
    tab.emulate_media(media="print", reduced_motion="reduce")
    tab.set_viewport_size({"width": 700, "height": 900})
    for shown in (".headline dd >> nth=0", ".legend .scale", ".map canvas", ".areas tfoot"):
        expect(tab.locator(shown).first).to_be_visible()
    for hidden in (".question", ".buttons", ".tabs", "input[value=cells]"):
        expect(tab.locator(hidden)).not_to_be_visible()
    expect(tab.locator(".page.wide")).to_have_count(1)
    map_box, results = tab.locator(".map").bounding_box(), tab.locator(".results").bounding_box()
    assert map_box is not None
    assert results is not None
    assert results["y"] >= map_box["y"] + map_box["height"]


def test_panels_fold_and_stay_folded(chromium: Browser, demo_server: str) -> None:
    context = reader(chromium)
    page = watch(context, f"{demo_server}/").page
    page.get_by_role("button", name="Hide choices and layers").click()
    wide = page.locator(".map").evaluate("e => e.clientWidth")
    page.reload()
    expect(page.locator(".canvas canvas")).to_be_visible()
    expect(page.locator(".areas tbody tr").first).to_be_visible()
    assert page.locator(".map").evaluate("e => e.clientWidth") == wide > 800
    page.get_by_role("button", name="Show choices and layers").click()
    expect(page.locator("select[name=service]")).to_be_visible()
    context.close()


def test_the_picture_of_this_view_is_of_this_view(page: Watched) -> None:
    tab = page.page
    tab.locator("select[name=service]").select_option("pharmacy")
    tab.locator("input[name=mode][value=drive]").check(force=True)
    link = tab.get_by_role("link", name="Picture of this view")
    query = parse_qs(urlsplit(link.get_attribute("href") or "").query)
    assert [query[n] for n in ("service", "mode", "minutes", "level", "collections")] == [
        ["pharmacy"], ["drive"], ["5"], ["township"], ["coverage,stations"],
    ]  # fmt: skip
    answer = tab.request.get(link.get_attribute("href") or "")
    assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
    tab.locator("select[name=group]").select_option("migrant")
    tab.locator("select[name=tier]").select_option("village")
    expect(link).to_have_attribute("href", re.compile("tier=village&group=migrant"))
    assert tab.request.get(link.get_attribute("href") or "").status == 200
    tab.locator("input[name=theme][value=cells]").check()
    expect(link).not_to_have_attribute("href", re.compile("group="))
    assert tab.request.get(link.get_attribute("href") or "").status == 200
    tab.locator("input[name=theme][value=uncovered]").check()
    expect(link).to_have_count(0)
    expect(tab.locator(".buttons .picture[aria-disabled]")).to_have_attribute("title", re.compile("standard time"))
    tab.locator("#tab-data").click()
    expect(tab.locator(".data")).to_contain_text("There is no picture of this view")
