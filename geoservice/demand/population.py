"""A demand surface of a public population: its units are the leaves, the buildings or streets in them the points."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely

from geoservice.demand.places import Places, home_points, spread
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
    most: int = 8,
    deviations: Mapping[Quantity, Floats] | None = None,
    description: Mapping[str, Any] | None = None,
) -> DemandSurface:
    """Put the people of points, cells or polygons where the map has homes.

    Parameters
    ----------
    ids : sequence of str
        Names of the units, each once.
    shapes : object array of points, polygons or multipolygons, shape (units,)
        In degrees.
    values : mapping of Quantity to float64 array, shape (units,)
        Numbers as the file has them; nothing is added to them.
    places : Places
        Where people may live; of a unit's places those that :func:`home_points` names.
    projection : LocalProjection
        Plane in which the points of a unit are put in order.
    most : int
        Points of a unit at most.
    deviations : mapping of Quantity to float64 array, shape (units,), optional
        Standard errors that the file states, see :func:`unit_quantities`.
    description : mapping, optional
        What is said of the surface; ``{"kind": "population"}`` if left out.

    Returns
    -------
    DemandSurface
        Leaves in the order given, without noise. A unit with no place in it has one point inside it; a point stays itself.

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
    placed = _spread_places(shapes, places, projection, most)
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


def _spread_places(shapes: Objects, places: Places, projection: LocalProjection, most: int) -> _Points:
    """Return at most ``most`` points for each unit that has a place in it."""
    unit, place = _places_within(shapes, places)
    kept = home_points(unit, places.building[place], len(shapes))
    unit, place = unit[kept], place[kept]
    lon, lat = places.lon[place], places.lat[place]
    chosen = spread(unit.astype(np.int32), *projection.forward(lon, lat), places.weight[place], most)
    return _Points(chosen.leaf, chosen.weight, lon[chosen.row], lat[chosen.row])


def _places_within(shapes: Objects, places: Places) -> tuple[Ints, Ints]:
    """Return pairs of a polygon and a place in it or on its border; the tree is of places, so polygons are prepared."""
    areal = np.flatnonzero(shapely.get_dimensions(shapes) == 2)
    if not len(areal) or not len(places.lon):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    tree = shapely.STRtree(shapely.points(places.lon, places.lat))
    of, place = tree.query(shapes[areal], predicate="intersects")
    unit = areal[of].astype(np.int64)
    order = np.lexsort((place, unit))
    return unit[order], place[order].astype(np.int64)


def _representative(shapes: Objects, placed: Int32s) -> _Points:
    """Return one point inside each unit that has none yet."""
    left = np.setdiff1d(np.arange(len(shapes), dtype=np.int32), placed)
    inner = shapely.point_on_surface(shapes[left])
    return _Points(left, np.ones(len(left)), shapely.get_x(inner), shapely.get_y(inner))


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
        NaN where the file has no number; margins are half-widths of 90 % intervals of persons.
    groups : mapping of group to float64 array, shape (units,)
        Persons of each group.

    Returns
    -------
    values : dict of Quantity to float64 array
    deviations : dict of Quantity to float64 array
        Households are left out, and so are the standard errors, unless every unit with people states them: a sum over units of
        which some are unknown would be too small.

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
