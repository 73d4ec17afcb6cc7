"""Options and report of an import."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from geoservice.errors import InputError
from geoservice.schema import TableName
from geoservice.vintages import Vintage

if TYPE_CHECKING:
    from geoservice.ingest.preview import Preview


@dataclass(frozen=True)
class Options:
    """Options for reading one file.

    Attributes
    ----------
    crs
        CRS of the coordinates: ``EPSG:<n>``, ``gcj02`` or ``bd09``. None: the CRS stated by the file, its headers, titles or
        name, else WGS 84.
    control_points
        Path of a table of points known in the file's plane, ``x`` and ``y``, and in ``crs``, ``lon`` and ``lat``: the
        coordinates are read in the plane fitted to them. None for a file whose CRS is known.
    mapping
        Our column -> the file's header, before any guess; an empty header leaves the column out. ``lon,lat`` and ``lat,lon``
        stand for a column that holds both, in that order.
    drop
        Headers of the file that are dropped before anything is checked.
    replaces
        Names of loaded sources that this file replaces, like next month's file; they become one source under its name.
    dry_run
        Read and check everything, change nothing, and report what a load would do.
    preview
        As a dry run, and the report has the mapping with its reasons and the first rows, also if the table cannot be built.
    accept_partial
        Load the good rows although others are rejected.
    rejects
        Path of the rejects file (``.csv`` or ``.xlsx``); None: in the folder ``rejects`` of the store.
    layer
        Sheet of a workbook (``all``: every visible one), layer of a GeoPackage, object of TopoJSON, folder of KML, ``routes``
        or ``tracks`` of GPX, band of a raster, or file of an archive by its path, name or stem (``FILE/LAYER`` for a layer of
        it). Required if there are several, except that the default is the sheet whose headers match best, all folders of KML,
        and the waypoints of GPX.
    counties
        Codes of the counties of a dataset to load; none are all.
    header_row
        Row of the header in a table, from 1; None to detect it.
    level
        Of areas whose file has no such column.
    code_system
        Code table of areas whose file has no such column; for uptake, pyramids and households that of their codes of areas,
        which are translated into the study's. None is the study's.
    tier
        For stations whose file has no such column.
    trust_crs
        Load the coordinates as read although the areas that the rows state show another reading.
    seconds, memory_mb
        Limits of the reader process: wall-clock seconds and mebibytes of address space.
    """

    crs: str | None = None
    control_points: Path | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    dry_run: bool = False
    preview: bool = False
    accept_partial: bool = False
    rejects: Path | None = None
    layer: str | None = None
    header_row: int | None = None
    counties: tuple[str, ...] = ()
    level: str | None = None
    code_system: str | None = None
    tier: str | None = None
    trust_crs: bool = False
    seconds: float = 300.0
    memory_mb: int = 4096

    def __post_init__(self) -> None:
        if self.preview:
            object.__setattr__(self, "dry_run", True)


@dataclass(frozen=True)
class Reject:
    """One rejected value; private, since it holds the file's content.

    ``row`` counts from 1 with the header, as a spreadsheet does; in a frame from 0, as ``iloc`` does.
    """

    file: str
    row: int
    column: str
    value: str
    reason: str
    allowed: str


@dataclass(frozen=True)
class CoordinateCheck:
    """How well the coordinates agree with the areas that the rows state.

    Attributes
    ----------
    points
        Number of points compared.
    source
        What states the areas.
    shares
        Share of the points inside their stated areas, by reading; first as the coordinates were read.
    advice
        The reading that is believed instead, and the options for it; empty if the coordinates agree best as they were read.
    """

    points: int
    source: str
    shares: Mapping[str, float]
    advice: str


@dataclass(frozen=True)
class Report:
    """Result of an import; private, for the owner of the file.

    ``mapping`` is our column -> the file's header as used, ``unused`` the remaining headers, ``samples`` the first rejects.
    ``vintage`` is None after a dry run; then ``expected`` is what a load would write, or ``refusal`` the error it would raise.
    ``coordinate_check`` is None if the rows do not state their areas. ``already_loaded`` means that the file was loaded before
    with the same options and nothing was done. ``preview`` is for a preview alone. ``sha256`` is that of the file, of the .shp
    of a shapefile, of the rows of a frame.
    """

    table: TableName
    file: str
    format: str = ""
    encoding: str = ""
    delimiter: str = ""
    crs: str = ""
    layer: str = ""
    rows_read: int = 0
    rows_accepted: int = 0
    rows_rejected: int = 0
    mapping: Mapping[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    samples: tuple[Reject, ...] = ()
    rejects_path: Path | None = None
    vintage: Vintage | None = None
    expected: Vintage | None = None
    refusal: InputError | None = None
    coordinate_check: CoordinateCheck | None = None
    already_loaded: bool = False
    dry_run: bool = False
    notes: tuple[str, ...] = ()
    preview: "Preview | None" = None
    sha256: str = ""
