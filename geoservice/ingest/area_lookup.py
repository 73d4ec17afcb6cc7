"""Which area holds a point, and what is wrong when many points lie in none."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely

from geoservice.errors import InputError, WrongPlace
from geoservice.geo import BBox, Floats, Int32s, Objects
from geoservice.ingest.column_values import ColumnValues
from geoservice.ingest.coordinate_pairs import Inside
from geoservice.ingest.coordinate_readings import other_reading, sample, share_inside
from geoservice.ingest.crs import crs_title, is_degrees
from geoservice.ingest.geometry import named
from geoservice.schema import LEVELS


@dataclass(frozen=True)
class AreaLookup:
    """Areas with a border, lowest level first and then by code; ``shapes`` and ``codes`` have shape ``(a,)``."""

    codes: Objects
    shapes: Objects

    @classmethod
    def of(cls, table: pa.Table) -> "AreaLookup":
        """Take the areas of the levels (not grids) out of the table."""
        frame = table.select(["code", "level", "geometry"]).to_pandas()
        frame = frame[frame["geometry"].notna() & frame["level"].isin(LEVELS)]
        depth = frame["level"].map({level: -i for i, level in enumerate(LEVELS)})
        frame = frame.assign(depth=depth).sort_values(["depth", "code"], kind="stable")
        return cls(frame["code"].to_numpy(object), shapely.from_wkb(frame["geometry"].to_numpy(object)))

    def locate(self, lon: Floats, lat: Floats) -> Int32s:
        """Return the position of the lowest area that covers each point, -1 if none does; shape ``(n,)``.

        Points are sorted by longitude once, so that an area looks only at those within its own box. A point on a border, or in
        two areas of one level, belongs to the lower code.
        """
        order = np.argsort(lon, kind="stable")
        x, y = lon[order], lat[order]
        found = np.full(len(x), -1, np.int32)
        for i, (shape, (west, south, east, north)) in enumerate(zip(self.shapes, shapely.bounds(self.shapes), strict=True)):
            strip = slice(np.searchsorted(x, west), np.searchsorted(x, east, side="right"))
            near = np.flatnonzero((found[strip] < 0) & (y[strip] >= south) & (y[strip] <= north)) + strip.start
            if len(near):
                shapely.prepare(shape)
                found[near[shapely.intersects_xy(shape, x[near], y[near])]] = i
        back = np.empty(len(x), np.int32)
        back[order] = found
        return back

    def share(self, lon: Floats, lat: Floats) -> float:
        """Return the share of points that any area covers."""
        return float((self.locate(lon, lat) >= 0).mean()) if len(lon) else 0.0

    @property
    def inside(self) -> Inside | None:
        """Return :meth:`share`, None where there are no areas."""
        return self.share if len(self.codes) else None


def no_areas() -> InputError:
    """Return the error of a file that needs areas to be placed in."""
    return InputError("no areas with borders are loaded yet; load them first: geoservice import areas FILE")


def box_of(table: pa.Table) -> BBox:
    """Return the box around the areas; raises :class:`InputError` where none with a border is loaded."""
    areas = AreaLookup.of(table)
    if not len(areas.codes):
        raise no_areas()
    return BBox(*(float(v) for v in shapely.total_bounds(areas.shapes)))


def check_inside(cells: ColumnValues, areas: AreaLookup, lon: Floats, lat: Floats, crs: str, *, required: bool) -> Int32s:
    """Return the area of each point, -1 outside all; raise or note what is wrong when many are outside.

    Parameters
    ----------
    cells
        The file, for its notes and faults.
    areas
        What has been loaded.
    lon, lat
        WGS 84 degrees, NaN where already refused; shape ``(n,)``.
    crs
        What the coordinates were read as; as they are in the file they stand in ``cells.points``.
    required
        Whether a point outside every area is refused.

    Raises
    ------
    WrongPlace
        More than half of the points are outside every area; the message holds a diagnosis, no coordinate.
    """
    there = np.isfinite(lon) & np.isfinite(lat)
    found = np.full(len(lon), -1, np.int32)
    found[there] = areas.locate(lon[there], lat[there])
    outside = there & (found < 0)
    share = outside.sum() / max(there.sum(), 1)
    said = other_reading(cells.points, areas.share) if share > 0.002 and cells.points is not None else ""
    if share > 0.5:
        raise WrongPlace(
            f"{cells.faults.file}: {share:.0%} of the points, read as {crs}, are outside every area; "
            f"{said or 'are these the right areas, and is this the right CRS?'}"
        )
    if outside.any():
        cells.notes.append(f"{int(outside.sum())} points ({share:.2%}) are outside every area" + (f"; {said}" if said else ""))
    if required:
        name = named(cells, "lon")
        cells.refuse(outside, name, "outside every area", "a point in one of the areas loaded", kind=WrongPlace, private=True)
    return found


def check_ranges(cells: ColumnValues) -> None:
    """Raise :class:`WrongPlace` where the numbers alone, without areas, say that they are read wrong; note what is odd.

    In degrees that is China with its axes exchanged, which is the Arctic; in a projected CRS, what lies where it is not used.
    """
    points = cells.points
    if points is None:
        return
    if said := other_reading(points, None):
        raise WrongPlace(f"{cells.faults.file}: no areas are loaded, but by their numbers they are read wrong; {said}")
    x, y = sample(points.x, points.y)
    if len(x) and not is_degrees(points.crs) and share_inside(points.crs, x, y, None) < 0.5:
        cells.notes.append(f"most points lie outside the region that {crs_title(points.crs)} is used in")
