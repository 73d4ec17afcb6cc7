"""Area that contains each point, and diagnosis when many points lie outside every area."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely

from geoservice.areas import first_containing
from geoservice.errors import InputError, WrongPlace
from geoservice.geo import BBox, Floats, Int32s, Objects
from geoservice.ingest.column_values import ColumnValues
from geoservice.ingest.coordinate_pairs import Inside
from geoservice.ingest.coordinate_readings import other_reading, sample, share_inside
from geoservice.ingest.crs import crs_title, is_degrees
from geoservice.ingest.geometry import location_column
from geoservice.schema import LEVELS


@dataclass(frozen=True)
class AreaLookup:
    """Areas with a geometry, lowest level first and then by code; ``shapes`` and ``codes`` have shape ``(a,)``."""

    codes: Objects
    shapes: Objects

    @classmethod
    def of(cls, table: pa.Table) -> "AreaLookup":
        """Return the lookup over the areas of the table that have a level, and so without grid cells."""
        frame = table.select(["code", "level", "geometry"]).to_pandas()
        frame = frame[frame["geometry"].notna() & frame["level"].isin(LEVELS)]
        depth = frame["level"].map({level: -i for i, level in enumerate(LEVELS)})
        frame = frame.assign(depth=depth).sort_values(["depth", "code"], kind="stable")
        return cls(frame["code"].to_numpy(object), shapely.from_wkb(frame["geometry"].to_numpy(object)))

    def locate(self, lon: Floats, lat: Floats) -> Int32s:
        """Return the index of the lowest area that covers each point, -1 if none does; shape ``(n,)``.

        A point on a border, or in two areas of one level, belongs to the area with the lower code.
        """
        return first_containing(self.shapes, lon, lat)

    def share(self, lon: Floats, lat: Floats) -> float:
        """Return the share of points inside any area."""
        return float((self.locate(lon, lat) >= 0).mean()) if len(lon) else 0.0

    @property
    def inside(self) -> Inside | None:
        """Return :meth:`share`, None if there are no areas."""
        return self.share if len(self.codes) else None


def no_areas_error() -> InputError:
    """Return the error for a file that cannot be loaded before areas are."""
    return InputError("no areas with borders are loaded yet; load them first: geoservice import areas FILE")


def areas_bbox(table: pa.Table) -> BBox:
    """Return the bounding box of the areas; raises :class:`InputError` if no area with a geometry is loaded."""
    areas = AreaLookup.of(table)
    if not len(areas.codes):
        raise no_areas_error()
    return BBox(*(float(v) for v in shapely.total_bounds(areas.shapes)))


def check_inside(cells: ColumnValues, areas: AreaLookup, lon: Floats, lat: Floats, crs: str, *, required: bool) -> Int32s:
    """Return the index of each point's area, -1 if none; raises or adds a note when many points are outside every area.

    Parameters
    ----------
    cells
        Columns of the file; collects notes and rejected values.
    areas
        The loaded areas.
    lon, lat
        WGS 84 degrees, NaN where already rejected; shape ``(n,)``.
    crs
        CRS that the coordinates were read in; ``cells.points`` holds them as they are in the file.
    required
        Whether a point outside every area is rejected.

    Raises
    ------
    WrongPlace
        More than half of the points are outside every area; the message holds a diagnosis but no coordinate.
    """
    valid = np.isfinite(lon) & np.isfinite(lat)
    area = np.full(len(lon), -1, np.int32)
    area[valid] = areas.locate(lon[valid], lat[valid])
    outside = valid & (area < 0)
    share = outside.sum() / max(valid.sum(), 1)
    diagnosis = other_reading(cells.points, areas.share) if share > 0.002 and cells.points is not None else ""
    if share > 0.5 and cells.refusal is None:
        raise WrongPlace(
            f"{cells.rejects.file}: {share:.0%} of the points, read as {crs}, are outside every area; "
            f"{diagnosis or 'are these the right areas, and is this the right CRS?'}"
        )
    if outside.any():
        note = f"{int(outside.sum())} points ({share:.2%}) are outside every area"
        cells.notes.append(f"{note}; {diagnosis}" if diagnosis else note)
    if required:
        name = location_column(cells, "lon")
        cells.reject(outside, name, "outside every area", "a point in one of the areas loaded", kind=WrongPlace, private=True)
    return area


def check_ranges(cells: ColumnValues) -> None:
    """Raise :class:`WrongPlace` if the values alone, without areas, show a wrong reading; adds a note if they are unusual.

    In degrees: points of China with exchanged axes, in the Arctic. In a projected CRS: points outside its area of use.
    """
    points = cells.points
    if points is None:
        return
    if diagnosis := other_reading(points, None):
        hint = "no areas are loaded, but the values show that the coordinates are misread"
        raise WrongPlace(f"{cells.rejects.file}: {hint}; {diagnosis}")
    x, y = sample(points.x, points.y)
    if len(x) and not is_degrees(points.crs) and share_inside(points.crs, x, y, None) < 0.5:
        cells.notes.append(f"most points lie outside the area of use of {crs_title(points.crs)}")
