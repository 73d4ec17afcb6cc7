"""Where people may live, out of the same extract as the streets: buildings, streets one could live on, named places.

The points say where within a place its people are taken to be, and which squares have anybody at all. They are kept beside the
graphs, ``<folder>/<build>/places/<array>.npy``, and are part of the build's digest.
"""

import hashlib
import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import osmium
import shapely

from geoservice.demand import Places
from geoservice.errors import NetworkError, UnreadableFile
from geoservice.geo import Floats, Objects, hilbert_index
from geoservice.network.graph import map_array, read_index
from geoservice.network.osm import Progress
from geoservice.network.place_points import building_points, street_points

PLACES = "places"
_NO_HOMES = (
    "no construction ruins collapsed demolished roof shelter hut tower gatehouse bridge",
    "garage garages carport parking shed kiosk toilets service transformer_tower water_tower",
    "industrial warehouse manufacture factory hangar storage_tank silo digester bunker tank",
    "greenhouse barn stable cowshed sty slurry_tank farm_auxiliary livestock allotment_house",
    "church chapel cathedral mosque temple synagogue shrine monastery religious",
    "school kindergarten college university hospital clinic public civic government fire_station police library museum",
    "office commercial retail supermarket mall hotel train_station station transportation",
    "stadium sports_hall sports_centre grandstand pavilion riding_hall swimming_pool",
)
UNINHABITED = frozenset(" ".join(_NO_HOMES).split())
"""Buildings that nobody lives in. What is left, ``yes`` above all, may hold homes; a few flats over shops are missed, but a
shopping centre does not draw the people of its neighbourhood into itself."""
STREETS = {
    "residential": 1.0,
    "living_street": 1.0,
    "unclassified": 0.7,
    "tertiary": 0.7,
    "pedestrian": 0.7,
    "service": 0.4,
    "secondary": 0.4,
    "primary": 0.3,
    "track": 0.3,
}
"""Streets with homes along them, and how many on a metre beside a residential street."""
SERVICE_WITHOUT_HOMES = frozenset({"parking_aisle", "drive-through", "emergency_access"})
FIRM_TRACKS = frozenset({"grade1", "grade2"})
PLACE_NODES = frozenset({"village", "hamlet", "isolated_dwelling", "farm", "neighbourhood"})
PLACE_METRES = 50.0
"""A named place weighs as much as so many metres of residential street."""
MAX_LEVELS = 30.0
_EVERY = 20_000


class _Shapes:
    """Geometries as hexadecimal WKB with a number each."""

    def __init__(self) -> None:
        self.wkb: list[str] = []
        self.number: list[float] = []

    def add(self, wkb: str, number: float) -> None:
        self.wkb.append(wkb)
        self.number.append(number)

    def shapes(self, *, ordered: bool = False) -> tuple[Objects, Floats]:
        """Return the geometries and their numbers, in the order of the file or in one that does not depend on it."""
        pairs = list(zip(self.wkb, self.number, strict=True))
        if ordered:
            pairs.sort()
        return shapely.from_wkb(np.array([w for w, _ in pairs], object)), np.array([n for _, n in pairs], float)


class _Collector:
    def __init__(self) -> None:
        self.buildings, self.streets, self.nodes = _Shapes(), _Shapes(), _Shapes()
        self._wkb = osmium.geom.WKBFactory()

    def add(self, thing: Any) -> None:
        tags = thing.tags
        if thing.is_area():
            if (kind := tags.get("building")) and kind not in UNINHABITED:
                self._draw(self._wkb.create_multipolygon, thing, self.buildings, _levels(tags.get("building:levels")))
        elif thing.is_way():
            if weight := street_weight(tags):
                self._draw(self._wkb.create_linestring, thing, self.streets, weight)
        elif thing.is_node() and tags.get("place") in PLACE_NODES:
            self._draw(self._wkb.create_point, thing, self.nodes, PLACE_METRES)

    @staticmethod
    def _draw(make: Callable[[Any], str], thing: Any, to: _Shapes, number: float) -> None:
        try:
            to.add(make(thing), number)
        except (RuntimeError, osmium.InvalidLocationError):
            return  # cut by the edge of the extract


