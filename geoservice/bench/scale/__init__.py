"""Benchmark of a region of many counties on Dask: seconds and memory a county, more workers, more counties, and a peer.

The region is the made-up prefecture of the Anqing demo. From the figures follows what a province and a nation would take;
that is arithmetic, and marked so.
"""

import shutil
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from geoservice.bench.scale.arithmetic import nation_figures, straightness
from geoservice.bench.scale.comparison import compare_folders
from geoservice.bench.scale.peer import peer_figures
from geoservice.bench.scale.runs import Measured, make_region, measured_run, single_run, street_nodes

Figures = dict[str, dict[str, object]]
HOUSEHOLDS = 3_000_000
COUNTIES = 10
CURVE = (1, 2, 4, 7, 10)
CURVE_HOUSEHOLDS = 60_000
"""Households of each county of the curve."""
SPEEDUP_BAR, STRAIGHT_BAR, MEGABYTES_BAR = 1.7, 0.99, 2048.0


def run(repeat: int, households: int = HOUSEHOLDS) -> Figures:
    """Return the figures; runs with one and with two workers alternate ``repeat`` times."""
    with TemporaryDirectory(prefix="geoservice-bench-") as name:
        folder = Path(name)
        home = make_region(folder / "region", households, COUNTIES)
        one, two = _pairs(home, repeat, folder / "distributed")
        figures = _region_figures(home, households, one, two)
        figures |= _single_figures(home, households, folder)
        figures |= peer_figures(home, median(m.seconds for m in two))
        shutil.rmtree(home)
        seconds = []
        for counties in CURVE:
            part = make_region(folder / str(counties), CURVE_HOUSEHOLDS * counties, counties)
            seconds.append(median(measured_run(part, 2, part / "releases").seconds for _ in range(repeat)))
            shutil.rmtree(part)
        slope, start, r2 = straightness(CURVE, seconds)
        for counties, value in zip(CURVE, seconds, strict=True):
            figures[f"{counties} counties of {CURVE_HOUSEHOLDS} households, two workers"] = {
                "value": round(value, 1),
                "unit": "s",
            }
        figures["straightness of seconds by counties, r2"] = _at_least(r2, STRAIGHT_BAR)
        figures["seconds for each further county, two workers"] = {"value": round(slope, 2), "unit": "s"}
        figures["seconds for none, two workers"] = {"value": round(start, 1), "unit": "s"}
        return figures


def _pairs(home: Path, repeat: int, releases: Path) -> tuple[list[Measured], list[Measured]]:
    """Return runs with one and with two workers, in turn."""
    runs = [(measured_run(home, 1, releases), measured_run(home, 2, releases)) for _ in range(repeat)]
    return [one for one, _ in runs], [two for _, two in runs]


def _prefecture(households: int) -> str:
    return f"prefecture of {COUNTIES} counties, {households} households"


def _single_figures(home: Path, households: int, folder: Path) -> Figures:
    """Return what one process without Dask takes, and in how many values its release differs from that of two workers."""
    seconds = single_run(home, folder / "single")
    values, differing = compare_folders(folder / "single", folder / "distributed")
    name = _prefecture(households)
    return {
        f"{name}, one process without Dask": {"value": round(seconds, 1), "unit": "s"},
        f"{name}, values of all layers": {"value": values, "unit": ""},
        f"{name}, values that differ from those of one process": {
            "value": sum(differing.values()), "unit": "", "bar": 0, "holds": not differing,
        },
    }  # fmt: skip


def _region_figures(home: Path, households: int, one: list[Measured], two: list[Measured]) -> Figures:
    slow, fast = (median(m.seconds for m in runs) for runs in (one, two))
    every, nodes = [*one, *two], street_nodes(home)
    counties = [seconds for m in every for seconds in m.county_seconds.values()]
    peak = max(m.peak_mb for m in every)
    travel = median(m.phase_seconds["travel"] for m in one)
    name = _prefecture(households)
    figures: Figures = {
        f"{name}, one worker": {"value": round(slow, 1), "unit": "s"},
        f"{name}, two workers": {"value": round(fast, 1), "unit": "s"},
        f"{name}, two workers beside one": _at_least(slow / fast, SPEEDUP_BAR),
        f"{name}, memory of a worker": {
            "value": round(peak), "unit": "MB", "bar": MEGABYTES_BAR, "holds": peak <= MEGABYTES_BAR,
        },
        f"{name}, tasks of a county": {"value": round(median(counties), 1), "unit": "s"},
        f"{name}, memory of a county's tasks": {"value": round(max(m.county_mb for m in every)), "unit": "MB"},
        f"{name}, streets and times, a million street nodes": {"value": round(travel / nodes * 1e6, 1), "unit": "s"},
        f"{name}, all tasks, a million households": {
            "value": round(median(m.task_seconds for m in one) / households * 1e6, 1), "unit": "s",
        },
    }  # fmt: skip
    for phase in one[0].phase_seconds:
        value = median(m.phase_seconds[phase] for m in one)
        figures[f"{name}, tasks of {phase}, one worker"] = {"value": round(value, 1), "unit": "s"}
    return figures | nation_figures(one, COUNTIES)


def _at_least(value: float, bar: float) -> dict[str, object]:
    return {"value": round(value, 3), "unit": "", "bar": bar, "holds": value >= bar}
