"""A station dragged in Chromium: the time from a movement of the pointer to painted numbers."""

from statistics import median
from typing import Any

from geoservice.bench.access.figures import Figures, at_most
from geoservice.errors import Unavailable

STEPS, BAR_MS = 40, 100.0
WATCH = """() => {
  window.spent = [];
  let moved = null;
  addEventListener("pointermove", () => { moved = performance.now(); }, true);
  addEventListener("mousemove", () => { moved ??= performance.now(); }, true);
  const shown = () => document.querySelector(".overall .after")?.textContent + document.querySelector(".moved")?.textContent;
  let last = shown();
  new MutationObserver(() => {
    const now = shown();
    if (moved === null || now === last || now.includes("undefined")) return;
    const since = moved;
    [moved, last] = [null, now];
    requestAnimationFrame(() => requestAnimationFrame(() => window.spent.push(performance.now() - since)));
  }).observe(document.querySelector(".panel.results"), {subtree: true, childList: true, characterData: true});
}"""
"""Collects the ms from the last movement of the pointer to the second frame after the share covered or
the people gained and lost have changed."""


def drag(url: str, name: str) -> Figures:
    """Return the median and the 95th percentile of the times of a drag of 40 steps."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        raise Unavailable("bench access: playwright not found; install it with: make ready") from None
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path="/usr/bin/chromium", args=["--use-gl=angle", "--use-angle=swiftshader"])
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-GB")
        page.goto(f"{url}/")
        page.get_by_role("button", name="Try a station").click()
        page.locator(".scenario[aria-busy=false]").wait_for(timeout=120_000)
        spent = sorted(_drag(page))
        browser.close()
    p95 = spent[min(int(0.95 * len(spent)), len(spent) - 1)]
    return {
        f"{name}, drag to painted numbers, median": at_most(median(spent), "ms", BAR_MS),
        f"{name}, drag to painted numbers, p95": at_most(p95, "ms"),
    }


def _drag(page: Any) -> list[float]:
    box = page.locator(".map").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.wait_for_timeout(1000)
    page.mouse.click(*middle)
    page.locator(".scenario-marker").wait_for()
    page.locator(".scenario[aria-busy=false]").wait_for()
    page.wait_for_timeout(1000)
    marker = page.locator(".scenario-marker").bounding_box()
    x, y = marker["x"] + marker["width"] / 2, marker["y"] + marker["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(WATCH)
    for step in range(1, STEPS + 1):
        page.mouse.move(x + 3 * step, y - 2 * step)
        page.wait_for_timeout(400)
    page.mouse.up()
    found: list[float] = page.evaluate("window.spent")
    return found
