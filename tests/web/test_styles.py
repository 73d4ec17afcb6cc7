"""A stranger's page: MapLibre as published, given nothing but the URL of a style, draws what the style promises."""

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from .conftest import ROOT, reader

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MAPLIBRE = ROOT / "geoservice/web/node_modules/maplibre-gl/dist"
PAGE = """<!doctype html><title>another page</title><div id="map" style="width: 800px; height: 600px"></div>
<script type="module">
import { Map, setWorkerUrl } from "./maplibre-gl.mjs";
setWorkerUrl(new URL("./maplibre-gl-worker.mjs", location).href);
window.draw = (style, bounds) => new Promise((resolve) => {
  const faults = [];
  const map = new Map({ container: "map", style, bounds, attributionControl: false, fadeDuration: 0 });
  map.on("error", (e) => faults.push(String(e.error?.message ?? e.error)));
  map.once("idle", () => {
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


def test_control_a_style_that_is_not_there_is_a_fault(chromium: Browser, demo_server: str, elsewhere: str) -> None:
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
