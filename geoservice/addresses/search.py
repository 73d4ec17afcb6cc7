"""Place search: the places of a gazetteer whose name begins with a text, in characters, pinyin, its initials or English.

The files are memory-mapped and nothing is read into memory, so that a search and opening both take a millisecond.
"""

import math
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from geoservice.addresses import gazetteer as files
from geoservice.addresses.search_files import (
    AREA_LEVELS,
    BLOCK,
    BLOCKS,
    INITIALS,
    KEYS,
    NUMBER,
    ORDER,
    OTHER_NAME,
    POSTINGS,
    SEARCH_KINDS,
    STATION,
    UInt32s,
)
from geoservice.addresses.search_keys import HAN, MOST_CHARACTERS, query_keys
from geoservice.errors import GazetteerError, NotFound, ParameterError
from geoservice.geo import Bools

DEFAULT_LIMIT, MAX_LIMIT = 10, 50
MAX_QUERY = 1000
"""Characters of a query."""
_ALL_AT_ONCE = 64 * BLOCK
_AREAS_OF_PATH = 8
_METRES_A_DEGREE = 111_320.0


class AreaAbove(NamedTuple):
    """An area that contains a place; ``level`` is one of :data:`geoservice.addresses.search_files.AREA_LEVELS`."""

    level: str
    code: str | None
    name: str
    name_en: str | None


class FoundPlace(NamedTuple):
    """A place that a search found.

    ``kind`` is one of :data:`geoservice.addresses.search_files.SEARCH_KINDS`, ``level`` None for places that are no areas.
    ``areas`` are those above it, the largest first. ``lon``, ``lat`` and ``bbox`` (west, south, east, north) are in degrees,
    None if unknown.
    """

    id: str
    kind: str
    level: str | None
    name: str
    name_en: str | None
    code: str | None
    areas: tuple[AreaAbove, ...]
    lon: float | None
    lat: float | None
    bbox: tuple[float, float, float, float] | None


class _Scope(NamedTuple):
    """Which places are of interest: groups of the order of results, None for all; and rows from ``first`` to ``end``."""

    groups: Sequence[int] | None
    first: int
    end: int


