"""The flow map in a real browser on the demo of Yixiu, whose migrants have origins all over China."""

import csv
import io
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from .conftest import Watched, reader, watch
from .test_states import choice, refuse, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LANGUAGES = ("en-GB", "zh-CN")
SENTENCE = {"en-GB": r"^about [\d\s]+ ±\s\d+ people from .+", "zh-CN": r"^约[\d\s]+人（±\s\d+）来自.+"}
ROWS = ".flows tbody tr"
DIRECTIONS = ("in", "out", "between")


@pytest.fixture
def yixiu(chromium: Browser, yixiu_server: str) -> Iterator[Watched]:
    """The flow map in English."""
    context = reader(chromium)
    yield opened(watch(context, f"{yixiu_server}/?lang=en"))
    context.close()


def opened(watched: Watched) -> Watched:
    """Open the flow map and wait for its lines."""
    watched.page.locator("#tab-flows").click()
    expect(watched.page.locator(ROWS).first).to_be_visible()
    watched.settle()
    return watched


def names(page: Page) -> list[str]:
    return page.locator(f"{ROWS} th").all_inner_texts()


def direct(watched: Watched, direction: str) -> None:
    watched.page.locator(f"input[name=flow][value={direction}]").check(force=True)
    expect(watched.page.locator(".flows")).to_have_attribute("aria-busy", "false")
    watched.settle()


def choose(watched: Watched, name: str, value: str) -> None:
    watched.page.locator(f"select[name=flow_{name}]").select_option(value)
    expect(watched.page.locator(".flows")).to_have_attribute("aria-busy", "false")
    watched.settle()


def line_under_pointer(page: Page) -> tuple[float, float]:
    """Move the pointer over the map until it is on a line; return where that is."""
    box = page.locator(".map").bounding_box()
    assert box is not None
    for part in (0.4, 0.5, 0.6):
        x = box["x"] + part * box["width"]
        for step in range(40):
            y = box["y"] + (0.2 + step * 0.015) * box["height"]
            page.mouse.move(x, y)
            page.wait_for_timeout(60)
            if page.locator(".map .tip").count():
                return x, y
    pytest.fail("no line was found under the pointer")


def test_its_code_is_fetched_when_it_is_opened(chromium: Browser, yixiu_server: str) -> None:
    context = reader(chromium)
    watched = watch(context, f"{yixiu_server}/")
    code = re.compile(r"/assets/(view|lines|places|webgl-device)-")
    assert not [r for r in watched.requests if code.search(r) or "/collections/flows/" in r]
    opened(watched)
    assert {m[1] for r in watched.requests if (m := code.search(r))} >= {"view", "lines"}
    assert watched.strangers() == []
    assert watched.faults == [], "the content security policy stands as it is"
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_line_a_bar_and_a_row_mark_the_same_flow(chromium: Browser, yixiu_server: str, language: str) -> None:
    context = reader(chromium, language)
    watched = opened(watch(context, f"{yixiu_server}/"))
    page = watched.page
    calm = watched.ground()
    x, y = line_under_pointer(page)
    tip = page.locator(".map .tip span").first.inner_text()
    assert re.match(SENTENCE[language], tip)
    row = page.locator(".flows tr.hovered")
    expect(row).to_have_count(1)
    key = row.get_attribute("data-key")
    expect(page.locator("g.flow.now")).to_have_attribute("data-key", str(key))
    expect(page.locator(".marked span")).to_have_text(tip)
    page.mouse.click(x, y)
    expect(row.locator("button")).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile("flow_line="))
    assert watched.ground() != calm, "the line that was chosen stays marked"
    page.keyboard.press("Escape")
    expect(page.locator(".flows [aria-pressed=true]")).to_have_count(0)
    second = page.locator(ROWS).nth(1)
    second.locator("button").focus()
    expect(page.locator(f"g.flow.now[data-key='{second.get_attribute('data-key')}']")).to_have_count(1)
    page.locator("g.flow").nth(2).hover()
    expect(page.locator(ROWS).nth(2)).to_have_class(re.compile("hovered"))
    context.close()


