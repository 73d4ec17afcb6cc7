"""Rows of the table of places while a gazetteer is built: areas first, then other places."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa

from geoservice.addresses.area_names import short_names
from geoservice.addresses.door_number import DoorNumber
from geoservice.addresses.gazetteer import CODE_SCHEMA, DOOR_SCHEMA, KINDS, PLACE_SCHEMA
from geoservice.addresses.road_parts import ROAD_PART_SCHEMA
from geoservice.addresses.writer import NAME_SCHEMA
from geoservice.geocode.area_tree import ENGLISH, OFFICIAL, SHORT, UNKNOWN, AreaTree

AREA = KINDS.index("area")
_BATCH = 100_000


@dataclass
class PlaceRows:
    """Places that are no areas, each with the row of its parent among all places: areas first, in the order of the tree."""

    tree: AreaTree
    id: list[str] = field(default_factory=list)
    kind: list[int] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    name_en: list[str | None] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    lon: list[float] = field(default_factory=list)
    lat: list[float] = field(default_factory=list)
    radius_m: list[float] = field(default_factory=list)
    source: list[str] = field(default_factory=list)
    valid: list[tuple[date | None, date | None]] = field(default_factory=list)
    names: list[tuple[int, str, int]] = field(default_factory=list)
    doors: list[tuple[int, int, DoorNumber, float, float, str]] = field(default_factory=list)
    by_name: dict[str, list[int]] = field(default_factory=dict)
    road_parts: list[tuple[int, int, float, float, float, float]] = field(default_factory=list)

    def add(
        self,
        place: str,
        kind: str,
        name: str,
        parent: int,
        position: tuple[float, float] = (UNKNOWN, UNKNOWN),
        radius_m: float = UNKNOWN,
        source: str = "",
        *,
        name_en: str | None = None,
        names: tuple[tuple[str, int], ...] = (),
        valid: tuple[date | None, date | None] = (None, None),
    ) -> int:
        """Add a place and return its row."""
        row = len(self.tree) + len(self.id)
        self.id.append(place)
        self.kind.append(KINDS.index(kind))
        self.name.append(name)
        self.name_en.append(name_en)
        self.parent.append(parent)
        self.lon.append(position[0])
        self.lat.append(position[1])
        self.radius_m.append(radius_m)
        self.source.append(source)
        self.valid.append(valid)
        self.by_name.setdefault(name, []).append(row)
        self.add_names(row, names)
        return row

    def add_names(self, row: int, names: tuple[tuple[str, int], ...]) -> None:
        """Add further names of a place that is no area."""
        for name, kind in names:
            self.names.append((row, name, kind))
            rows = self.by_name.setdefault(name, [])
            if row not in rows:
                rows.append(row)

    def at(self, row: int) -> int:
        """Return the position of a row in the lists."""
        return row - len(self.tree)

    def kind_of(self, row: int) -> str:
        """Return the kind of a row."""
        return KINDS[AREA if row < len(self.tree) else self.kind[self.at(row)]]

    def position(self, row: int) -> tuple[float, float]:
        """Return longitude and latitude of a row."""
        if row < len(self.tree):
            return self.tree.rows[row].lon, self.tree.rows[row].lat
        return self.lon[self.at(row)], self.lat[self.at(row)]

    def area_of(self, row: int) -> int:
        """Return the lowest area that contains a row, -1 for none."""
        while row >= len(self.tree):
            row = self.parent[self.at(row)]
        return row

    def places(self) -> pa.Table:
        """Return the table of places, without ``end``."""
        areas, size = self.tree.rows, len(self.id)
        fields = {f.name: f.type for f in PLACE_SCHEMA if f.name != "end"}
        values: dict[str, Any] = {
            "id": [f"{a.system}:{a.code}" for a in areas] + self.id,
            "kind": [AREA] * len(areas) + self.kind,
            "level": [a.level for a in areas] + [-1] * size,
            "name": [a.name for a in areas] + self.name,
            "name_en": [a.name_en if a.name_en != a.name else None for a in areas] + self.name_en,
            "code": [a.code for a in areas] + [None] * size,
            "code_system": [a.system for a in areas] + [None] * size,
            "parent": self.tree.parent + self.parent,
            "lon": np.array([a.lon for a in areas] + self.lon, float),
            "lat": np.array([a.lat for a in areas] + self.lat, float),
            "radius_m": np.array([a.radius_m for a in areas] + self.radius_m, np.float32),
            "source": self.tree.source + self.source,
            "valid_from": [a.valid_from for a in areas] + [v[0] for v in self.valid],
            "valid_to": [a.valid_to for a in areas] + [v[1] for v in self.valid],
        }
        return pa.table({name: pa.array(values.pop(name), kind) for name, kind in fields.items()})

    def name_table(self) -> pa.Table:
        """Return all names: official, English and further ones, and short ones of areas."""
        parts, names = list[pa.Table](), self._all_names()
        while batch := list(islice(names, _BATCH)):
            columns = zip(*batch, strict=True)
            parts.append(pa.table([pa.array(c, f.type) for c, f in zip(columns, NAME_SCHEMA, strict=True)], schema=NAME_SCHEMA))
        return pa.concat_tables(parts) if parts else NAME_SCHEMA.empty_table()

    def _all_names(self) -> Iterator[tuple[int, str, int]]:
        """Yield row, name and kind of each name."""
        for row, area in enumerate(self.tree.rows):
            yield row, area.name, OFFICIAL
            if area.name_en:
                yield row, area.name_en, ENGLISH
            for short in short_names(area.name, area.level):
                yield row, short, SHORT
        for row, text, kind in self.tree.names:
            yield row, text, kind
            for short in short_names(text, self.tree.rows[row].level):
                yield row, short, kind
        for row, (text, english) in enumerate(zip(self.name, self.name_en, strict=True), len(self.tree)):
            yield row, text, OFFICIAL
            if english:
                yield row, english, ENGLISH
        yield from self.names

    def door_table(self) -> pa.Table:
        """Return the door plates, each once."""
        doors = sorted({(road, town, *n, lon, lat, source) for road, town, n, lon, lat, source in self.doors})
        columns = zip(*doors, strict=True) if doors else [[] for _ in DOOR_SCHEMA]
        return pa.table([pa.array(list(c), f.type) for c, f in zip(columns, DOOR_SCHEMA, strict=True)], schema=DOOR_SCHEMA)

    def road_part_table(self) -> pa.Table:
        """Return the parts of roads in villages."""
        columns = zip(*self.road_parts, strict=True) if self.road_parts else [[] for _ in ROAD_PART_SCHEMA]
        arrays = [pa.array(list(c), f.type) for c, f in zip(columns, ROAD_PART_SCHEMA, strict=True)]
        return pa.table(arrays, schema=ROAD_PART_SCHEMA)

    def code_table(self) -> pa.Table:
        """Return all codes that areas have or had; one that is valid without an end comes once, without a date."""
        last: dict[tuple[str, str, int], date | None] = {}
        for code, system, area, day in self.tree.codes:
            key = code, system, area
            former = last.get(key, date.min)
            last[key] = None if day is None or former is None else max(day, former)
        rows = [(*key, day) for key, day in last.items()]
        columns = zip(*rows, strict=True) if rows else [[] for _ in CODE_SCHEMA]
        return pa.table([pa.array(list(c), f.type) for c, f in zip(columns, CODE_SCHEMA, strict=True)], schema=CODE_SCHEMA)

    def counts(self) -> dict[str, dict[str, int]]:
        """Return the number of places by source and kind, and of door plates; without those that have none."""
        total = Counter((source, "area") for source in self.tree.source)
        total += Counter((source, KINDS[kind]) for source, kind in zip(self.source, self.kind, strict=True))
        total += Counter((source, "door") for *_, source in self.doors)
        counts: dict[str, dict[str, int]] = {}
        for (source, kind), count in sorted(total.items()):
            counts.setdefault(source, {})[kind] = count
        return counts
