"""The budget of the counts of migrants by area and origin: which origins are divided, and what each count costs."""

from fractions import Fraction
from typing import NamedTuple

import numpy as np

from geoservice.disclosure.origins.tables import MIGRANTS_CAP, Grid
from geoservice.disclosure.sampler import Sampler
from geoservice.geo import Bools, Floats, Objects

DECISION_PART = Fraction(5, 100)
ARRIVAL_PART = Fraction(15, 100)
UNDIVIDED = {"top": 40, "second": 55}
"""Relative parts of the counts of an origin that is not divided."""
DIVIDED = {"top": 20, "second": 20, "fine": 25, "second_fine": 35}
"""Relative parts of the counts of an origin that is."""
CUT_SIGMAS = 6


class Cost(NamedTuple):
    """Part of the budget of every count by top area and wide origin, 0 for what is not measured; shapes ``(tops, wide)``.

    Along every path they add up to 1 together with ``decision``. ``cut`` are the wide origins that are divided.
    """

    top: Objects
    second: Objects
    fine: Objects
    second_fine: Objects
    arrival: Objects
    decision: Objects
    cut: Bools


def decide_origins(grid: Grid, top_counts: Floats, rho: Fraction, sampler: Sampler, *, arrivals: bool = False) -> Cost:
    """Decide with noise which origins of each top are divided, and return the parts of the budget: 1 along every path.

    An origin is divided if its noisy count is above six standard deviations of the sum of the noise of its parts, so that it is
    large enough for them to say something.

    Parameters
    ----------
    grid : Grid
    top_counts : float64 array, shape (tops, wide)
        Exact counts by top area and wide origin; private.
    rho : Fraction
    sampler : Sampler
    arrivals : bool
        Whether time since arrival is measured.
    """
    divisible = np.broadcast_to(grid.origins.divided(), top_counts.shape)
    noisy = np.zeros(top_counts.shape)
    noisy[divisible] = sampler.measure(top_counts[divisible].astype(np.int64), MIGRANTS_CAP, rho * DECISION_PART)
    fines = np.bincount(grid.origins.of_fine, minlength=len(grid.origins.wide))
    parts = {name: np.full(top_counts.shape, Fraction(0), object) for name in Cost._fields if name != "cut"}
    cost = Cost(**parts, cut=np.zeros(top_counts.shape, bool))
    for (top, wide), is_divisible in np.ndenumerate(divisible):
        decision = DECISION_PART if is_divisible else Fraction(0)
        arrival = ARRIVAL_PART if arrivals else Fraction(0)
        remainder = 1 - decision - arrival
        has_second = bool(grid.below()[top])
        fine_part = remainder * _shares(DIVIDED, has_second=has_second)["fine"]
        limit = CUT_SIGMAS * MIGRANTS_CAP * np.sqrt(fines[wide] / (2 * float(rho * fine_part)))
        cut = bool(is_divisible and noisy[top, wide] > limit)
        cost.cut[top, wide], cost.decision[top, wide], cost.arrival[top, wide] = cut, decision, arrival
        for name, share in _shares(DIVIDED if cut else UNDIVIDED, has_second=has_second).items():
            getattr(cost, name)[top, wide] = remainder * share
    return cost


def _shares(parts: dict[str, int], *, has_second: bool) -> dict[str, Fraction]:
    """Return the shares of the counts that are made; together 1."""
    made = {name: part for name, part in parts.items() if has_second or not name.startswith("second")}
    return {name: Fraction(part, sum(made.values())) for name, part in made.items()}
