"""The areas of each published unit, by which readers limited to some areas are filtered."""

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

OWN_AREA = ("destination", "area")
"""Columns of units with the code of the area that they belong to: where a flow leads, what a scorecard is of."""


class AreaIndex:
    """Looks up the smallest area around a point: the one with most ancestors, of these the one with the smallest extent."""

    def __init__(self, places: PublicPlaces) -> None:
        self._paths = {c: path(ancestors(c, places.parents)[::-1]) for c in places.outlines}
        extent = dict(zip(places.outlines, shapely.area(list(places.outlines.values())), strict=True))
        smallest_last = sorted(places.outlines, key=lambda c: (self._paths[c].count("/"), -extent[c], c))
        self._codes = np.array(smallest_last, object)
        self._shapes = np.array([places.outlines[c] for c in smallest_last], object)
        self._tree = shapely.STRtree(self._shapes)

    def of_areas(self, table: pa.Table) -> pa.Table:
        """Return the units of a level, which are areas, with their paths."""
        return _with_paths(table, [self._paths[str(c)] for c in table.column("unit").to_pylist()])

    def of_shapes(self, table: pa.Table) -> pa.Table:
        """Return units with the path of the smallest area around a point on their surface, null if there is none."""
        shapes: Objects = np.asarray(shapely.from_wkb(table.column("geometry").to_numpy(zero_copy_only=False)))
        area = self._around(shapely.point_on_surface(shapes))
        outside = np.flatnonzero(area < 0)  # the point is outside the study's areas: use the part within them
        area[outside] = self._around(shapely.point_on_surface(self._inner(shapes[outside])))
        return _with_paths(table, [self._paths[self._codes[i]] if i >= 0 else None for i in area])

    def of_stated(self, table: pa.Table, column: str) -> pa.Table:
        """Return units with the path of the area whose code is in a column."""
        return _with_paths(table, [self._paths.get(str(c)) for c in table.column(column).to_pylist()])

    def of_others(self, table: pa.Table) -> pa.Table:
        """Return units with the path of the area that they state, or of the one that contains them."""
        column = next((name for name in OWN_AREA if name in table.column_names), None)
        return self.of_shapes(table) if column is None else self.of_stated(table, column)

    def _around(self, points: Objects) -> NDArray[np.int64]:
        """Return the position of the smallest area around each point, -1 for none."""
        position = np.full(len(points), -1, np.int64)
        np.maximum.at(position, *self._tree.query(points, predicate="intersects"))
        return position

    def _inner(self, shapes: Objects) -> Objects:
        """Return the largest part of each shape within one area, None if it intersects no area."""
        shape, area = self._tree.query(shapes, predicate="intersects")
        parts = shapely.intersection(shapes[shape], self._shapes[area])
        inner = np.full(len(shapes), None, object)
        by_size = np.lexsort((area, shapely.area(parts)))  # the largest is assigned last
        inner[shape[by_size]] = parts[by_size]
        return inner


def _with_paths(table: pa.Table, paths: list[str | None]) -> pa.Table:
    return table.append_column(AREA, pa.array(paths, pa.string()))


def add_area_paths(places: PublicPlaces, areas: Mapping[str, pa.Table], others: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Return the units of every geography, areas and others, with a column of area paths."""
    index = AreaIndex(places)
    return {
        **{g: index.of_others(t) for g, t in others.items()},
        **{g: index.of_areas(t) for g, t in areas.items()},
    }
