"""A scenario beside the present on the planner's page: two maps, one over the other, the difference, and accessibility."""

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import TWO_FRAMES, Watched, reader, watch
from .test_colours import pixels
from .test_states import violations
from .test_try_station import CENTRE, STILL, answered, open_scenario, part, place, put, share

pytestmark = [pytest.mark.browser, pytest.mark.slow]
VIEWS = ("side", "swipe", "difference")

CONTEXTS = """() => {
  const own = HTMLCanvasElement.prototype.getContext;
  window.contexts = [];
  HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
    const made = own.call(this, kind, ...rest);
    if (String(kind).startsWith("webgl") && made && !window.contexts.includes(made)) window.contexts.push(made);
    return made;
  };
}"""
"""Notes every WebGL context that the page makes."""


def show(tab: Page, view: str) -> None:
    """Choose how the maps are shown, and wait until they are drawn."""
    tab.locator(f"input[name=maps][value={view}]").check(force=True)
    expect(tab.locator(".canvas canvas")).to_have_count(2 if view in {"side", "swipe"} else 1)
    drawn(tab)


def drawn(tab: Page) -> None:
    answered(tab)
    tab.evaluate(TWO_FRAMES)
    tab.wait_for_function("() => document.querySelectorAll('.canvas:not([data-idle])').length === 0")


def cameras(tab: Page) -> list[str]:
    """Return the bars of both scales, which are as long as the maps are far."""
    return tab.locator(".maplibregl-ctrl-scale").evaluate_all("all => all.map(e => e.textContent + e.style.width)")


def box(tab: Page, selector: str) -> dict[str, float]:
    found = tab.locator(selector).bounding_box()
    assert found is not None
    return dict(found)


def swatch_of(tab: Page, number: int, legend: str = ".layers .legend") -> tuple[int, ...]:
    """Return the colour of a class of the legend."""
    text = tab.locator(f"{legend} .scale li").nth(number).evaluate("e => getComputedStyle(e).backgroundColor")
    return tuple(map(int, re.findall(r"\d+", text)))


def seen(tab: Page, area: dict[str, float]) -> Any:
    tab.mouse.move(2, 2)
    drawn(tab)
    return pixels(tab.screenshot(clip={k: area[k] for k in ("x", "y", "width", "height")}))  # type: ignore[typeddict-item]


@pytest.fixture
def tab(page: Watched) -> Iterator[Page]:
    open_scenario(page.page)
    put(page.page)
    yield page.page
    assert [fault for fault in page.faults if not fault.startswith("Failed to load resource")] == []


def test_two_maps_have_one_camera_one_legend_and_numbers_of_their_own(tab: Page) -> None:
    expect(tab.locator(".canvas canvas")).to_have_count(1)
    show(tab, "side")
    first, second, around = box(tab, ".canvas.first"), box(tab, ".canvas:not(.first)"), box(tab, ".map")
    assert first["x"] == around["x"]
    assert first["x"] + first["width"] == pytest.approx(second["x"], abs=1)
    assert second["x"] + second["width"] == pytest.approx(around["x"] + around["width"], abs=1)
    names = [box(tab, f".map-name.{side}") for side in ("first", "second")]
    expect(tab.locator(".map-name.first")).to_have_text("Present")
    expect(tab.locator(".map-name.second")).to_have_text("Scenario")
    assert names[0]["x"] < second["x"] < names[1]["x"]
    expect(tab.locator(".layers .legend .scale")).to_have_count(1)
    darkest = swatch_of(tab, 0)  # nobody covered: Kallio at present, no district in the scenario
    assert seen(tab, first)[darkest] > 500
    assert seen(tab, second)[darkest] < 50
    expect(tab).to_have_url(re.compile("maps=side"))

    for canvas in (first, second):  # whichever is moved, both move
        before = cameras(tab)
        tab.mouse.move(canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] / 2)
        tab.mouse.wheel(0, -400)
        tab.wait_for_timeout(600)
        drawn(tab)
        assert cameras(tab) != before
        assert len(set(cameras(tab))) == 1


