"""Benchmark of live questions, accessibility and siting.

Live questions are asked over HTTP of a county whose households are made up, and of a grid of 2 M junctions with 5 000 stations;
a station is dragged in Chromium. Peers of accessibility and siting are PySAL's access and spopt with HiGHS (``make peers``).
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from geoservice.bench.access.figures import Figures
from geoservice.bench.access.live import ask_county, ask_grid, publish_county
from geoservice.bench.access.models import model_figures
from geoservice.bench.access.wide import publish_grid

HOUSEHOLDS = 1_000_000


def run(repeat: int, households: int = HOUSEHOLDS) -> Figures:
    """Return the figures; ``repeat`` is the number of runs beside each peer."""
    with TemporaryDirectory(prefix="geoservice-bench-") as name:
        county, grid = Path(name) / "county", Path(name) / "grid"
        publish_county(county, households)
        publish_grid(grid)
        return {**ask_county(county, households), **ask_grid(grid), **model_figures(repeat)}
