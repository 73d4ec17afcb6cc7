"""Thiessen polygons of points, and their union by label."""

from typing import Any

import numpy as np
import shapely

from geoservice.geo import Floats, Int32s, Ints, Objects


def thiessen(x: Floats, y: Floats, outline: shapely.Geometry) -> tuple[Objects, Ints]:
    """Return the Thiessen polygons of points; they extend beyond the outline.

    Parameters
    ----------
    x, y : float64 arrays, shape (n,), metres
    outline : polygon
        The area to cover, in the same plane.

    Returns
    -------
    (object array of polygons, shape (m,); int64 array, shape (m,))
        Polygons of the distinct points, and for each the first point that it belongs to. They share their edges exactly.

    Examples
    --------
    >>> cells, point = thiessen(np.array([0.0, 2.0, 2.0]), np.zeros(3), shapely.box(-1, -1, 3, 1))
    >>> len(cells), point.tolist()
    (2, [0, 1])
    """
    points, index = np.unique(np.column_stack([x, y]), axis=0, return_index=True)
    first_index = index.astype(np.int64)
    west, south, east, north = shapely.bounds(outline)
    frame = shapely.buffer(shapely.box(west, south, east, north), max(east - west, north - south, 1.0), join_style="mitre")
    if len(points) < 2:
        return np.array([frame] * len(points), dtype=object), first_index
    cells = shapely.voronoi_polygons(shapely.multipoints(_unaligned(points)), extend_to=frame, ordered=True)
    return shapely.get_parts(cells), first_index


def _unaligned(points: "np.ndarray[Any, np.dtype[np.float64]]") -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Return points moved by up to 2 mm, less than the precision of OSM; deterministic.

    In a regular street grid four junctions lie on one circle; GEOS then returns polygons that overlap or are invalid.
    The offsets are the additive sequence of M. Roberts, "The unreasonable effectiveness of quasirandom sequences" (2018).
    """
    offsets = np.arange(1, len(points) + 1)[:, None] * np.array([0.7548776662466927, 0.5698402909980532])
    moved: np.ndarray[Any, np.dtype[np.float64]] = points + 0.004 * (offsets % 1 - 0.5)
    return moved


def territories(cells: Objects, label: Int32s, labels: int, outline: shapely.Geometry) -> Objects:
    """Return the union of cells by label, clipped to the outline.

    Parameters
    ----------
    cells : object array of polygons, shape (n,)
        A coverage: no overlaps, shared edges.
    label : int32 array, shape (n,)
        Station of each cell, -1 for none.
    labels : int
        Number of stations.
    outline : polygon

    Returns
    -------
    object array, shape (labels,)
        Polygon or multipolygon of each, None if it has no area. They do not overlap, and cover the outline if every cell has
        a label.

    Examples
    --------
    >>> cells = shapely.box([0, 1, 2], [0, 0, 0], [1, 2, 3], [1, 1, 1])
    >>> ground = territories(cells, np.array([0, 0, 1], np.int32), 3, shapely.box(0, 0, 2.5, 1))
    >>> [g if g is None else float(g.area) for g in ground]
    [2.0, 0.5, None]
    """
    order = np.argsort(label, kind="stable")
    bounds = np.searchsorted(label[order], np.arange(labels + 1))
    polygons: Objects = np.full(labels, None, object)
    shapely.prepare(outline)
    for i in range(labels):
        if bounds[i + 1] > bounds[i]:
            clipped = shapely.intersection(shapely.coverage_union_all(cells[order[bounds[i] : bounds[i + 1]]]), outline)
            polygons[i] = _polygonal(clipped)
    return polygons


def _polygonal(shape: shapely.Geometry) -> shapely.Geometry | None:
    """Return the polygons of a geometry, without points and lines where it touches the outline; None if there are none."""
    parts = [p for p in shapely.get_parts(shape) if shapely.get_type_id(p) == 3 and p.area > 0]
    return None if not parts else parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
