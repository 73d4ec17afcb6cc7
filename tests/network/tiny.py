"""Tiny towns: nodes in metres on a plane, written as an extract and built into a network, and the minutes between points."""

import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from passages import tags_of

from geoservice.geo import EARTH_RADIUS_M
from geoservice.network.build import build_network
from geoservice.network.dem import import_dem
from geoservice.network.graph import ARRAYS, Graph, load_graph
from geoservice.network.snap import REASONS, Snapped, main_edges, snap
from geoservice.network.travel import UNREACHED, nearest, pairs
from geoservice.progress import quiet

from .dem_files import write_dem
from .extracts import write_extract

Place = tuple[float, float] | str
"""Metres to the east and north, or the name of a node."""
Minutes = float | str
"""A time, or why there is none."""
NO_WAY, TOO_FAR, NO_NETWORK = "no way", "too far from a street", "no network"
MODES = ("walk", "cycle", "drive")
DAY = 24 * 3_600_000
LON, LAT = 8.0, 48.24
"""Where the towns are. Here a metre to the north is as long on the ellipsoid, on which points are snapped, as on the sphere, on
which streets are measured; to the east they differ by 0.3 %, so points lie north or south of their streets."""


def at(kmh: float) -> float:
    """Return the minutes that a metre takes."""
    return 0.06 / kmh


LEG = 1.3 * at(5)
"""Minutes for a metre of the straight line between a point and its street: a detour of 1.3 at 5 km/h."""


ROUND_SPEEDS = """
[walk.highway]
residential = 5.0
[cycle.highway]
residential = 15.0
[ebike.highway]
residential = 18.0
[drive]
junction_seconds = 0.0
signal_seconds = 0.0
[drive.highway]
residential = 30.0
"""
"""Over the table of the package, speeds that make round minutes: 12, 4 and 2 a kilometre; and no time lost at junctions."""


def degrees(x: float, y: float, lon: float, lat: float) -> tuple[float, float]:
    """Return the place so many metres to the east and north of another; lines to the east keep their length."""
    north = lat + math.degrees(y / EARTH_RADIUS_M)
    return lon + math.degrees(x / (EARTH_RADIUS_M * math.cos(math.radians(north)))), north


def in_memory(graph: Graph) -> Graph:
    """Return a graph whose files are no longer open, since the tests keep over a hundred."""
    return replace(graph, **{name: np.array(getattr(graph, name)) for name in ARRAYS})


