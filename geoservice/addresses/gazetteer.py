"""The gazetteer: places by name, by position and by parent, read from memory-mapped files.

Rows are in depth-first order of the parents, so that everything inside a place is one range of rows. To open a gazetteer of
660 000 places takes well under a second, and processes share its memory.
"""

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import marisa_trie
import numpy as np
import pyarrow as pa
import rtree

from geoservice.addresses.door_plates import DoorPlates
from geoservice.addresses.near_names import NearNames
from geoservice.addresses.road_parts import ROAD_PARTS, RoadParts
from geoservice.errors import GazetteerError, NotFound
from geoservice.geo import Ints

if TYPE_CHECKING:
    from geoservice.addresses.county_names import KeptCountyNames

FORMAT = 3
KINDS = ("area", "road", "compound", "poi", "building", "group")
NAME_KINDS = ("official", "short", "alias", "historic", "english")
MANIFEST, PLACES, NAMES, NAME_ROWS, DOORS, CODES, INDEX = (
    "manifest.json",
    "places.arrow",
    "names.marisa",
    "name_rows.arrow",
    "doors.arrow",
    "codes.arrow",
    "index",
)
_PLACE_FIELDS: dict[str, pa.DataType] = {
    "id": pa.string(),
    "kind": pa.int8(),
    "level": pa.int8(),
    "name": pa.string(),
    "name_en": pa.string(),
    "code": pa.string(),
    "code_system": pa.string(),
    "parent": pa.int32(),
    "end": pa.int32(),
    "lon": pa.float64(),
    "lat": pa.float64(),
    "radius_m": pa.float32(),
    "source": pa.string(),
    "valid_from": pa.date32(),
    "valid_to": pa.date32(),
}
PLACE_SCHEMA = pa.schema(_PLACE_FIELDS)
"""``kind`` is a position in :data:`KINDS`; ``level`` counts from 0 for a province to 4 for a village, -1 for no area; ``end``
is the row after the last one inside the place; ``lon`` and ``lat`` are NaN where no source states a position; ``radius_m`` is
half of the extent."""
_DOOR_FIELDS: dict[str, pa.DataType] = {
    "road": pa.int32(),
    "town": pa.int32(),
    "number": pa.int32(),
    "to_number": pa.int32(),
    "suffix": pa.string(),
    "lon": pa.float64(),
    "lat": pa.float64(),
    "source": pa.string(),
}
DOOR_SCHEMA = pa.schema(_DOOR_FIELDS)
"""Door plates by ``road``, ``number`` and ``suffix``; ``town`` is the township's row, -1 if unknown; a plate 5-7 has the
``to_number`` 7, others their own number."""
_CODE_FIELDS: dict[str, pa.DataType] = {
    "code": pa.string(),
    "code_system": pa.string(),
    "row": pa.int32(),
    "valid_to": pa.date32(),
}
CODE_SCHEMA = pa.schema(_CODE_FIELDS)
"""All codes that a place has or had, by code."""


class Place(NamedTuple):
    """A place; see :data:`PLACE_SCHEMA`. ``kind`` is one of :data:`KINDS`."""

    row: int
    id: str
    kind: str
    level: int
    name: str
    name_en: str | None
    code: str | None
    parent: int
    lon: float
    lat: float
    radius_m: float
    source: str
    valid_to: date | None


class NamedRow(NamedTuple):
    """A place that has a name, and what kind of name of it that is: one of :data:`NAME_KINDS`."""

    row: int
    name_kind: str


