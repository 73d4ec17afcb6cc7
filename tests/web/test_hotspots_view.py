"""Hotspots in a real browser on the demo of Yixiu: sixty villages, squares, and clusters of the scan statistic."""

import csv
import io
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import Watched, reader, watch
from .test_flow_map import without
from .test_states import choice, refuse, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LANGUAGES = ("en-GB", "zh-CN")
ROWS = ".hotspots table tbody tr"
PURPOSE = {"en-GB": "bring services to people", "zh-CN": "把服务送到需要的地方"}
HIGH = {
    "en-GB": r"^More migrants than chance explains, false discovery rate (1|5|10) %$",
    "zh-CN": r"^流动人口占比高于偶然水平（错误发现率 (1|5|10)%）$",
}
METHODS = ("hotspot_class", "moran_class", "funnel_class", "smoothed_rate", "spatial_rate")


@pytest.fixture
def yixiu(chromium: Browser, yixiu_server: str) -> Iterator[Watched]:
    """The hotspots in English."""
    context = reader(chromium)
    yield opened(watch(context, f"{yixiu_server}/?lang=en"))
    context.close()


def opened(watched: Watched) -> Watched:
    """Open the hotspots and wait for their list."""
    watched.page.locator("#tab-hotspots").click()
    expect(watched.page.locator(ROWS).first).to_be_visible()
    watched.settle()
    return watched


def choose(watched: Watched, name: str, value: str) -> None:
    watched.page.locator(f"select[name=hotspot_{name}]").select_option(value)
    expect(watched.page.locator(".hotspots")).to_have_attribute("aria-busy", "false")
    watched.settle()


def serve_elder_care(watched: Watched) -> None:
    """Ask for migrants beyond the standard of a service that has clusters and classes."""
    watched.page.locator("select[name=service]").select_option("elder_care")
    choose(watched, "measure", "unserved")


def rows_of(page: Page, name: str) -> list[dict[str, str]]:
    """Return the rows of a file that the panel links to."""
    with urllib.request.urlopen(page.get_by_role("link", name=name).get_attribute("href") or "") as answer:
        return list(csv.DictReader(io.StringIO(answer.read().decode("utf-8-sig"))))


def units(page: Page) -> list[str]:
    return [row.get_attribute("data-unit") or "" for row in page.locator(ROWS).all()]


def chosen_by_click(page: Page) -> str:
    """Click on the map until an area is chosen; return it."""
    box = page.locator(".map").bounding_box()
    assert box is not None
    for part in (0.5, 0.46, 0.54, 0.42, 0.58):
        page.mouse.click(box["x"] + part * box["width"], box["y"] + part * box["height"])
        page.wait_for_timeout(400)
        if area := (re.search(r"area=([^&]+)", page.url) or [None, ""])[1]:
            return str(area)
    pytest.fail("no area was under the pointer")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_what_hotspots_are_and_what_they_are_for(chromium: Browser, yixiu_server: str, language: str) -> None:
    context = reader(chromium, language)
    watched = watch(context, f"{yixiu_server}/")
    assert not [r for r in watched.requests if "/collections/hotspots/" in r or re.search(r"/assets/view-", r)]
    before = watched.ground()
    page = opened(watched).page
    assert watched.ground() != before
    expect(page.locator(".purpose")).to_contain_text(PURPOSE[language])
    assert page.locator(".hotspot-legend li").count() >= 9
    page.locator(ROWS).first.locator("button").click()
    expect(page.locator(".spot > p")).to_have_text(re.compile(HIGH[language]))
    expect(page.locator(".chosen .numbers").first).to_be_visible()
    expect(page.locator(".canvas canvas")).to_have_attribute("aria-describedby", "hotspots-in-words")
    assert watched.strangers() == []
    assert watched.faults == []
    context.close()


