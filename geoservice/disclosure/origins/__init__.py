"""Origins of migrants: measured by area and origin on a public list of origins, with their own part of the budget.

A household is in one top area, one area below it, one wide and one fine origin, so it changes one cell of each table. A
separate noisy count decides whether a wide origin is divided into fine ones; if not, what they would cost is spent on the
other counts. So every path adds up to the part exactly.
"""

from fractions import Fraction

from geoservice.demand import Flows
from geoservice.disclosure.origins.cost import decide_origins
from geoservice.disclosure.origins.estimate import estimate_tables
from geoservice.disclosure.origins.flow_rows import flow_rows
from geoservice.disclosure.origins.noise import measure_tables, replay_tables
from geoservice.disclosure.origins.origin_list import ELSEWHERE, Origins, list_origins, origins_of
from geoservice.disclosure.origins.tables import MIGRANTS_CAP, Migrants, Tables, count_migrants, grid_of
from geoservice.disclosure.sampler import Sampler
from geoservice.disclosure.tree import PlaceTree
from geoservice.schema import ARRIVALS

__all__ = ["ELSEWHERE", "MIGRANTS_CAP", "Migrants", "Origins", "list_origins", "measure_origins", "origins_of"]


def measure_origins(tree: PlaceTree, origins: Origins, migrants: Migrants, rho: Fraction, sampler: Sampler) -> Flows:
    """Measure and estimate persons by area and origin; in total it costs every household ``rho``.

    Returns
    -------
    Flows
        Every top area and the areas below it by wide origin, and by fine origin where the wide one was divided; tops also by
        time since arrival, if the migrants have it.
    """
    grid = grid_of(tree, origins)
    arrivals = 0 if migrants.arrival is None else len(ARRIVALS)
    counts = count_migrants(tree, grid, migrants, arrivals)
    cost = decide_origins(grid, counts.top, rho, sampler, arrivals=arrivals > 0)
    measured = measure_tables(grid, counts, cost, rho, sampler)
    estimated = estimate_tables(grid, Tables(*(t[..., None] for t in measured)), cost)
    return flow_rows(tree, grid, cost, estimated, replay_tables(grid, cost, rho, arrivals))
