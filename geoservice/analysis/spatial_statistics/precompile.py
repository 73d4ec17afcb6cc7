"""Compile the permutation test before its first use: ``python -m geoservice.analysis.spatial_statistics.precompile``."""

import numpy as np

from geoservice.analysis.spatial_statistics.conditional_permutation import two_sided_p
from geoservice.analysis.spatial_statistics.weights import Weights


def precompile() -> None:
    """Run the permutation test on two units, which compiles the kernels that are not compiled yet."""
    two_sided_p(np.array([0.0, 1.0]), Weights.from_csr([0, 1, 2], [1, 0]), permutations=1, seed=0)


if __name__ == "__main__":
    precompile()