def test_the_list_is_the_significant_areas_of_the_file(yixiu: Watched) -> None:
    page = yixiu.page
    for method, column in (("hotspot_class", "class"), ("moran_class", "moran"), ("funnel_class", "funnel")):
        choose(yixiu, "method", method)
        rows = rows_of(page, "CSV of all areas")
        assert len(rows) > len(units(page))
        assert set(units(page)) == {r["unit"] for r in rows if r[f"migrants_{column}"] not in ("", "0")}
    shown = page.locator(f"{ROWS} td:nth-child(2)").all_inner_texts()
    rates = {r["unit"]: round(float(r["migrants_rate"])) for r in rows}
    assert [int((re.match(r"\d+", s) or [""])[0]) for s in shown] == [rates[u] for u in units(page)]
    unstable = sum(r["migrants_funnel_status"] == "unstable" for r in rows)
    expect(page.locator(".hotspot-legend li", has_text="not stable").locator("b")).to_have_text(str(unstable))


def test_map_and_list_are_linked_both_ways(yixiu: Watched) -> None:
    page = yixiu.page
    calm = yixiu.ground()
    row = page.locator(ROWS).first
    unit = row.get_attribute("data-unit")
    row.locator("button").click()
    expect(row).to_have_class(re.compile("selected"))
    yixiu.settle()
    assert yixiu.ground() != calm, "the map has moved to the area and marks it"
    box = page.locator(".map").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".map .tip")).to_contain_text("More migrants than chance explains")
    expect(page.locator(f"tr.hovered[data-unit='{unit}']")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".spot")).to_have_count(0)
    page.get_by_role("button", name="Whole study").click()
    yixiu.settle()
    area = chosen_by_click(page)
    expect(page.locator(".chosen h2")).to_be_visible()
    expect(page.locator(".spot a")).to_have_attribute("href", re.compile(f"unit={area}"))


def test_all_controls_change_what_is_shown(yixiu: Watched) -> None:
    page = yixiu.page
    seen = [(yixiu.ground(), page.locator(".hotspot-legend").inner_text())]
    for method in METHODS[1:]:
        choose(yixiu, "method", method)
        seen.append((yixiu.ground(), page.locator(".hotspot-legend").inner_text()))
    assert len({legend for _, legend in seen}) == len(seen)
    assert len({ground for ground, _ in seen}) >= len(seen) - 1, "both smoothed rates may fall into the same classes"
    choose(yixiu, "method", "hotspot_class")
    for measure in ("arrivals", "unserved"):
        choose(yixiu, "measure", measure)
        seen.append((yixiu.ground(), page.locator(".hotspot-legend").inner_text()))
    choose(yixiu, "unit", "cell")
    assert page.locator("select[name=hotspot_method] option").count() == 1
    seen.append((yixiu.ground(), ""))
    assert len({ground for ground, _ in seen}) >= len(seen) - 1
    expect(page.locator("input[name=mode]")).to_have_count(2)
    page.locator("input[name=mode][value=drive]").check(force=True)
    expect(page.locator("#reason-hotspot-measure")).to_contain_text(
        "There are no hotspots for Maternal and child health, driving"
    )
    page.locator("input[name=mode][value=walk]").check(force=True)
    choose(yixiu, "unit", "village")
    serve_elder_care(yixiu)
    choose(yixiu, "method", "smoothed_rate")
    page.locator(ROWS).first.locator("button").click()
    expect(page.locator(".spot > p")).to_have_text(
        re.compile(r"^Share of migrants beyond 30 min of Elder care \(walking\): [\d.]+")
    )
    expect(page.locator(".spot dd").first).to_have_text(re.compile("than chance explains|not stable"))
    assert yixiu.faults == []


def test_a_square_shows_its_numbers(yixiu: Watched) -> None:
    serve_elder_care(yixiu)
    choose(yixiu, "unit", "cell")
    page = yixiu.page
    row = page.locator(ROWS).first
    row.locator("button").click()
    expect(page.locator(".chosen h2")).to_have_text(re.compile(r"^Square c-?\d+_-?\d+$"))
    expect(page.locator(".spot > p")).to_contain_text("than chance explains")
    expect(page).to_have_url(re.compile("hotspot_unit=cell"))


