"""Figures with their bars."""

from collections.abc import Sequence
from statistics import median
from typing import Any

from geoservice.bench.serve.load import quantile

Figures = dict[str, dict[str, Any]]


def at_most(value: float, unit: str, bar: float | None = None) -> dict[str, Any]:
    """Return a figure that should not exceed its bar."""
    figure = {"value": round(value, 2), "unit": unit}
    return figure if bar is None else {**figure, "bar": bar, "holds": value <= bar}


def at_least(ours: float, theirs: float, bar: float, peer: str) -> dict[str, Any]:
    """Return how many times as long a peer takes."""
    ratio = theirs / ours
    return {"value": round(ours, 3), "unit": "s", "peer": f"{peer} {theirs:.2f} s", "ratio": round(ratio, 1), "bar": bar} | {
        "holds": ratio >= bar
    }


def milliseconds(name: str, seconds: Sequence[float], bar: float) -> Figures:
    """Return the median and the 95th percentile of some times; the bar is that of the latter."""
    ms = [1000 * s for s in seconds]
    return {f"{name}, p50": at_most(median(ms), "ms"), f"{name}, p95": at_most(quantile(ms, 0.95), "ms", bar)}
