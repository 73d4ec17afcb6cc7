"""The contents of a release, and the queries of its features."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from geoservice.geo import BBox
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

A dimension that does not apply is ``''`` or 0. ``status`` is ``ok`` where ``value`` is not null, else the reason why it is
(:data:`geoservice.measures.REASONS`). ``margin`` is the half-width of the value's 90 % interval, null where it has none.
"""

UNIT_AREAS: pa.Schema = pa.schema([("geography", pa.string()), ("unit", pa.string()), ("area", pa.string())])
"""Units of a layer with the path of the areas around them, null for none."""
DIMENSIONS = ("service", "tier", "mode", "nth", "group", "minutes")


class PublishedColumn(BaseModel):
    """A property of a published layer, with its placeholders filled in.

    ``margin_of`` names the property of which this one is the margin; it follows that property and has its unit and dimensions.
    ``values`` are the distinct values of a property with few of them: a dimension, a measure, a status; empty for all others.
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
    """The description of a layer in a release, for the serving process.

    ``maxzoom`` is the last zoom with tiles of its own; a client overzooms them above it. ``zooms`` has the first zoom at which
    tiles show each geography, coarse to fine, until the next takes over; items have all of them: ``geographies``, in order.
    Maps of several layers leave out one that is not ``visible`` unless it is asked for.
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
    visible: bool = True


FORMAT = 5
"""Version of a release's layout in its store. A release of another version is not read: it must be published again."""


class StoredFile(BaseModel):
    """Size and SHA-256 of a file of a release."""

    model_config = ConfigDict(frozen=True)
    bytes: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class Manifest(BaseModel):
    """The manifest of a release.

    ``hash`` covers what two runs on the same input have in common, in any store: all fields but ``created``, ``files`` and
    ``checksum``. ``files`` are those written by the store, by their path in the release, without the manifest itself, which
    ``checksum`` covers.
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
    ``areas`` has the path of the areas around each feature: their codes from the largest down, with a slash before each and at
    the end (``/42/4209/420981/``). A user whose view is limited to some areas sees the features in these. The path is not a
    property: no response contains it. A feature whose path is None or null is visible only without limits. ``unplaced`` is the
    number of units that were left out because they have no geometry; their values are in the release table.
    """

    layer: PublishedLayer
    features: pa.Table
    areas: "pa.Array[Any] | None" = None
    unplaced: int = 0


class LayerArchives(Protocol):
    """PMTiles archives of layers, some of which may not be complete yet."""

    def path(self, layer_id: str) -> Path | None:
        """Wait for a layer's archive and return its path, None if it has no tiles; raises any error of the work."""
        ...


@dataclass(frozen=True)
class ReleaseContent:
    """The contents of a release: layers, the release table, the manifest and, optionally, the base map's PMTiles file.

    ``archives`` are the layers' tiles if they are being drawn already; otherwise the store draws them. ``live`` is a folder
    with the arrays of live questions (:mod:`geoservice.live.files`), ``gazetteer`` one of a gazetteer of public places
    (:mod:`geoservice.addresses.gazetteer`); the store copies the files of both.
    """

    layers: Sequence[LayerContent]
    table: pa.Table
    manifest: Manifest
    base_map: Path | None = None
    archives: LayerArchives | None = None
    live: Path | None = None
    gazetteer: Path | None = None


class Sort(NamedTuple):
    """A property to sort by. Text is ordered by its bytes; features without a value come last in either direction."""

    property: str
    descending: bool = False


ALL = 2**31 - 1
"""The largest limit, which includes every feature."""
Key = tuple[Any, ...]
"""The position of a feature in an order: its values of the sort properties, then its ``fid``."""


@dataclass(frozen=True)
class ItemQuery:
    """A query for a page of items. ``equals`` are property equalities; ``ids`` limits it to these features, if they exist.

    Features are in the order of ``sortby``, then of ``fid``. The page begins after the key ``after``, or ends before the key
    ``before``, in the same order; a bare ``fid`` is a key of the order by ``fid``. ``offset`` features are skipped from there,
    for clients without keyset paging; it cannot be combined with ``before``. ``within`` limits the view to features in any of
    these areas (codes); None is a view without limits. ``area`` is the path of the area that a client asks for, as
    :meth:`geoservice.release.protocols.ReleaseReader.area_path` returns it; both limits apply.
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
    area: str | None = None


@dataclass(frozen=True)
class Page:
    """Rows, and the keys of the pages before and after them: None if no feature precedes the first row or follows the last.

    A page without rows has neither.
    """

    rows: pa.Table
    before: Key | None
    after: Key | None


@dataclass(frozen=True)
class TileQuery:
    """The features and properties in a tile that is drawn on request.

    ``matrix_set`` is ``WebMercatorQuad`` or ``WorldCRS84Quad``; ``within`` and ``area`` are those of :class:`ItemQuery`.
    """

    matrix_set: str = "WebMercatorQuad"
    properties: Sequence[str] | None = None
    within: Sequence[str] | None = None
    filter: "Filter | None" = None
    area: str | None = None
