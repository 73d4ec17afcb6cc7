"""Large polygons in parts: each tile has what it would have of the whole polygon."""

import numpy as np
import pytest
import shapely

from geoservice.geo import MERCATOR_HALF_M
from geoservice.release.vector_tiles.grid import BUFFER, EXTENT
from geoservice.release.vector_tiles.parts import LARGE, parts_of

Z = 9
SIDE = 2 * MERCATOR_HALF_M / 2**Z


def ragged(seed: int, side: float, holes: int) -> shapely.Geometry:
    """Return a ragged disc of ``side`` metres with square holes."""
    rng = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, 12 * LARGE, endpoint=False)
    radius = side / 2 * (0.6 + 0.4 * rng.random(len(angle)))
    disc = shapely.make_valid(shapely.polygons(np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])))
    x, y = rng.uniform(-side / 5, side / 5, (2, holes))
    size = side / 200
    return shapely.difference(disc, shapely.union_all(shapely.box(x - size, y - size, x + size, y + size)))


def tile_box(x: int, y: int) -> shapely.Geometry:
    margin = SIDE * BUFFER / EXTENT
    west, north = x * SIDE - MERCATOR_HALF_M, MERCATOR_HALF_M - y * SIDE
    return shapely.box(west - margin, north - SIDE - margin, west + SIDE + margin, north + margin)


@pytest.mark.parametrize("seed", range(3))
def test_a_tile_has_the_same_of_the_parts_as_of_the_whole(seed: int) -> None:
    whole, small = ragged(seed, 9.5 * SIDE, 40), shapely.box(10, 10, 2 * SIDE, 20)
    parts = parts_of(np.array([whole, small], object), Z)
    assert len(parts.shapes) > 8
    assert parts.whole.tolist().count(1) == 1, "a small shape is not divided"
    part, x, y = parts.candidates()
    tiles = list(zip(parts.whole[part].tolist(), x.tolist(), y.tolist(), strict=True))
    assert len(set(tiles)) == len(tiles), "each tile has one part of a shape"
    found = {tile: parts.shapes[p] for tile, p in zip(tiles, part, strict=True)}
    covered = shapely.union_all([tile_box(a, b) for which, a, b in tiles if which == 0])
    assert shapely.difference(whole, covered).area == 0
    for (which, a, b), shape in found.items():
        box = tile_box(a, b)
        expected = shapely.intersection((whole, small)[which], box)
        assert shapely.symmetric_difference(shapely.intersection(shape, box), expected).area < 1e-6 * SIDE**2


def test_parts_are_small_or_one_tile() -> None:
    parts = parts_of(np.array([ragged(0, 6 * SIDE, 0)], object), Z)
    x0, y0, x1, y1 = parts.tiles.T
    assert ((shapely.get_num_coordinates(parts.shapes) <= LARGE) | ((x0 == x1) & (y0 == y1))).all()


def test_a_border_along_the_edge_of_a_part_leaves_no_lines() -> None:
    margin = 2 * SIDE * BUFFER / EXTENT
    comb = shapely.union_all([shapely.box(i * 10, 0, i * 10 + 5, SIDE) for i in range(LARGE)])
    shape = shapely.union(shapely.union(comb, shapely.box(0, -SIDE, 4 * SIDE, 0)), shapely.box(margin, -3 * SIDE, SIDE, 0))
    kinds = {shapely.get_type_id(p) for p in parts_of(np.array([shape], object), Z).shapes}
    assert kinds <= {shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON}
