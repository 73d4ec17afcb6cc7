"""Margins of the people at some points, from the noise of each point or from a demand surface."""

from collections.abc import Callable

import numpy as np

from geoservice.demand import Z90, DemandSurface, Quantity, noise_margins, region_sums
from geoservice.demand.replays import noise_draws
from geoservice.geo import Float32s, Floats, Ints

Margin = Callable[[Ints, Ints], float]
"""Returns the half-width of the 90 % confidence interval of the people at some points less those at other points."""


def point_margin(noise: Float32s | Floats) -> Margin:
    """Return the margin from draws of the error of each point's people; ``noise`` has the shape ``(points, draws)``.

    >>> margin = point_margin(np.array([[1.0, -1.0], [1.0, -1.0]]))
    >>> none = np.array([], int)
    >>> round(margin(np.array([0]), none), 3), margin(np.array([0]), np.array([1]))
    (1.645, 0.0)
    """

    def margin(points: Ints, others: Ints) -> float:
        draws = noise[points].sum(axis=0) - noise[others].sum(axis=0)
        return float(noise_margins(draws[None, :])[0])

    return margin


def surface_margin(surface: DemandSurface, quantity: Quantity) -> Margin | None:
    """Return the margin of sums over the points of a surface; None if the errors of the quantity are unknown.

    It has the noise of the estimates, and the unknown places of people within leaves of which a part is counted.
    """
    if not surface.has_margin(quantity):
        return None

    def margin(points: Ints, others: Ints) -> float:
        region = np.repeat(np.array([0, 1], np.int32), [len(points), len(others)])
        sums = region_sums(surface, region, 2, np.concatenate([points, others]).astype(np.int64))
        draws = noise_draws(sums, quantity)
        noise = float(np.mean((draws[0] - draws[1]) ** 2)) if draws.shape[1] else 0.0
        return float(Z90 * np.sqrt(noise + sums.placement(quantity).sum() + sums.stated(quantity).sum()))

    return margin
