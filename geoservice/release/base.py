"""What a release is, and what every store of releases can do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from geoservice.geo import BBox, Tile
from geoservice.layer import Label, Style

if TYPE_CHECKING:  # a filter is checked against a layer: its modules import this one
    from geoservice.cql2.ast import Filter

_TABLE: list["pa.Field[Any]"] = [
    pa.field("geography", pa.string(), nullable=False),
    pa.field("unit", pa.string(), nullable=False),
    pa.field("measure", pa.string(), nullable=False),
    pa.field("service", pa.string(), nullable=False),
    pa.field("tier", pa.string(), nullable=False),
    pa.field("mode", pa.string(), nullable=False),
    pa.field("nth", pa.int32(), nullable=False),
    pa.field("group", pa.string(), nullable=False),
    pa.field("minutes", pa.int32(), nullable=False),
    pa.field("value", pa.float64(), nullable=True),
    pa.field("margin", pa.float64(), nullable=True),
    pa.field("status", pa.string(), nullable=False),
]
TABLE: pa.Schema = pa.schema(_TABLE)
"""The release table.

A dimension that does not apply is ``''`` or 0. ``status`` is ``ok`` where there is a ``value``, else the reason why there is
none (:data:`geoservice.measures.REASONS`). ``margin`` is the half-width of the value's 90 % interval, null where it has none.
"""

DIMENSIONS = ("service", "tier", "mode", "nth", "group", "minutes")


class PublishedColumn(BaseModel):
    """A property of a published layer, placeholders filled in.

    ``margin_of`` names the property whose margin this one is; it stands directly behind it and has its unit and dimensions.
    ``values`` are those that a property with few of them has: a dimension, a measure, a status. It is empty for all others.
    """

    model_config = ConfigDict(frozen=True)
    name: str
    title: Label
    type: str
    unit: str = ""
    measure: str | None = None
    dimensions: dict[str, str | int] = {}
    margin_of: str | None = None
    values: tuple[str | int, ...] = ()


class PublishedLayer(BaseModel):
    """A layer as it stands in a release: what the serving process needs to know of it.

    ``maxzoom`` is the last zoom with tiles of its own; a client draws these larger above it. ``zooms`` says from which zoom on
    the tiles show each geography, coarse to fine, until the next takes over; items hold all of them: ``geographies``, in order.
    """

    model_config = ConfigDict(frozen=True)
    id: str
    title: Label
    description: Label
    geometry: str
    role: str
    minzoom: int
    maxzoom: int
    zooms: dict[str, int] = {}
    columns: tuple[PublishedColumn, ...]
    style: Style
    bbox: tuple[float, float, float, float] | None
    features: int
    geographies: tuple[str, ...] = ()


FORMAT = 5
"""How a release is laid out in its store. One of another format is not read: it must be published again."""


class StoredFile(BaseModel):
    """Size and SHA-256 of a file of a release."""

    model_config = ConfigDict(frozen=True)
    bytes: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class Manifest(BaseModel):
    """What a release says of itself.

    ``hash`` covers what two runs on the same input agree on, whatever the store: all but ``created``, ``files`` and
    ``checksum``. ``files`` are those the store has written, by their path inside the release, but for the manifest itself,
    whose every part is covered by ``checksum``.
    """

    model_config = ConfigDict(frozen=True)
    format: int = FORMAT
    hash: str = ""
    created: str = ""
    code_version: str
    study: dict[str, Any]
    inputs: dict[str, str]
    parameters: dict[str, Any]
    table_digest: str
    layers: tuple[PublishedLayer, ...]
    processes: tuple[dict[str, Any], ...] = ()
    disclosure: dict[str, Any]
    notes: tuple[Label, ...] = ()
    base_map: bool = False
    files: dict[str, StoredFile] = {}
    checksum: str = ""


class FileFault(NamedTuple):
    """A file of a release that is not what was written: its path inside the release, and what is wrong with it."""

    file: str
    reason: str


@dataclass(frozen=True)
class LayerContent:
    """A layer's features.

    Columns ``fid`` (int64, 1..n), ``geography``, ``unit``, the layer's own columns, and ``geometry`` (WKB or null).
    ``areas`` says where each feature lies, as the codes of the areas around it from the largest down, with a slash before
    each and at the end (``/42/4209/420981/``); a reader whose view is limited to some areas sees what lies in these. It is no
    property: no answer shows it. None, or null, lies in no area: only a reader without limits sees it. ``unplaced`` is how many
    units were left out because they have no geometry; their numbers are in the release table.
    """

    layer: PublishedLayer
    features: pa.Table
    areas: "pa.Array[Any] | None" = None
    unplaced: int = 0


class LayerArchives(Protocol):
    """PMTiles archives of layers, which may still be in the making."""

    def path(self, layer_id: str) -> Path | None:
        """Return a layer's archive once it is complete, None where there are no tiles; raises what making it raised."""
        ...


@dataclass(frozen=True)
class ReleaseContent:
    """All that is written: layers, the release table, the manifest and the base map's PMTiles file, if there is one.

    ``archives`` are the layers' tiles where somebody draws them already; a store draws them itself otherwise.
    """

    layers: Sequence[LayerContent]
    table: pa.Table
    manifest: Manifest
    base_map: Path | None = None
    archives: LayerArchives | None = None


class Sort(NamedTuple):
    """A property to sort by; text goes by its bytes, features without a value come last either way."""

    property: str
    descending: bool = False


ALL = 2**31 - 1
"""The highest limit, which leaves no feature out."""
Key = tuple[Any, ...]
"""A feature's place in an order: its values of the sorted properties, then its ``fid``."""


