"""The demand surface of a public population: its units are the leaves, their buildings or streets the points."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely

from geoservice.demand.places import Places, inhabited_points, representative_points
from geoservice.demand.surface import Z90, DemandSurface, Quantity
from geoservice.geo import Floats, Int32s, Ints, LocalProjection, Objects


class _Points(NamedTuple):
    """Points of leaves; arrays of shape ``(points,)``."""

    leaf: Int32s
    weight: Floats
    lon: Floats
    lat: Floats


def population_surface(
    ids: Sequence[str],
    shapes: Objects,
    values: Mapping[Quantity, Floats],
    places: Places,
    projection: LocalProjection,
    max_points: int = 8,
    deviations: Mapping[Quantity, Floats] | None = None,
    description: Mapping[str, Any] | None = None,
) -> DemandSurface:
    """Return the surface of a population on points, cells or polygons, with its people where the map has homes.

    Parameters
    ----------
    ids : sequence of str
        Names of the units, distinct.
    shapes : object array of points, polygons or multipolygons, shape (units,)
        In degrees.
    values : mapping of Quantity to float64 array, shape (units,)
        Numbers as in the file; no noise is added.
    places : Places
        Where people may live; only those of :func:`inhabited_points` are used.
    projection : LocalProjection
        Plane in which the points of a unit are sorted.
    max_points : int
        Maximum of points per unit.
    deviations : mapping of Quantity to float64 array, shape (units,), optional
        Standard errors that the file states, see :func:`unit_quantities`.
    description : mapping, optional
        Description of the surface; by default ``{"kind": "population"}``.

    Returns
    -------
    DemandSurface
        Leaves in the order of the units, without noise. A unit without places has one point inside it; a point is kept as it
        is.

    Examples
    --------
    >>> cells = shapely.box(np.array([0.0, 0.01, 0.02]), 0, np.array([0.01, 0.02, 0.03]), 0.01)
    >>> homes = Places(
    ...     np.array([0.002, 0.004, 0.015]), np.full(3, 0.005), np.array([3.0, 1.0, 5.0]), np.array([True, True, False])
    ... )
    >>> persons = {Quantity("persons"): np.array([40.0, 6.0, 1.0])}
    >>> surface = population_surface(["a", "b", "c"], cells, persons, homes, LocalProjection(0.0, 0.0))
    >>> surface.point_leaf.tolist(), surface.point_weight.tolist(), surface.point_lon.round(3).tolist()
    ([0, 0, 1, 2], [0.75, 0.25, 1.0, 1.0], [0.002, 0.004, 0.015, 0.025])
    """
    placed = _place_points(shapes, places, projection, max_points)
    points = _in_order(placed, _representative(shapes, placed.leaf))
    return DemandSurface(
        ids=list(ids),
        geometry=np.array([*map(bytes, shapely.to_wkb(shapes)), None], object)[:-1],
        values=dict(values),
        positive=dict(values),
        noise=np.empty((len(ids), 0), np.float32),
        scales={},
        deviations=dict(deviations or {}),
        point_leaf=points.leaf,
        point_weight=points.weight,
        point_lon=points.lon,
        point_lat=points.lat,
        description={"kind": "population"} if description is None else dict(description),
    )


def _place_points(shapes: Objects, places: Places, projection: LocalProjection, max_points: int) -> _Points:
    """Return at most ``max_points`` points for each unit with places."""
    unit, place = _places_within(shapes, places)
    keep = inhabited_points(unit, places.building[place], len(shapes))
    unit, place = unit[keep], place[keep]
    lon, lat = places.lon[place], places.lat[place]
    sample = representative_points(unit.astype(np.int32), *projection.forward(lon, lat), places.weight[place], max_points)
    return _Points(sample.leaf, sample.weight, lon[sample.row], lat[sample.row])


def _places_within(shapes: Objects, places: Places) -> tuple[Ints, Ints]:
    """Return pairs of a polygon and a place in it or on its border; with a tree of places, shapely prepares the polygons."""
    areal = np.flatnonzero(shapely.get_dimensions(shapes) == 2)
    if not len(areal) or not len(places.lon):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    tree = shapely.STRtree(shapely.points(places.lon, places.lat))
    polygon, place = tree.query(shapes[areal], predicate="intersects")
    unit = areal[polygon].astype(np.int64)
    order = np.lexsort((place, unit))
    return unit[order], place[order].astype(np.int64)


def _representative(shapes: Objects, covered: Int32s) -> _Points:
    """Return one point inside each unit that has no places."""
    remaining = np.setdiff1d(np.arange(len(shapes), dtype=np.int32), covered)
    inner = shapely.point_on_surface(shapes[remaining])
    return _Points(remaining, np.ones(len(remaining)), shapely.get_x(inner), shapely.get_y(inner))


def _in_order(first: _Points, second: _Points) -> _Points:
    leaf = np.concatenate([first.leaf, second.leaf])
    order = np.argsort(leaf, kind="stable")
    weight, lon, lat = (np.concatenate([getattr(first, n), getattr(second, n)])[order] for n in ("weight", "lon", "lat"))
    return _Points(leaf[order], weight, lon, lat)


def unit_quantities(
    persons: Floats, households: Floats, margins: Floats, groups: Mapping[str, Floats]
) -> tuple[dict[Quantity, Floats], dict[Quantity, Floats]]:
    """Return the values and the standard errors of a population file's columns.

    Parameters
    ----------
    persons, households, margins : float64 arrays, shape (units,)
        NaN where the file has no number; margins are half-widths of 90 % confidence intervals of persons.
    groups : mapping of group to float64 array, shape (units,)
        Persons of each group.

    Returns
    -------
    values : dict of Quantity to float64 array
    deviations : dict of Quantity to float64 array
        Households and standard errors are omitted unless every unit with people states them: a sum over units with unknown
        numbers would be too small.

    Examples
    --------
    >>> nothing = np.full(2, np.nan)
    >>> values, deviations = unit_quantities(np.array([5.0, 0.0]), nothing, np.array([1.6449, np.nan]), {})
    >>> list(map(str, values)), deviations[Quantity("persons")].round(3).tolist()
    (['persons.all'], [1.0, 0.0])
    """
    values = {Quantity("persons"): persons}
    if _complete(persons, households):
        values[Quantity("households")] = np.nan_to_num(households)
    values |= {Quantity("persons", group): counts for group, counts in groups.items()}
    deviations = {Quantity("persons"): np.nan_to_num(margins) / Z90} if _complete(persons, margins) else {}
    return values, deviations


def _complete(persons: Floats, numbers: Floats) -> bool:
    return bool(np.isfinite(numbers).any() and np.isfinite(numbers[persons > 0]).all())
