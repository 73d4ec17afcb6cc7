"""Flows as a matrix of origins and areas with distances, and the gravity model of it."""

from typing import NamedTuple

import numpy as np

from geoservice.analysis.base import FlowPlace
from geoservice.analysis.flow_rows import FlowRows, distances_km
from geoservice.analysis.migration import GravityFit, NoisyExcess, fit_gravity, noisy_excess, nonnegative_flows
from geoservice.demand import Z90
from geoservice.errors import ParameterError
from geoservice.geo import Bools, Float32s, Floats, Ints

SPARE = 10
"""Fewest pairs of an origin and an area beyond the number of parameters."""


class FlowTable(NamedTuple):
    """A matrix of flows.

    ``row`` and ``column`` of each flow, shape ``(flows,)``; persons, kilometres and the pairs to fit, shape ``(origins,
    areas)``; noise, shape ``(origins, areas, replays)``.
    """

    row: Ints
    column: Ints
    persons: Floats
    noise: Float32s
    km: Floats
    pairs: Bools


def flow_table(flows: FlowRows) -> FlowTable:
    """Return the matrix of some flows.

    Pairs without a distance are not fitted: an area with itself or with an origin around it, and origins without a position.
    """
    (origins, row), (areas, column) = (
        np.unique(codes.astype(str), return_inverse=True) for codes in (flows.origin, flows.area)
    )
    shape = len(origins), len(areas)
    persons, noise = np.zeros(shape), np.zeros((*shape, flows.noise.shape[1]), np.float32)
    persons[row, column], noise[row, column] = flows.persons, flows.noise
    km = distances_km([flows.places[code] for code in origins], [flows.places[code] for code in areas])
    pairs = np.zeros(shape, bool)
    pairs[row, column] = [not _is_around(o, a, flows.places[a]) for a, o in zip(flows.area, flows.origin, strict=True)]
    return FlowTable(row, column, persons, noise, km, pairs & (km > 0))


def _is_around(origin: str, code: str, area: FlowPlace) -> bool:
    return origin in {code, area.parent, area.county, area.province}


class TableFit(NamedTuple):
    """A gravity model of flows, and how far they are above it."""

    fit: GravityFit
    excess: NoisyExcess

    def margin(self, name: str) -> float:
        """Return the half-width of a coefficient's 90 % confidence interval."""
        return Z90 * self.excess.errors[name]


def fit_table(flows: FlowTable, largest_margin: float) -> TableFit | None:
    """Return the doubly constrained model of some flows, None if there are too few.

    Distance is left out if the margin of its exponent is above ``largest_margin``: in a table of the townships of one county by
    province, the distances from an origin hardly differ.
    """
    persons = nonnegative_flows(np.where(flows.pairs, flows.persons, 0.0))
    for distances in (np.where(flows.pairs, flows.km, 1.0), None):
        try:
            fit = fit_gravity(persons, distances, pairs=flows.pairs)
        except ParameterError:  # no flows above 0, or distances that cannot be told from the effects
            continue
        if spare(fit) < SPARE:
            return None
        found = TableFit(fit, noisy_excess(fit, flows.persons, flows.noise))
        if distances is None or found.margin("distance") <= largest_margin:
            return found
    return None


def spare(fit: GravityFit) -> int:
    """Return the number of fitted pairs beyond the number of parameters."""
    return int(fit.model.pairs.sum()) - fit.parameters
