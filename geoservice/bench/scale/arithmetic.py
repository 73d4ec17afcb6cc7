"""What follows from the figures of a prefecture: if seconds grow in a straight line, and what larger regions would take."""

from collections.abc import Sequence
from statistics import median

import numpy as np

from geoservice.bench.scale.runs import Measured

PROVINCE, NATION = 100, 2990
"""Counties of a large province and of China."""
WORKERS = (8, 64, 512)


def straightness(counties: Sequence[int], seconds: Sequence[float]) -> tuple[float, float, float]:
    """Return slope, intercept and coefficient of determination of the line through seconds by counties.

    >>> [round(v, 3) for v in straightness([1, 2, 3], [3.0, 5.0, 7.0])]
    [2.0, 1.0, 1.0]
    """
    x, y = np.asarray(counties, float), np.asarray(seconds, float)
    slope, start = np.polyfit(x, y, 1)
    residual = y - (slope * x + start)
    return float(slope), float(start), float(1 - residual @ residual / ((y - y.mean()) @ (y - y.mean())))


def makespan(task_seconds: float, longest: float, serial: float, workers: int) -> float:
    """Return the seconds of tasks on workers: their share, but not less than the longest task, and the command's own work.

    >>> makespan(1000.0, 20.0, 10.0, 10), makespan(1000.0, 20.0, 10.0, 1000)
    (110.0, 30.0)
    """
    return max(task_seconds / workers, longest) + serial


def nation_figures(runs: Sequence[Measured], counties: int) -> dict[str, dict[str, object]]:
    """Return the arithmetic for a province and a nation whose counties are as those of the runs with one worker.

    A province is one release; a nation has one for each province, all of them made at the same time by the same workers.
    """
    tasks = median(m.task_seconds for m in runs) / counties
    longest, serial = (value / counties for value in (
        median(m.longest_joint for m in runs), median(m.seconds - m.task_seconds for m in runs),
    ))  # fmt: skip
    figures: dict[str, dict[str, object]] = {}
    for name, number in (("province", PROVINCE), ("nation", NATION)):
        in_release = min(number, PROVINCE)
        for workers in WORKERS:
            seconds = makespan(tasks * number, longest * in_release, serial * in_release, workers)
            key = f"arithmetic, not measured: {name} of {number} counties, {workers} workers"
            figures[key] = {"value": round(seconds / 60, 1), "unit": "min"}
    return figures
