"""Coordinate doctor: compares readings of a file's coordinates by the share of points inside the areas that its rows state.

A wrong datum moves points by some hundred metres, which few of them show by leaving all loaded areas; but each row that states
its township or village shows it by leaving that area.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import shapely

from geoservice.errors import WrongPlace
from geoservice.geo import METRES_PER_DEGREE, Bools, Floats, Ints, Objects
from geoservice.ingest.arrow_compute import Column
from geoservice.ingest.column_values import ColumnValues
from geoservice.ingest.coordinate_readings import (
    SAMPLE,
    CoordinateReading,
    FilePoints,
    alternative_readings,
    reading_hint,
    reading_title,
)
from geoservice.ingest.crs import TITLES, WGS84_TO, crs_title, to_wgs84
from geoservice.ingest.named_areas import NamedAreas
from geoservice.ingest.report import CoordinateCheck, Options
from geoservice.ingest.stated_areas import stated_areas

LEAST_POINTS = 5
"""Fewer points that state their area show nothing."""
_LEAST_GAIN = 2
"""So many points more must lie in their areas by a reading that is believed; one more is enough if nothing stated the CRS."""
_MANY = 50
"""Points from which one of them may be enough."""
_GAIN_OF_POINTS, _GAIN_OF_OUTSIDE = 0.0025, 0.05
"""Such a share of all points, and of the points outside as read, must lie in their areas in addition."""
_AGAINST = 1 / 3
"""At most so many points may leave their area for each one that enters it."""
_DEPTH_M = 500.0
"""Depth below the border, as large as the shifts, at which a point counts as well inside."""
_LEAST_FIT = 1.0
"""Points by which the fit of a believed reading must be better; the fit counts a point twice if it is deep inside its area."""
_CONTENDERS = 3
"""Readings are compared by depth if they place at most so many points fewer than the best one."""
_LEAST_SHARE = 0.5
"""Least share of points inside their stated areas for a reading to be believed."""
_POLYGON_POINTS = 4000
"""Points compared for polygons, spread evenly within them."""


class StatedPoints(NamedTuple):
    """Coordinates as in the file, and the area that each point should lie in; shapes ``(n,)``."""

    source: str
    x: Floats
    y: Floats
    area: Ints


class Comparison(NamedTuple):
    """Shares of the points inside their stated areas, as read and by the other readings, and the readings that fit better.

    ``believed`` places more points in their areas; ``deeper`` only places them deeper inside, which proves nothing by itself.
    """

    share: float
    shares: Mapping[CoordinateReading, float]
    believed: CoordinateReading | None
    deeper: CoordinateReading | None


def check_stated_areas(cells: ColumnValues, areas: pa.Table, options: Options) -> None:
    """Compare the readings of a file's coordinates by the areas that its rows state; the result is noted and reported.

    Nothing happens if no column states areas. ``cells.points`` or, for polygons, ``cells.polygons`` hold the coordinates.

    Raises
    ------
    WrongPlace
        Another reading puts clearly more points inside their areas, unless the options trust the CRS; a dry run keeps the
        error as ``cells.refusal`` and goes on.
    """
    if cells.points is None:
        return
    named = NamedAreas(areas)
    points = _points(cells, cells.points, named) if cells.polygons is None else _polygon_points(cells, cells.polygons, named)
    if points is not None:
        check_points(cells, points, named.shapes, options)


def check_parents(cells: ColumnValues, parents: Column, loaded: pa.Table, codes: Column, options: Options) -> None:
    """Compare the readings of areas by their stated parents, those loaded before and not in the same file.

    Parameters
    ----------
    cells
        Columns of the file; ``cells.polygons`` holds its polygons.
    parents : Arrow strings, shape (n,)
        Code of each area's parent.
    loaded
        The areas loaded before.
    codes : Arrow strings, shape (n,)
        Code of each area.
    options
        As for :func:`check_stated_areas`, with its errors.
    """
    if cells.polygons is None:
        return
    named = NamedAreas(loaded, levels=("province", "city", "county", "township", "village"))
    own = set(codes.to_pylist())
    stated = np.array([-1 if p is None or p in own else named.of_code(p) for p in parents.to_pylist()], np.int64)
    if len(named) and (stated >= 0).any():
        source = cells.mapping.get("parent", "the codes' first digits")
        check_points(cells, _spread(cells.polygons, np.flatnonzero(stated >= 0), stated, source), named.shapes, options)


def check_points(cells: ColumnValues, points: StatedPoints, shapes: Objects, options: Options) -> None:
    """Note and report the shares of points inside their areas by each reading; raise if another one is clearly better."""
    read = cells.points
    if read is None or len(points.x) < LEAST_POINTS:
        return
    found = compare_readings(read.crs, points, shapes, stated=cells.crs_stated)
    current = TITLES.get(read.crs) or crs_title(read.crs)
    shares = {current: found.share, **{reading_title(r, read.crs): share for r, share in found.shares.items()}}
    unit = "points" if cells.polygons is None else "points within polygons"
    shown = ", ".join(f"{title} {share:.1%}" for title, share in shares.items() if share > 0)
    cells.notes.append(
        f"{len(points.x)} {unit} were compared with the areas that the rows state ({points.source}); inside them, by reading: "
        f"{shown or 'none'}"
    )
    cells.check = CoordinateCheck(len(points.x), points.source, shares, _hint(found.believed or found.deeper, read))
    if found.believed is None:
        if found.deeper is not None:
            cells.notes.append(
                f"the same points lie deeper inside by another reading, which may be chance: {cells.check.advice}"
            )
        return
    message = (
        f"the rows state their areas ({points.source}): read as {current}, {found.share:.1%} of the {unit} lie inside them, "
        f"but {found.believed.share:.1%} if read as {reading_title(found.believed, read.crs)}; {cells.check.advice}"
    )
    if options.trust_crs:
        cells.notes.append(f"{message}; they were loaded as requested")
        return
    error = WrongPlace(f"{cells.rejects.file}: {message}; if the coordinates are right as they are, load them with --trust-crs")
    if not options.dry_run:
        raise error
    cells.refusal = error


def _hint(reading: CoordinateReading | None, read: FilePoints) -> str:
    if reading is None:
        return ""
    if reading.of_areas:
        name = TITLES[reading.crs]
        return f"the loaded areas look like {name} read as WGS 84: import them again with --crs {reading.crs}"
    return reading_hint(reading, read.crs, read.mapping)


def compare_readings(crs: str, points: StatedPoints, shapes: Objects, *, stated: bool = True) -> Comparison:
    """Return how many points lie inside their stated areas by each reading, and the reading to believe.

    Few of a hundred points cross a border when a datum shifts them, so readings that place about the same number are compared
    by depth as well: points of the right reading lie deeper inside their areas.

    Parameters
    ----------
    crs
        The CRS in which the points are read.
    points
        Coordinates as in the file, with indexes of ``shapes``.
    shapes : object array, shape (a,)
        Areas in WGS 84.
    stated
        Whether the file or the user states the CRS, so that more evidence is needed against it.
    """
    wanted, places = shapes[points.area], {CoordinateReading(crs, False, 0.0): to_wgs84(crs, points.x, points.y)}
    shapely.prepare(shapes[np.unique(points.area)])
    current, (lon, lat) = next(iter(places.items()))
    for reading in alternative_readings(crs, points.x, points.y, lambda x, y, rows: _inside(wanted[rows], x, y)):
        places[reading] = WGS84_TO[reading.crs](lon, lat) if reading.of_areas else _lon_lat(reading, points)
    inside = {reading: _inside(wanted, *place) for reading, place in places.items()}
    most = max(int(mask.sum()) for mask in inside.values())
    contenders = [r for r, mask in inside.items() if r == current or most - mask.sum() <= _CONTENDERS + 0.01 * len(mask)]
    depth = {r: _depth(shapes, points.area, *places[r]) for r in contenders}
    fit = {r: float(inside[r].sum() + depth[r].sum()) for r in contenders}
    best = max(contenders, key=lambda r: (fit[r], r == current))
    shares = {r: float(mask.mean()) for r, mask in inside.items()}
    others = {r._replace(share=share): share for r, share in shares.items() if r != current}
    better = None
    if best != current and fit[best] - fit[current] >= _LEAST_FIT and shares[best] >= _LEAST_SHARE:
        better = best._replace(share=shares[best])
    proven = better is not None and _is_proven(inside[best], inside[current], stated=stated)
    same = bool((inside[best] == inside[current]).all())
    return Comparison(shares[current], others, better if proven else None, better if same else None)


def _is_proven(inside: Bools, current: Bools, *, stated: bool) -> bool:
    """Whether enough points enter their areas, and few leave them, by another reading than the current one."""
    entered, left = int((inside & ~current).sum()), int((current & ~inside).sum())
    least = max(
        1 if len(current) >= _MANY and not stated else _LEAST_GAIN,
        _GAIN_OF_POINTS * len(current),
        _GAIN_OF_OUTSIDE * int((~current).sum()),
    )
    return entered - left >= least and left <= _AGAINST * entered


def _depth(shapes: Objects, area: Ints, lon: Floats, lat: Floats) -> Floats:
    """Return how deep points lie inside their areas: from 0, far outside, over 1/2 on the border to 1, deep inside."""
    finite = np.isfinite(lon) & np.isfinite(lat)
    depth = np.zeros(len(lon))
    for i in np.unique(area[finite]):
        rows = np.flatnonzero(finite & (area == i))
        border, scale = _border(shapes[i])
        distance = shapely.distance(border, shapely.points(lon[rows] * scale[0], lat[rows] * scale[1]))
        signed = np.where(_inside(np.full(len(rows), shapes[i]), lon[rows], lat[rows]), distance, -distance)
        depth[rows] = 1 / (1 + np.exp(-np.clip(signed / _DEPTH_M, -50, 50)))
    return depth


@lru_cache(maxsize=1024)  # each reading is compared with the same areas
def _border(shape: shapely.Geometry) -> tuple[shapely.Geometry, Floats]:
    """Return an area's simplified border in metres, and the metres of a degree of longitude and of latitude."""
    scale = METRES_PER_DEGREE * np.array([np.cos(np.radians(shapely.get_y(shapely.centroid(shape)))), 1.0])
    return shapely.transform(shapely.boundary(shapely.simplify(shape, 1e-4)), lambda p: p * scale), scale


