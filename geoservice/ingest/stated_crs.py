"""What a file itself says of its coordinates: a CRS, or a datum in a header, a column, a title or its name."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from geoservice.errors import InputError, ParameterError
from geoservice.geo import WGS84
from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.column_values import ColumnValues
from geoservice.ingest.crs import SHIFTED, TITLES, crs_title, is_degrees, parse_crs
from geoservice.ingest.datums import datums_in, without_datum
from geoservice.ingest.file_geometries import crs_of_srid
from geoservice.ingest.header_names import PLACES
from geoservice.ingest.report import Options

_COLUMN = re.compile(
    r"坐标(系统?|类型|来源)|经纬度(系统?|类型|来源)|^(crs|srs|datum)$|^coord(inate)?s?[\s_]?(sys|system|type|datum|crs)$"
)
"""Headers of columns that name the datum of each row."""
_MOST_VALUES = 50
_AXIS = re.compile(r"经|纬|坐标|lon|lng|lat|^[xy]$", re.IGNORECASE)
_STATES_NONE = (".geojson", ".json", ".geojsonl", ".geojsons", ".ndjson", ".csv", ".tsv", ".txt")
"""Files that cannot state a CRS: what they are said to have is assumed of all of them."""


class Statement(NamedTuple):
    """A CRS, and what says that the coordinates have it."""

    crs: str
    by: str


def choose_crs(cells: ColumnValues, options: Options, srid: int = 0) -> str:
    """Return the CRS of a file's coordinates: the one said, the file's own, what its words propose, WGS 84; told in a note.

    ``srid`` is what its geometries state themselves, 0 where they state none.
    """
    own = parse_crs(cells.raw.meta.crs) if cells.raw.meta.crs else ""
    if options.crs is not None:
        return _as_asked(cells, own or _crs_of(str(srid)), parse_crs(options.crs))
    if srid:
        return parse_crs(crs_of_srid(cells, srid))
    _note_others(cells)
    if not own or cells.faults.file.lower().endswith(_STATES_NONE):
        for statement in _statements(cells, "", mixed=False):
            return _proposed(cells, statement)
    return _own(cells, own) if own else _assumed(cells)


def _as_asked(cells: ColumnValues, own: str, chosen: str) -> str:
    for statement in _statements(cells, own, mixed=True):
        if not _agree(statement.crs, chosen):
            cells.notes.append(f"{statement.by} says {_title(statement.crs)}, read as {chosen} as you asked")
    return chosen


def _proposed(cells: ColumnValues, statement: Statement) -> str:
    against = f"; against it: --crs {WGS84}" if statement.crs in SHIFTED else ""
    cells.notes.append(f"{statement.by} says {_title(statement.crs)}: coordinates were read as {statement.crs}{against}")
    return statement.crs


def _own(cells: ColumnValues, own: str) -> str:
    for statement in _statements(cells, "", mixed=True):
        if statement.crs in SHIFTED:
            why = f"the file states {crs_title(own)}, but {statement.by} says {_title(statement.crs)}"
            _hint(cells, why, statement.crs)
    return own


def _assumed(cells: ColumnValues) -> str:
    cells.notes.append(f"no CRS stated: coordinates were read as WGS 84 ({WGS84})")
    for header in cells.raw.columns.column_names:
        if (named := _named_in(header)) and named[0] in SHIFTED:
            _hint(cells, f"a header says {header!r}", named[0])
            break
    return WGS84


def _hint(cells: ColumnValues, why: str, crs: str) -> None:
    cells.notes.append(f"{why}: if the coordinates are shifted, read them with --crs {crs}")


def _named_in(text: str) -> list[str]:
    """Return the CRS of the datums that a text names."""
    return [WGS84 if datum == "wgs84" else datum for datum in datums_in(text)]


def _title(crs: str) -> str:
    return TITLES.get(crs) or crs_title(crs)


def _agree(stated: str, chosen: str) -> bool:
    """Whether a statement does not contradict a CRS: of a projected one a datum says nothing here."""
    if crs_title(stated) == crs_title(chosen):
        return True
    return chosen not in SHIFTED and stated == WGS84 and (not is_degrees(chosen) or chosen == "EPSG:4490")


def _statements(cells: ColumnValues, own: str, *, mixed: bool) -> Iterator[Statement]:
    """Give what the file says, the strongest first.

    ``mixed`` passes over columns that name several datums, which are refused otherwise.
    """
    if own:
        yield Statement(own, "the file")
    yield from _of_headers(cells, mixed=mixed)
    yield from _of_columns(cells, mixed=mixed)
    yield from _of_texts(cells)


def _of_headers(cells: ColumnValues, *, mixed: bool) -> Iterator[Statement]:
    headers = list(dict.fromkeys(cells.mapping[f] for f in PLACES if cells.has(f)))
    named = dict.fromkeys(crs for h in headers for crs in _named_in(h))
    if len(named) > 1 and not mixed:
        raise InputError(
            f"columns {headers} name several datums, {[_title(n) for n in named]}: say which they have with --crs, or choose "
            "columns of one with --map lon=HEADER --map lat=HEADER"
        )
    if len(named) == 1:
        yield Statement(next(iter(named)), f"column {next(h for h in headers if _named_in(h))}")


def _of_columns(cells: ColumnValues, *, mixed: bool) -> Iterator[Statement]:
    for header in cells.raw.columns.column_names:
        if not _COLUMN.search(header.strip().lower()):
            continue
        counts = {c["values"]: c["counts"] for c in pc.value_counts(cells.raw.columns.column(header)).to_pylist()}
        counts.pop(None, None)
        if not counts or len(counts) > _MOST_VALUES:
            continue
        named = dict.fromkeys(_crs_of(value) for value in counts)
        if len(named) > 1 and any(named) and not mixed:
            raise InputError(
                f"column {header}: its rows are of several datums, {counts}; load those of one at a time, or say that all have "
                "one with --crs"
            )
        if len(named) == 1 and (crs := next(iter(named))):
            yield Statement(crs, f"column {header}")


def _crs_of(value: str) -> str:
    """Return the CRS that a value names, empty if none."""
    if named := _named_in(value):
        return named[0] if len(named) == 1 else ""
    try:
        return parse_crs(value) if re.fullmatch(r"(EPSG:)?\d{4,6}", value.strip(), re.IGNORECASE) else ""
    except ParameterError:
        return ""


def _of_texts(cells: ColumnValues) -> Iterator[Statement]:
    meta = cells.raw.meta
    for text, what in (*((t, "a line above the header") for t in meta.titles), (meta.layer, "the name of the sheet or layer"),
                       (cells.faults.file, "the file's name")):  # fmt: skip
        if len(named := _named_in(text)) == 1:
            yield Statement(named[0], what)


def _note_others(cells: ColumnValues) -> None:
    """Note columns of coordinates that were left for those of another datum."""
    used = {crs for f in PLACES if cells.has(f) for crs in _named_in(cells.mapping[f])}
    left = [
        h
        for h in cells.raw.columns.column_names
        if h not in cells.mapping.values() and _AXIS.search(without_datum(h)) and _named_in(h) and not used & {*_named_in(h)}
    ]
    if left and any(cells.has(f) for f in PLACES):
        read = ", ".join(dict.fromkeys(cells.mapping[f] for f in PLACES if cells.has(f)))
        datums = ", ".join(dict.fromkeys(_title(d) for h in left for d in _named_in(h)))
        cells.notes.append(f"columns {', '.join(left)} ({datums}) were left out: coordinates were read from {read}")
