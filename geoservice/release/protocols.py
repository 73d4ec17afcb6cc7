"""What a store of releases and an open release offer, in any store."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from geoservice.geo import Tile
from geoservice.release.base import FileFault, ItemQuery, Manifest, Page, PublishedLayer, ReleaseContent, TileQuery


class FeatureReader(Protocol):
    """The features of one release, in any store."""

    number: int
    manifest: Manifest

    def layer(self, layer_id: str) -> PublishedLayer:
        """Return the layer; raises :class:`geoservice.errors.NotFound` with the names of the existing layers."""
        ...

    def page(self, layer_id: str, query: ItemQuery) -> Page:
        """Return at most ``limit`` features in the order of the query: ``fid``, properties, ``geometry`` as WKB.

        Raises :class:`geoservice.errors.ParameterError` for a property that the layer does not have or a key of another order,
        :class:`geoservice.errors.TimedOut` when it takes too long.
        """
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


class ReleaseReader(FeatureReader, Protocol):
    """One release in a store, opened for reading only; safe to use from several threads."""

    def items(self, layer_id: str, query: ItemQuery) -> pa.Table:
        """Return the rows of :meth:`page`."""
        ...

    def item(self, layer_id: str, fid: int, within: Sequence[str] | None = None) -> pa.Table:
        """Return a table of the one feature, or an empty table; ``within`` as in :class:`ItemQuery`."""
        ...

    def unit_areas(self, layer_id: str) -> pa.Table:
        """Return ``geography``, ``unit`` and ``area``, the path of areas or null, of each feature, in order of ``fid``."""
        ...

    def table(self) -> pa.Table:
        """Return the release table, in order."""
        ...

    def count(self, layer_id: str, query: ItemQuery) -> int:
        """Return the number of features that match, regardless of paging."""
        ...

    def tile(self, layer_id: str, tile: Tile) -> bytes:
        """Return the layer's baked vector tile, gzip; empty bytes for an empty tile. ``base`` is the base map."""
        ...

    def draw(self, layer_id: str, tile: Tile, query: TileQuery) -> bytes:
        """Return a vector tile of one layer, drawn on request and not compressed; empty bytes for an empty tile.

        It has one layer, named by the id, with an extent of 4096 units and a buffer of 64; features have their ``fid`` and the
        properties of the query, without nulls. It contains every feature of the zoom's geography that intersects the tile with
        its buffer; a filter that names ``geography`` selects from all of them. A feature too small to draw is a square, line or
        point of two units. A tile that would be larger than :data:`geoservice.release.vector_tiles.budget.BYTES` shows coarser
        units or aggregates. Raises :class:`geoservice.errors.ParameterError` for an unknown property or matrix set.
        """
        ...

    def area_path(self, code: str) -> str | None:
        """Return the path of an area of the release from the largest area above it, None if there is no such area."""
        ...

    def archive(self, layer_id: str) -> int:
        """Return the size of the layer's PMTiles archive in bytes; ``base`` is the base map.

        Raises :class:`geoservice.errors.NotFound` for a layer without tiles.
        """
        ...

    def read_archive(self, layer_id: str, offset: int, length: int) -> bytes:
        """Return bytes of the layer's archive, fewer at its end."""
        ...

    def live(self) -> Path:
        """Return a folder with the arrays of live questions, which lasts until the reader closes.

        Raises :class:`geoservice.errors.NotFound` if the release has none, :class:`geoservice.errors.DamagedFile` if a file
        is missing or of another size.
        """
        ...

    def gazetteer(self) -> Path:
        """Return a folder with the gazetteer of public places, which lasts until the reader closes.

        Raises :class:`geoservice.errors.NotFound` if the release has none, :class:`geoservice.errors.DamagedFile` if a file
        is missing or of another size.
        """
        ...

    def faults(self) -> list[FileFault]:
        """Files that cannot be served, as far as that shows without reading them whole."""
        ...


class ReleaseStore(Protocol):
    """All releases of a study. They are immutable once written; ``current`` moves by one atomic switch.

    A store can be pickled; the copy, in another process too, is the same store, read-only.
    """

    def write(self, content: ReleaseContent, keep: int = 5) -> int:
        """Write a release aside, check it, make it durable and current; return its number.

        A writer that is killed leaves the old release current.

        The last ``keep`` releases stay. Raises :class:`geoservice.errors.ReleaseError` when a check fails.
        """
        ...

    def numbers(self) -> list[int]:
        """Return the complete releases, oldest first."""
        ...

    def current(self) -> int | None:
        """Return the number of the current release; cheap enough to call at every request."""
        ...

    def open(self, number: int | None = None) -> ReleaseReader:
        """Open a release, the current one by default; raises :class:`geoservice.errors.Unavailable` if there is none."""
        ...

    def rollback(self, number: int | None = None) -> int:
        """Make an older release current (the one before by default) and return its number."""
        ...

    def remove(self, number: int) -> None:
        """Remove a release that is not the current one.

        Raises :class:`geoservice.errors.NotFound` for an unknown one, :class:`geoservice.errors.Conflict` for the current one
        and, on PostGIS, for one that is being read.
        """
        ...

    def tiles(self, reader: ReleaseReader, layer_id: str) -> Iterator[tuple[Tile, bytes]]:
        """Yield all baked tiles of a layer, for exports and checks."""
        ...

    def file_faults(self, number: int) -> list[FileFault]:
        """Read every file of a release whole, and return those that are not what its manifest says.

        Raises :class:`geoservice.errors.ReleaseError` where the manifest itself is damaged.
        """
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
