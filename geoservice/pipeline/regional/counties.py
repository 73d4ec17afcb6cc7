"""The counties of a region: the units of its tasks, what belongs to each, and how far beyond its border its people may go."""

import re
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import shapely

from geoservice.areas import ancestors, last_containing
from geoservice.errors import InputError, StudyError
from geoservice.geo import Floats, Ints, LocalProjection, Objects
from geoservice.network.graph import Graph
from geoservice.pipeline.public_places import PublicPlaces
from geoservice.study import Study

COUNTY = "county"
"""Level of the areas that are the units of tasks."""
_ROUNDED = 1.02
_FILE_NAME = re.compile(r"(?!\.{1,2}$)[^/\\\x00-\x1f]{1,60}")


def check_counties(places: PublicPlaces, study: Study, counties: Collection[str]) -> None:
    """Raise :class:`InputError` unless a county's code can name its files, and each lower area of the study is in a county.

    ``counties`` are the codes of those with an outline.
    """
    if bad := [code for code in counties if not _FILE_NAME.fullmatch(code)]:
        raise InputError(
            f"areas: county {bad[0]!r:.80}: a distributed run names files by the codes of counties, which may have up to 60 "
            "characters without / and \\; publish without --workers and --scheduler"
        )
    lower = study.levels[study.levels.index(COUNTY) + 1 :]
    outside = [code for level in lower for code in places.areas[level].ids if county_of(code, places) not in counties]
    if outside:
        raise InputError(
            f"areas: {len(outside)} areas below counties are in no county that has an outline: {', '.join(outside[:3])}; "
            "a distributed run has a task for each county: load these counties, or publish without --workers and --scheduler"
        )


def county_outlines(places: PublicPlaces) -> dict[str, shapely.Geometry]:
    """Return the outline of each county in degrees, by code; raises :class:`StudyError` if the areas have none."""
    counties = {code: shape for code, shape in sorted(places.outlines.items()) if places.levels[code] == COUNTY}
    if not counties:
        raise StudyError(
            f"areas: none of the level {COUNTY} has an outline, and a distributed run has a task for each; "
            "load counties, or publish without --workers and --scheduler"
        )
    return counties


def county_of(code: str, places: PublicPlaces) -> str | None:
    """Return the county that an area is or lies in, None for areas above counties."""
    return next((a for a in ancestors(code, places.parents) if places.levels.get(a) == COUNTY), None)


def owners(outlines: Sequence[shapely.Geometry] | Objects, lon: Floats, lat: Floats) -> Ints:
    """Return the position of the outline around each place, or of the nearest one; shape ``(n,)``.

    >>> squares = shapely.box(np.array([0, 1]), 0, np.array([1, 2]), 1)
    >>> owners(squares, np.array([0.5, 1.5, 3.0]), np.array([0.5, 0.5, 0.5])).tolist()
    [0, 1, 1]
    """
    shapes = np.asarray(outlines, object)
    owner = last_containing(shapes, lon, lat)
    outside = np.flatnonzero(owner < 0)
    if len(outside):
        owner[outside] = shapely.STRtree(shapes).nearest(shapely.points(lon[outside], lat[outside]))
    return owner


def fastest(graph: Graph) -> float:
    """Return the highest speed on a segment of the streets, in metres per millisecond.

    It is that of the network and not of the table of speeds, since ferries and descents may be faster. Times are rounded to
    milliseconds, so the highest speed that a segment certainly has counts, and a little is added.
    """
    edge = np.repeat(np.arange(graph.edges), np.diff(graph.shape_start))  # of each vertex
    is_segment = edge[1:] == edge[:-1]
    metres, highest = np.diff(graph.shape_m), 0.0
    for ms, total in ((graph.shape_forward, graph.ms_forward), (graph.shape_backward, graph.ms_backward)):
        used = is_segment & (total[edge[1:]] >= 0)
        highest = max(highest, float((metres[used] / (np.diff(ms)[used] + 0.5)).max(initial=0.0)))
    return highest * _ROUNDED


def reach_metres(metres_per_ms: float, minutes: int, snap_metres: float) -> float:
    """Return the metres that one covers within minutes at a speed, with the way to the street at both ends."""
    return minutes * 60_000 * metres_per_ms + 2 * snap_metres


def longest_reach(study: Study, speeds: Mapping[str, float]) -> float:
    """Return the metres that the fastest mode covers within the study's last break; speeds are in metres per millisecond."""
    return reach_metres(max(speeds.values()), study.minutes[-1], study.snap_metres)


def metres_outside(outline: shapely.Geometry, plane: LocalProjection, lon: Floats, lat: Floats) -> float:
    """Return how far from an outline in degrees the farthest of some places lies, in metres; 0 if all are inside."""
    shape, (x, y) = _projected(outline, plane), plane.forward(lon, lat)
    outside = ~shapely.intersects_xy(shape, x, y)
    return float(shapely.distance(shape, shapely.points(x[outside], y[outside])).max(initial=0.0))


def within_reach(outline: shapely.Geometry, plane: LocalProjection, lon: Floats, lat: Floats, metres: float) -> Ints:
    """Return the positions of the places within a distance of an outline in degrees; ascending."""
    return np.flatnonzero(shapely.dwithin(_projected(outline, plane), shapely.points(*plane.forward(lon, lat)), metres))


def _projected(outline: shapely.Geometry, plane: LocalProjection) -> shapely.Geometry:
    shape = shapely.transform(outline, lambda p: np.column_stack(plane.forward(p[:, 0], p[:, 1])))
    shapely.prepare(shape)
    return shape


def areas_of_counties(places: PublicPlaces, counties: Sequence[str]) -> Mapping[str, Ints]:
    """Return for each level the positions of the areas that are or lie in some counties, and all areas above counties."""
    kept = {}
    for level, units in places.areas.items():
        county = [county_of(code, places) for code in units.ids]
        kept[level] = np.flatnonzero([c is None or c in counties for c in county])
    return kept