def test_all_controls_change_what_is_shown(yixiu: Watched) -> None:
    page, seen = yixiu.page, [names(yixiu.page)]
    pictures = [yixiu.ground()]
    for direction in DIRECTIONS[1:]:
        direct(yixiu, direction)
        seen.append(names(page))
        assert all("→" in name for name in seen[-1])
        expect(page.locator("select[name=flow_origins]")).to_be_disabled()
    page.get_by_role("button", name="Show all lines").click()
    pictures.append(yixiu.ground())
    places = page.locator("select[name=flow_place] option")
    unit = places.nth(1).get_attribute("value") or ""
    choose(yixiu, "place", unit)
    seen.append(names(page))
    direct(yixiu, "out")
    seen.append(names(page))
    pictures.append(yixiu.ground())
    expect(page.locator(".flows thead th").first).to_have_text("To")
    direct(yixiu, "in")
    choose(yixiu, "origins", "wide")
    seen.append(names(page))
    choose(yixiu, "top", "10")
    assert len(names(page)) == 10
    choose(yixiu, "areas", "county")
    assert page.locator("select[name=flow_place]").input_value() == ""
    different = {tuple(s) for s in seen}
    assert len(different) == len(seen) - 1, "without an area, out and between are the same flows"
    assert len(set(pictures)) == len(pictures)


def test_filters_are_in_the_address_and_in_the_csv(yixiu: Watched) -> None:
    page = yixiu.page
    page.locator("details.filters summary").click()
    choose(yixiu, "arrived", "arrived_under_1")
    expect(page.locator(".flows thead th").last).to_have_text("All years")
    expect(page.locator("#flows-in-words")).to_contain_text("here for under 1 year")
    choose(yixiu, "relation", "same_province")
    expect(page.locator("select[name=flow_arrived]")).to_have_value("")
    of_the_province = len(names(page))
    page.locator("input[name=flow_excess]").check()
    expect(page).to_have_url(re.compile("flow_relation=same_province&flow_excess=1"))
    yixiu.settle()
    assert len(names(page)) < of_the_province
    assert "Funan County → Yangqiao Town" in names(page), "the corridor of the demo; noise can flag a second one"
    with urllib.request.urlopen(page.locator(".flows a").get_attribute("href") or "") as answer:
        rows = list(csv.DictReader(io.StringIO(answer.read().decode("utf-8-sig"))))
    assert [r["excess_class"] for r in rows] == ["1"] * len(names(page))
    assert "Funan County" in [r["origin_en"] for r in rows]
    page.locator(ROWS).filter(has_text="Funan County").locator("button").first.click()
    expect(page.locator(".marked small")).to_contain_text("that distance and size explain")
    assert violations(page) == []


def test_levels_follow_the_zoom(yixiu: Watched) -> None:
    page = yixiu.page
    geographies = []
    for zoom in (4, 6, 10):
        page.evaluate(f"location.hash = location.hash.replace(/map=[^&]*/, 'map={zoom}/30.6/117')")
        yixiu.settle()
        expect(page.locator(".flows")).to_have_attribute("aria-busy", "false")
        query = parse_qs(urlsplit(page.locator(".flows a").get_attribute("href") or "").query)
        geographies.append(query["geography"][0])
    assert geographies == ["flow", "flow_detail", "flow_local_detail"]
    choose(yixiu, "areas", "county")
    choose(yixiu, "origins", "wide")
    expect(page.locator(".flows a")).to_have_attribute("href", re.compile("geography=flow&"))


def test_the_csv_is_the_table(yixiu: Watched) -> None:
    for direction in DIRECTIONS:
        direct(yixiu, direction)
        check_csv(yixiu.page)


