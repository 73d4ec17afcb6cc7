"""The demo's map in one file: its layer control."""

import re
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from geoservice.geo import Ints
from geoservice.maps.folium_map import write_map
from geoservice.maps.mapnik_import import mapnik
from geoservice.release import open_store

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def opened(chromium: Browser, demo_home: Path, tmp_path: Path, language: Literal["zh", "en"]) -> Page:
    write_map(open_store(demo_home / "releases", None, "geoservice").open(), tmp_path / "map.html", language)
    page = chromium.new_page(viewport={"width": 1000, "height": 800})
    page.goto((tmp_path / "map.html").as_uri())
    page.wait_for_selector(".leaflet-control-layers-overlays label")
    return page


def ground(page: Page) -> bytes:
    """Take a picture of the map beside its panels, as soon as it has stopped changing."""
    before = b""
    for _ in range(30):
        picture = page.screenshot(clip={"x": 440, "y": 130, "width": 210, "height": 600})
        if picture == before:
            return picture
        before = picture
        page.wait_for_timeout(200)
    raise AssertionError("the map does not stop changing")


@pytest.mark.parametrize(
    ("language", "areas", "above"),
    [
        (
            "zh",
            "各区域覆盖率 服务范围 出行时间网格 估计人口分布 服务均等化 未覆盖人口 区域间人口流动 热点 住户定位精度",
            "底图 服务空白区 服务站点",
        ),
        (
            "en",
            (
                "Coverage by area|Catchments|Travel time by cell|Estimated population|Equal services|Hotspots|"
                "Uncovered population|Migration between areas|How well households are located"
            ),
            "Base map|Service gaps|Service stations",
        ),
    ],
)
def test_layers_have_names_in_the_language_of_the_page(
    chromium: Browser, demo_home: Path, tmp_path: Path, language: Literal["zh", "en"], areas: str, above: str
) -> None:
    page = opened(chromium, demo_home, tmp_path, language)
    for part, wanted in (("base", areas), ("overlays", above)):
        labels = page.locator(f".leaflet-control-layers-{part} label").all_inner_texts()
        assert sorted(label.strip() for label in labels) == sorted(re.split(r"[ |]" if language == "zh" else r"\|", wanted))
    assert "percentage point)" not in page.locator(".legend").inner_text()
    page.close()


def test_one_layer_covers_the_ground_and_its_legend_is_open(chromium: Browser, demo_home: Path, tmp_path: Path) -> None:
    page = opened(chromium, demo_home, tmp_path, "en")
    legend = page.locator(".legend details[open] summary")
    expect(legend).to_contain_text("Coverage by area")
    choices = page.locator(".leaflet-control-layers-base input")
    assert choices.evaluate_all("all => all.map(i => i.type + i.checked)").count("radiotrue") == 1
    first = ground(page)
    page.get_by_label("Catchments").check()
    expect(legend).to_have_count(1)
    expect(legend).to_contain_text("Catchments")
    assert ground(page) != first
    page.get_by_label("Coverage by area").check()
    page.wait_for_timeout(300)
    assert ground(page) == first, "stations lie on top again"
    page.close()


def pixels(picture: bytes) -> Ints:
    """Return red, green and blue of the pixels of a picture; shape ``(pixels, 3)``."""
    image = mapnik.Image.from_string(picture)
    return np.frombuffer(image.to_string(), np.uint8).reshape(-1, 4)[:, :3].astype(int)


def count(picture: bytes, colour: tuple[int, int, int]) -> int:
    """Return how many pixels of a picture are very near a colour."""
    return int((np.abs(pixels(picture) - np.array(colour)).max(axis=1) <= 12).sum())


def test_stations_are_switched_off_and_on(chromium: Browser, demo_home: Path, tmp_path: Path) -> None:
    page = opened(chromium, demo_home, tmp_path, "en")
    box, orange, seen = page.get_by_label("Service stations"), (214, 100, 12), []
    for step in ("on", "off", "on"):
        box.set_checked(step == "on")
        page.wait_for_timeout(300)
        seen.append(count(ground(page), orange))
    page.close()
    assert seen[0] > 500
    assert seen[1] == 0
    assert seen[2] == pytest.approx(seen[0], rel=0.02), "edges are drawn anew"


def test_the_base_map_is_switched_off_and_on(chromium: Browser, demo_home: Path, tmp_path: Path) -> None:
    page = opened(chromium, demo_home, tmp_path, "en")
    box, pictures = page.get_by_label("Base map"), []
    for step in ("on", "off", "on"):
        box.set_checked(step == "on")
        pictures.append(ground(page))
    page.close()
    first, without, again = map(pixels, pictures)
    assert np.abs(first - without).max() > 12
    assert np.abs(first - again).max() <= 4, "edges are drawn anew"
