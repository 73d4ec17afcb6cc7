"""Overlaps between areas of one level, in which a household or person would belong to two areas."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import shapely

from geoservice.geo import BBox, LocalProjection
from geoservice.schema import LEVELS

SHARE = 0.01
"""Least share of the smaller area; below it, an overlap is the difference between two drawings of one border."""
WIDTH_M = 30.0
"""Least mean width of an overlap in metres; narrower ones are slivers along a border."""


class Overlap(NamedTuple):
    """Two areas of a level, and the share of the smaller one that they both cover."""

    level: str
    codes: tuple[str, str]
    share: float


def overlapping_areas(table: pa.Table) -> list[Overlap]:
    """Return the pairs of current areas of one level that overlap by more than slivers, largest share first.

    ``table`` has the columns ``code``, ``level``, ``geometry`` (WKB) and ``valid_to``.
    """
    frame = table.select(["code", "level", "geometry", "valid_to"]).to_pandas()
    frame = frame[frame["geometry"].notna() & frame["valid_to"].isna() & frame["level"].isin(LEVELS)]
    if frame.empty:
        return []
    shapes = shapely.from_wkb(frame["geometry"].to_numpy(object))
    plane = LocalProjection.of(BBox(*shapely.total_bounds(shapes)))
    flat = shapely.transform(shapes, lambda p: np.column_stack(plane.forward(p[:, 0], p[:, 1])))
    broken = ~shapely.is_valid(flat)  # rounding may make a border cross itself
    flat[broken] = shapely.make_valid(flat[broken])
    overlaps: list[Overlap] = []
    for level in sorted(set(frame["level"]), key=LEVELS.index):
        of_level = (frame["level"] == level).to_numpy()
        overlaps += _pairs(level, frame["code"].to_numpy(object)[of_level], flat[of_level])
    return sorted(overlaps, key=lambda o: (-o.share, o.codes))


def _pairs(level: str, codes: np.ndarray, shapes: np.ndarray) -> list[Overlap]:
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    common = shapely.intersection(shapes[one], shapes[other])
    area, border = shapely.area(common), shapely.length(common)
    share = area / np.minimum(shapely.area(shapes[one]), shapely.area(shapes[other]))
    # mean width: a sliver is as long as half its border
    wide = (share > SHARE) & (2 * area > WIDTH_M * border)
    pairs = zip(one[wide].tolist(), other[wide].tolist(), share[wide].tolist(), strict=True)
    return [Overlap(level, (str(codes[a]), str(codes[b])), s) for a, b, s in pairs]