@dataclass(frozen=True)
class ItemQuery:
    """A page of items: ``equals`` are property equalities, ``ids`` the only features wanted (unknown ones are passed over).

    Features come in the order of ``sortby``, ties and all without it by ``fid``. ``after`` is the key behind which the page
    begins, ``before`` the one in front of which it ends, in the same order; a bare ``fid`` is a key of the order by ``fid``.
    ``offset`` features behind that place are passed over, for clients that know no keys; it goes with ``before`` not at all.
    ``within`` limits the reader's view to features in any of these areas (codes); None is a view without limits.
    """

    limit: int = 10
    after: int | Key | None = 0
    bbox: BBox | None = None
    equals: Mapping[str, str | float | bool] = field(default_factory=dict)
    properties: Sequence[str] | None = None
    geometry: bool = True
    within: Sequence[str] | None = None
    filter: "Filter | None" = None
    sortby: tuple[Sort, ...] = ()
    before: int | Key | None = None
    ids: tuple[int, ...] | None = None
    offset: int = 0


@dataclass(frozen=True)
class Page:
    """Rows, and the keys to go on from: None where nothing lies in front of the first row, or behind the last.

    A page without rows has neither.
    """

    rows: pa.Table
    before: Key | None
    after: Key | None


@dataclass(frozen=True)
class TileQuery:
    """A tile cut on request: which features and properties are wanted in it, and for whom.

    ``matrix_set`` is ``WebMercatorQuad`` or ``WorldCRS84Quad``; ``within`` is that of :class:`ItemQuery`.
    """

    matrix_set: str = "WebMercatorQuad"
    properties: Sequence[str] | None = None
    within: Sequence[str] | None = None
    filter: "Filter | None" = None


class FeatureReader(Protocol):
    """The features of one release, wherever they are read from."""

    number: int
    manifest: Manifest

    def layer(self, layer_id: str) -> PublishedLayer:
        """Return the layer; raises :class:`geoservice.errors.NotFound` naming the layers there are."""
        ...

    def page(self, layer_id: str, query: ItemQuery) -> Page:
        """At most ``limit`` features in the order asked for: ``fid``, properties, ``geometry`` as WKB.

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
        """The one feature, or an empty table; ``within`` as in :class:`ItemQuery`."""
        ...

    def count(self, layer_id: str, query: ItemQuery) -> int:
        """How many features match, paging aside."""
        ...

    def tile(self, layer_id: str, tile: Tile) -> bytes:
        """The layer's baked vector tile, gzip; empty bytes when there is nothing in it. ``base`` is the base map."""
        ...

    def draw(self, layer_id: str, tile: Tile, query: TileQuery) -> bytes:
        """Return a vector tile of one layer, not packed, made on request; empty bytes when there is nothing in it.

        It has one layer, named by the id, of 4096 units with 64 around; features carry their ``fid`` and the properties asked
        for, null ones left out. In it is each feature of the zoom's geography that meets the tile, its buffer included, unless
        the filter itself names ``geography``. A feature too small to draw is a square, stroke or point of two units. Where it
        would be larger than :data:`geoservice.release.vector_tiles.budget.BYTES` it shows coarser units, or aggregates. Raises
        :class:`geoservice.errors.ParameterError` for a property or matrix set that there is not.
        """
        ...

    def archive(self, layer_id: str) -> int:
        """Size of the layer's PMTiles archive in bytes; ``base`` is the base map.

        Raises :class:`geoservice.errors.NotFound` for a layer that has none.
        """
        ...

    def read_archive(self, layer_id: str, offset: int, length: int) -> bytes:
        """Bytes of the layer's archive, fewer where it ends before."""
        ...

    def faults(self) -> list[FileFault]:
        """Files that cannot be served, as far as that shows without reading them whole."""
        ...


class ReleaseStore(Protocol):
    """All releases of a study. Immutable once written; ``current`` moves by one atomic switch.

    It can be pickled: what comes out of that, in another process too, is the same store, open for reading alone.
    """

    def write(self, content: ReleaseContent, keep: int = 5) -> int:
        """Write aside, check, make durable, switch; returns the number. A killed writer leaves the old release current.

        The last ``keep`` releases stay. Raises :class:`geoservice.errors.ReleaseError` when a check fails.
        """
        ...

    def numbers(self) -> list[int]:
        """Return the complete releases, oldest first."""
        ...

    def current(self) -> int | None:
        """Return the number of the current release; cheap enough to ask at every request."""
        ...

    def open(self, number: int | None = None) -> ReleaseReader:
        """Open a release, the current one by default; raises :class:`geoservice.errors.Unavailable` when there is none."""
        ...

    def rollback(self, number: int | None = None) -> int:
        """Make an older release current (the one before by default) and return its number."""
        ...

    def remove(self, number: int) -> None:
        """Remove a release that is not the current one.

        Raises :class:`geoservice.errors.NotFound` for an unknown one, :class:`geoservice.errors.Conflict` for the current one
        and, on PostGIS, for one that somebody is reading at this moment.
        """
        ...

    def tiles(self, reader: ReleaseReader, layer_id: str) -> Iterator[tuple[Tile, bytes]]:
        """All baked tiles of a layer, for exports and checks."""
        ...

    def file_faults(self, number: int) -> list[FileFault]:
        """Read every file of a release whole, and return those that are not what its manifest says.

        Raises :class:`geoservice.errors.ReleaseError` where the manifest itself is damaged.
        """
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