def test_the_map_of_the_present_is_locked_and_the_other_one_edits(tab: Page) -> None:
    show(tab, "side")
    first = box(tab, ".canvas.first")
    tab.mouse.click(first["x"] + first["width"] / 2, first["y"] + first["height"] / 2)
    drawn(tab)
    expect(tab.locator(".edits li")).to_have_count(1)
    assert part(tab, "area") or tab.wait_for_function("location.hash.includes('area=')")
    second = box(tab, ".canvas:not(.first)")
    tab.mouse.click(second["x"] + second["width"] / 2, second["y"] + second["height"] * 0.6)
    expect(tab.locator(".edits li")).to_have_count(2)
    expect(tab.locator(".canvas.first .scenario-marker")).to_have_count(0)
    expect(tab.locator(".canvas:not(.first) .scenario-marker")).to_have_count(2)
    marker = tab.locator(".scenario-marker").first
    before = share(tab)
    marker.focus()
    for _ in range(8):
        tab.keyboard.press("ArrowDown")
    drawn(tab)
    assert share(tab) != before


def test_the_divider_is_dragged_and_moved_by_the_keyboard(tab: Page) -> None:
    show(tab, "swipe")
    slider = tab.get_by_role("slider", name="Line between the maps")
    expect(slider).to_have_attribute("aria-valuenow", "50")
    around = box(tab, ".map")
    assert box(tab, ".canvas.first")["width"] == pytest.approx(around["width"], abs=2)
    darkest = swatch_of(tab, 0)
    middle = seen(tab, around)[darkest]
    line = box(tab, ".divider")
    tab.mouse.move(line["x"] + line["width"] / 2, line["y"] + line["height"] / 2)
    tab.mouse.down()
    tab.mouse.move(around["x"] + around["width"] * 0.9, line["y"] + 200, steps=6)
    tab.mouse.up()
    expect(slider).to_have_attribute("aria-valuenow", "90")
    assert seen(tab, around)[darkest] > middle + 500, "more of the present is seen"
    slider.focus()
    for key, value in (
        ("ArrowLeft", 88),
        ("ArrowRight", 90),
        ("PageDown", 80),
        ("Home", 0),
        ("ArrowLeft", 0),
        ("End", 100),
        ("PageUp", 100),
    ):
        tab.keyboard.press(key)
        expect(slider).to_have_attribute("aria-valuenow", str(value))
    tab.keyboard.press("Home")
    assert seen(tab, around)[darkest] < 100
    expect(slider).to_have_attribute("aria-valuetext", "0 % of the width: Present")
    expect(tab).to_have_url(re.compile("maps=swipe"))


def test_the_difference_has_fixed_classes_and_a_legend(tab: Page) -> None:
    show(tab, "difference")
    legend = tab.locator(".layers .legend.change")
    expect(legend).to_contain_text("brown is less, teal is more")
    assert legend.locator(".scale ol li").all_inner_texts() == ["−20", "−5", "−1", "1", "5", "20"]
    expect(legend).to_contain_text("difference smaller than its margin")
    expect(tab.locator(".map-name")).to_have_text("Scenario minus Present")
    area = box(tab, ".map")
    ground = seen(tab, area)
    assert ground[swatch_of(tab, 6)] > 2000, "Kallio gains more than 20 points"
    assert ground[swatch_of(tab, 0)] < 50
    tab.mouse.move(*place(tab, (0.55, 0.1)))
    expect(tab.locator(".tip")).to_contain_text(re.compile(r"Kallio.*\+100", re.DOTALL))
    tab.get_by_role("button", name="Clear all").click()
    expect(tab.locator("input[name=maps]")).to_have_count(0)
    expect(tab.locator(".map-name")).to_have_count(0)


