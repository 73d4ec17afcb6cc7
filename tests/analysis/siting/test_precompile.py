from geoservice.analysis.siting import kernels
from geoservice.analysis.siting.coverage import mclp
from geoservice.analysis.siting.median import p_median
from geoservice.analysis.siting.precompile import precompile
from geoservice.analysis.siting.set_cover import lscp

from .problems import random_problem


def test_every_loop_that_the_models_call_is_compiled() -> None:
    precompile()
    loops = [loop for name, loop in vars(kernels).items() if hasattr(loop, "signatures") and not name.startswith("_")]
    compiled = {loop.__name__: len(loop.signatures) for loop in loops}
    assert not [name for name, signatures in compiled.items() if not signatures]
    problem = random_problem(4, costs=True)
    for model in (mclp, p_median):
        model(problem, 3)
        model(problem, budget=9.0)
    lscp(problem)
    assert {loop.__name__: len(loop.signatures) for loop in loops} == compiled
