"""The counties of a region: the units of its tasks, what belongs to each, and how far beyond its border its people may go."""

from collections.abc import Mapping, Sequence

import numpy as np
import shapely

from geoservice.areas import ancestors, last_containing
from geoservice.errors import StudyError
from geoservice.geo import Floats, Ints, LocalProjection, Objects
from geoservice.network.speeds import Speeds
from geoservice.pipeline.public_places import PublicPlaces
from geoservice.study import Study

COUNTY = "county"
"""Level of the areas that are the units of tasks."""


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


def fastest_kmh(speeds: Speeds, modes: Sequence[str]) -> float:
    """Return the highest speed of some modes: that of their fastest class of way, which other rules only lower."""
    tables = [speeds.of(mode) for mode in modes]
    return max(max((t.opened, *t.highway.values())) for t in tables)


def reach_metres(study: Study, speeds: Speeds) -> float:
    """Return the metres that the fastest mode covers within the study's last break, with the way to the street at both ends."""
    return study.minutes[-1] / 60 * 1000 * fastest_kmh(speeds, study.modes) + 2 * study.snap_metres


def within_reach(outline: shapely.Geometry, plane: LocalProjection, lon: Floats, lat: Floats, metres: float) -> Ints:
    """Return the positions of the places within a distance of an outline in degrees; ascending."""
    shape = shapely.transform(outline, lambda p: np.column_stack(plane.forward(p[:, 0], p[:, 1])))
    shapely.prepare(shape)
    return np.flatnonzero(shapely.dwithin(shape, shapely.points(*plane.forward(lon, lat)), metres))


def areas_of_counties(places: PublicPlaces, counties: Sequence[str]) -> Mapping[str, Ints]:
    """Return for each level the positions of the areas that are or lie in some counties, and all areas above counties."""
    kept = {}
    for level, units in places.areas.items():
        county = [county_of(code, places) for code in units.ids]
        kept[level] = np.flatnonzero([c is None or c in counties for c in county])
    return kept
