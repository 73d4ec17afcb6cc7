"""Leave-one-out over the plates of a gazetteer: each address is geocoded by the plates of the others."""

import csv
import re
from collections.abc import Iterator, Sequence
from math import cos, radians
from pathlib import Path
from typing import NamedTuple

import numpy as np
from made_gazetteer import MadeDoor, MadePlace, made_gazetteer
from scipy.optimize import linprog

from geoservice.addresses.door_number import DoorNumber, door_number
from geoservice.addresses.gazetteer import Gazetteer
from geoservice.addresses.interpolate import place_number
from geoservice.addresses.match import match
from geoservice.addresses.parse import parse
from geoservice.geo import METRES_PER_DEGREE, Floats

COUNTRIES = {"liechtenstein": "LI", "helsinki": "FI", "krems": "AT"}
FEATURES = {
    "door": (lambda span, _: (1.0, span)),
    "number": (lambda span, _: (1.0, span)),
    "interpolated": (lambda span, roughness: (span**0.5, roughness)),
    "beyond": (lambda span, _: (span**0.5,)),
}
"""The measures that the uncertainty of each kind of evidence is linear in."""


class OsmAddress(NamedTuple):
    """An address of OpenStreetMap; where it states no city, ``city`` is that of the nearest one that does."""

    city: str
    street: str
    number: DoorNumber
    text: str
    lon: float
    lat: float

    @property
    def written(self) -> str:
        """The address as people write it."""
        return f"{self.street} {self.text}, {self.city}"


class LeftOut(NamedTuple):
    """The answer for an address without its own plates, and its error."""

    precision: str
    error_m: float
    uncertainty_m: float


class Evidence(NamedTuple):
    """What a placement without the own plates rests on, and its error."""

    basis: str
    span_m: float
    roughness: float
    error_m: float


def read_addresses(file: Path) -> list[OsmAddress]:
    """Return the addresses of a file that state a number."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    lon, lat = (np.array([float(row[axis]) for row in rows]) for axis in ("lon", "lat"))
    has_city = np.array([bool(re.match(r"[^\W\d]", row["city"])) for row in rows])
    addresses = []
    for i, row in enumerate(rows):
        number = door_number(row["housenumber"], "LI")
        distance = np.hypot((lon - lon[i]) * cos(radians(lat[i])), lat - lat[i])
        nearest = i if has_city[i] else int(np.argmin(np.where(has_city, distance, np.inf)))
        if number:
            addresses.append(
                OsmAddress(rows[nearest]["city"], row["street"], number, row["housenumber"], float(lon[i]), float(lat[i]))
            )
    return addresses


def gazetteer_of(addresses: Sequence[OsmAddress], folder: Path) -> Gazetteer:
    """Return a gazetteer of cities and streets that knows positions of streets from their plates only."""
    places: dict[str, MadePlace] = {}
    for city in sorted({a.city for a in addresses}):
        lon, lat = (np.array([getattr(a, axis) for a in addresses if a.city == city]) for axis in ("lon", "lat"))
        middle = float(np.median(lon)), float(np.median(lat))
        radius = float(np.quantile([distance_m(x, y, *middle) for x, y in zip(lon, lat, strict=True)], 0.95))
        places[city] = MadePlace(city, "area", 3, city, "", *middle, radius)
        for street in sorted({a.street for a in addresses if a.city == city}):
            places[f"{city}/{street}"] = MadePlace(f"{city}/{street}", "road", -1, street, city)
    doors = [MadeDoor(f"{a.city}/{a.street}", a.city, *a.number, a.lon, a.lat) for a in addresses]
    return made_gazetteer(folder, list(places.values()), doors)


def distance_m(lon: float, lat: float, lon2: float, lat2: float) -> float:
    """Return the distance of two positions in metres."""
    return float(np.hypot((lon2 - lon) * cos(radians(lat)), lat2 - lat) * METRES_PER_DEGREE)


def doors_of(one: OsmAddress, gazetteer: Gazetteer, own_number: bool) -> tuple[slice, list[int]]:
    """Return the plates of the street of an address, and those to leave out: its own, or all of its number and suffix."""
    city = next(n.row for n in gazetteer.named(one.city) if gazetteer.level[n.row])
    road = next(n.row for n in gazetteer.named(one.street, city) if not gazetteer.level[n.row])
    rows = gazetteer.doors_of(road)
    doors = gazetteer.doors.slice(rows.start, rows.stop - rows.start).to_pylist()
    numbers = [rows.start + i for i, d in enumerate(doors) if (d["number"], d["to_number"], d["suffix"]) == tuple(one.number)]
    if own_number:
        return rows, numbers
    return rows, [i for i in numbers if (doors[i - rows.start]["lon"], doors[i - rows.start]["lat"]) == (one.lon, one.lat)][:1]


def left_out(addresses: Sequence[OsmAddress], gazetteer: Gazetteer, country: str, own_number: bool = False) -> list[LeftOut]:
    """Geocode each address without its own plate, or without all plates of its number."""
    answers = []
    for one in addresses:
        _, without = doors_of(one, gazetteer, own_number)
        found = match(parse(one.written, gazetteer, -1, country), gazetteer, -1, country, frozenset(without))
        lon, lat = (np.nan if value is None else value for value in (found.lon, found.lat))
        error = distance_m(one.lon, one.lat, lon, lat)
        answers.append(LeftOut(found.precision, error, found.uncertainty_m or 0.0))
    return answers


def evidence(addresses: Sequence[OsmAddress], gazetteer: Gazetteer) -> Iterator[Evidence]:
    """Yield the evidence and the error of each address that its street places, left out alone and with all of its number."""
    for own_number in (False, True):
        for one in addresses:
            rows, without = doors_of(one, gazetteer, own_number)
            road = gazetteer.plates.of(rows, -1, frozenset(without))
            placement = place_number(one.number, road) if road else None
            if road and placement:
                error = distance_m(one.lon, one.lat, *road.degrees(placement.position))
                yield Evidence(placement.basis, placement.span_m, road.roughness, error)


def quantile_fit(x: Floats, y: Floats, share: float = 0.9) -> Floats:
    """Return the non-negative factors of the columns of ``x`` whose sum is the quantile of ``y`` (Koenker and Bassett 1978)."""
    n, k = x.shape
    cost = np.concatenate([np.zeros(k), np.full(n, share), np.full(n, 1 - share)])
    solution = linprog(cost, A_eq=np.hstack([x, np.eye(n), -np.eye(n)]), b_eq=y, bounds=(0, None), method="highs")
    return np.asarray(solution.x[:k])


def fitted(rows: Sequence[Evidence], basis: str) -> Floats:
    """Return the factors of the measures of a kind of evidence."""
    x = np.array([FEATURES[basis](row.span_m, row.roughness) for row in rows if row.basis == basis])
    return quantile_fit(x, np.array([row.error_m for row in rows if row.basis == basis]))
