"""Compile the loops of the siting models before their first use: ``python -m geoservice.analysis.siting.precompile``."""

import numpy as np

from geoservice.analysis.siting.coverage import mclp
from geoservice.analysis.siting.curve import coverage_curve
from geoservice.analysis.siting.median import p_median
from geoservice.analysis.siting.problem import Problem
from geoservice.analysis.siting.set_cover import lscp
from geoservice.analysis.travel_pairs import TravelPairs


def precompile() -> None:
    """Solve a few small problems, which compiles the loops that are not compiled yet."""
    ms = np.array([[0, 9, 7], [9, 0, 9], [7, 9, 0]], np.int32)
    pairs = TravelPairs(np.arange(0, 10, 3), np.tile(np.arange(3, dtype=np.int32), 3), ms.ravel())
    problem = Problem(pairs, np.array([3.0, 2.0, 2.0]))
    p_median(problem, 2)
    mclp(problem, 1, limit=7)
    lscp(problem, limit=7)
    coverage_curve(problem, 2, limit=7)


if __name__ == "__main__":
    precompile()