def test_catchments_are_those_of_the_service_and_mode(yixiu: Watched) -> None:
    page = yixiu.page
    expect(page.locator("input[name=theme][value=hotspot_catchments]")).to_have_count(0)
    choose(yixiu, "unit", "catchment")
    choose(yixiu, "method", "smoothed_rate")
    files = rows_of(page, "CSV of all areas")
    assert {(r["unit"].split(".")[0], r["unit"].split(".")[1]) for r in files} == {("maternal_child_health", "walk")}
    row = page.locator(ROWS).first
    name = row.locator("button").inner_text()
    row.locator("button").click()
    expect(page.locator(".chosen h2")).to_have_text(f"Nearest to {name}")
    expect(page).to_have_url(re.compile("hotspot_unit=catchment"))
    first = yixiu.ground()
    page.locator("input[name=mode][value=drive]").check(force=True)
    expect(page.locator(".hotspots")).to_have_attribute("aria-busy", "false")
    assert yixiu.ground() != first


def test_a_cluster_shows_its_people_and_areas(yixiu: Watched) -> None:
    serve_elder_care(yixiu)
    page = yixiu.page
    files = rows_of(page, "CSV of clusters")
    buttons = page.locator(".clusters li > button")
    expect(buttons).to_have_count(len(files))
    assert len(files) > 1
    first = min(files, key=lambda r: int(r["rank"]))
    shown = re.sub(r"\s+", " ", buttons.first.inner_text())
    expected = rf"Areas: {first['area_count']}; households: [\d\s]+ ± \d+ \(\d+(\.\d)? ± [\d.]+%\); relative risk"
    assert re.search(expected, shown), shown
    assert f"relative risk {float(first['relative_risk']):.2f}; p {float(first['p']):.3f}" in shown
    outlined = yixiu.ground()
    buttons.first.click()
    expect(page.locator(".members button")).to_have_count(int(first["area_count"]))
    yixiu.settle()
    assert yixiu.ground() != outlined
    expect(page).to_have_url(re.compile("hotspot_cluster="))
    page.locator(".members button").first.click()
    expect(page.locator(".chosen .numbers").first).to_be_visible()
    page.locator("input[name=hotspot_clusters]").uncheck()
    expect(buttons).to_have_count(0)


def test_the_address_holds_the_view_and_back_undoes_it(yixiu: Watched) -> None:
    page = yixiu.page
    expect(page).to_have_url(re.compile("theme=hotspots.*hotspot=migrants.*hotspot_method=hotspot_class"))
    choose(yixiu, "measure", "arrivals")
    expect(page).to_have_url(re.compile("hotspot=arrivals"))
    choose(yixiu, "method", "smoothed_rate")
    expect(page).to_have_url(re.compile("hotspot_method=smoothed_rate"))
    page.locator(ROWS).nth(2).locator("button").click()
    expect(page).to_have_url(re.compile("area="))
    yixiu.settle()
    page.wait_for_timeout(500)
    address, listed, title = page.url, units(page), page.locator(".chosen h2").first.inner_text()
    page.go_back()
    expect(page.locator(".spot")).to_have_count(0)
    page.go_back()
    expect(page.locator("select[name=hotspot_method]")).to_have_value("hotspot_class")
    page.go_back()
    expect(page.locator("select[name=hotspot_measure]")).to_have_value("migrants")
    page.goto("about:blank")
    page.goto(address)
    expect(page.locator(ROWS)).to_have_count(len(listed))
    assert units(page) == listed
    expect(page.locator(".chosen h2").first).to_have_text(title)
    yixiu.settle()
    assert choice(page, "map") == parse_qs(urlsplit(address).fragment)["map"][0]


def test_the_page_goes_back_to_other_layers(yixiu: Watched) -> None:
    page = yixiu.page
    hotspots = yixiu.ground()
    page.locator("input[name=theme][value=coverage]").check()
    expect(page.locator("#tab-areas")).to_have_attribute("aria-selected", "true")
    expect(page.locator("select[name=group]")).to_be_visible()
    coverage = yixiu.ground()
    page.locator("input[name=theme][value=hotspots]").check()
    expect(page.locator(ROWS).first).to_be_visible()
    assert coverage != hotspots
    assert yixiu.ground() == hotspots
    page.locator("#tab-flows").click()
    expect(page.locator(".flows tbody tr").first).to_be_visible()
    page.locator("#tab-hotspots").click()
    expect(page.locator(ROWS).first).to_be_visible()
    assert yixiu.faults == []


