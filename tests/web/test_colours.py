"""The colours of the map equal those of its legend: pixels of the map against the swatches of the page."""

import re
from collections import Counter
from typing import Literal

import pytest
from playwright.sync_api import Browser

from geoservice.maps.mapnik_import import mapnik

from .conftest import Watched, reader, watch

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LAYERS = ["coverage", "cells", "fairness", "uncovered", "accessibility", "capacity", "inequality", "catchments", "demand"]


def swatches(page: Watched) -> list[tuple[int, ...]]:
    """Return the colours in the legend, each once; a class in two parts has two, and that of an uncertain number is last."""
    texts = page.page.locator(".legend .scale li, .legend i.grey").evaluate_all(
        "all => all.map(e => { const s = getComputedStyle(e); return s.backgroundImage + s.backgroundColor })"
    )
    named = re.findall(r"rgb\((\d+), (\d+), (\d+)\)", " ".join(texts))
    return list(dict.fromkeys(tuple(map(int, c)) for c in named))


def pixels(png: bytes) -> Counter[tuple[int, ...]]:
    """Return how many pixels of a picture have each colour."""
    raw = mapnik.Image.from_string(png).to_string()
    return Counter(tuple(raw[i : i + 3]) for i in range(0, len(raw), 4))


@pytest.mark.parametrize(("scheme", "land"), [("light", (246, 245, 241)), ("dark", (21, 25, 29))])
def test_ground_has_the_colours_of_the_swatches(
    chromium: Browser, demo_server: str, scheme: Literal["light", "dark"], land: tuple[int, ...]
) -> None:
    """Most of the ground that is neither street, water, green, a building nor a mark has exactly one of the swatches."""
    context = reader(chromium, scheme=scheme)
    page = watch(context, f"{demo_server}/#on=&map=13.2/60.171/24.9435")
    for layer in LAYERS:
        page.page.locator(f"input[name=theme][value={layer}]").check()
        shown, seen = swatches(page), pixels(page.ground())
        plain = [(colour, count) for colour, count in seen.most_common(8) if count > 2500]
        near = [min(max(abs(a - b) for a, b in zip(c, s, strict=True)) for s in [*shown, land]) for c, _ in plain]
        exact = sum(n for (_, n), d in zip(plain, near, strict=True) if d <= 1)
        assert exact > 0.6 * sum(n for _, n in plain) > 0, (layer, plain, shown)
    context.close()


def test_the_map_follows_the_scheme_of_the_system_and_keeps_the_choice(page: Watched) -> None:
    """Of the travel times within ten minutes, drawn at once in the colours of the other scheme; and back as it was."""
    tab = page.page
    tab.locator("input[name=theme][value=cells]").check()
    light, day = page.ground(), swatches(page)
    tab.emulate_media(color_scheme="dark", reduced_motion="reduce")
    seen, night = pixels(page.ground()), swatches(page)
    assert not set(night) & set(day)
    assert sum(seen[colour] for colour in night) > 5000, (night, seen.most_common(8))
    assert sum(seen[colour] for colour in day) < 100
    tab.emulate_media(color_scheme="light", reduced_motion="reduce")
    assert page.ground() == light


def test_a_district_has_the_swatch_of_its_number(page: Watched) -> None:
    """Kallio has no station within ten minutes, and nearly all of Kluuvi is covered: the first class and the last."""
    shown = swatches(page)
    kallio, kluuvi = (
        next(r for r in page.page.locator(".areas tbody tr").all() if n in r.inner_text()) for n in ("Kallio", "Kluuvi")
    )
    shares = [float(r.locator("td.share").inner_text().split("%")[0].split("±")[0]) for r in (kallio, kluuvi)]
    assert shares[0] == 0
    assert shares[1] >= 95, "the bound of the class"
    seen = pixels(page.ground())
    assert seen[shown[0]] > 1000, (shown, seen.most_common(6))
    assert seen[shown[6]] > 10_000, (shown, seen.most_common(6))
