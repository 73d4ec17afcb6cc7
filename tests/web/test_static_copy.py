"""A copy of the demo's release on plain web servers: nginx under a path, and one that ignores Range."""

import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from plain_servers import free_port, nginx_with, running
from playwright.sync_api import Browser, BrowserContext, Route, expect

from geoservice.api.release import open_release
from geoservice.bench.province.release import publish_made_up

from .conftest import Watched, reader, watch
from .test_drill_down import MANY, steps
from .test_states import violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]
VIEWS = ("areas", "gaps", "stations", "flows", "hotspots", "fairness")


@pytest.fixture(scope="module")
def copy(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy") / "maps"
    with open_release(demo_home) as release:
        release.export_static(folder)
    return folder


@pytest.fixture(scope="module")
def nginx(copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with nginx_with(copy, tmp_path_factory.mktemp("nginx")) as url:
        yield url


@pytest.fixture(scope="module")
def without_range(copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the copy with Python's own web server, which ignores Range."""
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(copy)]
    with running(command, f"http://127.0.0.1:{port}/", tmp_path_factory.mktemp("plain")) as url:
        yield url


def numbers_of(watched: Watched) -> dict[str, str]:
    """Return what each view says, at the longest time limit."""
    slider, found = watched.page.locator("#minutes"), {}
    for name in VIEWS:
        watched.page.locator(f"#tab-{name}").click()
        watched.settle()
        if slider.count():
            slider.press("End")
        watched.settle()
        body = watched.page.locator("#results-body")
        expect(body).not_to_contain_text("Loading")
        found[name] = body.inner_text()
    return found


def test_a_copy_says_what_the_service_says(chromium: Browser, demo_server: str, nginx: str) -> None:
    with contextlib.closing(reader(chromium)) as context:
        served, copied = (watch(context, f"{url}?lang=en") for url in (f"{demo_server}/", nginx))
        assert copied.column(1) == served.column(1)
        copied.page.locator(".tries .reason").evaluate("text => text.remove()")  # its shadow falls on the map
        assert copied.ground() == served.ground()
        before = copied.column(2)
        assert numbers_of(copied) == numbers_of(served)
        copied.page.locator("#tab-areas").click()
        assert copied.column(2) != before, "the slider changed no number"
        assert copied.strangers() == []
        assert copied.faults == []
        assert all(request.startswith(nginx) for request in copied.requests)
        assert any(".pmtiles" in request for request in copied.requests)
        assert copied.page.locator(".whole").count() == 0


@pytest.mark.parametrize(
    ("language", "why"),
    [("en", "A copy without a server: these need one."), ("zh", "静态副本没有服务器，无法使用这些功能。")],
)
def test_what_needs_a_server_is_grey_and_says_why(
    chromium: Browser, nginx: str, artifacts: Path, language: str, why: str
) -> None:
    with contextlib.closing(reader(chromium)) as context:
        opened = "tool=zone&scenario=1"  # an address of a service may name what a copy cannot do
        watched = watch(context, f"{nginx}?lang={language}#{opened}")
        page = watched.page
        for name in ("scenario", "zone", "isochrone"):
            button = page.locator(f'.try[data-tool="{name}"]')
            assert button.get_attribute("aria-disabled") == "true"
            assert page.locator(f"#{button.get_attribute('aria-describedby')}").inner_text() == why
            button.click(force=True)
        assert page.locator("#results-body[role=tabpanel]").count() == 1
        assert page.locator(".search input").is_disabled()
        page.screenshot(path=artifacts / f"static-copy-{language}.png")
        page.locator("#tab-data").click()
        links = [link.get_attribute("href") or "" for link in page.locator(".data.copy a").all()]
        assert len(links) > 50
        assert not [url for url in links if page.request.head(url).status != 200]
        assert violations(page) == []
        assert watched.faults == []


def too_large(route: Route) -> None:
    """Say of every archive that it is larger than what is fetched whole."""
    config = json.loads(route.fetch().text())
    for archive in config["tiles"].values():
        archive["bytes"] = 30_000_000
    route.fulfill(json=config)


def _open(context: BrowserContext, url: str) -> Watched:
    return watch(context, f"{url}?lang=en")


def test_small_archives_are_fetched_whole_where_range_is_ignored(chromium: Browser, nginx: str, without_range: str) -> None:
    with contextlib.closing(reader(chromium)) as context:
        watched, ranged = _open(context, without_range), _open(context, nginx)
        expect(watched.page.locator(".whole")).to_contain_text("ignores requests for parts of a file")
        watched.page.locator(".whole").evaluate("notice => notice.remove()")
        assert watched.ground() == ranged.ground()
        asked = [request for request in watched.requests if "/base.pmtiles" in request]
        assert len(asked) == 1


def test_large_archives_are_refused_where_range_is_ignored(chromium: Browser, without_range: str) -> None:
    with contextlib.closing(reader(chromium)) as context:
        context.route("**/static.json", too_large)
        watched = _open(context, without_range)
        expect(watched.page.locator(".failure")).to_contain_text("Put the folder on a server that answers them.")
        assert watched.row().is_visible()


def test_an_area_of_very_many_is_opened_in_a_copy(chromium: Browser, tmp_path: Path) -> None:
    publish_made_up(tmp_path / "releases", MANY)
    with open_release(tmp_path) as release:
        release.export_static(tmp_path / "maps")
    with nginx_with(tmp_path / "maps", tmp_path) as url, contextlib.closing(reader(chromium)) as context:
        watched = _open(context, url)
        expect(watched.page.locator(".areas tbody tr")).to_have_count(100)
        every = watched.ground()
        watched.row().click()
        watched.settle()
        expect(watched.page.locator(".areas tbody tr")).to_have_count(42)
        assert len(steps(watched)) == 3
        assert watched.ground() != every, "the map still shows all townships"
        before = watched.column(2)
        watched.page.locator("#minutes").press("End")
        watched.settle()
        assert watched.column(2) != before, "the slider changed no number"
        shapes = {url for url in watched.requests if "/coverage/" in url and ".shapes.json" in url}
        assert len(shapes) == 2, "those of the townships and of the villages of one"
        watched.page.go_back()
        watched.settle()
        assert watched.column(2) == before
        assert watched.strangers() == []
        assert watched.faults == []
