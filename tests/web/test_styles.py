"""A third-party page: published MapLibre with nothing but the URL of a style draws that style."""

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest
from playwright.sync_api import Browser

from geoservice.maps.mapnik_import import mapnik

from .conftest import ROOT, reader

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MAPLIBRE = ROOT / "geoservice/web/node_modules/maplibre-gl/dist"
PAGE = """<!doctype html><title>another page</title><div id="map" style="width: 800px; height: 600px"></div>
<script type="module">
import { Map, setWorkerUrl } from "./maplibre-gl.mjs";
setWorkerUrl(new URL("./maplibre-gl-worker.mjs", location).href);
window.draw = (style, bounds, options = {}) => new Promise((resolve) => {
  const faults = [];
  const map = new Map({ container: "map", style, bounds, attributionControl: false, fadeDuration: 0, ...options });
  map.on("error", (e) => faults.push(String(e.error?.message ?? e.error)));
  map.once("idle", () => {
    if (options.stay) return resolve({ faults });
    const drawn = {};
    for (const feature of map.queryRenderedFeatures()) drawn[feature.layer.id] = (drawn[feature.layer.id] ?? 0) + 1;
    map.remove();
    resolve({ faults, drawn });
  });
});
</script>"""


class _Files(SimpleHTTPRequestHandler):
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}  # noqa: RUF012 - as the base has it

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Another site's server, with MapLibre and a page of its own."""
    folder: Path = tmp_path_factory.mktemp("elsewhere")
    for file in MAPLIBRE.glob("*.mjs"):
        (folder / file.name).symlink_to(file)
    (folder / "index.html").write_text(PAGE)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.mark.parametrize("name", ["map", "map-print", "coverage", "stations-print"])
def test_a_style_is_drawn_by_a_page_that_knows_its_url_alone(
    chromium: Browser, demo_server: str, elsewhere: str, name: str
) -> None:
    context = reader(chromium)
    page = context.new_page()
    page.goto(elsewhere)
    page.wait_for_function("() => Boolean(window.draw)")
    box = json.loads(page.request.get(f"{demo_server}/collections/coverage?f=json").text())["extent"]["spatial"]["bbox"][0]
    got = page.evaluate("([style, bounds]) => window.draw(style, bounds)", [f"{demo_server}/styles/{name}", box])
    assert got["faults"] == []
    layer = name.removesuffix("-print")
    wanted = {"coverage", "stations"} if layer == "map" else {layer}
    assert wanted <= {drawn for drawn, count in got["drawn"].items() if count}, got["drawn"]
    assert not got["drawn"].keys() - {x["id"] for x in page.request.get(f"{demo_server}/styles/{name}").json()["layers"]}
    context.close()


INK = "rgb(0, 0, 0)"


def labelled(glyphs: str, text: str) -> dict[str, Any]:
    """Return a style of nothing but one label, as a client without fonts of its own draws it."""
    point = {"type": "geojson", "data": {"type": "Point", "coordinates": [25, 60]}}
    layout = {"text-field": text, "text-font": ["Noto Sans SC"], "text-size": 40}
    return {
        "version": 8,
        "glyphs": glyphs,
        "sources": {"p": point},
        "layers": [
            {"id": "paper", "type": "background", "paint": {"background-color": "#ffffff"}},
            {"id": "label", "type": "symbol", "source": "p", "layout": layout, "paint": {"text-color": INK}},
        ],
    }


def dark(picture: bytes) -> int:
    """Return how many pixels of a picture are the ink of a label."""
    image = mapnik.Image.from_string(picture)
    pixels = np.frombuffer(image.to_string(), np.uint8).reshape(-1, 4)
    return int((pixels[:, :3].max(axis=1) < 100).sum())


@pytest.mark.parametrize(
    ("text", "span", "least"), [("HHHH", "0-255", 800), ("Äö", "0-255", 300), ("村村", "26368-26623", 500)]
)
def test_a_client_without_fonts_draws_labels_from_our_glyphs(
    chromium: Browser, demo_server: str, elsewhere: str, text: str, span: str, least: int
) -> None:
    context = reader(chromium)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(unquote(request.url)))
    page.goto(elsewhere)
    page.wait_for_function("() => Boolean(window.draw)")
    glyphs = page.request.get(f"{demo_server}/styles/map").json()["glyphs"]
    alone = {"stay": True, "localIdeographFontFamily": False}
    style = labelled(glyphs, text)
    got = page.evaluate("([s, o]) => window.draw(s, [24, 59, 26, 61], o)", [style, alone])
    assert got["faults"] == []
    assert f"{demo_server}/fonts/Noto Sans SC/{span}.pbf" in asked
    assert dark(page.screenshot()) > least
    page.reload()
    page.wait_for_function("() => Boolean(window.draw)")
    page.evaluate("([s, o]) => window.draw(s, [24, 59, 26, 61], o)", [labelled(glyphs, ""), alone])
    assert dark(page.screenshot()) == 0
    context.close()


def test_control_a_missing_style_is_a_fault(chromium: Browser, demo_server: str, elsewhere: str) -> None:
    context = reader(chromium)
    page = context.new_page()
    page.goto(elsewhere)
    page.wait_for_function("() => Boolean(window.draw)")
    page.evaluate(
        "(style) => void window.draw(style, [0, 0, 1, 1]).then((got) => (window.got = got))", f"{demo_server}/styles/nothing"
    )
    page.wait_for_timeout(1000)
    assert page.evaluate("window.got") is None, "it was drawn"
    context.close()