def test_what_is_below_its_margin_is_hatched_grey(tab: Page) -> None:
    """Of small groups of people, and in few minutes, an area gains so few that there may be none."""
    show(tab, "difference")
    legend = tab.locator(".layers .legend.change")
    expect(legend).to_contain_text("difference smaller than its margin")
    paper = legend.locator("i.hatch").evaluate("e => getComputedStyle(e).backgroundImage")
    line, grey = (tuple(map(int, re.findall(r"\d+", c))) for c in dict.fromkeys(re.findall(r"rgb\(([\d, ]+)\)", paper)))
    assert line != grey
    groups = tab.locator("select[name=group] option").evaluate_all("all => all.map((o) => o.value)")
    for group, minutes in itertools.product(reversed(groups), range(4)):
        tab.locator("select[name=group]").select_option(group)
        tab.locator(".slider .ticks button").nth(minutes).click()
        drawn(tab)
        ground = seen(tab, box(tab, ".map"))
        if ground[grey] > 5000:
            break
    assert ground[grey] > 5000, (grey, ground.most_common(8))
    lines = sum(n for c, n in ground.items() if max(c) - min(c) < 30 and max(c) < min(grey) - 20)
    assert lines > 0.15 * ground[grey], "hatching is darker than the grey, and more than names and streets are"


def test_a_second_map_is_removed_with_its_context_each_time(chromium: Browser, demo_server: str) -> None:
    context = reader(chromium)
    context.add_init_script(f"({CONTEXTS})()")
    watched = watch(context, f"{demo_server}/?lang=en")
    tab = watched.page
    open_scenario(tab)
    put(tab)
    assert tab.evaluate("contexts.length") == 1, "a scenario alone has one map"
    show(tab, "difference")
    assert tab.evaluate("contexts.length") == 1, "so has the difference"
    for turn in range(20):
        show(tab, "swipe" if turn % 2 else "side")
        assert tab.locator("canvas.maplibregl-canvas").count() == 2
        tab.locator("input[name=maps][value=one]").check(force=True)
        expect(tab.locator("canvas.maplibregl-canvas")).to_have_count(1)
    assert tab.evaluate("contexts.length") == 21
    tab.wait_for_function("() => contexts.filter((c) => !c.isContextLost()).length === 1")
    assert tab.locator("canvas").count() == 1
    tab.wait_for_function(STILL)
    show(tab, "side")
    tab.keyboard.press("Escape")  # leaves the field
    tab.keyboard.press("Escape")
    expect(tab.locator(".scenario")).to_have_count(0)
    expect(tab.locator("canvas.maplibregl-canvas")).to_have_count(1)
    assert watched.faults == []
    context.close()


def test_the_address_restores_the_maps_and_back_leaves_them(tab: Page) -> None:
    expect(tab).to_have_url(re.compile("edits=new-1"))
    show(tab, "swipe")
    expect(tab).to_have_url(re.compile("maps=swipe"))
    tab.reload()
    answered(tab)
    expect(tab.locator(".canvas canvas")).to_have_count(2)
    expect(tab.locator("input[name=maps][value=swipe]")).to_be_checked()
    show(tab, "difference")
    expect(tab).to_have_url(re.compile("maps=difference"))
    tab.go_back()
    expect(tab.locator("input[name=maps][value=swipe]")).to_be_checked()
    tab.go_back()
    expect(tab.locator("input[name=maps][value=one]")).to_be_checked()
    expect(tab.locator(".canvas canvas")).to_have_count(1)
    tab.goto(tab.url.partition("#")[0] + "#maps=side")
    tab.reload()
    expect(tab.locator(".areas tbody tr").first).to_be_visible()
    expect(tab.locator(".canvas canvas")).to_have_count(1)  # without a scenario there is nothing to compare


