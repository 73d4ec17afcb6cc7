"""In which areas each published unit lies: what a reader whose view is limited to some areas may see of it."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geoservice.areas import ancestors
from geoservice.geo import Objects
from geoservice.pipeline.public_places import PublicPlaces
from geoservice.release.areas import path
from geoservice.release.layers import AREA


class AreaIndex:
    """Finds the smallest area around a point: the one with the most areas above it, the least in extent among those."""

    def __init__(self, places: PublicPlaces) -> None:
        self._paths = {c: path(ancestors(c, places.parents)[::-1]) for c in places.outlines}
        extent = dict(zip(places.outlines, shapely.area(list(places.outlines.values())), strict=True))
        smallest_last = sorted(places.outlines, key=lambda c: (self._paths[c].count("/"), -extent[c], c))
        self._codes = np.array(smallest_last, object)
        self._shapes = np.array([places.outlines[c] for c in smallest_last], object)
        self._tree = shapely.STRtree(self._shapes)

    def of_areas(self, table: pa.Table) -> pa.Table:
        """Return the units of a level, which are areas, with their own path."""
        return _with(table, [self._paths[str(c)] for c in table.column("unit").to_pylist()])

    def of_shapes(self, table: pa.Table) -> pa.Table:
        """Return units with the path of the smallest area that holds a point on their surface, null where none does."""
        shapes: Objects = np.asarray(shapely.from_wkb(table.column("geometry").to_numpy(zero_copy_only=False)))
        at = self._around(shapely.point_on_surface(shapes))
        rim = np.flatnonzero(at < 0)  # half outside the study's areas: what counts is the part within
        at[rim] = self._around(shapely.point_on_surface(self._inner(shapes[rim])))
        return _with(table, [self._paths[self._codes[i]] if i >= 0 else None for i in at])

    def _around(self, points: Objects) -> NDArray[np.int64]:
        """Return the position of the smallest area around each point, -1 for none."""
        at = np.full(len(points), -1, np.int64)
        np.maximum.at(at, *self._tree.query(points, predicate="intersects"))
        return at

    def _inner(self, shapes: Objects) -> Objects:
        """Return the largest part of each shape that one area holds, none where no area meets it."""
        of, area = self._tree.query(shapes, predicate="intersects")
        parts = shapely.intersection(shapes[of], self._shapes[area])
        inner = np.full(len(shapes), None, object)
        order = np.lexsort((area, shapely.area(parts)))  # the last to be written stays
        inner[of[order]] = parts[order]
        return inner


def _with(table: pa.Table, paths: list[str | None]) -> pa.Table:
    return table.append_column(AREA, pa.array(paths, pa.string()))


def with_areas(places: PublicPlaces, areas: Mapping[str, pa.Table], others: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Return the units of every geography with a column that says where they lie: areas, and whatever else is published."""
    where = AreaIndex(places)
    return {
        **{g: where.of_shapes(t) for g, t in others.items()},
        **{g: where.of_areas(t) for g, t in areas.items()},
    }
