"""The map in one HTML file: complete without a network, with every name escaped."""

import re
from collections import Counter

import pytest

from geoservice.maps.folium_map import write_map
from geoservice.maps.mapnik_import import mapnik


@pytest.fixture
def page(reader, tmp_path):
    write_map(reader, tmp_path / "map.html", "en")
    return tmp_path / "map.html"


def test_it_loads_nothing_from_elsewhere(page):
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"<(?:script|img|iframe)[^>]*\ssrc=|<link[^>]*href=", text.split("<body>")[0]) == []
    assert "//cdn" not in text.lower()
    assert len(text) < 400_000


def test_names_are_escaped(page):
    text = page.read_text(encoding="utf-8")
    assert "<img src=http" not in text
    assert "<script>document.title" not in text


def test_it_notes_synthetic_data_and_has_public_layers_only(page, reader, tmp_path):
    assert "Synthetic data" in page.read_text(encoding="utf-8")
    assert "Hidden" not in page.read_text(encoding="utf-8")
    write_map(reader, tmp_path / "zh.html", "zh")
    text = (tmp_path / "zh.html").read_text(encoding="utf-8")
    assert "虚构数据" in text
    assert "无人居住" in text
    assert r"60.0\u202f\u00b1\u202f3.0" in text


@pytest.mark.browser
def test_the_legend_has_the_colours_of_the_map(page, chromium, tmp_path):
    tab = chromium.new_page(viewport={"width": 900, "height": 700})
    tab.goto(page.as_uri())
    tab.wait_for_selector(".leaflet-control-layers-overlays label")
    colours = tab.locator(".legend details[open] i").evaluate_all("all => all.map(i => getComputedStyle(i).backgroundColor)")
    tab.locator(".leaflet-control-layers-overlays input").uncheck()  # the points, in the middle of the squares
    raw = mapnik.Image.from_string(tab.screenshot()).to_string()
    tab.close()
    seen = Counter(raw[i : i + 3] for i in range(0, len(raw), 4))
    drawn = [tuple(colour) for colour, count in seen.most_common(8) if count > 3000]
    for colour in (colours[0], colours[2], colours[-1]):  # 0, 60 and none: the first class, the last, and no data
        swatch = [int(v) for v in re.findall(r"\d+", colour)]
        assert any(max(abs(a - b) for a, b in zip(swatch, pixel, strict=True)) <= 2 for pixel in drawn), (colour, drawn)


@pytest.mark.browser
def test_it_opens_with_no_network(page, tmp_path, chromium):
    requests, faults = [], []
    tab = chromium.new_page()
    tab.on("request", lambda r: requests.append(r.url))
    tab.on("pageerror", lambda e: faults.append(str(e)))
    tab.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    tab.goto(page.as_uri())
    tab.wait_for_selector(".leaflet-control-layers-overlays label")
    layers = tab.locator(".leaflet-control-layers-base label").all_inner_texts()
    box = tab.locator(".leaflet-container").bounding_box()
    tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 + 20)
    tab.wait_for_selector(".leaflet-tooltip")
    tip, title = tab.locator(".leaflet-tooltip").inner_text(), tab.title()
    tab.screenshot(path=tmp_path / "map.png")
    tab.close()
    assert [url for url in requests if not url.startswith(("file:", "data:", "blob:"))] == []
    assert faults == []
    assert layers[0].strip() == "Coverage"
    assert "nobody lives here" in tip
    assert "owned" not in title
