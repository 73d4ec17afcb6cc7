from geoservice.analysis.scan import kernels, scan_space_time
from geoservice.analysis.scan.precompile import precompile

from .maps import random_map


def test_every_loop_that_a_scan_calls_is_compiled() -> None:
    precompile()
    loops = (kernels.best_windows, kernels.raise_maxima, kernels.threshold_table)
    compiled = [len(loop.signatures) for loop in loops]
    assert min(compiled) > 0
    at = random_map(1, periods=4)
    for model in ("poisson", "bernoulli"):
        scan_space_time(*at, model=model, direction="both", replications=2, seed=1)
    assert [len(loop.signatures) for loop in loops] == compiled