def street_weight(tags: Any) -> float:
    """Return how many homes a metre of a way may have beside a metre of residential street; 0 where none are.

    >>> street_weight({"highway": "residential"}), street_weight({"highway": "service", "service": "parking_aisle"})
    (1.0, 0.0)
    """
    weight = STREETS.get(tags.get("highway"), 0.0)
    if not weight or tags.get("area") == "yes":
        return 0.0
    if tags.get("tunnel", "no") != "no" or tags.get("bridge", "no") != "no":
        return 0.0
    if tags.get("highway") == "service" and tags.get("service") in SERVICE_WITHOUT_HOMES:
        return 0.0
    return 0.0 if tags.get("highway") == "track" and tags.get("tracktype") not in FIRM_TRACKS else weight


def _levels(text: str | None) -> float:
    """Storeys of a building, from 1 to ``MAX_LEVELS``; 1 where the tag says nothing that is a number."""
    try:
        levels = float(text or 1)
    except ValueError:
        return 1.0
    return min(max(levels, 1.0), MAX_LEVELS) if math.isfinite(levels) else 1.0


def read_places(pbf: Path, progress: Progress) -> Places:
    """Read where people may live.

    Parameters
    ----------
    pbf : Path
        OSM extract.
    progress : callable
        Called with a stage and a fraction.

    Returns
    -------
    Places
        Buildings by floor area (square metres), points along streets and named places by metres of residential street; in an
        order that does not depend on the file's.

    Raises
    ------
    UnreadableFile
        If the file is not there or not OSM.
    """
    if not pbf.is_file():
        raise UnreadableFile(f"{pbf.name} not found; expected an OSM extract (.osm.pbf)")
    found = _Collector()
    try:
        things: Any = osmium.FileProcessor(str(pbf)).with_areas(osmium.filter.KeyFilter("building"))
        for number, thing in enumerate(things.with_filter(osmium.filter.KeyFilter("building", "highway", "place"))):
            found.add(thing)
            if number % _EVERY == 0:
                progress("reading places", 0.0)
    except RuntimeError as e:
        raise UnreadableFile(f"{pbf.name}: not readable as an OSM extract (.osm.pbf): {e}") from e
    # lengths are running sums over all lines, whose last digits depend on the order
    lines = street_points(*found.streets.shapes(ordered=True))
    places = _ordered([building_points(*found.buildings.shapes()), lines, _named(found.nodes)])
    progress("reading places", 1.0)
    return places


def _named(nodes: _Shapes) -> Places:
    shapes, metres = nodes.shapes()
    return Places(shapely.get_x(shapes), shapely.get_y(shapes), metres, np.zeros(len(shapes), np.bool_))


def _ordered(parts: Iterable[Places]) -> Places:
    """Put points together along a Hilbert curve; points at one place by weight."""
    every = Places(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    curve = hilbert_index(every.lon, every.lat)
    return every.take(np.lexsort((every.building, every.weight, every.lat, every.lon, curve)))


def places_digest(places: Places) -> str:
    """SHA-256 over the names, types, shapes and bytes of the arrays."""
    out = hashlib.sha256()
    for name, array in places._asdict().items():
        out.update(f"{name} {array.dtype.str} {array.shape}".encode())
        out.update(np.ascontiguousarray(array).data)
    return out.hexdigest()


def save_places(places: Places, build: Path) -> None:
    """Write one ``.npy`` file for each array below the folder of a build."""
    (build / PLACES).mkdir(parents=True)
    for name, array in places._asdict().items():
        np.save(build / PLACES / f"{name}.npy", array, allow_pickle=False)


def load_places(folder: Path) -> Places:
    """Map the points of the current network into memory, read-only.

    Parameters
    ----------
    folder : Path
        The project's folder of the network.

    Returns
    -------
    Places

    Raises
    ------
    NotFound
        No network was built.
    NetworkError
        It is of another format, or files are missing or damaged.
    """
    for attempt in range(3):
        here = folder / read_index(folder)["build"] / PLACES
        try:
            files = [here / f"{name}.npy" for name in Places._fields]
            return Places(*(map_array(file) for file in files))
        except FileNotFoundError:
            if attempt == 2:
                raise NetworkError("the street network is incomplete; import it again") from None
    raise AssertionError("unreachable")


class PlaceReport(NamedTuple):
    """How many buildings, and points along streets or named places, were read."""

    buildings: int
    street_points: int

    @classmethod
    def of(cls, places: Places) -> "PlaceReport":
        """Count the points."""
        buildings = int(np.count_nonzero(places.building))
        return cls(buildings, len(places.building) - buildings)

    def line(self) -> str:
        """Return the report for people."""
        return f"places: {self.buildings:,} buildings that may be lived in, {self.street_points:,} points along streets"
