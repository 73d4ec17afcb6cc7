"""What an import is asked to do and what it tells afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from geoservice.errors import InputError
from geoservice.schema import TableName
from geoservice.vintages import Vintage


@dataclass(frozen=True)
class Options:
    """How one file is to be read.

    Attributes
    ----------
    crs
        Of the coordinates: ``EPSG:<n>``, ``gcj02`` or ``bd09``. None: the file's own, or what its headers, titles or name say,
        or WGS 84.
    mapping
        Our column -> the file's header, before any guess; an empty header means "leave this column out". ``lon,lat`` and
        ``lat,lon`` stand for a column that holds both, in that order.
    drop
        Headers of the file that are thrown away before anything looks at them.
    replaces
        Names of loaded sources whose place this file takes, as next month's does; they become one source under its name.
    dry_run
        Read and check everything, change nothing, and say what a load would come to.
    accept_partial
        Load the good rows although others were rejected.
    rejects
        Where rejected rows are written (``.csv`` or ``.xlsx``); None: ``rejects`` in the folder of the store.
    layer
        Sheet of a workbook (``all``: every visible one), layer of a GeoPackage, object of TopoJSON, folder of KML, ``routes``
        or ``tracks`` of GPX, band of a raster, or file of an archive by its path, name or stem (``FILE/LAYER`` for a layer of
        it). Needed where there are several; without it the sheet of a workbook whose headers are most like ours is read, all
        folders of KML, and the waypoints of GPX.
    header_row
        Row of the header in a table, from 1; None to find it.
    level, code_system
        For areas whose file has no such column; ``code_system`` is the study's when None.
    tier
        For stations whose file has no such column.
    seconds, memory_mb
        Limits of the process that reads the file: wall-clock seconds and mebibytes of address space.
    """

    crs: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    dry_run: bool = False
    accept_partial: bool = False
    rejects: Path | None = None
    layer: str | None = None
    header_row: int | None = None
    level: str | None = None
    code_system: str | None = None
    tier: str | None = None
    seconds: float = 300.0
    memory_mb: int = 4096


@dataclass(frozen=True)
class Reject:
    """One refused value; private: it holds what the file held.

    ``row`` counts from 1 with the header, as a spreadsheet does; in a frame from 0, as ``iloc`` does.
    """

    file: str
    row: int
    column: str
    value: str
    reason: str
    allowed: str


@dataclass(frozen=True)
class Report:
    """What an import found and did; private, for the person who holds the file.

    ``mapping`` is our column -> the file's header as used, ``unused`` the headers left over, ``samples`` the first rejects.
    ``vintage`` is None after a dry run; then ``expected`` is what a load would write, or ``refusal`` what it would end with.
    ``already_loaded`` says that file and options were loaded before and nothing was done.
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
    already_loaded: bool = False
    dry_run: bool = False
    notes: tuple[str, ...] = ()
