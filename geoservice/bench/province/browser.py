"""The planner's page in Chromium, which draws in software: time to the first view, to a moved slider, and memory of the tab."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

from geoservice.errors import Unavailable

DRAWING = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
MOVES = 12
MOVED = """() => new Promise((done) => {
  const slider = document.querySelector("#minutes");
  const shown = () => document.querySelector(".areas tbody")?.textContent;
  const before = shown();
  const start = performance.now();
  slider.value = (Number(slider.value) + 1) % (Number(slider.max) + 1);
  slider.dispatchEvent(new Event("input", {bubbles: true}));
  const wait = () => (shown() === before ? requestAnimationFrame(wait)
    : requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start))));
  wait();
})"""
"""Moves the slider by one stop; returns the ms until the second frame after the numbers have changed."""


class PageFigures(NamedTuple):
    """Seconds to the first view, requests and bytes for it, ms of a move of the slider, and MB of the tab's process."""

    first_view_s: float
    requests: float
    megabytes: float
    slider_ms: float
    memory_mb: float


@contextmanager
def chromium() -> Iterator[Any]:
    """Start Chromium with software drawing."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        raise Unavailable("bench province: playwright not found; install it with: make ready") from None
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path="/usr/bin/chromium", args=DRAWING)
        yield browser
        browser.close()


def page_figures(addresses: Mapping[str, str], repeat: int) -> dict[str, PageFigures]:
    """Open the page at each address in turn in a browser that is running, and return medians by the addresses' names.

    Every view begins with an empty cache. A first round is not counted: in it the browser starts its own processes.
    """
    with chromium() as browser:
        rounds = [{name: _view(browser, address) for name, address in addresses.items()} for _ in range(repeat + 1)]
    return {name: PageFigures(*map(median, zip(*(r[name] for r in rounds[1:]), strict=True))) for name in addresses}


def _view(browser: Any, address: str) -> PageFigures:
    context, sizes = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB"), list[int]()
    with closing(context):
        page = context.new_page()
        page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
        start = perf_counter()
        page.goto(address)
        page.locator(".headline[aria-busy=false]").wait_for(timeout=300_000)
        page.locator(".areas tbody tr").first.wait_for(timeout=300_000)
        page.locator(".canvas[data-idle]").wait_for(timeout=300_000)
        first = perf_counter() - start
        requests, received = len(sizes), sum(sizes)
        moves = [page.evaluate(MOVED) for _ in range(MOVES)]
        page.locator(".canvas[data-idle]").wait_for(timeout=300_000)
        return PageFigures(first, requests, received / 1e6, median(moves), tab_mb(browser))


def tab_mb(browser: Any) -> float:
    """Return the memory of the largest process of a page: its own pages, and its part of those it shares."""
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    return max(_proportional_mb(p["id"]) for p in processes if p["type"] == "renderer")


def _proportional_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
