"""Tiles of points with their properties. Points need no clipping: the engines' own functions take three times as long."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from geoservice.geo import Bools, Floats, Ints
from geoservice.release.vector_tiles.budget import BYTES, MIN_FEATURE_BYTES
from geoservice.release.vector_tiles.encode import POINT, encode, min_property_bytes, points, zigzag
from geoservice.release.vector_tiles.encode_small import MAX_POINTS, encode_small
from geoservice.release.vector_tiles.grid import TileFrame
from geoservice.release.vector_tiles.take_rows import Parts, take_rows

WEST, SOUTH = "_west", "_south"


def tile_of(layer_id: str, frame: TileFrame, rows: pa.Table, properties: Sequence[str]) -> bytes | None:
    """Return a tile of points, None if it is over the budget; ``rows`` have ``fid``, properties, longitude and latitude."""
    if rows.num_rows <= MAX_POINTS:
        parts = {name: rows[name].chunks for name in ("fid", *properties, WEST, SOUTH)}
        return tile_of_small(layer_id, frame, parts, np.ones(rows.num_rows, bool), properties)
    columns = {n: pa.concat_arrays(rows[n].chunks).dictionary_encode() for n in properties}
    if rows.num_rows * MIN_FEATURE_BYTES + min_property_bytes(columns.values()) > BYTES:  # over the budget without encoding it
        return None
    commands = points(*_grid_units(frame, rows[WEST].to_numpy(), rows[SOUTH].to_numpy()))
    return _within_budget(encode(layer_id, POINT, commands, columns, rows["fid"].to_numpy()))


def tile_of_small(layer_id: str, frame: TileFrame, columns: Parts, rows: Bools, properties: Sequence[str]) -> bytes | None:
    """Return a tile, as :func:`tile_of`, of the few rows of the columns for which ``rows`` is true."""
    lists: dict[str, list[Any]] = take_rows(columns, rows)
    x, y = (zigzag(v).tolist() for v in _grid_units(frame, np.array(lists[WEST], float), np.array(lists[SOUTH], float)))
    return _within_budget(encode_small(layer_id, x, y, {n: lists[n] for n in properties}, lists["fid"]))


def _grid_units(frame: TileFrame, lon: Floats, lat: Floats) -> tuple[Ints, Ints]:
    x, y = frame.place(lon, lat)
    return np.rint(x).astype(np.int64), np.rint(y).astype(np.int64)


def _within_budget(data: bytes) -> bytes | None:
    return data if len(data) <= BYTES else None