def _lon_lat(reading: CoordinateReading, points: StatedPoints) -> tuple[Floats, Floats]:
    x, y = (points.y, points.x) if reading.swapped else (points.x, points.y)
    return to_wgs84(reading.crs, x, y)


def _inside(shapes: Objects, lon: Floats, lat: Floats) -> Bools:
    finite = np.isfinite(lon) & np.isfinite(lat)
    inside: Bools = shapely.intersects_xy(shapes, np.where(finite, lon, 0.0), np.where(finite, lat, 0.0))
    return finite & inside


def _points(cells: ColumnValues, points: FilePoints, named: NamedAreas) -> StatedPoints | None:
    finite = np.flatnonzero(np.isfinite(points.x) & np.isfinite(points.y))
    rows = _evenly(finite, SAMPLE)
    stated = stated_areas(cells, named, rows)
    if stated is None:
        return None
    good = stated.area >= 0
    return StatedPoints(_source(stated.headers), points.x[rows][good], points.y[rows][good], stated.area[good])


def _polygon_points(cells: ColumnValues, polygons: Objects, named: NamedAreas) -> StatedPoints | None:
    rows = np.flatnonzero(~shapely.is_missing(polygons))
    stated = stated_areas(cells, named, rows)
    if stated is None:
        return None
    area = np.full(len(polygons), -1, np.int64)
    area[rows] = stated.area
    return _spread(polygons, np.flatnonzero(area >= 0), area, _source(stated.headers))