def check_csv(page: Page) -> None:
    with urllib.request.urlopen(page.locator(".flows a").get_attribute("href") or "") as answer:
        rows = list(csv.DictReader(io.StringIO(answer.read().decode("utf-8-sig"))))
    assert [f"{r['origin']}>{r['destination']}" for r in rows] == [
        r.get_attribute("data-key") for r in page.locator(ROWS).all()
    ]
    shown = [
        re.sub(r"[≈\s]", "", text.split("±")[0]).replace("−", "-") for text in page.locator("td.persons").all_inner_texts()
    ]
    assert [int(n) for n in shown] == [round(float(r["persons"])) for r in rows]
    doubtful = [float(r["persons_margin"]) >= abs(float(r["persons"])) for r in rows]
    assert [("≈" in text) for text in page.locator("td.persons").all_inner_texts()] == doubtful
    lines = re.search(r"Lines on the map: (\d+)\.", page.locator("#flows-in-words").inner_text())
    positions = [all(r[f"{end}_{axis}"] for end in ("origin", "destination") for axis in ("lon", "lat")) for r in rows]
    assert lines
    assert int(lines[1]) == sum(a and not b for a, b in zip(positions, doubtful, strict=True))


def test_the_address_holds_the_view_and_back_undoes_it(yixiu: Watched) -> None:
    page = yixiu.page
    expect(page).to_have_url(re.compile("theme=flows.*flow=in"))
    direct(yixiu, "between")
    expect(page).to_have_url(re.compile("flow=between"))
    choose(yixiu, "top", "50")
    expect(page).to_have_url(re.compile("flow_top=50"))
    unit = page.locator("select[name=flow_place] option").nth(2).get_attribute("value") or ""
    choose(yixiu, "place", unit)
    expect(page).to_have_url(re.compile("flow_place="))
    page.get_by_role("button", name="Show all lines").click()
    page.locator(f"{ROWS} button").first.click()
    expect(page).to_have_url(re.compile("flow_line="))
    yixiu.settle()
    page.wait_for_timeout(400)
    address, rows = page.url, names(page)
    page.go_back()
    expect(page.locator("select[name=flow_place]")).to_have_value("")
    page.go_back()
    expect(page.locator("select[name=flow_top]")).to_have_value("20")
    page.go_back()
    expect(page.locator("input[name=flow][value=in]")).to_be_checked()
    page.go_forward()
    expect(page.locator("input[name=flow][value=between]")).to_be_checked()
    page.goto("about:blank")
    page.goto(address)
    expect(page.locator(ROWS)).to_have_count(len(rows))
    assert names(page) == rows
    expect(page.locator(".flows [aria-pressed=true]")).to_have_count(1)
    expect(page.locator("select[name=flow_place]")).to_have_value(unit)
    yixiu.settle()
    assert choice(page, "map") == parse_qs(urlsplit(address).fragment)["map"][0]


def test_an_area_on_the_map_is_chosen_with_a_click(yixiu: Watched) -> None:
    page = yixiu.page
    page.evaluate("location.hash = location.hash.replace(/map=[^&]*/, 'map=11/30.6/117')")
    yixiu.settle()
    box = page.locator(".map").bounding_box()
    assert box is not None
    for part in (0.5, 0.45, 0.55, 0.4, 0.6):
        page.mouse.click(box["x"] + part * box["width"], box["y"] + part * box["height"])
        page.wait_for_timeout(300)
        if page.locator("select[name=flow_place]").input_value():
            break
    expect(page.locator("select[name=flow_place]")).not_to_have_value("")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("select[name=flow_place]")).to_have_value("")


def test_the_page_comes_back_to_the_study(yixiu: Watched) -> None:
    page = yixiu.page
    page.locator("input[name=theme][value=coverage]").check()
    expect(page.locator("#tab-areas")).to_have_attribute("aria-selected", "true")
    yixiu.settle()
    assert float(choice(page, "map").split("/")[0]) > 8
    expect(page.locator(".headline dl")).to_be_visible()
    expect(page.locator("select[name=service]")).to_be_visible()
    coverage = yixiu.ground()
    page.locator("input[name=theme][value=flows]").check()
    expect(page.locator(ROWS).first).to_be_visible()
    assert yixiu.ground() != coverage
    page.go_back()
    expect(page.locator("input[name=theme][value=coverage]")).to_be_checked()
    yixiu.settle()
    assert float(choice(page, "map").split("/")[0]) > 8
    assert yixiu.faults == []


