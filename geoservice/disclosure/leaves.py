"""Outlines of the leaves of a measured tree, and the points that represent them."""

from typing import Any

import numpy as np
import shapely

from geoservice.demand import Places, inhabited_points, representative_points
from geoservice.disclosure.tree import REST, SQUARE, PlaceTree
from geoservice.geo import Int32s, Ints, Objects

POINTS_PER_LEAF = 8
POLYGON = int(shapely.GeometryType.POLYGON)


def leaf_of_square(tree: PlaceTree, leaves: Ints) -> Int32s:
    """Return the leaf of each finest square, as a position in ``leaves``."""
    position = np.full(tree.nodes, -1, np.int32)
    position[leaves] = np.arange(len(leaves))
    node = tree.base_node.astype(np.int64)
    while (unresolved := np.flatnonzero(position[node] < 0)).size:
        node[unresolved] = tree.parent[node[unresolved]]
    return position[node]


def leaf_points(tree: PlaceTree, leaves: Ints, places: Places | None) -> dict[str, Any]:
    """Return the assumed locations of people in each leaf: its buildings, else its streets, else the centres of squares."""
    square_leaf = leaf_of_square(tree, leaves)
    lon, lat = tree.projection.inverse(tree.base_x, tree.base_y)
    leaf, weight = square_leaf, np.ones(len(square_leaf))
    if places is not None:
        inside = np.flatnonzero(tree.place_base >= 0)
        place_leaf = square_leaf[tree.place_base[inside]]
        keep = inhabited_points(place_leaf, places.building[inside], len(leaves))
        inside, place_leaf = inside[keep], place_leaf[keep]
        empty = np.bincount(place_leaf, minlength=len(leaves))[square_leaf] == 0
        leaf, weight = (np.concatenate([a[empty], b]) for a, b in ((leaf, place_leaf), (weight, places.weight[inside])))
        lon, lat = (np.concatenate([a[empty], b]) for a, b in ((lon, places.lon[inside]), (lat, places.lat[inside])))
    x, y = tree.projection.forward(lon, lat)
    sample = representative_points(leaf, x, y, weight, POINTS_PER_LEAF)
    return {
        "point_leaf": sample.leaf,
        "point_weight": sample.weight,
        "point_lon": lon[sample.row],
        "point_lat": lat[sample.row],
    }


def leaf_shapes(tree: PlaceTree, leaves: Ints) -> Objects:
    """Return the outlines of leaves as WKB in degrees: a square clipped to its area, or the area itself."""
    shapes = np.empty(len(leaves), object)
    squares: list[int] = []
    for i, node in enumerate(leaves):
        if tree.level[node] == SQUARE:
            squares.append(i)
        else:
            shapes[i] = _remaining_area(tree, tree.names[node])
    if squares:
        names = [tree.names[leaves[i]].rsplit("/", 1) for i in squares]
        side, column, row = np.array([n[1].split(".") for n in names], float).T
        box = shapely.box(column * side, row * side, (column + 1) * side, (row + 1) * side)
        outlines = shapely.transform(box, lambda p: np.column_stack(tree.projection.inverse(p[:, 0], p[:, 1])))
        area = np.array([n[0] for n in names], object)
        for code in np.unique(area.astype(str)):
            rows = np.flatnonzero(area == code)
            border = tree.outlines[code]
            shapely.prepare(border)
            crossing = rows[~shapely.contains_properly(border, outlines[rows])]
            parts = shapely.intersection(outlines[crossing], border)
            outlines[crossing] = np.where(shapely.area(parts) > 0, parts, outlines[crossing])
        shapes[squares] = outlines
    other_types = np.flatnonzero(shapely.get_type_id(shapes) != POLYGON)
    shapes[other_types] = [_polygons(s) for s in shapes[other_types]]
    return np.asarray(shapely.to_wkb(shapes), object)


def _remaining_area(tree: PlaceTree, name: str) -> shapely.Geometry:
    """Return the outline of an area, or for the name of a rest its part outside the areas within."""
    code = name.removesuffix(REST)
    if code == name:
        return tree.outlines[code]
    within = [tree.outlines[c] for c, above in tree.parents.items() if above == code]
    return shapely.difference(tree.outlines[code], shapely.union_all(within))


def _polygons(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of a shape, or the shape itself if it has none."""
    parts = [p for p in shapely.get_parts(shape) if shapely.get_type_id(p) == POLYGON]
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts) if parts else shape
