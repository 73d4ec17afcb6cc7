"""The planner's page in a real browser on a real release."""

import json
import re
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from .conftest import Watched, reader, watch

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PERSONS, SHARE, LEFT = 2, 3, 4
"""Places of the columns of the table of areas, counted from 1."""


def count(text: str) -> int:
    """Return the number that a cell of the table shows above its margin."""
    match = re.match(r"(?:≈\s)?(−?)([\d\s]+)", text)
    assert match, text
    return int(match[1].replace("−", "-") + re.sub(r"\s", "", match[2]))


def test_slider_recolours_the_map_and_changes_the_numbers_with_no_fetch(page: Watched) -> None:
    slider = page.page.locator("#minutes")
    slider.focus()
    slider.press("Home")
    before, numbers, asked = page.ground(), page.column(SHARE), len(page.asked())
    for _ in range(3):
        slider.press("ArrowRight")
    assert page.column(SHARE) != numbers, "no number of the table changed"
    assert page.ground() != before, "the map kept its colours"
    assert page.asked()[asked:] == []


def test_slider_recolours_the_cells_with_no_fetch(page: Watched) -> None:
    page.page.locator("input[name=theme][value=cells]").check()
    slider = page.page.locator("#minutes")
    slider.press("Home")
    before, asked = page.ground(), len(page.asked())
    slider.press("End")
    assert page.ground() != before, "the map kept its colours"
    assert page.asked()[asked:] == []


def test_language_is_switched_and_remembered(chromium: Browser, demo_server: str) -> None:
    context = reader(chromium, "zh-CN")
    page = watch(context, demo_server).page
    tab = page.locator("#tab-areas")
    expect(tab).to_have_text("区域")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.locator("button[data-language=en]").click()
    expect(tab).to_have_text("Areas")
    page.reload()
    expect(tab).to_have_text("Areas")
    context.close()


def test_a_row_moves_the_map_and_the_map_marks_the_row(page: Watched) -> None:
    before = page.ground()
    row = page.row()
    name = row.locator("th").inner_text()
    row.locator("th button").press("Enter")
    expect(page.page.locator(".area h2")).to_have_text(name)
    expect(row.locator("th button")).to_have_attribute("aria-current", "true")
    assert page.ground() != before
    expect(page.page).to_have_url(re.compile("area="))
    box = page.page.locator(".results").bounding_box()
    assert box is not None
    page.page.mouse.move((324 + box["x"]) / 2, 400, steps=5)
    expect(page.page.locator(".tip")).to_be_visible()
    expect(page.page.locator("tr.hovered")).to_have_count(1)


def test_the_number_shown_is_the_number_released(page: Watched) -> None:
    page.page.locator("#minutes").press("End")
    page.page.locator("th.share button").click()
    page.row().click()
    link = page.page.locator(".numbers dd a").first
    shown = link.inner_text()
    with urllib.request.urlopen(f"{link.get_attribute('href')}&f=json") as answer:
        features = json.load(answer)["features"]
    value, margin = (features[0]["properties"][k] for k in ("value", "margin"))
    assert len(features) == 1
    if value is None:
        assert shown == "nobody there"
        return
    numbers = [float(x) for x in re.findall(r"[\d.]+", shown)]
    assert numbers[0] == pytest.approx(min(max(value, 0), 100), abs=0.5001)
    assert numbers[1:] == ([] if not margin else [pytest.approx(margin, rel=0.05, abs=0.1)])
    assert ("≈" in shown) == ((margin or 0) > 20)


def test_every_row_has_its_numbers_and_they_add_up_to_the_total(page: Watched) -> None:
    for place in (PERSONS, LEFT):
        cells = page.column(place)
        assert len(cells) > 1
        total = page.page.locator(".areas tfoot tr > *").nth(place - 1).inner_text()
        assert sum(map(count, cells)) == count(total)
    assert page.page.get_by_text(re.compile("suppressed")).count() == 0


