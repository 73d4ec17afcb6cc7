"""The part of a demand surface at some of its points."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from geoservice.demand.surface import DemandSurface, Quantity
from geoservice.geo import Floats, Ints


def restrict(surface: DemandSurface, points: Ints) -> DemandSurface:
    """Return the leaves with any of the points, and these points alone; without flows and location counts.

    Weights of points are not changed: sums over regions that have only these points are those of the whole surface.

    Parameters
    ----------
    surface : DemandSurface
    points : int64 array, shape (n,)
        Positions of points, ascending.
    """
    leaves, leaf = np.unique(surface.point_leaf[points], return_inverse=True)

    def taken(columns: Mapping[Quantity, Floats]) -> dict[Quantity, Floats]:
        return {quantity: values[leaves] for quantity, values in columns.items()}

    return replace(
        surface,
        ids=[surface.ids[i] for i in leaves.tolist()],
        geometry=surface.geometry[leaves],
        values=taken(surface.values),
        positive=taken(surface.positive),
        noise=surface.noise[leaves],
        deviations=taken(surface.deviations),
        point_leaf=leaf.astype(np.int32),
        point_weight=surface.point_weight[points],
        point_lon=surface.point_lon[points],
        point_lat=surface.point_lat[points],
        flows=None,
        locations=None,
    )
