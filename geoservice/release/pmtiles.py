"""PMTiles archives: one file of tiles a layer, read through a memory map."""

import mmap
from collections.abc import Iterable, Iterator, Sequence
from math import floor, log2
from pathlib import Path
from typing import Any

import numpy as np
from pmtiles.tile import (
    Compression,
    MagicNumberNotFound,
    SpecVersionUnsupported,
    TileType,
    deserialize_directory,
    deserialize_header,
    tileid_to_zxy,
    zxy_to_tileid,
)
from pmtiles.writer import Writer

from geoservice.errors import ReleaseError
from geoservice.geo import BBox, Tile

_HEADER = 127


def write_archive(path: Path, tiles: Iterable[tuple[Tile, bytes]], bbox: BBox, metadata: dict[str, Any]) -> int:
    """Write gzipped vector tiles as a PMTiles v3 archive; returns how many. No tiles, no file."""
    ordered = sorted((zxy_to_tileid(*tile), data) for tile, data in tiles)
    if not ordered:
        return 0
    first, last = (tileid_to_zxy(ordered[i][0])[0] for i in (0, -1))
    with path.open("wb") as file:
        writer: Any = Writer(file)  # type: ignore[no-untyped-call]  # the package has types for its reader only
        for number, data in ordered:
            writer.write_tile(number, data)
        writer.finalize(_header(bbox, first, last), metadata)  # the writer notes the zooms that it has seen
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
    """An open archive, safe to read from several threads: its directory is held as arrays, its tiles stay in the file."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        try:
            header: Any = deserialize_header(self._map[:_HEADER])
            if header["tile_compression"] != Compression.GZIP:
                raise ReleaseError(f"{path.name}: tiles are {header['tile_compression']}, expected gzip")
            entries = np.array(list(self._entries(header, header["root_offset"], header["root_length"])), np.int64).reshape(
                -1, 4
            )
        except (KeyError, IndexError, ValueError, OSError, MagicNumberNotFound, SpecVersionUnsupported) as e:
            raise ReleaseError(f"{path.name}: not a PMTiles archive") from e
        self._data: int = header["tile_data_offset"]
        self._first, self._offset, self._length, self._run = entries.T.copy()

    def _entries(self, header: dict[str, Any], offset: int, length: int) -> Iterator[Sequence[int]]:
        for e in deserialize_directory(self._map[offset : offset + length]):
            if e.run_length:
                yield e.tile_id, e.offset, e.length, e.run_length
            else:
                yield from self._entries(header, header["leaf_directory_offset"] + e.offset, e.length)

    def get(self, tile: Tile) -> bytes:
        """Return the tile as it lies in the file, gzipped; empty bytes where there is none."""
        number = zxy_to_tileid(*tile)
        i = int(np.searchsorted(self._first, number, "right")) - 1
        if i < 0 or number >= self._first[i] + self._run[i]:
            return b""
        start = self._data + int(self._offset[i])
        return self._map[start : start + int(self._length[i])]

    def __len__(self) -> int:
        """Size of the file in bytes."""
        return len(self._map)

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes of the file, fewer where it ends before."""
        return self._map[offset : offset + length]

    def __iter__(self) -> Iterator[tuple[Tile, bytes]]:
        for first, offset, length, run in zip(self._first, self._offset, self._length, self._run, strict=True):
            start = self._data + int(offset)
            for number in range(int(first), int(first + run)):
                yield Tile(*tileid_to_zxy(number)), self._map[start : start + int(length)]

    def close(self) -> None:
        """Let go of the file."""
        self._map.close()