class PlaceSearch:
    """The place search of a gazetteer; :meth:`open` reads one."""

    def __init__(self, places: pa.Table, keys: pa.Table, postings: pa.Table, blocks: pa.Table, order: pa.Table) -> None:
        self._places = places
        self._parent, self._end, self._lon, self._lat, self._radius = (
            places.column(name).to_numpy() for name in ("parent", "end", "lon", "lat", "radius_m")
        )
        self._size = keys.num_rows
        _, offsets, data = keys.column("key").combine_chunks().buffers() if self._size else (None, b"", b"")
        self._offsets, self._data = memoryview(offsets or b"").cast("i"), memoryview(data or b"")
        self._start = keys.column("start").to_numpy()
        self._postings: UInt32s = postings.column("place").to_numpy()
        self._blocks: UInt32s = blocks.column("smallest").to_numpy()
        self._row, self._group = order.column("row").to_numpy(), order.column("group").to_numpy()

    @classmethod
    def open(cls, folder: Path) -> "PlaceSearch":
        """Return the place search of a gazetteer.

        Raises
        ------
        NotFound
            There is no gazetteer.
        GazetteerError
            A file is missing or damaged.
        """
        if not (folder / files.MANIFEST).exists():
            raise NotFound("there is no gazetteer yet")
        try:
            return cls(*(files.read_table(folder / name) for name in (files.PLACES, KEYS, POSTINGS, BLOCKS, ORDER)))
        except (OSError, KeyError, pa.ArrowException) as e:
            raise GazetteerError("the gazetteer is damaged: a file of the search cannot be read; build it again") from e

    def search(self, query: str, limit: int = DEFAULT_LIMIT, kinds: Collection[str] = ()) -> list[FoundPlace]:
        """Return the places that a text means, the most probable first.

        First those with exactly this name, then those whose name begins with it; of both first the places of the deployment,
        then by kind in the order of SEARCH_KINDS, and large before small. If no name begins with the text, it may be the names
        of areas followed by one in them, 大龙山镇永林村.

        Parameters
        ----------
        query : str
            In Chinese characters, pinyin, its initials or English; case, accents, spaces and punctuation do not count.
        limit : int
            From 1 to 50.
        kinds : collection of str
            Of SEARCH_KINDS; all if there is none.

        Raises
        ------
        ParameterError
            The query is too long, or the limit or a kind is not allowed.
        """
        if len(query) > MAX_QUERY:
            raise ParameterError(f"q: got {len(query)} characters, allowed are at most {MAX_QUERY}")
        if not 1 <= limit <= MAX_LIMIT:
            raise ParameterError(f"limit: got {limit}, allowed is a whole number from 1 to {MAX_LIMIT}")
        if unknown := sorted(set(kinds) - set(SEARCH_KINDS)):
            raise ParameterError(f"kind: got {unknown[0]!r:.40}, allowed are {', '.join(SEARCH_KINDS)}")
        scope = _Scope(_groups(kinds) if kinds else None, 0, len(self._end))
        for text in query_keys(query):
            if len(text) <= 2 * MOST_CHARACTERS and (rows := self._rows(text, limit, scope)):
                return [self._place(row) for row in rows]
        return []

    def _rows(self, text: str, limit: int, scope: _Scope) -> list[int]:
        """Return the rows for a folded text."""
        return self._named(text, limit, scope) or (self._in_areas(text, limit, scope) if HAN.search(text) else [])

    def _named(self, text: str, limit: int, scope: _Scope) -> list[int]:
        """Return the rows of places with a name that is a text or begins with it."""
        key = text.encode()
        first, end = self._lower(key), self._lower(key + b"\xff")
        if first == end:
            return []
        exact = self._exact(first, scope)[:limit] if self._key(first) == key else []
        start, stop = int(self._start[first]), self._stop(end - 1)
        numbers = list(exact)
        if len(numbers) < limit:
            known = set(exact)
            more = self._best(start, stop, limit + len(known), scope)
            numbers += [n for n in more if n not in known]
        return [int(self._row[number]) for number in numbers[:limit]]

    def _exact(self, key: int, scope: _Scope) -> list[int]:
        """Return the numbers of the places of a key, in the order of results; the official name before others of a kind."""
        places = self._postings[int(self._start[key]) : self._stop(key)]
        places = places[places & INITIALS == 0]
        number = places & NUMBER
        kept = self._is_in(number, scope)
        number, other = number[kept], (places & OTHER_NAME)[kept]
        order = np.lexsort((number, other, self._group[number]))[: 2 * MAX_LIMIT]
        return [int(n) for n in number[order]]

    def _best(self, start: int, stop: int, count: int, scope: _Scope) -> list[int]:
        """Return the smallest ``count`` numbers of places in a range of postings, in order, each once."""
        if stop - start <= _ALL_AT_ONCE:
            return [int(n) for n in self._unique(self._postings[start:stop], scope)[:count]]
        first, last = -(-start // BLOCK), stop // BLOCK
        edges = np.concatenate([self._postings[start : first * BLOCK], self._postings[last * BLOCK : stop]])
        found = self._unique(edges, scope)
        smallest = self._blocks[first:last]
        order, done, step = np.argsort(smallest, kind="stable"), 0, 32
        while done < len(order) and (len(found) < count or found[count - 1] > smallest[order[done]]):
            blocks = first + order[done : done + step]
            postings = self._postings[(blocks[:, None] * BLOCK + np.arange(BLOCK)).ravel()]
            found = np.union1d(found, self._unique(postings, scope))[: 4 * count]
            done, step = done + step, 2 * step
        return [int(n) for n in found[:count]]

    def _unique(self, postings: UInt32s, scope: _Scope) -> UInt32s:
        numbers = postings & NUMBER
        return np.unique(numbers[self._is_in(numbers, scope)])

    def _is_in(self, numbers: UInt32s, scope: _Scope) -> Bools:
        kept = np.ones(len(numbers), np.bool_)
        if scope.groups is not None:
            kept &= np.isin(self._group[numbers], scope.groups)
        if (scope.first, scope.end) != (0, len(self._end)):
            rows = self._row[numbers]
            kept &= (rows >= scope.first) & (rows < scope.end)
        return kept

    def _in_areas(self, text: str, limit: int, scope: _Scope) -> list[int]:
        """Return the rows of places inside areas that the text begins with."""
        areas_only = scope._replace(groups=_groups(("area",)))
        for cut in range(min(len(text), MOST_CHARACTERS) - 1, 1, -1):
            key = text[:cut].encode()
            at = self._lower(key)
            if at == self._size or self._key(at) != key:
                continue
            rows: dict[int, None] = {}
            for number in self._exact(at, areas_only)[:_AREAS_OF_PATH]:
                area = int(self._row[number])
                inside = _Scope(scope.groups, area + 1, int(self._end[area]))
                rows |= dict.fromkeys(self._rows(text[cut:], limit, inside))
            if rows:
                return list(rows)[:limit]
        return []

    def _key(self, position: int) -> bytes:
        return bytes(self._data[self._offsets[position] : self._offsets[position + 1]])

    def _lower(self, key: bytes) -> int:
        """Return the position of the first key that is not before a key."""
        low, high = 0, self._size
        while low < high:
            middle = (low + high) // 2
            if self._key(middle) < key:
                low = middle + 1
            else:
                high = middle
        return low

    def _stop(self, key: int) -> int:
        return int(self._start[key + 1]) if key + 1 < self._size else len(self._postings)

    def _place(self, row: int) -> FoundPlace:
        values = {name: self._value(name, row) for name in ("id", "kind", "level", "name", "name_en", "code")}
        lon, lat, radius = float(self._lon[row]), float(self._lat[row]), float(self._radius[row])
        is_known = math.isfinite(lon) and math.isfinite(lat)
        bbox = _box(lon, lat, radius) if is_known and radius > 0 else None
        kind = "station" if str(values["id"]).startswith(STATION) else files.KINDS[values["kind"]]
        level = AREA_LEVELS[values["level"]] if values["level"] >= 0 else None
        return FoundPlace(
            values["id"],
            kind,
            level,
            values["name"],
            values["name_en"],
            values["code"],
            tuple(self._area(above) for above in list(self._above(row))[::-1]),
            lon if is_known else None,
            lat if is_known else None,
            bbox,
        )

    def _above(self, row: int) -> Iterator[int]:
        while (row := int(self._parent[row])) >= 0:
            if self._value("level", row) >= 0:
                yield row

    def _area(self, row: int) -> AreaAbove:
        level = AREA_LEVELS[self._value("level", row)]
        return AreaAbove(level, *(self._value(name, row) for name in ("code", "name", "name_en")))

    def _value(self, column: str, row: int) -> Any:
        return self._places.column(column)[row].as_py()


def _groups(kinds: Collection[str]) -> list[int]:
    """Return the groups of kinds, in the deployment and elsewhere."""
    at = [SEARCH_KINDS.index(kind) for kind in kinds]
    return [*at, *(i + len(SEARCH_KINDS) for i in at)]


def _box(lon: float, lat: float, radius_m: float) -> tuple[float, float, float, float]:
    high = radius_m / _METRES_A_DEGREE
    wide = high / max(0.01, math.cos(math.radians(lat)))
    return (round(lon - wide, 6), round(lat - high, 6), round(lon + wide, 6), round(lat + high, 6))
