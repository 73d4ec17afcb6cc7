"""What a demand surface gets wrong, and whether its margins say so: made-up counties measured again and again.

The households are made up, so the register's own numbers may be looked at. Each county is read once; noise from seeds is drawn
anew for each measurement. Everything is asked as a study would ask it: sums over areas, squares, catchments, isochrones and
circles, shares within reach, and sites chosen greedily. Beside each error stands that of exact counts on the same leaves, which
is what not knowing where in a leaf people live costs alone.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from geoservice.bench.disclosure.county import County, make_county
from geoservice.bench.disclosure.figures import county_figures
from geoservice.bench.disclosure.regions import families
from geoservice.bench.disclosure.scores import Key, Score, Truth, joined, score_surface
from geoservice.bench.disclosure.siting import Siting
from geoservice.geo import Floats

HOUSEHOLDS = (6_000, 60_000, 1_000_000)
RHOS = (Fraction(1, 2), Fraction(1))
COUNTY_SEED = 1
"""The placement term of margins was calibrated on counties of other seeds."""
MEASUREMENTS, OF_A_LARGE_COUNTY, LARGE = 4, Fraction(2, 5), 500_000
"""Measurements a repeat, of counties up to ``LARGE`` households and beyond."""


def run(repeat: int, households: Sequence[int] = HOUSEHOLDS) -> dict[str, dict[str, Any]]:
    """Measure a county of each size at each rho, 4 times a repeat; counties of a million households 2 times for 5 repeats."""
    made: dict[str, dict[str, Any]] = {}
    for number in households:
        county = make_county(number, COUNTY_SEED)
        each = OF_A_LARGE_COUNTY if number > LARGE else Fraction(MEASUREMENTS)
        seeds = range(max(1, int(repeat * each)))
        for rho, (found, regret) in zip(RHOS, measured(county, RHOS, seeds), strict=True):
            made |= county_figures(number, rho, found, regret)
    return made


def measured(county: County, rhos: Sequence[Fraction], seeds: Sequence[int]) -> list[tuple[dict[Key, Score], Floats]]:
    """Return, for each rho, the scores of all measurements together and the regret of each; the regions are laid out once."""
    truths = [Truth.of(family, county) for family in families(county)]
    siting = Siting.of(county)
    results = []
    for rho in rhos:
        parts, regret = [], []
        for seed in seeds:
            made = county.measure(rho, seed)
            points = county.points(made.surface)
            parts.append(dict(score_surface(truths, county, made, points)))
            regret.append(siting.regret(made.surface, points))
        results.append((joined(parts), np.concatenate(regret)))
    return results