def test_the_unserved_come_first_and_rows_are_sorted_by_people_left_out(page: Watched) -> None:
    page.page.locator("#minutes").press("Home")
    sure = [text for text in page.column(SHARE) if "≈" not in text and "nobody" not in text]
    shares = [float(re.findall(r"[\d.]+", text)[0]) for text in sure]
    assert shares == sorted(shares)
    page.page.locator("th.left button").click()
    left = [count(text) for text in page.column(LEFT)]
    assert left == sorted(left, reverse=True)


def test_the_release_says_in_two_sentences_what_its_numbers_are(page: Watched) -> None:
    line = page.page.locator(".controls .disclosure")
    expect(line).to_contain_text("±")
    page.page.locator("button[data-language=zh]").click()
    expect(line).to_contain_text("±")
    expect(line).to_contain_text(re.compile("[\u4e00-\u9fff]"))


def test_each_layer_of_the_ground_is_drawn_with_its_legend(page: Watched) -> None:
    seen = set()
    themes = page.page.locator("input[name=theme]:not([value=flows])")  # the flow map says in words what its lines are
    for choice in themes.all():
        choice.check()
        expect(page.page.locator(".legend li").first).to_be_visible()
        seen.add(page.ground())
    assert len(seen) == themes.count()


def test_numbers_of_tier_and_group_come_from_the_release_table(page: Watched) -> None:
    page.page.get_by_role("button", name="All columns").click()
    page.page.locator("select[name=group]").select_option("migrant")
    page.settle()
    rows = page.page.locator(".areas tbody tr").all()
    pairs = [(r.locator("td").nth(1).inner_text(), r.locator("td.migrant").inner_text()) for r in rows]
    assert pairs
    assert all(a == b for a, b in pairs), "the share of migrants is not the share of the group chosen"


def test_gaps_are_sorted_and_flown_to(page: Watched) -> None:
    page.page.locator("#tab-gaps").click()
    rows = page.page.locator(".gaps tr[data-unit]")
    expect(rows.first).to_be_visible()
    reached = [count(text) for text in rows.locator("td:nth-of-type(2)").all_inner_texts()]
    assert reached == sorted(reached, reverse=True)
    before = page.ground()
    page.page.locator(".gaps th.people button").click()
    left = [count(text) for text in rows.locator("td:nth-of-type(1)").all_inner_texts()]
    assert left == sorted(left, reverse=True)
    rows.first.locator("button").click()
    expect(rows.first.locator("button")).to_have_attribute("aria-pressed", "true")
    expect(page.page.locator("input[name=gaps]")).to_be_checked()
    assert page.ground() != before, "the map kept its place"


def test_nothing_is_requested_from_another_host_and_nothing_fails(page: Watched) -> None:
    for choice in page.page.locator("input[name=theme]").all():
        choice.check()
        page.settle()
    for tab in ("gaps", "data", "areas"):
        page.page.locator(f"#tab-{tab}").click()
    page.row().click()
    page.settle()
    assert page.requests
    assert page.strangers() == []
    assert page.faults == []


def test_the_displayed_data_can_be_downloaded(page: Watched) -> None:
    page.page.locator("#tab-data").click()
    links = [a.get_attribute("href") or "" for a in page.page.locator(".files a").all()]
    assert any("f=csv" in link for link in links)
    for link in links[:4]:
        with urllib.request.urlopen(link) as answer:
            assert answer.status == 200
            assert re.search("csv|json", answer.headers["Content-Type"])


def test_a_phone_shows_it_without_scrolling_sideways(chromium: Browser, demo_server: str, artifacts: Path) -> None:
    context = reader(chromium, "zh-CN", 390, 844)
    phone = watch(context, demo_server)
    wide = phone.page.evaluate("document.documentElement.scrollWidth")
    phone.page.screenshot(path=artifacts / "page-phone.png")
    context.close()
    assert wide <= 390


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
def test_pictures(chromium: Browser, demo_server: str, artifacts: Path, language: str) -> None:
    context = reader(chromium, language)
    seen = watch(context, demo_server)
    seen.row().click()
    for theme in ("coverage", "cells"):
        seen.page.locator(f"input[name=theme][value={theme}]").check()
        seen.ground()
        picture = artifacts / f"page-{theme}-{language}.png"
        seen.page.screenshot(path=picture)
        assert picture.stat().st_size > 50_000
    context.close()