def test_two_scenarios_are_compared_on_the_maps(tab: Page) -> None:
    expect(tab).to_have_url(re.compile("edits=new-1"))
    in_kallio = tab.url
    tab.get_by_role("button", name="Clear all").click()
    put(tab, CENTRE)
    tab.locator(".compare summary").click()
    tab.locator("select[name=compare_0]").select_option(label="From a link")
    tab.locator("input[name=compare_link]").fill(in_kallio)
    expect(tab.locator(".compare .by-area tbody tr").first).to_be_visible(timeout=60_000)
    show(tab, "side")
    expect(tab.locator(".map-name.first")).to_have_text("Scenario of the link")
    darkest = swatch_of(tab, 0)
    assert seen(tab, box(tab, ".canvas.first"))[darkest] < 50
    assert seen(tab, box(tab, ".canvas:not(.first)"))[darkest] > 500
    show(tab, "difference")
    assert seen(tab, box(tab, ".map"))[swatch_of(tab, 0)] > 2000, "Kallio has less in the second"
    expect(tab).to_have_url(re.compile(r"compare=link\.map.*compare_edits=new-1"))
    tab.reload()
    answered(tab)
    expect(tab.locator(".map-name")).to_have_text("Scenario on the map minus Scenario of the link", timeout=60_000)
    expect(tab.locator(".compare .by-area tbody tr").first).to_be_visible(timeout=60_000)
    tab.locator("select[name=compare_1]").select_option(label="Present")
    drawn(tab)
    expect(tab.locator(".map-name")).to_have_text("Present minus Scenario of the link")
    expect(tab.locator(".scenario-marker")).not_to_be_visible()
    tab.mouse.click(*place(tab, (0.5, 0.5)))
    expect(tab.locator(".edits li")).to_have_count(1)  # what the map does not show is not edited


def test_on_paper_both_maps_are_whole_and_have_their_stations(tab: Page) -> None:
    show(tab, "swipe")
    tab.emulate_media(media="print", reduced_motion="reduce")
    first, second = box(tab, ".canvas.first canvas"), box(tab, ".canvas:not(.first) canvas")
    assert (first["width"], first["height"], first["y"]) == (second["width"], second["height"], second["y"])
    assert first["x"] + first["width"] <= second["x"]
    assert box(tab, ".map-name.second")["x"] == pytest.approx(second["x"], abs=6)
    for hidden in (".divider", ".scenario-marker"):
        expect(tab.locator(hidden)).not_to_be_visible()
    blue = (31, 90, 140)  # of a new station, which is drawn beneath its marker; paper is narrower, so its edge is mixed
    shots = [pixels(tab.locator(f".canvas{of} canvas").screenshot()) for of in (".first", ":not(.first)")]
    first_blue, second_blue = (
        sum(n for c, n in shot.items() if all(abs(x - y) < 25 for x, y in zip(c, blue, strict=True))) for shot in shots
    )
    assert first_blue == 0
    assert second_blue > 5  # some seven pixels across on the screen, a few on paper


def test_a_layer_that_does_not_follow_says_so(tab: Page) -> None:
    show(tab, "side")
    tab.locator("input[name=theme][value=cells]").check()
    expect(tab.locator(".maps-choice .reason")).to_have_text(
        "This map layer shows the present on both maps. These can be compared: Coverage by area, Uncovered population."
    )
    drawn(tab)
    tab.locator("input[name=theme][value=uncovered]").check()
    expect(tab.locator(".maps-choice .reason")).to_have_count(0)
    drawn(tab)
    assert seen(tab, box(tab, ".canvas.first")) != seen(tab, box(tab, ".canvas:not(.first)"))


def asked(tab: Page) -> list[dict[str, Any]]:
    """Keep what is asked of the process from now on."""
    found: list[dict[str, Any]] = []
    tab.on(
        "request", lambda r: found.append(json.loads(r.post_data or "{}")["inputs"]) if r.url.endswith("/execution") else None
    )
    return found


