"""Places where people may live, from the same OSM extract as the streets: buildings, residential streets, named places.

The points are the assumed locations of people within a place, and decide which squares are inhabited. They are stored beside
the graphs, ``<folder>/<build>/places/<array>.npy``, and are part of the build's digest.
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
from geoservice.errors import NetworkError
from geoservice.geo import Floats, Objects, hilbert_index
from geoservice.network.graph import map_array, read_index
from geoservice.network.osm import Progress, readable_extract
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
"""Values of ``building`` without homes. All others, most of all ``yes``, may have homes. Flats above shops are missed, but a
shopping centre does not attract the people of its neighbourhood."""
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
"""Streets with homes along them, and their homes per metre relative to a residential street."""
SERVICE_WITHOUT_HOMES = frozenset({"parking_aisle", "drive-through", "emergency_access"})
FIRM_TRACKS = frozenset({"grade1", "grade2"})
PLACE_NODES = frozenset({"village", "hamlet", "isolated_dwelling", "farm", "neighbourhood"})
PLACE_METRES = 50.0
"""Weight of a named place, in metres of residential street."""
MAX_LEVELS = 30.0
_PROGRESS_STEP = 20_000


class _Shapes:
    """Geometries as hexadecimal WKB, each with a number."""

    def __init__(self) -> None:
        self.wkb: list[str] = []
        self.number: list[float] = []

    def add(self, wkb: str, number: float) -> None:
        self.wkb.append(wkb)
        self.number.append(number)

    def shapes(self, *, ordered: bool = False) -> tuple[Objects, Floats]:
        """Return the geometries and their numbers, in the order of the file or, ``ordered``, in one independent of it."""
        pairs = list(zip(self.wkb, self.number, strict=True))
        if ordered:
            pairs.sort()
        return shapely.from_wkb(np.array([w for w, _ in pairs], object)), np.array([n for _, n in pairs], float)


class _Collector:
    def __init__(self) -> None:
        self.buildings, self.streets, self.nodes = _Shapes(), _Shapes(), _Shapes()
        self._wkb = osmium.geom.WKBFactory()

    def add(self, osm_object: Any) -> None:
        tags = osm_object.tags
        if osm_object.is_area():
            if (kind := tags.get("building")) and kind not in UNINHABITED:
                self._add_shape(self._wkb.create_multipolygon, osm_object, self.buildings, _levels(tags.get("building:levels")))
        elif osm_object.is_way():
            if weight := street_weight(tags):
                self._add_shape(self._wkb.create_linestring, osm_object, self.streets, weight)
        elif osm_object.is_node() and tags.get("place") in PLACE_NODES:
            self._add_shape(self._wkb.create_point, osm_object, self.nodes, PLACE_METRES)

    @staticmethod
    def _add_shape(create: Callable[[Any], str], osm_object: Any, shapes: _Shapes, number: float) -> None:
        try:
            shapes.add(create(osm_object), number)
        except (RuntimeError, osmium.InvalidLocationError):
            return  # cut by the edge of the extract


def street_weight(tags: Any) -> float:
    """Return the homes per metre of a way relative to a residential street; 0 if it has none.

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
    """Return the storeys of a building, from 1 to ``MAX_LEVELS``; 1 if the tag is not a number."""
    try:
        levels = float(text or 1)
    except ValueError:
        return 1.0
    return min(max(levels, 1.0), MAX_LEVELS) if math.isfinite(levels) else 1.0


def read_places(pbf: Path, progress: Progress) -> Places:
    """Return the places where people may live.

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
        order independent of the file's.

    Raises
    ------
    UnreadableFile
        If the file does not exist or is not OSM.
    """
    collector = _Collector()
    with readable_extract(pbf):
        osm_objects: Any = osmium.FileProcessor(str(pbf)).with_areas(osmium.filter.KeyFilter("building"))
        for number, osm_object in enumerate(osm_objects.with_filter(osmium.filter.KeyFilter("building", "highway", "place"))):
            collector.add(osm_object)
            if number % _PROGRESS_STEP == 0:
                progress("reading places", 0.0)
    # lengths are cumulative sums over all lines, whose last digits depend on the order
    lines = street_points(*collector.streets.shapes(ordered=True))
    places = _ordered([building_points(*collector.buildings.shapes()), lines, _node_points(collector.nodes)])
    progress("reading places", 1.0)
    return places


def _node_points(nodes: _Shapes) -> Places:
    shapes, metres = nodes.shapes()
    return Places(shapely.get_x(shapes), shapely.get_y(shapes), metres, np.zeros(len(shapes), np.bool_))


def _ordered(parts: Iterable[Places]) -> Places:
    """Return all points along a Hilbert curve; points with the same coordinates by weight."""
    places = Places(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    curve = hilbert_index(places.lon, places.lat)
    return places.take(np.lexsort((places.building, places.weight, places.lat, places.lon, curve)))


def places_digest(places: Places) -> str:
    """Return the SHA-256 of the names, types, shapes and bytes of the arrays."""
    digest = hashlib.sha256()
    for name, array in places._asdict().items():
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def save_places(places: Places, build: Path) -> None:
    """Write each array to a ``.npy`` file in the folder of a build."""
    (build / PLACES).mkdir(parents=True)
    for name, array in places._asdict().items():
        np.save(build / PLACES / f"{name}.npy", array, allow_pickle=False)


def load_places(folder: Path) -> Places:
    """Return the places of the current network, memory-mapped and read-only.

    Parameters
    ----------
    folder : Path
        The network folder of the project.

    Returns
    -------
    Places

    Raises
    ------
    NotFound
        If no network was built.
    NetworkError
        If it has another format, or files are missing or damaged.
    """
    for attempt in range(3):
        places_folder = folder / read_index(folder)["build"] / PLACES
        try:
            files = [places_folder / f"{name}.npy" for name in Places._fields]
            return Places(*(map_array(file) for file in files))
        except FileNotFoundError:
            if attempt == 2:
                raise NetworkError("the street network is incomplete; import it again") from None
    raise AssertionError("unreachable")


class PlaceReport(NamedTuple):
    """Numbers of buildings, and of points along streets and of named places."""

    buildings: int
    street_points: int

    @classmethod
    def of(cls, places: Places) -> "PlaceReport":
        """Return the counts of some places."""
        buildings = int(np.count_nonzero(places.building))
        return cls(buildings, len(places.building) - buildings)

    def line(self) -> str:
        """Return the report as text."""
        return f"places: {self.buildings:,} buildings that may have homes, {self.street_points:,} points along streets"
