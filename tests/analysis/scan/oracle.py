"""The scan statistic by brute force, from the papers alone: every centre, every distance, every interval, a logarithm each."""

from itertools import product
from math import cos, radians, sin
from typing import Any, NamedTuple

import numpy as np
from scipy.special import xlogy

Array = np.ndarray[Any, np.dtype[Any]]
SHAPES = [(1.0, 0.0)] + [(s, a) for s, n in ((1.5, 4), (2, 6), (3, 9), (4, 12), (5, 15)) for a in np.arange(n) * 180 / n + 90]


class Window(NamedTuple):
    """The best window around a place."""

    value: float
    members: frozenset[int]
    first: int
    last: int


def poisson(c: float, n: float, C: float, N: float) -> float:
    """Kulldorff 1997, equation for the Poisson model, with the population n in place of a measure."""
    e = C * n / N
    return float(xlogy(c, c / e) + xlogy(C - c, (C - c) / (C - e)))


def bernoulli(c: float, n: float, C: float, N: float) -> float:
    """Kulldorff 1997, the Bernoulli model: likelihood of two rates over that of one."""
    two = (
        xlogy(c, c / n)
        + xlogy(n - c, 1 - c / n)
        + xlogy(C - c, (C - c) / (N - n))
        + xlogy(N - n - C + c, 1 - (C - c) / (N - n))
    )
    return float(two - xlogy(C, C / N) - xlogy(N - C, 1 - C / N))


def brute_force(x: Array, y: Array, cases: Array, people: Array, measure: Array, **given: Any) -> list[Window]:
    """Return the best window around each place; arrays by place and period."""
    option = {
        "model": "poisson",
        "direction": "high",
        "share": 0.5,
        "duration": 1,
        "prospective": False,
        "penalty": 0.5,
    } | given
    C, N, periods, best = option.get("total", cases.sum()), measure.sum(), cases.shape[1], []
    persons = option["model"] == "bernoulli"
    limit = option["share"] * people.sum() * (1 + 1e-9)
    spans = [(a, b) for a, b in product(range(periods), repeat=2) if a <= b < a + option["duration"]]
    for centre in range(len(x)):
        top = Window(0.0, frozenset(), -1, -1)
        for s, angle in SHAPES if option.get("shape") == "ellipse" else SHAPES[:1]:
            dx, dy, t = x - x[centre], y - y[centre], radians(angle)
            far = np.round(np.hypot((dx * cos(t) + dy * sin(t)) / s, dy * cos(t) - dx * sin(t)), 5)
            for radius in sorted(set(far)):
                inside = far <= radius
                if people[inside].sum() > limit:
                    break
                for a, b in spans:
                    c, n = cases[inside, a : b + 1].sum(), measure[inside, a : b + 1].sum()
                    if not 1e-12 < n < N * (1 - 1e-12) or (option.get("prospective") and b < periods - 1):
                        continue
                    c = min(
                        max(c, 0, (C - N + n) * (option["model"] == "bernoulli")), C, n if option["model"] == "bernoulli" else C
                    )
                    high, low = c > C * n / N * (1 + 1e-9) and c > 2 - 1e-6, c < C * n / N * (1 - 1e-9)
                    if {"high": high, "low": low, "both": high or low}[option["direction"]]:
                        value = (bernoulli if persons else poisson)(c, n, C, N) * (4 * s / (s + 1) ** 2) ** option["penalty"]
                        if value > top.value * (1 + 1e-9):
                            top = Window(value, frozenset(np.flatnonzero(inside).tolist()), a, b)
        best.append(top)
    return best
