"""The leaves of a measured tree as places: their outlines, and the points that stand for them."""

from typing import Any

import numpy as np
import shapely

from geoservice.demand import Places, inhabited_points, representative_points
from geoservice.disclosure.tree import REST, SQUARE, PlaceTree
from geoservice.geo import Int32s, Ints, Objects

POINTS_OF_A_LEAF = 8
POLYGON = int(shapely.GeometryType.POLYGON)


def leaf_of_base(tree: PlaceTree, leaves: Ints) -> Int32s:
    """Leaf, as a position in ``leaves``, that each finest square is in."""
    position = np.full(tree.nodes, -1, np.int32)
    position[leaves] = np.arange(len(leaves))
    at = tree.base_node.astype(np.int64)
    while (lost := np.flatnonzero(position[at] < 0)).size:
        at[lost] = tree.parent[at[lost]]
    return position[at]


def leaf_points(tree: PlaceTree, leaves: Ints, places: Places | None) -> dict[str, Any]:
    """Where in each leaf people are taken to be: on its buildings, else along its streets, else in the middle of squares."""
    of_square = leaf_of_base(tree, leaves)
    lon, lat = tree.projection.inverse(tree.base_x, tree.base_y)
    leaf, weight = of_square, np.ones(len(of_square))
    if places is not None:
        inside = np.flatnonzero(tree.place_base >= 0)
        of_place = of_square[tree.place_base[inside]]
        kept = inhabited_points(of_place, places.building[inside], len(leaves))
        inside, of_place = inside[kept], of_place[kept]
        bare = np.bincount(of_place, minlength=len(leaves))[of_square] == 0
        leaf, weight = (np.concatenate([a[bare], b]) for a, b in ((leaf, of_place), (weight, places.weight[inside])))
        lon, lat = (np.concatenate([a[bare], b]) for a, b in ((lon, places.lon[inside]), (lat, places.lat[inside])))
    x, y = tree.projection.forward(lon, lat)
    made = representative_points(leaf, x, y, weight, POINTS_OF_A_LEAF)
    return {"point_leaf": made.leaf, "point_weight": made.weight, "point_lon": lon[made.row], "point_lat": lat[made.row]}


def leaf_shapes(tree: PlaceTree, leaves: Ints) -> Objects:
    """Outlines of leaves, WKB in degrees: a square within its area, or the area itself."""
    shapes = np.empty(len(leaves), object)
    squares: list[int] = []
    for i, node in enumerate(leaves):
        if tree.level[node] == SQUARE:
            squares.append(i)
        else:
            shapes[i] = _own_ground(tree, tree.names[node])
    if squares:
        names = [tree.names[leaves[i]].rsplit("/", 1) for i in squares]
        side, column, row = np.array([n[1].split(".") for n in names], float).T
        box = shapely.box(column * side, row * side, (column + 1) * side, (row + 1) * side)
        ground = shapely.transform(box, lambda p: np.column_stack(tree.projection.inverse(p[:, 0], p[:, 1])))
        area = np.array([n[0] for n in names], object)
        for code in np.unique(area.astype(str)):
            rows = np.flatnonzero(area == code)
            border = tree.outlines[code]
            shapely.prepare(border)
            crossing = rows[~shapely.contains_properly(border, ground[rows])]
            parts = shapely.intersection(ground[crossing], border)
            ground[crossing] = np.where(shapely.area(parts) > 0, parts, ground[crossing])
        shapes[squares] = ground
    mixed = np.flatnonzero(shapely.get_type_id(shapes) != POLYGON)
    shapes[mixed] = [_polygons(s) for s in shapes[mixed]]
    return np.asarray(shapely.to_wkb(shapes), object)


def _own_ground(tree: PlaceTree, name: str) -> shapely.Geometry:
    """Ground of an area, or what is left of it beside the areas within."""
    code = name.removesuffix(REST)
    if code == name:
        return tree.outlines[code]
    within = [tree.outlines[c] for c, above in tree.parents.items() if above == code]
    return shapely.difference(tree.outlines[code], shapely.union_all(within))


def _polygons(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of a shape; the shape itself where it has none."""
    parts = [p for p in shapely.get_parts(shape) if shapely.get_type_id(p) == POLYGON]
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts) if parts else shape