def _source(headers: tuple[str, ...]) -> str:
    return f"column{'s' if len(headers) > 1 else ''} {', '.join(headers)}"


def _evenly(rows: Ints, size: int) -> Ints:
    return rows[np.unique(np.linspace(0, len(rows) - 1, min(len(rows), size)).astype(int))] if len(rows) else rows


def _spread(polygons: Objects, rows: Ints, area: Ints, source: str) -> StatedPoints:
    """Return points on a grid within the polygons of some rows, in the coordinates of the file."""
    rows = _evenly(rows[~shapely.is_missing(polygons[rows])], SAMPLE // 4)
    side = int(np.clip(np.sqrt(2 * _POLYGON_POINTS / max(len(rows), 1)), 4, 60))
    steps = (np.arange(side) + 0.5) / side
    parts: list[tuple[Floats, Floats, Ints]] = []
    for row in rows.tolist():
        west, south, east, north = shapely.bounds(polygons[row])
        x, y = (c.ravel() for c in np.meshgrid(west + steps * (east - west), south + steps * (north - south)))
        inside = shapely.contains_xy(polygons[row], x, y)
        parts.append((x[inside], y[inside], np.full(int(inside.sum()), area[row])))
    x, y, stated = (np.concatenate(p) for p in zip(*parts, strict=True)) if parts else (np.empty(0),) * 3
    return StatedPoints(source, x, y, stated.astype(np.int64))