def test_accessibility_is_asked_for_only_where_it_is_wanted(tab: Page) -> None:
    questions = asked(tab)
    tab.locator("input[name=capacity-new-1]").fill("800")
    answered(tab)
    assert questions
    assert not any("access" in q for q in questions)
    tab.locator("input[name=access]").check()
    answered(tab)
    assert questions[-1]["access"] is True
    first = tab.locator(".access tbody tr").first
    expect(first.locator("th")).to_have_text("Kallio")
    before, after, change = (
        float(first.locator(f".{name}").inner_text().split()[0].replace("+", "").replace("\u202f", ""))
        for name in ("before", "after", "change")
    )
    assert before == 0
    assert after == change > 100
    for name in ("after", "change"):
        expect(first.locator(f".{name} small")).to_contain_text("±")
    expect(tab.locator(".access-whole")).to_contain_text("→")
    expect(tab).to_have_url(re.compile("access=on"))
    one_map = seen(tab, box(tab, ".map"))
    tab.get_by_role("button", name="Colour the map by accessibility").click()
    expect(tab.locator("input[name=theme][value=accessibility]")).to_be_checked()
    assert seen(tab, box(tab, ".map")) != one_map
    show(tab, "side")
    darkest = swatch_of(tab, 0)  # under 100 places
    assert seen(tab, box(tab, ".canvas.first"))[darkest] > 500
    assert seen(tab, box(tab, ".canvas:not(.first)"))[darkest] < 50
    show(tab, "difference")
    expect(tab.locator(".layers .legend.change")).to_contain_text("places per 1 000 persons")
    assert seen(tab, box(tab, ".map"))[swatch_of(tab, 6)] > 2000
    tab.locator("input[name=access]").uncheck()
    answered(tab)
    assert "access" not in questions[-1]
    expect(tab.locator("input[name=theme][value=coverage]")).to_be_checked()
    expect(tab.locator(".access table")).to_have_count(0)


@pytest.mark.parametrize(("language", "button", "short"), [("zh-CN", "试设站点", "zh"), ("en-GB", "Try a station", "en")])
@pytest.mark.parametrize(("size", "width", "height"), [("wide", 1280, 800), ("narrow", 390, 844)])
def test_all_of_it_in_both_languages_on_both_layouts_and_axe_finds_nothing(
    chromium: Browser,
    demo_server: str,
    artifacts: Path,
    language: str,
    button: str,
    short: str,
    size: str,
    width: int,
    height: int,
) -> None:
    context = reader(chromium, language, width, height)
    watched = watch(context, f"{demo_server}/")
    tab, found = watched.page, {}
    open_scenario(tab, button)
    put(tab, (0.62, 0.3))
    tab.locator("input[name=capacity-new-1]").fill("800")
    answered(tab)
    one = tab.locator("input[name=maps][value=one]")
    one.focus()
    for view in VIEWS:  # by the keyboard
        tab.keyboard.press("ArrowRight")
        expect(tab.locator(f"input[name=maps][value={view}]")).to_be_checked()
        drawn(tab)
        found[view] = violations(tab)
        drawn(tab)
        tab.screenshot(path=artifacts / f"compared-{short}-{size}-{view}.png")
    tab.locator("input[name=access]").focus()
    tab.keyboard.press("Space")
    answered(tab)
    tab.get_by_role("button", name={"zh": "地图按可达性着色", "en": "Colour the map by accessibility"}[short]).press("Enter")
    drawn(tab)
    expect(tab.locator(".access tbody tr").first).to_be_visible()
    found["access"] = violations(tab)
    drawn(tab)
    tab.locator(".access").scroll_into_view_if_needed()
    tab.screenshot(path=artifacts / f"compared-{short}-{size}-access.png")
    if size == "narrow":
        show(tab, "side")
        first, second = box(tab, ".canvas.first"), box(tab, ".canvas:not(.first)")
        assert first["width"] == second["width"] == width
        assert first["y"] + first["height"] == pytest.approx(second["y"], abs=1)
    words = tab.locator(".scenario, .map").all_inner_texts()
    assert not re.search(r"(maps|access|scenario)\.[a-z_]+", " ".join(words)), "a text is missing"
    assert {state: v for state, v in found.items() if v} == {}
    assert watched.faults == []
    context.close()
