"""The stations of the release, which a scenario starts from and never changes."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import shapely

from geoservice.release.base import ItemQuery, PublishedLayer
from geoservice.release.properties import property_types
from geoservice.release.protocols import ReleaseReader
from geoservice.server.features.writers import shapes_of
from geoservice.server.release_pool import version_of

LAYER = "stations"
"""The layer that has them."""
PROPERTIES = ("unit", "name_zh", "name_en", "tier", "services", "capacity")
MAX_STATIONS = 1_000_000
MAX_CACHED = 4


@dataclass(frozen=True)
class Station:
    """A station: position in degrees, None if unknown; capacity in persons a period, ``start_delay_s`` in seconds."""

    id: str
    name: str
    lon: float | None = None
    lat: float | None = None
    tier: str | None = None
    services: tuple[str, ...] = ()
    capacity: float | None = None
    start_delay_s: float | None = None


Baseline = Mapping[str, Station]
"""Stations by id, in the order of the release."""


def read_baseline(reader: ReleaseReader, layer: PublishedLayer, within: tuple[str, ...] | None) -> Baseline:
    """Return the stations of a release within some areas, None for all."""
    names = [name for name in PROPERTIES if name in property_types(layer)]
    table = reader.items(layer.id, ItemQuery(limit=MAX_STATIONS, properties=names, within=within))
    shapes = shapes_of(table)
    columns = {name: table.column(name).to_pylist() for name in names}
    baseline: dict[str, Station] = {}
    for i in range(table.num_rows):
        row: dict[str, Any] = {name: values[i] for name, values in columns.items()}
        unit = str(row["unit"])
        point = shapes[i] if isinstance(shapes[i], shapely.Point) and not shapes[i].is_empty else None
        baseline[unit] = Station(
            unit,
            row.get("name_zh") or row.get("name_en") or unit,
            None if point is None else point.x,
            None if point is None else point.y,
            row.get("tier"),
            tuple((row.get("services") or "").split()),
            row.get("capacity"),
        )
    return baseline


class Baselines:
    """The baselines that were read last, by release and limits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cache: OrderedDict[tuple[str, tuple[str, ...] | None], Baseline] = OrderedDict()

    def of(self, reader: ReleaseReader, layer: PublishedLayer, within: tuple[str, ...] | None) -> Baseline:
        """Return the stations of a release within some areas; they are read once."""
        key = (version_of(reader), within)
        with self._lock:
            if key in self._cache:
                self._cache.move_to_end(key)
                return self._cache[key]
        baseline = read_baseline(reader, layer, within)
        with self._lock:
            self._cache[key] = baseline
            while len(self._cache) > MAX_CACHED:
                self._cache.popitem(last=False)
        return baseline
