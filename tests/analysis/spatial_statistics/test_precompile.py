import numpy as np
from random_maps import irregular_weights

from geoservice.analysis.spatial_statistics.conditional_permutation import two_sided_p
from geoservice.analysis.spatial_statistics.kernels import count_extremes, draw_samples
from geoservice.analysis.spatial_statistics.precompile import precompile
from geoservice.analysis.spatial_statistics.weights import Weights


def test_later_calls_compile_nothing() -> None:
    """Also with arrays that cannot be written to, such as memory maps."""
    precompile()
    signatures = [set(kernel.signatures) for kernel in (draw_samples, count_extremes)]
    weights = irregular_weights(30, 0).row_standardised()
    arrays = [weights.indptr, weights.indices, weights.data, np.arange(30.0)]
    for array in arrays:
        array.flags.writeable = False
    two_sided_p(arrays[3], Weights(*arrays[:3]), permutations=9, seed=1)
    assert [set(kernel.signatures) for kernel in (draw_samples, count_extremes)] == signatures
