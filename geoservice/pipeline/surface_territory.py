"""Whether the surface of another office keeps to the areas that its file is signed for."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import shapely

from geoservice.areas import ancestors, enclosing_codes, first_containing, significant_digits
from geoservice.demand import DemandSurface
from geoservice.errors import InputError
from geoservice.geo import BBox, Bools, LocalProjection
from geoservice.pipeline.flow_places import REST

BORDER_M = 100.0
"""Metres that a point may lie outside: the centre of a square on a border may be beyond it."""


class Territory:
    """Some areas of a project with all places in them.

    Parameters
    ----------
    codes : sequence of str
        The areas.
    areas : pyarrow.Table
        The areas of the project, of all dates.
    chinese : bool
        Whether codes are Chinese division codes: of one that the project does not have, its digits say where it is.

    Raises
    ------
    InputError
        The project does not have one of the areas, or no outline of it or of areas in it.
    """

    def __init__(self, codes: Sequence[str], areas: pa.Table, *, chinese: bool) -> None:
        rows = areas.select(["code", "parent", "geometry"]).to_pylist()
        self._codes, self._parents = set(codes), {r["code"]: r["parent"] for r in rows}
        self._around = {above for code in codes for above in ancestors(code, self._parents)}
        self._digits = {significant_digits(code) for code in codes} if chinese else set()
        self._digits_around = {digits for code in codes for digits in enclosing_codes(code)} if chinese else set()
        shapes: dict[str, list[bytes]] = {}
        for row in rows:
            if row["geometry"] is not None:
                shapes.setdefault(row["code"], []).append(row["geometry"])
        self._outlines = shapely.from_wkb([shape for code in codes for shape in self._shapes(code, shapes)])

    def _shapes(self, code: str, shapes: Mapping[str, list[bytes]]) -> list[bytes]:
        """Return the outlines of an area, or of those in it if it has none itself."""
        own = shapes.get(code) or [s for c, others in shapes.items() if code in ancestors(c, self._parents) for s in others]
        if not own:
            raise InputError(f"the area {code} is not loaded, or has no outline; first: geoservice import areas FILE")
        return own

    def has(self, code: str) -> bool:
        """Whether an area is one of the territory's or in one of them."""
        if code in self._parents or not self._digits:
            return not self._codes.isdisjoint(ancestors(code, self._parents))
        return not self._digits.isdisjoint((significant_digits(code), *enclosing_codes(code)))

    def touches(self, code: str) -> bool:
        """Whether an area is in the territory or around it."""
        return self.has(code) or code in self._around or significant_digits(code) in self._digits_around

    def covers(self, surface: DemandSurface) -> Bools:
        """Return whether each point of a surface is in the outlines, or ``BORDER_M`` from them; shape ``(points,)``."""
        inside = first_containing(self._outlines, surface.point_lon, surface.point_lat) >= 0
        plane = LocalProjection.of(BBox(*shapely.total_bounds(self._outlines)))
        outlines = shapely.transform(self._outlines, lambda p: np.column_stack(plane.forward(p[:, 0], p[:, 1])))
        x, y = plane.forward(surface.point_lon, surface.point_lat)
        others = np.flatnonzero(~inside & np.isfinite(x) & np.isfinite(y))
        near, _ = shapely.STRtree(outlines).query(shapely.points(x[others], y[others]), predicate="dwithin", distance=BORDER_M)
        inside[others[near]] = True
        return inside


def check_territory(surface: DemandSurface, territory: Territory, title: str) -> None:
    """Raise :class:`InputError` with the first leaf or area of a surface that is outside a territory.

    Flows and counts of households may also be of areas around the territory, of which the office knows its own part. ``title``
    says in the message what is allowed.
    """
    if outside := next(_outside(surface, territory), None):
        raise InputError(f"{outside} is outside {title}; allowed is what lies in these by the areas of this project")


def _outside(surface: DemandSurface, territory: Territory) -> Iterator[str]:
    codes = {leaf: leaf.split("/")[0].removesuffix(REST) for leaf in surface.ids}
    known = {code: territory.has(code) for code in set(codes.values())}
    yield from (f"the leaf {leaf!r:.80}" for leaf, code in codes.items() if not known[code])
    if len(points := np.flatnonzero(~territory.covers(surface))):
        lon, lat = surface.point_lon[points[0]], surface.point_lat[points[0]]
        yield f"the point {lon:.5f}, {lat:.5f} of the leaf {surface.ids[surface.point_leaf[points[0]]]!r:.80}"
    flows = () if surface.flows is None else sorted(set(surface.flows.area))
    yield from (f"the area {code!r:.80} of flows" for code in flows if not territory.touches(code.removesuffix(REST)))
    counted = () if surface.locations is None else (code for chain in surface.locations.areas for code in chain)
    yield from (f"the area {code!r:.80} of located households" for code in counted if not territory.touches(code))