class County:
    """Towns 8 km apart that are built together, which is quicker than one by one, when the first trip needs them.

    Parameters
    ----------
    speeds
        A table that overrides values of the package's.
    climb
        Metres that the ground rises with a metre to the east; None without terrain.
    """

    def __init__(self, speeds: str = ROUND_SPEEDS, climb: float | None = None) -> None:
        self._speeds, self._climb = speeds, climb
        self._towns: list[Town] = []
        self._graphs: dict[str, Graph] = {}

    def corner(self, town: "Town") -> tuple[float, float]:
        """Take a town in, and return longitude and latitude of its origin."""
        self._towns.append(town)
        return degrees((len(self._towns) - 1) % 6 * 8000.0, (len(self._towns) - 1) // 6 * 8000.0, LON, LAT)

    def graph(self, mode: str) -> Graph:
        """Return the network of a mode."""
        if mode not in self._graphs:
            with tempfile.TemporaryDirectory(prefix="geoservice-county-") as name:
                folder = Path(name)
                (table := folder / "speeds.toml").write_text(self._speeds, encoding="utf-8")
                terrain = None if self._climb is None else self._write_terrain(folder, self._climb)
                build_network(self._write(folder / "county.osm.pbf"), folder / "net", [mode], table, quiet, terrain)
                self._graphs[mode] = in_memory(load_graph(folder / "net", mode))
        return self._graphs[mode]

    def _write(self, path: Path) -> Path:
        nodes: dict[int, tuple[float, float]] = {}
        node_tags: dict[int, dict[str, str]] = {}
        ways: dict[int, tuple[list[int], dict[str, str]]] = {}
        relations: dict[int, tuple[list[tuple[str, int, str]], dict[str, str]]] = {}
        for town in self._towns:
            node_ids = {name: number for number, name in enumerate(town.nodes, len(nodes) + 1)}
            way_ids = {refs: number for number, refs in enumerate(town.ways, len(ways) + 1)}
            nodes |= {node_ids[name]: town.degrees(name) for name in town.nodes}
            node_tags |= {node_ids[name]: tags_of(tags) for name, tags in town.node_tags.items()}
            ways |= {way_ids[refs]: ([node_ids[n] for n in refs], tags_of(tags)) for refs, tags in town.ways.items()}
            for tags, members in town.relations:
                names = [member.split(":") for member in members.split()]
                typed = [("n", node_ids[n], role) if len(n) == 1 else ("w", way_ids[n], role) for role, n in names]
                relations[len(relations) + 1] = (typed, tags_of(tags))
        return write_extract(path, ways, relations, node_tags, nodes)

    @staticmethod
    def _write_terrain(folder: Path, climb: float) -> Path:
        metre = math.degrees(1 / (EARTH_RADIUS_M * math.cos(math.radians(LAT))))
        extent = {"size": (72, 144), "corner": (LON - 0.01, LAT + 0.01)}
        dem = write_dem(folder / "dem.tif", lambda x, _: 1000 + climb * (x - LON) / metre, **extent)
        import_dem([dem], folder / "terrain", None, None, quiet)
        return folder / "terrain"


@dataclass(frozen=True, eq=False)
class Town:
    """A town, by default alone in its county.

    Attributes
    ----------
    nodes
        Metres to the east and north by name, a single character.
    ways
        Tags, as ``highway=path foot=yes``, by the names of the nodes in one word.
    node_tags
        Tags by node.
    relations
        Tags, and members as ``from:ab via:b to:bc``: a single character is a node, several are a way.
    """

    nodes: Mapping[str, tuple[float, float]]
    ways: Mapping[str, str]
    node_tags: Mapping[str, str] = field(default_factory=dict)
    relations: Sequence[tuple[str, str]] = ()
    county: County = field(default_factory=County)
    corner: tuple[float, float] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "corner", self.county.corner(self))

    def degrees(self, place: Place) -> tuple[float, float]:
        """Return longitude and latitude of a place, as exact as OSM."""
        x, y = self.nodes[place] if isinstance(place, str) else place
        lon, lat = degrees(x, y, *self.corner)
        return round(lon, 7), round(lat, 7)

    def minutes(self, mode: str, point: Place, station: Place, max_metres: float = 500.0) -> tuple[Minutes, Minutes]:
        """Return the minutes from a point to a station, and back; both are snapped as in a study."""
        graph = self.county.graph(mode)
        there = snap(graph, *np.array(self.degrees(station)).reshape(2, 1), max_metres)
        here = snap(graph, *np.array(self.degrees(point)).reshape(2, 1), max_metres, main_edges(graph, there))
        if off := [REASONS[int(place.reason[0])] for place in (there, here) if not place.ok[0]]:
            return off[0], off[0]
        return _search(graph, here, there), _search(graph, there, here)


def _search(graph: Graph, start: Snapped, end: Snapped) -> Minutes:
    """Return the minutes of a trip, which are the same from whichever end the search begins, and among pairs."""
    zero, times = np.zeros(1, np.int32), set()
    for direction, station, point in (("to", end, start), ("from", start, end)):
        times.add(int(nearest(graph, station, zero, point, DAY, direction)[0][0]))
        times.update(pairs(graph, station, zero, point, DAY, direction).ms.tolist() or [int(UNREACHED)])
    assert len(times) == 1, f"searches differ: {times} ms"
    ms = times.pop()
    return NO_WAY if ms == UNREACHED else ms / 60_000


class Trip(NamedTuple):
    """A trip from a point to a station and back, and the minutes expected of both."""

    town: Town
    mode: str
    point: Place
    station: Place
    there: Minutes
    back: Minutes
    max_metres: float

    def check(self) -> None:
        """Compare the minutes with the expected ones."""
        minutes = self.town.minutes(self.mode, self.point, self.station, self.max_metres)
        expected = self.there, self.back
        assert minutes == tuple(map(_near, expected)), f"got {minutes}, expected {expected} minutes"


def _near(minutes: Minutes) -> Any:
    return minutes if isinstance(minutes, str) else pytest.approx(minutes, abs=0.004)


def trip(
    says: str,
    town: Town,
    mode: str,
    point: Place,
    station: Place,
    there: Minutes,
    back: Minutes | None = None,
    max_metres: float = 500.0,
) -> Any:
    """Return a case of a table; the way back is as long as the way there if it is not stated."""
    return pytest.param(
        Trip(town, mode, point, station, there, there if back is None else back, max_metres), id=f"{says} ({mode})"
    )


def by_mode(
    says: str, town: Town, point: Place, station: Place, *minutes: Minutes | tuple[Minutes, Minutes] | None
) -> list[Any]:
    """Return a case for each of ``MODES``, with the minutes, or those there and back; None is no case."""
    both = [m if isinstance(m, tuple) else (m, m) for m in minutes]
    return [trip(says, town, mode, point, station, *m) for mode, m in zip(MODES, both, strict=True) if m != (None, None)]