class Gazetteer:
    """A gazetteer; :meth:`open` reads one.

    Attributes
    ----------
    parent, end : sequences of int, length n
        Of each row; ``end`` is the row after the last one inside it.
    level, kind : bytes, length n
        Of each row: the level plus one, 0 for no area; and the position in :data:`KINDS`.
    """

    def __init__(
        self, folder: Path, places: pa.Table, doors: pa.Table, codes: pa.Table, names: pa.Table, road_parts: pa.Table
    ) -> None:
        self.folder, self._places, self._codes = folder, places, codes
        self.road_parts = RoadParts(road_parts)
        self.parent: Sequence[int] = places.column("parent").to_numpy().tolist()
        self.end: Sequence[int] = places.column("end").to_numpy().tolist()
        self.level = (places.column("level").to_numpy() + 1).astype(np.uint8).tobytes()
        self.kind = places.column("kind").to_numpy().astype(np.uint8).tobytes()
        self.lon, self.lat, self.radius_m = (places.column(c).to_numpy() for c in ("lon", "lat", "radius_m"))
        self._trie = marisa_trie.Trie()
        self._trie.mmap(str(folder / NAMES))
        self._name_rows, self._name_kinds = names.column("row").to_numpy(), names.column("kind").to_numpy()
        self._row_view = self._name_rows.data
        key = names.column("key").to_numpy()
        self._name_start = np.searchsorted(key, np.arange(len(self._trie) + 1)).data
        self.doors = doors
        self._door_start = np.searchsorted(doors.column("road").to_numpy(), np.arange(len(places) + 1))

    @classmethod
    def open(cls, folder: Path) -> "Gazetteer":
        """Return the gazetteer of a folder.

        Raises
        ------
        NotFound
            There is none.
        GazetteerError
            A file is missing or damaged, or of another format.
        """
        try:
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            if manifest["format"] != FORMAT:
                raise GazetteerError(
                    f"the gazetteer has format {manifest['format']}, this version reads {FORMAT}; build it again"
                )
            return cls(folder, *(read_table(folder / name) for name in (PLACES, DOORS, CODES, NAME_ROWS, ROAD_PARTS)))
        except FileNotFoundError as e:
            if not (folder / MANIFEST).exists():
                raise NotFound("there is no gazetteer yet") from e
            raise GazetteerError("the gazetteer is damaged: a file is missing; build it again") from e
        except (OSError, ValueError, KeyError, RuntimeError, pa.ArrowException) as e:
            raise GazetteerError("the gazetteer is damaged: a file cannot be read; build it again") from e

    def __len__(self) -> int:
        """Return the number of places."""
        return len(self.level)

    def place(self, row: int) -> Place:
        """Return a place by its row."""
        values: dict[str, Any] = {name: self._places.column(name)[row].as_py() for name in _PLACE_COLUMNS}
        return Place(row=row, **{**values, "kind": KINDS[values["kind"]]})

    def name(self, row: int) -> str:
        """Return the name of a place."""
        return str(self._places.column("name")[row])

    def code(self, row: int) -> str:
        """Return the code of a place, empty if it has none."""
        return str(self._places.column("code")[row].as_py() or "")

    def chain(self, row: int) -> Iterator[int]:
        """Yield a row, its parent, and so on up to the top."""
        while row >= 0:
            yield row
            row = self.parent[row]

    def at_level(self, row: int, level: int) -> int:
        """Return the area of a level, 0 to 4, that contains a place or is it; -1 if there is none."""
        return next((r for r in self.chain(row) if self.level[r] == level + 1), -1)

    def is_inside(self, row: int, outer: int) -> bool:
        """Whether a place is inside another one, or is it."""
        return outer <= row < self.end[outer]

    def prefixes(self, text: str) -> list[str]:
        """Return the names that a text begins with, from short to long."""
        found: list[str] = self._trie.prefixes(text)
        return found

    def named(self, name: str, within: int = -1) -> list[NamedRow]:
        """Return the places of a name, in the order of rows; ``within`` a place only those inside it."""
        key = self._trie.get(name)
        if key is None:
            return []
        start, stop = self._name_start[key], self._name_start[key + 1]
        if within >= 0:
            rows = self._name_rows
            start, stop = (bisect_left(rows, bound, start, stop) for bound in (within, self.end[within]))
        return [NamedRow(int(self._name_rows[i]), NAME_KINDS[self._name_kinds[i]]) for i in range(start, stop)]

    def rows_named(self, name: str, within: int = -1, limit: int = 8) -> list[int]:
        """Return the rows of the first places of a name, in the order of rows; ``within`` a place only those inside it."""
        key = self._trie.get(name)
        if key is None:
            return []
        start, stop, rows = self._name_start[key], self._name_start[key + 1], self._row_view
        if within >= 0:
            start = bisect_left(rows, within, start, stop)
            stop = bisect_left(rows, self.end[within], start, min(stop, start + limit))
        return rows[start : min(stop, start + limit)].tolist()

    def areas_down_to(self, level: int) -> Iterator[tuple[int, str | None, str]]:
        """Yield the row, the code and the name of each area of a level, 0 to 4, or a higher one."""
        levels = np.frombuffer(self.level, np.uint8)
        rows = np.flatnonzero((levels > 0) & (levels <= level + 1))
        codes, names = (self._places.column(name).take(rows).to_pylist() for name in ("code", "name"))
        yield from zip(rows.tolist(), codes, names, strict=True)

    def names_of(self, rows: Iterable[int]) -> Iterator[tuple[str, int]]:
        """Yield each name of some places, and its row."""
        names, keys = np.flatnonzero(np.isin(self._name_rows, list(rows))), np.asarray(self._name_start)
        for position, key in zip(names.tolist(), np.searchsorted(keys, names, "right").tolist(), strict=True):
            yield self._trie.restore_key(key - 1), int(self._name_rows[position])

    def longer_names(self, prefix: str) -> Iterator[str]:
        """Yield the names that begin with a text."""
        yield from self._trie.iterkeys(prefix)

    def doors_of(self, road: int) -> slice:
        """Return the rows of ``doors`` that a road has, by number."""
        return slice(int(self._door_start[road]), int(self._door_start[road + 1]))

    @cached_property
    def rows_by_code(self) -> dict[str, list[int]]:
        """The places of each code, present or historic, of any code system."""
        rows: dict[str, list[int]] = {}
        for code, row in zip(self._codes.column("code").to_pylist(), self._codes.column("row").to_pylist(), strict=True):
            rows.setdefault(str(code), []).append(int(row or 0))
        return rows

    @cached_property
    def _tree(self) -> rtree.index.Index:
        return rtree.index.Index(str(self.folder / INDEX))

    @cached_property
    def _names_by_row(self) -> tuple[Ints, Ints]:
        order = np.argsort(self._name_rows, kind="stable")
        return order, np.searchsorted(self._name_rows[order], np.arange(len(self) + 1))

    @cached_property
    def _name_keys(self) -> Ints:
        return np.repeat(np.arange(len(self._trie)), np.diff(self._name_start))

    def official_names(self, rows: Ints) -> list[str]:
        """Return the names of places, in the order of the rows."""
        return [str(name) for name in self._places.column("name").take(rows).to_pylist()]

    def all_names(self, row: int) -> list[str]:
        """Return the official and other names of a place, in the order of the index."""
        order, start = self._names_by_row
        return [str(self._trie.restore_key(int(self._name_keys[i]))) for i in order[start[row] : start[row + 1]]]

    @cached_property
    def near_names(self) -> NearNames:
        """The search for names that differ by a character."""
        return NearNames(self)

    @cached_property
    def county_names(self) -> "KeptCountyNames":
        """The names in each county as they are written."""
        from geoservice.addresses.county_names import KeptCountyNames  # which imports this module

        return KeptCountyNames(self)

    @cached_property
    def plates(self) -> DoorPlates:
        """The door plates by road."""
        return DoorPlates(self.doors)

    def nearest(self, lon: float, lat: float, count: int = 1) -> Ints:
        """Return the rows of the places nearest to a position, in degrees; places without a position are not among them."""
        return np.fromiter(self._tree.nearest((lon, lat, lon, lat), count), np.int64)

    def inside_box(self, west: float, south: float, east: float, north: float) -> Ints:
        """Return the rows of the places in a box, in degrees."""
        return np.sort(np.fromiter(self._tree.intersection((west, south, east, north)), np.int64))


_PLACE_COLUMNS = [name for name in Place._fields if name != "row"]


def read_table(path: Path) -> pa.Table:
    """Return an Arrow file as a memory-mapped table; raises :class:`OSError` or :class:`pa.ArrowException` if it cannot."""
    with pa.memory_map(str(path)) as file:
        return pa.ipc.open_file(file).read_all().combine_chunks()