def test_a_failure_is_reported_and_can_be_tried_again(yixiu: Watched) -> None:
    page = yixiu.page
    page.route("**/collections/hotspots/items*", refuse)
    page.locator("select[name=hotspot_measure]").select_option("arrivals")
    alert = page.locator(".hotspots [role=alert]").first
    expect(alert).to_contain_text("The hotspots could not be loaded.")
    expect(page.locator(ROWS)).to_have_count(0)
    page.unroute_all()
    alert.get_by_role("button").click()
    expect(page.locator("#hotspots-in-words")).to_be_visible()


def test_a_release_without_hotspots_has_no_entry(chromium: Browser, yixiu_server: str) -> None:
    context = reader(chromium)
    context.route("**/manifest*", without("hotspots"))
    page = watch(context, f"{yixiu_server}/#theme=hotspots&tab=hotspots").page
    expect(page.locator("#tab-hotspots")).to_have_count(0)
    expect(page.locator("input[name=theme][value=hotspots]")).to_have_count(0)
    expect(page.locator("input[name=theme][value=coverage]")).to_be_checked()
    context.close()


def test_axe_finds_nothing_in_any_state(yixiu: Watched) -> None:
    page = yixiu.page
    found = {"migrants": violations(page)}
    page.locator(ROWS).first.locator("button").click()
    found["area"] = violations(page)
    choose(yixiu, "method", "spatial_rate")
    found["rate"] = violations(page)
    serve_elder_care(yixiu)
    page.locator(".clusters li > button").first.click()
    expect(page.locator(".members button").first).to_be_visible()
    found["cluster"] = violations(page)
    choose(yixiu, "unit", "cell")
    found["cells"] = violations(page)
    page.locator("input[name=mode][value=drive]").check(force=True)
    expect(page.locator("#reason-hotspot-measure")).to_be_visible()
    found["none"] = violations(page)
    assert {state: v for state, v in found.items() if v} == {}


def test_the_keyboard_reaches_every_area(yixiu: Watched) -> None:
    page = yixiu.page
    page.locator("#tab-hotspots").focus()
    wanted = page.locator(f"{ROWS} button").nth(1)
    for _ in range(20):
        page.keyboard.press("Tab")
        if wanted.evaluate("e => e === document.activeElement"):
            break
    expect(wanted).to_be_focused()
    expect(page.locator(f"{ROWS}.hovered")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(wanted).to_have_attribute("aria-pressed", "true")


def test_a_phone_shows_it_without_scrolling_sideways(chromium: Browser, yixiu_server: str, artifacts: Path) -> None:
    context = reader(chromium, "zh-CN", 390, 844)
    watched = opened(watch(context, f"{yixiu_server}/"))
    page = watched.page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("#results-body").evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    expect(page.locator("#results-body .hotspot-legend")).to_be_visible()
    found = violations(page)
    page.locator(ROWS).first.locator("button").click()
    expect(page.locator(".spot > p")).to_have_text(re.compile(HIGH["zh-CN"]))
    page.wait_for_timeout(300)
    page.screenshot(path=artifacts / "hotspots-phone.png")
    context.close()
    assert found == []


@pytest.mark.parametrize(("language", "scheme"), [("en-GB", "light"), ("zh-CN", "dark")])
def test_pictures(chromium: Browser, yixiu_server: str, artifacts: Path, language: str, scheme: Any) -> None:
    context = reader(chromium, language, scheme=scheme)
    watched = opened(watch(context, f"{yixiu_server}/"))
    watched.page.screenshot(path=artifacts / f"hotspots-migrants-{scheme}-{language}.png")
    serve_elder_care(watched)
    watched.page.screenshot(path=artifacts / f"hotspots-unserved-{scheme}-{language}.png")
    assert violations(watched.page) == []
    context.close()
