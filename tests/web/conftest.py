"""A browser that can reach this machine only, and a record of its requests."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, ViewportSize

ROOT = Path(__file__).parents[2]
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""A change of the page takes effect on the map in the next frame."""


@dataclass
class Watched:
    """A page with every request it sent and everything it complained of."""

    page: Page
    requests: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    loading: set[Request] = field(default_factory=set)

    def settle(self) -> None:
        """Wait until nothing is being loaded or drawn: no requests are open, and the map is idle after two more frames."""
        quiet = 0
        while quiet < 2:
            self.page.wait_for_selector(".canvas[data-idle]", timeout=60_000)
            self.page.evaluate(TWO_FRAMES)
            is_idle = self.page.locator(".canvas[data-idle]").count() and not self.loading
            quiet = quiet + 1 if is_idle else 0
            self.page.wait_for_timeout(100)

    def ground(self) -> bytes:
        """Take a picture of the map between the panels."""
        self.page.mouse.move(2, 2)
        self.settle()
        return self.page.screenshot(clip={"x": 380, "y": 130, "width": 420, "height": 600})

    def row(self, place: int = 0) -> Locator:
        """Return a row of the table of areas."""
        return self.page.locator(".areas tbody tr").nth(place)

    def column(self, number: int) -> list[str]:
        """Return the texts of a column of the table of areas."""
        return self.page.locator(f".areas tbody tr td:nth-child({number})").all_inner_texts()

    def asked(self) -> list[str]:
        """Return what the page asked for; browsers ask for its icon of their own accord."""
        return [r for r in self.requests if not r.endswith("/icon.svg")]

    def strangers(self) -> list[str]:
        """Return the requests that were meant for another machine."""
        kept = {"data", "blob"}
        return [r for r in self.requests if urlsplit(r).scheme not in kept and urlsplit(r).hostname != "127.0.0.1"]


def reader(
    browser: Browser, language: str = "en-GB", width: int = 1280, height: int = 800, scheme: Literal["light", "dark"] = "light"
) -> BrowserContext:
    """A reader of a language who wants no motion, so that pictures are of a map at rest."""
    size: ViewportSize = {"width": width, "height": height}
    return browser.new_context(viewport=size, locale=language, reduced_motion="reduce", color_scheme=scheme)


def watch(context: BrowserContext, url: str) -> Watched:
    """Open the page and write down what it does."""
    page = context.new_page()
    page.set_default_timeout(60_000)
    watched = Watched(page)
    page.on("request", lambda request: watched.requests.append(request.url))
    page.on("request", lambda request: watched.loading.add(request))  # noqa: PLW0108 - a method of a set takes no listener
    page.on("requestfinished", lambda request: watched.loading.discard(request))  # noqa: PLW0108
    page.on("requestfailed", lambda request: watched.loading.discard(request))  # noqa: PLW0108
    page.on("pageerror", lambda error: watched.faults.append(str(error)))
    page.on("console", lambda message: watched.faults.append(message.text) if message.type == "error" else None)
    page.goto(url)
    page.wait_for_selector(".areas tbody tr", timeout=60_000)
    watched.settle()
    return watched


@pytest.fixture(scope="session", autouse=True)
def built() -> None:
    """Skip the browser's tests where nobody has built the page."""
    if not (ROOT / "geoservice/web/static/index.html").exists():
        pytest.skip("build the page to run this test: npm ci && npm run build in geoservice/web")


@pytest.fixture(scope="module")
def english(chromium: Browser) -> Iterator[BrowserContext]:
    context = reader(chromium)
    yield context
    context.close()


@pytest.fixture
def page(english: BrowserContext, demo_server: str) -> Iterator[Watched]:
    watched = watch(english, f"{demo_server}/?lang=en")  # a test before may have switched
    yield watched
    watched.page.close()


@pytest.fixture
def artifacts() -> Path:
    folder = ROOT / "artifacts"
    folder.mkdir(exist_ok=True)
    return folder
