"""The search for places above the map, in both languages: keys, results, failures, the address, narrow and dark screens."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from .conftest import ROOT, Watched, reader, watch

AXE = ROOT / "geoservice/web/node_modules/axe-core/axe.min.js"
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
Language = Literal["en", "zh"]


class Texts(NamedTuple):
    """What the page says in a language."""

    town: str
    kind: str
    within: str
    nothing: str
    failed: str
    shown: str


TEXTS: dict[Language, Texts] = {
    "en": Texts(
        "Dalongshan Town", "township", "Yixiu District, Anqing City, Anhui", "No place has a name that begins with “qqq”.",
        "The search failed.", "Dalongshan Town, Yixiu District, Anqing City, Anhui: shown on the map.",
    ),
    "zh": Texts(
        "大龙山镇", "乡级", "安徽省 安庆市 宜秀区", "没有名称以“qqq”开头的地点。", "查找失败。",
        "大龙山镇, 安徽省 安庆市 宜秀区：已在地图上显示。",
    ),
}  # fmt: skip


@pytest.fixture(scope="module", params=["en", "zh"])
def language(request: pytest.FixtureRequest) -> Language:
    chosen: Language = request.param
    return chosen


@pytest.fixture(scope="module")
def context(chromium: Browser, language: Language) -> Iterator[BrowserContext]:
    context = reader(chromium, "zh-CN" if language == "zh" else "en-GB")
    yield context
    context.close()


@pytest.fixture
def opened(context: BrowserContext, yixiu_server: str, language: Language) -> Iterator[Watched]:
    watched = watch(context, f"{yixiu_server}/?lang={language}")
    yield watched
    watched.page.close()


def box(page: Page) -> Locator:
    return page.get_by_role("combobox").and_(page.locator(".search input"))


def options(page: Page) -> Locator:
    return page.get_by_role("option").and_(page.locator(".search [role=option]"))


def axe(page: Page) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run('.search', rules)", RULES)
    return [f"{v['id']}: {n['html'][:150]}" for v in found["violations"] for n in v["nodes"]]


def test_a_place_is_found_by_keys_shown_and_taken_back(opened: Watched, language: Language) -> None:
    page, texts = opened.page, TEXTS[language]
    box(page).focus()
    page.keyboard.type("dalong")
    expect(options(page).first).to_contain_text(texts.town)
    expect(options(page).first).to_contain_text(texts.kind)
    expect(options(page).first).to_contain_text(texts.within)
    assert box(page).get_attribute("aria-expanded") == "true"
    assert box(page).get_attribute("aria-activedescendant") is None
    page.keyboard.press("ArrowDown")
    assert box(page).get_attribute("aria-activedescendant") == options(page).first.get_attribute("id")
    expect(options(page).first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")  # from the first to the last
    expect(options(page).last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    assert axe(page) == []
    page.keyboard.press("Enter")
    expect(page.locator(".found-mark")).to_have_text(texts.town)
    expect(page.locator(".search [role=status]")).to_have_text(texts.shown)
    expect(page.locator("article.area h2")).to_have_text(texts.town)
    expect(page.locator(".search [role=listbox]")).to_be_hidden()
    opened.settle()
    page.wait_for_function("location.hash.includes('place=') && location.hash.includes('area=340811100')")
    page.go_back()
    expect(page.locator(".found-mark")).to_have_count(0)
    page.go_forward()
    expect(page.locator(".found-mark")).to_have_text(texts.town)
    page.locator(".search .wipe").click()
    expect(page.locator(".found-mark")).to_have_count(0)
    expect(box(page)).to_be_focused()
    assert (opened.faults, opened.strangers()) == ([], [])


def test_a_click_shows_a_place_that_is_no_area(opened: Watched) -> None:
    page = opened.page
    box(page).fill("大龙山镇卫生院")
    options(page).first.click()
    expect(page.locator(".found-mark")).to_contain_text("大龙山镇卫生院")
    expect(page.locator("article.area")).to_have_count(0)
    assert box(page).input_value().startswith("大龙山镇卫生院")


def test_a_link_with_a_place_shows_it(context: BrowserContext, yixiu_server: str, language: Language) -> None:
    watched = watch(context, f"{yixiu_server}/?lang={language}#place=116.95,30.55,<b>Here, there</b>")
    expect(watched.page.locator(".found-mark")).to_have_text("<b>Here, there</b>")
    center = watched.page.evaluate("new URLSearchParams(location.hash.slice(1)).get('map')").split("/")
    assert [float(c) for c in center[1:]] == pytest.approx([30.55, 116.95], abs=0.005)
    watched.page.close()


def test_nothing_found_is_said_and_escape_closes_then_clears(opened: Watched, language: Language) -> None:
    page = opened.page
    box(page).fill("qqq")
    expect(page.locator(".search .told")).to_have_text(TEXTS[language].nothing)
    expect(page.locator(".search [role=status]")).to_have_text(TEXTS[language].nothing)
    assert axe(page) == []
    page.keyboard.press("Escape")
    expect(page.locator(".search .told")).to_have_count(0)
    assert box(page).input_value() == "qqq"
    page.keyboard.press("Escape")
    assert box(page).input_value() == ""


def test_escape_in_the_search_leaves_the_chosen_area(opened: Watched) -> None:
    page = opened.page
    opened.row(0).click()
    expect(page.locator("article.area")).to_have_count(1)
    box(page).fill("大龙")
    expect(options(page).first).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("article.area")).to_have_count(1)


def test_a_failure_is_told_and_can_be_tried_again(opened: Watched, language: Language) -> None:
    page = opened.page
    page.route("**/search?*", lambda route: route.abort())
    box(page).fill("dalong")
    expect(page.locator(".search .told")).to_contain_text(TEXTS[language].failed)
    assert axe(page) == []
    page.unroute("**/search?*")
    page.locator(".search .told button").click()
    expect(options(page).first).to_contain_text(TEXTS[language].town)


def test_keys_that_follow_quickly_ask_once_and_an_older_answer_is_dropped(opened: Watched, language: Language) -> None:
    page = opened.page
    before = len([r for r in opened.requests if "/search?" in r])
    box(page).press_sequentially("dalongshan", delay=5)
    expect(options(page).first).to_contain_text(TEXTS[language].town)
    asked = [r for r in opened.requests if "/search?" in r][before:]
    assert len(asked) <= 3, asked
    assert "q=dalongshan&" in asked[-1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_has_the_search_above_the_map(
    chromium: Browser, yixiu_server: str, language: Language, scheme: Literal["light", "dark"], artifacts: Path
) -> None:
    context = reader(chromium, "zh-CN" if language == "zh" else "en-GB", 390, 844, scheme)
    watched = watch(context, f"{yixiu_server}/?lang={language}")
    page = watched.page
    box(page).fill("dalong")
    expect(options(page).first).to_contain_text(TEXTS[language].town)
    page.keyboard.press("ArrowDown")
    assert axe(page) == []
    page.screenshot(path=str(artifacts / f"search-{language}-{scheme}.png"))
    field, buttons = page.locator(".search .field").bounding_box(), page.locator(".map .buttons").bounding_box()
    assert field is not None
    assert buttons is not None
    assert field["height"] >= 40
    assert field["x"] + field["width"] <= buttons["x"]
    options(page).first.click()
    expect(page.locator(".found-mark")).to_have_text(TEXTS[language].town)
    context.close()


def test_forced_colours_show_the_active_place(chromium: Browser, yixiu_server: str) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, forced_colors="active", reduced_motion="reduce")
    watched = watch(context, f"{yixiu_server}/?lang=en")
    box(watched.page).fill("dalong")
    expect(options(watched.page).first).to_be_visible()
    watched.page.keyboard.press("ArrowDown")
    style = options(watched.page).first.evaluate("e => getComputedStyle(e).outlineStyle")
    assert style == "solid"
    context.close()


def test_a_release_without_a_gazetteer_has_no_search(context: BrowserContext, yixiu_server: str) -> None:
    def without(route):  # type: ignore[no-untyped-def]
        content = route.fetch().json()
        route.fulfill(json={**content, "search": False})

    page = context.new_page()
    page.route("**/manifest?*", without)
    page.goto(yixiu_server)
    page.wait_for_selector(".areas tbody tr")
    expect(page.locator(".search")).to_have_count(0)
    page.close()
