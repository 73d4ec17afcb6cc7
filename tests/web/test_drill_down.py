"""Areas are opened, one level after the other, and left again: in a study of few areas and in one of very many."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, expect

from geoservice.bench.province.areas import LEVELS, Size
from geoservice.bench.province.release import publish_made_up

from .conftest import Watched, reader, watch

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FEW = Size(LEVELS[2:], ((2, 2), (2, 3)))
MANY = Size(LEVELS[2:], ((10, 10), (7, 6)))
"""4 301 areas: more than are ever shown at once."""


def open_page(browser: Browser, url: str) -> Iterator[Watched]:
    context = reader(browser)
    yield watch(context, f"{url}/?lang=en")
    context.close()


@pytest.fixture
def few(chromium: Browser, serve, tmp_path: Path) -> Iterator[Watched]:
    publish_made_up(tmp_path / "releases", FEW)
    with serve(tmp_path) as served:
        yield from open_page(chromium, served.url)


@pytest.fixture
def many(chromium: Browser, serve, tmp_path: Path) -> Iterator[Watched]:
    publish_made_up(tmp_path / "releases", MANY)
    with serve(tmp_path) as served:
        yield from open_page(chromium, served.url)


def steps(watched: Watched) -> list[str]:
    return watched.page.locator(".path li").all_inner_texts()


def test_an_area_of_few_is_opened_from_its_card_and_left_by_the_way_back(few: Watched) -> None:
    expect(few.page.locator(".areas tbody tr")).to_have_count(4)
    assert steps(few) == []
    few.row().click()
    few.settle()
    name = few.page.locator(".area h2").inner_text()
    few.page.get_by_role("button", name="Show the areas in it").click()
    few.settle()
    expect(few.page.locator(".areas tbody tr")).to_have_count(6)
    assert steps(few)[-1] == name
    few.page.reload()
    few.page.wait_for_selector(".path")
    few.settle()
    assert steps(few) == ["All of the study", "Qingshan County", name]
    few.page.get_by_role("button", name="All of the study").click()
    few.settle()
    expect(few.page.locator(".areas tbody tr")).to_have_count(4)
    assert not few.faults


def test_an_area_of_very_many_is_opened_in_the_table_and_on_the_map(many: Watched) -> None:
    expect(many.page.locator(".areas tbody tr")).to_have_count(100)
    every = many.ground()
    asked = len(many.asked())
    many.row().click()
    many.settle()
    expect(many.page.locator(".areas tbody tr")).to_have_count(42)
    opened = parse_qs(urlsplit(many.page.url).fragment)["within"]
    queries = [parse_qs(urlsplit(url).query) for url in many.asked()[asked:] if "/collections/coverage/" in url]
    rows = [query for query in queries if "unit" not in query]
    assert rows
    assert all(query.get("within") == opened for query in rows), rows
    assert many.ground() != every, "the map still shows all townships"
    many.page.go_back()
    many.settle()
    expect(many.page.locator(".areas tbody tr")).to_have_count(100)
    many.page.locator("select[name=level]").select_option("county")
    many.settle()
    assert many.ground() != every, "the map still shows townships"
    many.page.locator("input[name=stations]").uncheck()
    many.settle()
    many.page.mouse.click(590, 400)
    many.settle()
    assert len(steps(many)) == 2
    assert not many.faults


def test_a_link_to_an_open_area_begins_on_it(many: Watched) -> None:
    many.row().click()
    many.settle()
    place, address = parse_qs(urlsplit(many.page.url).fragment)["map"], urlsplit(many.page.url)
    within = parse_qs(address.fragment)["within"][0]
    link = watch(many.page.context, f"{address.scheme}://{address.netloc}/?lang=en#level=village&within={within}")
    asked = [urlsplit(url).path for url in link.requests if "/tiles/" in url]
    assert asked
    assert len({path.split("/")[3] for path in asked}) == 1, "tiles of more than one zoom: the map began elsewhere"
    assert parse_qs(urlsplit(link.page.url).fragment)["map"] == place
    assert not link.faults
