"""The examples for browsers, on a page of another origin; their CDN files come from npm packages of the same version."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route

pytestmark = pytest.mark.browser
HERE = Path(__file__).parent
PACKAGES = (HERE / "node_modules", HERE.parents[1] / "geoservice" / "web" / "node_modules")
CDN = re.compile(r"https://cdn\.jsdelivr\.net/npm/([^@]+)@([^/]+)/(.+)")
TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".png": "image/png"}


def package_file(url: str) -> Path:
    """Return the file that a URL of the CDN stands for, of the version that is installed here."""
    name, version, path = CDN.fullmatch(url.partition("?")[0]).groups()
    folder = next(p / name for p in PACKAGES if (p / name).exists())
    assert json.loads((folder / "package.json").read_text())["version"] == version, f"{name}: the example has another version"
    return folder / path


def from_package(route: Route) -> None:
    file = package_file(route.request.url)
    route.fulfill(path=file, content_type=TYPES[file.suffix], headers={"Access-Control-Allow-Origin": "*"})


@pytest.fixture(scope="module")
def portal(chromium: Browser) -> Iterator[BrowserContext]:
    if not PACKAGES[0].exists():
        pytest.skip("run `npm ci` in tests/clients to run this test")
    context = chromium.new_context(viewport={"width": 900, "height": 700}, locale="en-GB", reduced_motion="reduce")
    context.route(CDN, from_package)
    yield context
    context.close()


class Quiet(SimpleHTTPRequestHandler):
    """A portal's own web server."""

    def log_message(self, *args: object) -> None:
        """Write no log."""


@pytest.fixture(scope="module")
def portal_url(examples: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the examples as another site would; yields its URL without a slash at its end."""
    folder = tmp_path_factory.mktemp("portal")
    for name, text in examples.items():
        (folder / name).write_text(text, encoding="utf-8")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


Open = Callable[[str], tuple[Page, list[str], list[str]]]


@pytest.fixture
def open_example(portal: BrowserContext, portal_url: str, demo_server: str) -> Iterator[Open]:
    """Return ``open_example(file)``: the page once it has loaded, the paths that it read of the service, and its errors."""
    pages = []

    def go(file: str) -> tuple[Page, list[str], list[str]]:
        page, paths, faults = portal.new_page(), [], []
        pages.append(page)
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("response", lambda r: paths.append(urlsplit(r.url).path) if r.url.startswith(demo_server) and r.ok else None)
        page.goto(f"{portal_url}/{file}")
        page.wait_for_load_state("networkidle")
        return page, paths, faults

    yield go
    for page in pages:
        page.close()


def starts(paths: list[str], start: str) -> int:
    return sum(p.startswith(start) for p in paths)


def test_leaflet_draws_tiles_and_every_station(open_example):
    page, paths, faults = open_example("leaflet.html")
    assert faults == []
    assert starts(paths, "/map/coverage/") >= 4
    assert paths.count("/collections/stations/items") == 1
    page.wait_for_selector("path.leaflet-interactive")
    assert page.locator("path.leaflet-interactive").count() == 29
    page.evaluate("map.eachLayer(layer => layer.getPopup?.() && !map.opened && (map.opened = layer.openPopup()))")
    assert page.locator(".leaflet-popup-content b").inner_text() == "Helsingin yliopiston pääkirjasto"
    assert "OpenStreetMap" in page.locator(".leaflet-control-attribution").inner_text()


def test_openlayers_draws_map_tiles_vector_tiles_and_the_stations_of_its_box(open_example):
    page, paths, faults = open_example("openlayers.html")
    assert faults == []
    page.wait_for_function("places.getFeatures().length > 0")
    assert page.evaluate("places.getFeatures().length") == 29
    assert starts(paths, "/collections/coverage/map/tiles/WebMercatorQuad/") > 1
    assert starts(paths, "/collections/coverage/tiles/WebMercatorQuad/") >= 1
    units = "map.getFeaturesAtPixel([450, 350]).map(feature => feature.get('unit'))"
    page.wait_for_function(f"{units}.length > 0")
    assert set(page.evaluate(units)) & {"09101", "09102", "09103", "09104", "09105", "09111"}


def test_maplibre_draws_the_style_and_names_what_is_clicked(open_example):
    page, paths, faults = open_example("maplibre.html")
    assert faults == []
    assert "/styles/map" in paths
    assert all(starts(paths, f"/tiles/{layer}/") for layer in ("coverage", "stations", "base"))
    page.locator("canvas").click(position={"x": 450, "y": 350})
    names = {"Kruununhaka", "Kluuvi", "Kaartinkaupunki", "Kamppi", "Punavuori", "Kallio"}
    assert page.locator(".maplibregl-popup-content").inner_text().split("\n")[0] in names