def test_a_failure_is_reported_and_can_be_tried_again(yixiu: Watched) -> None:
    page = yixiu.page
    page.route("**/collections/flows/items*", refuse)
    page.locator("select[name=flow_top]").select_option("100")
    alert = page.locator(".flows [role=alert]")
    expect(alert).to_contain_text("The flows could not be loaded.")
    expect(page.locator(ROWS)).to_have_count(0)
    page.unroute_all()
    alert.get_by_role("button").click()
    expect(page.locator(ROWS).first).to_be_visible()


def without(layer: str) -> Any:
    def reply(route: Route) -> None:
        answer = route.fetch()
        manifest = answer.json()
        manifest["layers"] = [entry for entry in manifest["layers"] if entry["id"] != layer]
        route.fulfill(response=answer, json=manifest)

    return reply


def test_a_release_without_flows_has_no_entry(chromium: Browser, yixiu_server: str) -> None:
    context = reader(chromium)
    context.route("**/manifest*", without("flows"))
    page = watch(context, f"{yixiu_server}/#theme=flows&tab=flows").page
    expect(page.locator("#tab-flows")).to_have_count(0)
    expect(page.locator("input[name=theme][value=flows]")).to_have_count(0)
    expect(page.locator("input[name=theme][value=coverage]")).to_be_checked()
    context.close()


def test_axe_finds_nothing_in_any_state(yixiu: Watched) -> None:
    page = yixiu.page
    found = {"in": violations(page)}
    page.locator(f"{ROWS} button").first.click()
    found["marked"] = violations(page)
    direct(yixiu, "between")
    found["between"] = violations(page)
    choose(yixiu, "place", page.locator("select[name=flow_place] option").nth(1).get_attribute("value") or "")
    found["area"] = violations(page)
    page.route("**/collections/flows/items*", refuse)
    page.locator("select[name=flow_top]").select_option("100")
    page.wait_for_selector(".flows [role=alert]")
    found["failure"] = violations(page)
    assert {state: v for state, v in found.items() if v} == {}


def test_the_keyboard_reaches_every_flow(yixiu: Watched) -> None:
    page = yixiu.page
    page.locator("#tab-flows").focus()
    wanted = page.locator(f"{ROWS} button").nth(1)
    for _ in range(40):
        page.keyboard.press("Tab")
        if wanted.evaluate("e => e === document.activeElement"):
            break
    expect(wanted).to_be_focused()
    expect(page.locator("g.flow.now")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(wanted).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".canvas canvas")).to_have_attribute("aria-describedby", "flows-in-words")


def test_a_phone_shows_it_without_scrolling_sideways(chromium: Browser, yixiu_server: str, artifacts: Path) -> None:
    context = reader(chromium, "zh-CN", 390, 844)
    watched = opened(watch(context, f"{yixiu_server}/"))
    page = watched.page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("#results-body").evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    found = violations(page)
    page.locator(f"{ROWS} button").first.click()
    expect(page.locator(".marked span")).to_have_text(re.compile(SENTENCE["zh-CN"]))
    page.screenshot(path=artifacts / "flows-phone.png")
    page.locator("#tab-question").click()
    page.locator("input[name=theme][value=coverage]").check()
    expect(page.locator("select[name=service]")).to_be_visible()
    context.close()
    assert found == []


@pytest.mark.parametrize(("language", "scheme"), [("en-GB", "light"), ("zh-CN", "dark")])
def test_pictures(chromium: Browser, yixiu_server: str, artifacts: Path, language: str, scheme: Any) -> None:
    context = reader(chromium, language, scheme=scheme)
    watched = opened(watch(context, f"{yixiu_server}/"))
    rest = watched.ground()
    watched.page.wait_for_timeout(1500)
    assert watched.ground() == rest, "something moves although the reader wants no motion"
    for direction in ("in", "between"):
        direct(watched, direction)
        watched.page.locator(".flows button.plain").click()
        watched.ground()
        watched.page.screenshot(path=artifacts / f"flows-{direction}-{scheme}-{language}.png")
    context.close()
