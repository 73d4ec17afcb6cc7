"""Errors of demand surfaces and the coverage of their margins, from repeated measurements of synthetic counties.

The households are synthetic, so their exact numbers may be used. Each county is read once; each measurement has new noise
from a seed. The quantities are those of a study: sums over areas, squares, catchments, isochrones and circles, shares within
reach, and greedily chosen sites. Each error is compared with that of exact counts on the same leaves, which is due to the
unknown locations of people within leaves alone.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from geoservice.bench.disclosure.county import County, make_county
from geoservice.bench.disclosure.metrics import county_metrics
from geoservice.bench.disclosure.regions import families
from geoservice.bench.disclosure.scores import Key, Score, Truth, concatenate_scores, score_surface
from geoservice.bench.disclosure.siting import Siting
from geoservice.geo import Floats

HOUSEHOLDS = (6_000, 60_000, 1_000_000)
RHOS = (Fraction(1, 2), Fraction(1))
COUNTY_SEED = 1
"""The placement term of margins was calibrated on counties of other seeds."""
MEASUREMENTS, LARGE_COUNTY_MEASUREMENTS, LARGE = 4, Fraction(2, 5), 500_000
"""Measurements per repeat, for counties of up to ``LARGE`` households and for larger ones."""


def run(repeat: int, households: Sequence[int] = HOUSEHOLDS) -> dict[str, dict[str, Any]]:
    """Return metrics of a county of each size at each rho, measured 4 times per repeat, or 0.4 times for a large county."""
    metrics: dict[str, dict[str, Any]] = {}
    for number in households:
        county = make_county(number, COUNTY_SEED)
        per_repeat = LARGE_COUNTY_MEASUREMENTS if number > LARGE else Fraction(MEASUREMENTS)
        seeds = range(max(1, int(repeat * per_repeat)))
        for rho, (scores, regret) in zip(RHOS, score_county(county, RHOS, seeds), strict=True):
            metrics |= county_metrics(number, rho, scores, regret)
    return metrics


def score_county(county: County, rhos: Sequence[Fraction], seeds: Sequence[int]) -> list[tuple[dict[Key, Score], Floats]]:
    """Return the scores of all measurements and the siting regret of each, for each rho."""
    truths = [Truth.of(family, county) for family in families(county)]
    siting = Siting.of(county)
    results = []
    for rho in rhos:
        parts, regret = [], []
        for seed in seeds:
            protected = county.measure(rho, seed)
            points = county.points(protected.surface)
            parts.append(dict(score_surface(truths, county, protected, points)))
            regret.append(siting.regret(protected.surface, points))
        results.append((concatenate_scores(parts), np.concatenate(regret)))
    return results
