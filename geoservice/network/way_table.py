"""Ways of an extract as arrays, and the distinct sets of tags of its objects."""

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv

from geoservice.geo import Bools, Floats, Int32s, Ints
from geoservice.network.opl import tag_pairs, tags_of

_BATCH_BYTES = 8_000_000
_TO_CSV = bytes.maketrans(b"xy,", b",,\n")
"""Makes lines ``id,lon,lat`` of ``n1x7.5y47.1,n2x7.6y47.2``; ``n`` is deleted."""
_COLUMNS = {"ref": pa.int64(), "lon": pa.float64(), "lat": pa.float64()}
_READ = pyarrow.csv.ReadOptions(column_names=list(_COLUMNS), use_threads=False)
_CONVERT = pyarrow.csv.ConvertOptions(column_types=_COLUMNS)


class NodeRefs(NamedTuple):
    """Nodes of ways: OSM ids, and longitudes and latitudes in degrees, NaN where the node is not in the extract."""

    ref: Ints
    lon: Floats
    lat: Floats

    @classmethod
    def parse(cls, field: bytes) -> "NodeRefs":
        """Return the nodes of OPL's ``n1x7.5y47.1,n2x7.6y47.2``."""
        text, pool = io.BytesIO(field.translate(_TO_CSV, b"n")), pa.system_memory_pool()
        table = pyarrow.csv.read_csv(text, _READ, convert_options=_CONVERT, memory_pool=pool)
        return cls(*(table.column(name).to_numpy() for name in _COLUMNS))

    def take(self, index: Ints | Bools) -> "NodeRefs":
        """Return the nodes at these positions, or of a mask."""
        return NodeRefs(self.ref[index], self.lon[index], self.lat[index])

    def distinct(self) -> "NodeRefs":
        """Return each node once, in ascending order of id."""
        return self.take(np.unique(self.ref, return_index=True)[1])

    @property
    def placed(self) -> Bools:
        """Mask of the nodes that are in the extract."""
        return np.asarray(~np.isnan(self.lon), np.bool_)

    @classmethod
    def joined(cls, parts: Sequence["NodeRefs"]) -> "NodeRefs":
        """Return the nodes of all parts, one after the other."""
        empty = cls(np.empty(0, np.int64), np.empty(0), np.empty(0))
        return cls(*(np.concatenate(column) for column in zip(empty, *parts, strict=True)))


class TagSets:
    """The distinct sets of tags of objects, as far as their keys are among ``keys``, in order of appearance."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = frozenset(keys)
        self._number: dict[tuple[tuple[str, str], ...], int] = {}
        self._number_of_pairs: dict[tuple[str, ...], int] = {}
        self.sets: list[dict[str, str]] = []

    def of_field(self, field: bytes) -> int:
        """Return the number of the set of tags of a line of OPL."""
        pairs = tuple(sorted(pair for pair in tag_pairs(field) if pair.partition("=")[0] in self._keys))
        if (number := self._number_of_pairs.get(pairs)) is None:
            number = self._number_of_pairs[pairs] = self.of(tags_of(pairs))
        return number

    def of(self, tags: Mapping[str, str]) -> int:
        """Return the number of a set of tags."""
        kept = tuple((key, tags[key]) for key in sorted(tags) if key in self._keys)
        if (number := self._number.get(kept)) is None:
            number = self._number[kept] = len(self.sets)
            self.sets.append(dict(kept))
        return number


class WayTable:
    """Ways added one by one: OSM ids, numbers of their sets of tags, and nodes."""

    def __init__(self) -> None:
        self.id: list[int] = []
        self.kind: list[int] = []
        self._sizes: list[int] = []
        self._fields: list[bytes] = []
        self._bytes = 0
        self._parts: list[NodeRefs] = []

    def add(self, number: int, kind: int, field: bytes) -> None:
        """Add a way by the nodes of its line of OPL."""
        self._append(number, kind, field.count(b",") + 1 if field else 0)
        if field:
            self._fields.append(field)
            self._bytes += len(field)
        if self._bytes > _BATCH_BYTES:
            self._parse()

    def add_nodes(self, number: int, kind: int, nodes: NodeRefs) -> None:
        """Add a way by its nodes."""
        self._parse()
        self._append(number, kind, len(nodes.ref))
        self._parts.append(nodes)

    def _append(self, number: int, kind: int, size: int) -> None:
        self.id.append(number)
        self.kind.append(kind)
        self._sizes.append(size)

    def _parse(self) -> None:
        if self._fields:
            self._parts.append(NodeRefs.parse(b",".join(self._fields)))
        self._fields, self._bytes = [], 0

    def arrays(self) -> tuple[Ints, Int32s, Ints, NodeRefs]:
        """Return ids, numbers of sets of tags, where the nodes of each way start (and those of the last end), and nodes."""
        self._parse()
        self._parts = [NodeRefs.joined(self._parts)]
        start = np.concatenate([[0], np.cumsum(self._sizes, dtype=np.int64)])
        return np.array(self.id, np.int64), np.array(self.kind, np.int32), start, self._parts[0]


def among(ref: Ints, ids: Ints) -> Bools:
    """Return which references are among ids; faster than ``np.isin`` for millions of references and few ids.

    >>> among(np.array([3, 4, 5, 5]), np.array([5, 3, 3, 9])).tolist()
    [True, False, True, True]
    """
    distinct = np.unique(ids)
    if not len(distinct):
        return np.zeros(len(ref), np.bool_)
    position = np.minimum(np.searchsorted(distinct, ref), len(distinct) - 1)
    return np.asarray(distinct[position] == ref, np.bool_)


def stretches(start: Ints, placed: Bools) -> tuple[Ints, Ints, Bools]:
    """Return the stretches of two nodes or more between nodes that are not in the extract.

    Parameters
    ----------
    start : int64 array, shape (ways + 1,)
        Where the nodes of each way start.
    placed : bool array, shape (nodes of ways,)
        Which nodes are in the extract.

    Returns
    -------
    position, start, kept
        The way of each stretch, where its nodes start among the kept ones, and a mask of those.

    Examples
    --------
    >>> position, start, kept = stretches(np.array([0, 3, 8]), np.array([1, 1, 1, 1, 1, 0, 1, 1], bool))
    >>> position.tolist(), start.tolist(), kept.astype(int).tolist()
    ([0, 1, 1], [0, 3, 5, 7], [1, 1, 1, 1, 1, 0, 1, 1])
    """
    begins = placed.copy()
    begins[1:] &= ~placed[:-1]
    begins[start[:-1]] = placed[start[:-1]]
    number = np.cumsum(begins) - 1
    length = np.bincount(number[placed])
    long = length > 1
    position = (np.searchsorted(start, np.flatnonzero(begins), "right") - 1)[long]
    kept = placed.copy()
    kept[placed] = long[number[placed]]
    return position, np.concatenate([[0], np.cumsum(length[long])]), kept


def beside(start: Ints, marked: Bools) -> Bools:
    """Return which nodes of ways have a marked one before or after them on the same way.

    >>> beside(np.array([0, 3, 5]), np.array([0, 0, 1, 0, 0], bool)).astype(int).tolist()
    [0, 1, 0, 0, 0]
    """
    neighbours = np.zeros(len(marked), np.bool_)
    if marked.any():
        same = np.diff(np.repeat(np.arange(len(start) - 1), np.diff(start))) == 0
        neighbours[1:] |= marked[:-1] & same
        neighbours[:-1] |= marked[1:] & same
    return neighbours
