"""Writes the files of a gazetteer."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import marisa_trie
import numpy as np
import pyarrow as pa
import rtree

from geoservice.addresses import gazetteer as files
from geoservice.addresses.road_parts import ROAD_PART_SCHEMA, ROAD_PARTS
from geoservice.addresses.search_index import write_search
from geoservice.errors import GazetteerError
from geoservice.geo import Int32s, Ints

_NAME_FIELDS: dict[str, pa.DataType] = {"place": pa.int32(), "name": pa.string(), "kind": pa.int8()}
NAME_SCHEMA = pa.schema(_NAME_FIELDS)
"""Names of places: ``place`` is a row of the table of places, ``kind`` a position in
:data:`geoservice.addresses.gazetteer.NAME_KINDS`."""


def write_gazetteer(
    folder: Path,
    places: pa.Table,
    names: pa.Table,
    doors: pa.Table,
    codes: pa.Table,
    sources: Mapping[str, Any],
    home: int = -1,
    road_parts: pa.Table | None = None,
) -> None:
    """Write a gazetteer into an empty folder; the manifest comes last.

    Parameters
    ----------
    folder : Path
    places : pa.Table
        As :data:`geoservice.addresses.gazetteer.PLACE_SCHEMA`, without ``end``, in any order; ``parent`` is a row of it.
    names : pa.Table
        As :data:`NAME_SCHEMA`. The name of a place itself must be among them to be found.
    doors, codes : pa.Table
        As the schemas of the gazetteer; ``road``, ``town`` and ``row`` are rows of ``places``.
    sources : mapping
        What the places come from, for the manifest.
    home : int
        Row of ``places`` of the area whose places a search shows first, -1 for none.
    road_parts : pa.Table or None
        As :data:`geoservice.addresses.road_parts.ROAD_PART_SCHEMA`; ``road`` and ``village`` are rows of ``places``.

    Raises
    ------
    GazetteerError
        Parents are in a circle.
    """
    order, end = depth_first(places.column("parent").to_numpy(), _siblings(places))
    number = np.full(len(order) + 1, -1, np.int32)  # the last entry is that of row -1
    number[order] = np.arange(len(order))
    places = places.take(order)
    places = _with(places, "parent", number[places.column("parent").to_numpy()])
    places = places.append_column("end", pa.array(end, pa.int32())).select(files.PLACE_SCHEMA.names).cast(files.PLACE_SCHEMA)
    doors = _with(doors, "road", number[doors.column("road").to_numpy()])
    doors = _with(doors, "town", number[doors.column("town").to_numpy()])
    doors = doors.sort_by([("road", "ascending"), ("number", "ascending"), ("suffix", "ascending")])
    codes = _with(codes, "row", number[codes.column("row").to_numpy()]).sort_by([("code", "ascending"), ("row", "ascending")])
    parts = ROAD_PART_SCHEMA.empty_table() if road_parts is None else road_parts
    for column in ("road", "village"):
        parts = _with(parts, column, number[parts.column(column).to_numpy()])
    parts = parts.sort_by([("road", "ascending"), ("village", "ascending")]).cast(ROAD_PART_SCHEMA)
    names = _with(names, "place", number[names.column("place").to_numpy()])
    trie, rows = _name_index(names)
    trie.save(str(folder / files.NAMES))
    tables = {files.PLACES: places, files.DOORS: doors.cast(files.DOOR_SCHEMA), files.CODES: codes.cast(files.CODE_SCHEMA)}
    for name, table in {**tables, files.NAME_ROWS: rows, ROAD_PARTS: parts}.items():
        with pa.OSFile(str(folder / name), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table.combine_chunks())
    _write_tree(folder, places)
    write_search(folder, places, names, int(number[home]))
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}
    manifest = {
        "format": files.FORMAT,
        "places": places.num_rows,
        "doors": doors.num_rows,
        "sources": sources,
        "files": digests,
    }
    (folder / files.MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")


def _with(table: pa.Table, name: str, values: Int32s) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, pa.array(values, pa.int32()))


def _siblings(places: pa.Table) -> Ints:
    """Return the rank of each place among its siblings: areas first, by code and name, then the others by kind and name."""
    keyed = places.select(["kind", "code", "name", "id"]).append_column("row", pa.array(np.arange(places.num_rows)))
    order = keyed.sort_by([("kind", "ascending"), ("code", "ascending"), ("name", "ascending"), ("id", "ascending")])[
        "row"
    ].to_numpy()
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank


def depth_first(parent: Ints, rank: Ints) -> tuple[Ints, Ints]:
    """Return rows in depth-first order, siblings by rank, and for each of these the position after the last one inside it.

    Parameters
    ----------
    parent : int array, shape (n,)
        Row of the parent, -1 for none.
    rank : int array, shape (n,)

    Raises
    ------
    GazetteerError
        Parents are in a circle.

    Examples
    --------
    >>> order, end = depth_first(np.array([2, -1, 1]), np.array([0, 1, 2]))
    >>> order.tolist(), end.tolist()
    ([1, 2, 0], [3, 3, 3])
    """
    children = np.lexsort((rank, parent))
    start = np.searchsorted(parent[children], np.arange(-1, len(parent) + 1))
    order, end = np.empty(len(parent), np.int64), np.empty(len(parent), np.int64)
    stack, count = [(-1, -1)], 0
    while stack:
        row, position = stack.pop()
        if position >= 0:  # all rows inside it are in the order
            end[position] = count
            continue
        if row >= 0:
            order[count] = row
            stack.append((row, count))
            count += 1
        stack.extend((int(child), -1) for child in children[start[row + 1] : start[row + 2]][::-1])
    if count < len(parent):
        raise GazetteerError(f"{len(parent) - count} places are inside each other in a circle")
    return order, end


def _name_index(names: pa.Table) -> tuple[marisa_trie.Trie, pa.Table]:
    """Return the trie of names, and the rows of each of its keys, in the order of keys and rows."""
    texts = names.column("name").to_pylist()
    trie = marisa_trie.Trie(texts)
    key = np.array([trie[text] for text in texts], np.int32)
    row, kind = names.column("place").to_numpy(), names.column("kind").to_numpy()
    order = np.lexsort((kind, row, key))
    first = np.ones(len(order), np.bool_)  # a place has a name once: as the best of its kinds
    first[1:] = (key[order][1:] != key[order][:-1]) | (row[order][1:] != row[order][:-1])
    order = order[first]
    columns = {"key": (key, pa.int32()), "row": (row, pa.int32()), "kind": (kind, pa.int8())}
    return trie, pa.table({name: pa.array(values[order], form) for name, (values, form) in columns.items()})


def _write_tree(folder: Path, places: pa.Table) -> None:
    """Write the R-tree of the places that have a position."""
    lon, lat = (places.column(name).to_numpy() for name in ("lon", "lat"))
    known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    boxes = ((int(row), (lon[row], lat[row], lon[row], lat[row]), None) for row in known)
    rtree.index.Index(str(folder / files.INDEX), boxes if len(known) else None).close()
