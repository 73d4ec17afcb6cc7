"""The tree of public places on which a register is measured: areas, and squares divided into four down to about 100 m.

It is built from public data only: the areas, and the points of the map where people may live, never from households. A *bottom*
area is one that is not divided into further areas: a village, or the rest of a township outside its villages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
import shapely

from geoservice.areas import ancestors, area_outlines
from geoservice.demand import Places
from geoservice.disclosure.squares import SQUARE_METRES, Squares, map_squares
from geoservice.errors import InputError
from geoservice.geo import BBox, Floats, Int32s, Ints, LocalProjection, Objects
from geoservice.schema import LEVELS

MAX_SQUARE_LEVELS = 7
REST = ".rest"
"""Suffix of the name of the rest of an area, outside the areas within it."""
SQUARE = "square"


@dataclass(frozen=True)
class PlaceTree:
    """Nodes in order of depth; arrays of shape ``(nodes,)`` unless stated otherwise.

    Attributes
    ----------
    names : list of str
        Area code, or ``code/side.column.row`` for a square of ``side`` metres.
    level : list of str
        Area level, or ``square``; it determines the part of the budget.
    parent, depth : int32 arrays
        Position of the parent, -1 for a top; depth, 0 for a top.
    finer : int32 array
        Levels of squares below the node: 0 for the finest squares; -1 for areas above a bottom.
    bottom : int32 array
        The bottom area that a square or bottom belongs to, numbered from 0; -1 above.
    square_levels : int32 array, shape (bottoms,)
        Levels of squares of each bottom.
    base_node : int32 array, shape (squares,)
        Node of each finest square; ``base_x`` and ``base_y`` are its centre in metres of ``projection``.
    base_area : list of str, shape (squares,)
        Code of the area of each finest square.
    place_base : int32 array, shape (places,)
        Finest square of each point of the map, -1 outside the areas.
    outlines, parents : mappings
        Outline in degrees, and parent, of each area.
    """

    names: list[str]
    level: list[str]
    parent: Int32s
    depth: Int32s
    finer: Int32s
    bottom: Int32s
    square_levels: Int32s
    base_node: Int32s
    base_x: Floats
    base_y: Floats
    base_area: list[str]
    place_base: Int32s
    projection: LocalProjection
    outlines: Mapping[str, shapely.Geometry]
    parents: Mapping[str, str | None]

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.names)

    def depth_slices(self) -> list[slice]:
        """Return the nodes of each depth, the tops first."""
        edges = np.searchsorted(self.depth, np.arange(int(self.depth.max(initial=-1)) + 2))
        return [slice(int(a), int(b)) for a, b in pairwise(edges)]


@dataclass(frozen=True)
class _Areas:
    """Areas with an outline, wider levels first: codes, levels, positions of parents (-1 for none), outlines in metres."""

    codes: list[str]
    level: list[str]
    above: list[int]
    outlines: Objects
    plane: Objects
    projection: LocalProjection

    @property
    def divided(self) -> set[int]:
        return set(self.above) - {-1}


def _read_areas(table: pa.Table) -> _Areas:
    outlines = area_outlines(table)
    rows = [r for r in table.select(["code", "level", "parent"]).to_pylist() if r["level"] in LEVELS and r["code"] in outlines]
    if not rows:
        raise InputError("areas: none with an outline are loaded; load them with: geoservice import areas FILE")
    rows.sort(key=lambda r: (LEVELS.index(str(r["level"])), str(r["code"])))
    parents = dict(zip(*(table.column(c).to_pylist() for c in ("code", "parent")), strict=True))
    position = {str(r["code"]): i for i, r in enumerate(rows)}
    above = [next((position[a] for a in ancestors(c, parents)[1:] if a in position), -1) for c in position]
    shapes = np.array([outlines[c] for c in position], object)
    projection = LocalProjection.of(BBox(*shapely.total_bounds(shapes)))
    plane = shapely.transform(shapes, lambda p: np.column_stack(projection.forward(p[:, 0], p[:, 1])))
    return _Areas(list(position), [str(r["level"]) for r in rows], above, shapes, plane, projection)


def levels_for(square_metres: float) -> int:
    """Return the levels of squares of a bottom by its area: the widest squares are a quarter to half as wide as it.

    >>> [levels_for(side * side) for side in (100, 500, 2000, 10_000)]
    [1, 2, 4, 6]
    """
    across = np.sqrt(max(square_metres, 1.0)) / (2 * SQUARE_METRES)
    return int(np.clip(np.floor(np.log2(max(across, 1.0))) + 1, 1, MAX_SQUARE_LEVELS))


def build_tree(areas: pa.Table, places: Places | None) -> PlaceTree:
    """Return the tree of places.

    Parameters
    ----------
    areas : pyarrow.Table
        As :mod:`geoservice.schema` describes it.
    places : Places or None
        Points of the map where people may live; None uses all squares.

    Raises
    ------
    InputError
        If there are no areas with an outline.
    """
    study_areas = _read_areas(areas)
    x, y = study_areas.projection.forward(places.lon, places.lat) if places is not None else (np.empty(0), np.empty(0))
    squares = map_squares(study_areas.plane, study_areas.divided, x, y)
    return _Builder(study_areas, squares).tree()


class _Builder:
    """Numbers the nodes: areas, the rests of divided areas, then squares from wide to fine."""

    def __init__(self, areas: _Areas, squares: Squares) -> None:
        self._areas, self._squares = areas, squares
        self._names, self._level, self._parent = list(areas.codes), list(areas.level), list(areas.above)
        self._depth: list[int] = []
        for above in areas.above:
            self._depth.append(0 if above < 0 else self._depth[above] + 1)

    def tree(self) -> PlaceTree:
        owners = np.unique(self._squares.area).astype(np.int64)
        bottoms = np.array([self._bottom_of(int(a)) for a in owners], np.int64)
        levels = np.array([levels_for(self._own_area(int(a))) for a in owners], np.int64)
        finer, bottom = (np.full(len(self._names), -1, np.int64) for _ in range(2))
        finer[bottoms], bottom[bottoms] = levels, np.arange(len(bottoms))
        arrays: list[Ints] = [np.array(self._parent), np.array(self._depth), finer, bottom]
        owner = np.searchsorted(owners, self._squares.area).astype(np.int64)
        arrays, base = self._add_squares(arrays, owners, bottoms, levels, owner)
        return self._sorted(arrays, levels, base)

    def _bottom_of(self, area: int) -> int:
        """Return the parent node of an area's squares: the area, or the rest of it."""
        if area not in self._areas.divided:
            return area
        self._names.append(self._areas.codes[area] + REST)
        self._level.append(self._areas.level[self._areas.above.index(area)])
        self._parent.append(area)
        self._depth.append(self._depth[area] + 1)
        return len(self._names) - 1

    def _own_area(self, area: int) -> float:
        """Return the square metres of an area without the areas within it."""
        within = [i for i, a in enumerate(self._areas.above) if a == area]
        return float(shapely.area(self._areas.plane[area]) - shapely.area(self._areas.plane[within]).sum())

    def _add_squares(
        self, arrays: list[Ints], owners: Ints, bottoms: Ints, levels: Ints, owner: Ints
    ) -> tuple[list[Ints], Ints]:
        """Add the squares level by level; return the arrays and the node of each finest square."""
        s, node_above, parts = self._squares, bottoms[owner], [arrays]
        total = len(self._names)
        for level in range(int(levels.max(initial=0))):
            active = np.flatnonzero(levels[owner] > level)
            shift = levels[owner[active]] - 1 - level
            key = np.column_stack([owner[active], s.row[active] >> shift, s.column[active] >> shift])
            distinct, first_index, inverse = np.unique(key, axis=0, return_index=True, return_inverse=True)
            side = (SQUARE_METRES * 2.0 ** shift[first_index]).astype(int)
            codes = [self._areas.codes[owners[b]] for b in distinct[:, 0]]
            self._names += [f"{c}/{w}.{x}.{y}" for c, w, (_, y, x) in zip(codes, side, distinct, strict=True)]
            self._level += [SQUARE] * len(distinct)
            above = node_above[active][first_index]
            depth = np.concatenate([p[1] for p in parts])[above] + 1
            parts.append([above, depth, shift[first_index], distinct[:, 0]])
            node_above[active] = total + inverse.ravel()
            total += len(distinct)
        return [np.concatenate(column) for column in zip(*parts, strict=True)], node_above

    def _sorted(self, arrays: list[Ints], levels: Ints, base: Ints) -> PlaceTree:
        parent, depth, finer, bottom = arrays
        order = np.argsort(depth, kind="stable")
        position = np.empty(len(order), np.int64)
        position[order] = np.arange(len(order))
        areas, s = self._areas, self._squares
        return PlaceTree(
            names=[self._names[i] for i in order],
            level=[self._level[i] for i in order],
            parent=np.where(parent[order] >= 0, position[parent[order]], -1).astype(np.int32),
            depth=depth[order].astype(np.int32),
            finer=finer[order].astype(np.int32),
            bottom=bottom[order].astype(np.int32),
            square_levels=levels.astype(np.int32),
            base_node=position[base].astype(np.int32),
            base_x=np.asarray((s.column + 0.5) * SQUARE_METRES, float),
            base_y=np.asarray((s.row + 0.5) * SQUARE_METRES, float),
            base_area=[areas.codes[i] for i in s.area],
            place_base=s.of_point,
            projection=areas.projection,
            outlines=dict(zip(areas.codes, areas.outlines, strict=True)),
            parents={c: areas.codes[a] if a >= 0 else None for c, a in zip(areas.codes, areas.above, strict=True)},
        )
