"""PMTiles archives: one file of tiles per layer. A damaged tile is never returned."""

import gzip
import hashlib
import json
import os
import weakref
import zlib
from collections.abc import Iterable, Iterator, Sequence
from math import floor, log2
from pathlib import Path
from typing import Any

import numpy as np
from pmtiles.tile import (
    Compression,
    TileType,
    deserialize_directory,
    deserialize_header,
    tileid_to_zxy,
    zxy_to_tileid,
)
from pmtiles.writer import Writer

from geoservice.errors import ReleaseError
from geoservice.geo import BBox, Tile
from geoservice.release.base import StoredFile

_HEADER = 127
_STEP = 2**20
_GZIP = zlib.MAX_WBITS | 16


def write_archive(path: Path, tiles: Iterable[tuple[Tile, bytes]], bbox: BBox, metadata: dict[str, Any]) -> int:
    """Write gzipped vector tiles as a PMTiles v3 archive and return their number; without tiles no file is written."""
    ordered = sorted((zxy_to_tileid(*tile), data) for tile, data in tiles)
    if not ordered:
        return 0
    first, last = (tileid_to_zxy(ordered[i][0])[0] for i in (0, -1))
    with path.open("wb") as file:
        writer: Any = Writer(file)  # type: ignore[no-untyped-call]  # the package has types for its reader only
        for number, data in ordered:
            writer.write_tile(number, data)
        writer.finalize(_header(bbox, first, last), metadata)  # the writer records the zooms of its tiles
    return len(ordered)


def _header(bbox: BBox, first: int, last: int) -> dict[str, Any]:
    wide = max(bbox.east - bbox.west, bbox.north - bbox.south, 1e-6)
    west, south, east, north = (round(v * 1e7) for v in bbox)
    return {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "center_zoom": min(max(floor(log2(360 / wide)), first), last),
        "center_lon_e7": (west + east) // 2,
        "center_lat_e7": (south + north) // 2,
    }


class Archive:
    """An open archive, safe to read from several threads: its directory is in arrays, its tiles stay in the file.

    Its bytes are asked of the file, not of a memory map: to touch a map where the file was cut short kills the process. The
    file is closed when nobody holds the archive any more, or by :meth:`close`.

    Parameters
    ----------
    path
        The file.
    layer_id
        The one layer that the archive must be of; None is any.

    Raises
    ------
    ReleaseError
        It is no PMTiles archive of gzipped tiles, is cut short, or is one of another layer.
    """

    def __init__(self, path: Path, layer_id: str | None = None) -> None:
        self._name = path.name
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._close = weakref.finalize(self, os.close, self._file)
        self._size = os.fstat(self._file).st_size
        try:
            header: Any = deserialize_header(self._bytes(0, _HEADER))
            entries = np.array(list(self._entries(header, header["root_offset"], header["root_length"])), np.int64)
            about = json.loads(gzip.decompress(self._bytes(header["metadata_offset"], header["metadata_length"])))
            layers = [layer["id"] for layer in about.get("vector_layers", ())]
        except ReleaseError:
            raise
        except Exception as e:  # the package raises many types of errors for invalid bytes: TypeError, EOFError ...
            raise ReleaseError(f"{path.name}: not a PMTiles archive, or a damaged one") from e
        self._data: int = header["tile_data_offset"]
        self._first, self._offset, self._length, self._run = entries.reshape(-1, 4).T.copy()
        self._check(header, layers, layer_id)

    def _check(self, header: dict[str, Any], layers: Sequence[str], layer_id: str | None) -> None:
        if header["tile_compression"] != Compression.GZIP:
            raise ReleaseError(f"{self._name}: tiles are {header['tile_compression']}, expected gzip")
        if layer_id is not None and layers != [layer_id]:
            raise ReleaseError(f"{self._name}: its tiles are of {layers}, expected {layer_id}")
        if self._data + int((self._offset + self._length).max(initial=0)) > self._size:
            raise ReleaseError(f"{self._name}: cut short")

    def _entries(self, header: dict[str, Any], offset: int, length: int) -> Iterator[Sequence[int]]:
        for e in deserialize_directory(self._bytes(offset, length)):
            if e.run_length:
                yield e.tile_id, e.offset, e.length, e.run_length
            else:
                yield from self._entries(header, header["leaf_directory_offset"] + e.offset, e.length)

    def _bytes(self, offset: int, length: int) -> bytes:
        """Return bytes; raises :class:`ReleaseError` if the file is too short."""
        data = self.read(offset, length) if offset + length <= self._size else b""
        if len(data) != length:
            raise ReleaseError(f"{self._name}: cut short")
        return data

    def _tile(self, offset: int, length: int) -> bytes:
        """Return a tile after verifying its own checksum."""
        data = self._bytes(self._data + offset, length)
        try:
            zlib.decompress(data, _GZIP)
        except zlib.error as e:
            raise ReleaseError(f"{self._name}: a tile is damaged") from e
        return data

    def get(self, tile: Tile) -> bytes:
        """Return the tile as stored, gzipped; empty bytes if it does not exist."""
        number = zxy_to_tileid(*tile)
        i = int(np.searchsorted(self._first, number, "right")) - 1
        if i < 0 or number >= self._first[i] + self._run[i]:
            return b""
        return self._tile(int(self._offset[i]), int(self._length[i]))

    def __len__(self) -> int:
        """The size of the file in bytes."""
        return self._size

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes of the file, fewer at its end."""
        return os.pread(self._file, length, offset)

    def stored_file(self) -> StoredFile:
        """Return size and SHA-256 of the file."""
        digest = hashlib.sha256()
        for at in range(0, self._size, _STEP):
            digest.update(self.read(at, _STEP))
        return StoredFile(bytes=self._size, sha256=digest.hexdigest())

    def __iter__(self) -> Iterator[tuple[Tile, bytes]]:
        for first, offset, length, run in zip(self._first, self._offset, self._length, self._run, strict=True):
            data = self._tile(int(offset), int(length))
            for number in range(int(first), int(first + run)):
                yield Tile(*tileid_to_zxy(number)), data

    def close(self) -> None:
        """Close the file."""
        self._close()
