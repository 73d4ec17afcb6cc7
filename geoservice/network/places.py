"""Places where people may live, from the same OSM extract as the streets: buildings, residential streets, named places.

The points are the assumed locations of people within a place, and decide which squares are inhabited. They are stored beside
the graphs, ``<folder>/<build>/places/<array>.npy``, and are part of the build's digest.
"""

import hashlib
import math
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import osmium
import shapely

from geoservice.demand import Places
from geoservice.errors import NetworkError
from geoservice.geo import hilbert_index
from geoservice.network.extract import Extract, readable_extract
from geoservice.network.graph import map_array, read_index
from geoservice.network.named_places import NAMES, NamedPlace, encode_names
from geoservice.network.place_points import building_points, street_points
from geoservice.network.place_streets import read_streets_and_names
from geoservice.progress import Progress

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
MAX_LEVELS = 30.0
_PROGRESS_STEP = 20_000


class _Buildings:
    """Footprints as hexadecimal WKB, each with its storeys."""

    def __init__(self) -> None:
        self._wkb, self._levels = osmium.geom.WKBFactory(), list[float]()
        self._footprints: list[str] = []

    def add(self, area: Any) -> None:
        if area.tags.get("building") in UNINHABITED:
            return
        try:
            self._footprints.append(self._wkb.create_multipolygon(area))
        except (RuntimeError, osmium.InvalidLocationError):
            return  # cut by the edge of the extract
        self._levels.append(_levels(area.tags.get("building:levels")))

    def points(self) -> Places:
        return building_points(shapely.from_wkb(np.array(self._footprints, object)), np.array(self._levels, float))


def _levels(text: str | None) -> float:
    """Return the storeys of a building, from 1 to ``MAX_LEVELS``; 1 if the tag is not a number."""
    try:
        levels = float(text or 1)
    except ValueError:
        return 1.0
    return min(max(levels, 1.0), MAX_LEVELS) if math.isfinite(levels) else 1.0


def read_places(pbf: Path, progress: Progress, scratch: Path | None = None) -> tuple[Places, list[NamedPlace]]:
    """Return the places where people may live, and the names of places.

    Parameters
    ----------
    pbf : Path
        OSM extract.
    progress : callable
        Called with a stage and a fraction.
    scratch : Path, optional
        Folder for temporary files, by default the system's.

    Returns
    -------
    Places
        Buildings by floor area (square metres), points along streets and named places by metres of residential street; in an
        order independent of the file's.
    list of NamedPlace

    Raises
    ------
    UnreadableFile
        If the file does not exist or is not OSM.
    """
    with readable_extract(pbf), tempfile.TemporaryDirectory(prefix="geoservice-places-", dir=scratch) as folder:
        progress("reading places", 0.0)
        lines, named, names = read_streets_and_names(Extract(pbf, Path(folder)))
        progress("reading places", 0.5)
        areas: Any = osmium.FileProcessor(str(pbf)).with_areas(osmium.filter.KeyFilter("building"))
        buildings = _Buildings()
        for number, osm_object in enumerate(areas.with_filter(osmium.filter.KeyFilter("building"))):
            if osm_object.is_area():
                buildings.add(osm_object)
            if number % _PROGRESS_STEP == 0:
                progress("reading places", 0.5)
    places = _along_curve(buildings.points(), street_points(*lines), named)
    progress("reading places", 1.0)
    return places, names


def _along_curve(buildings: Places, streets: Places, named: Places) -> Places:
    """Return all points along a Hilbert curve; those of streets are in an order independent of the file's already."""
    parts = (_by_coordinates(buildings), streets, _by_coordinates(named))
    places = Places(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    return places.take(np.argsort(hilbert_index(places.lon, places.lat), kind="stable"))


def _by_coordinates(places: Places) -> Places:
    return places.take(np.lexsort((places.weight, places.lat, places.lon)))


def places_digest(places: Places) -> str:
    """Return the SHA-256 of the names, types, shapes and bytes of the arrays."""
    digest = hashlib.sha256()
    for name, array in places._asdict().items():
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def save_places(places: Places, names: Sequence[NamedPlace], build: Path) -> str:
    """Write each array to a ``.npy`` file in the folder of a build, and the names of places; return the digest of the names."""
    (build / PLACES).mkdir(parents=True)
    text = encode_names(names)
    (build / PLACES / NAMES).write_bytes(text)
    for name, array in places._asdict().items():
        np.save(build / PLACES / f"{name}.npy", array, allow_pickle=False)
    return hashlib.sha256(text).hexdigest()


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
