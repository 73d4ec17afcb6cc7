"""A province of 60 000 villages beside a county: what features, tiles and the page take at either size."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from geoservice.bench.access.figures import Figures, at_most
from geoservice.bench.province.areas import COUNTY, PROVINCE
from geoservice.bench.province.browser import PageFigures, page_figures
from geoservice.bench.province.queries import compare
from geoservice.bench.province.release import publish_made_up
from geoservice.bench.serve.servers import ours

FIRST_VIEW_S, SLIDER_MS, MEMORY_MB = 3.0, 150.0, 600.0
OPENED = "level=township&within=340305"
"""An address with a county of the province open."""


def run(repeat: int = 5) -> Figures:
    """Publish both releases, and measure requests and the page."""
    with TemporaryDirectory(prefix="geoservice-bench-") as name, ExitStack() as stack:
        urls = {}
        for size, label in ((PROVINCE, "province"), (COUNTY, "county")):
            home = Path(name) / label
            publish_made_up(home / "releases", size)
            urls[label] = stack.enter_context(ours(home, workers=1))[0]
        figures = compare(urls["province"], urls["county"], repeat)
        pages = {
            "page of a county": f"{urls['county']}/?lang=en",
            "page of a province": f"{urls['province']}/?lang=en",
            "page of a county of a province": f"{urls['province']}/?lang=en#{OPENED}",
        }
        for what, page in page_figures(pages, repeat).items():
            figures |= _page(what, page)
        return figures


def _page(name: str, page: PageFigures) -> Figures:
    return {
        f"{name}, first view": at_most(page.first_view_s, "s", FIRST_VIEW_S),
        f"{name}, requests of the first view": at_most(page.requests, ""),
        f"{name}, received for the first view": at_most(page.megabytes, "MB"),
        f"{name}, slider": at_most(page.slider_ms, "ms", SLIDER_MS),
        f"{name}, memory of the tab": at_most(page.memory_mb, "MB", MEMORY_MB),
    }
