"""Peers of accessibility and siting, run by the Python of ``.venv-peers``: PySAL's access, and spopt with HiGHS.

``python peer.py NAME IN.npz OUT.npz``; the input is arrays by name, the output the result and the seconds it took.
"""

import sys
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

Arrays = Mapping[str, Any]


def floating_catchments(a: Arrays) -> tuple[Any, float]:
    """Return the E2SFCA index of each point by access, with steps ``limits`` and ``weights`` in minutes."""
    import numpy as np
    import pandas as pd
    from access import Access
    from access.weights import step_fn

    demand, supply = (pd.DataFrame({"value": a[name]}).rename_axis("id") for name in ("demand", "supply"))
    costs = pd.DataFrame({"origin": a["point"], "dest": a["station"], "cost": a["minutes"]})
    start = perf_counter()
    model = Access(demand, "value", supply, "value", cost_df=costs, cost_origin="origin", cost_dest="dest", cost_name="cost")
    steps = dict(zip(a["limits"].tolist(), a["weights"].tolist(), strict=True))
    found = model.enhanced_two_stage_fca(max_cost=float(a["limits"][-1]), weight_fn=step_fn(steps))
    seconds = perf_counter() - start
    index = found.iloc[:, 0].reindex(range(len(demand))).fillna(0.0)
    return np.asarray(index, float), seconds


def _solved(build: Callable[[Any], Any]) -> tuple[Any, float]:
    import numpy as np
    import pulp
    import spopt.locate

    start = perf_counter()
    model = build(spopt.locate).solve(pulp.HiGHS(msg=False, gapRel=0.0))
    return np.array([model.problem.objective.value() or 0.0]), perf_counter() - start


def p_median(a: Arrays) -> tuple[Any, float]:
    """Return the weighted time of the best ``sites`` of a matrix of points by candidates."""
    return _solved(lambda locate: locate.PMedian.from_cost_matrix(a["cost"], a["demand"], int(a["sites"])))


def mclp(a: Arrays) -> tuple[Any, float]:
    """Return the people whom the best ``sites`` cover within ``radius``."""
    locate_args = a["cost"], a["demand"], float(a["radius"]), int(a["sites"])
    return _solved(lambda locate: locate.MCLP.from_cost_matrix(*locate_args))


def lscp(a: Arrays) -> tuple[Any, float]:
    """Return the fewest sites that cover everybody within ``radius``."""
    return _solved(lambda locate: locate.LSCP.from_cost_matrix(a["cost"], float(a["radius"])))


def p_center(a: Arrays) -> tuple[Any, float]:
    """Return the longest time to the nearest of the best ``sites``."""
    return _solved(lambda locate: locate.PCenter.from_cost_matrix(a["cost"], int(a["sites"])))


PEERS = {f.__name__: f for f in (floating_catchments, p_median, mclp, lscp, p_center)}


def main(name: str, source: str, target: str) -> None:
    """Run a peer."""
    import numpy as np

    with np.load(source) as arrays:
        result, seconds = PEERS[name](dict(arrays))
    np.savez(target, result=result, seconds=seconds)


if __name__ == "__main__":
    main(*sys.argv[1:])
