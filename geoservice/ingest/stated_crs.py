"""CRS that a file itself states, directly or by a datum in a header, a column, a title or the file name."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from geoservice.errors import InputError, ParameterError
from geoservice.geo import WGS84
from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.column_values import ColumnValues
from geoservice.ingest.crs import SHIFTED, TITLES, crs_title, datum_note, is_degrees, parse_crs
from geoservice.ingest.datums import datums_in, without_datum
from geoservice.ingest.file_geometries import crs_of_srid
from geoservice.ingest.header_names import PLACES
from geoservice.ingest.report import Options

_COLUMN = re.compile(
    r"坐标(系统?|类型|来源)|经纬度(系统?|类型|来源)|^(crs|srs|datum)$|^coord(inate)?s?[\s_]?(sys|system|type|datum|crs)$"
)
"""Headers of columns that name the datum of each row."""
_MAX_VALUES = 50
_AXIS = re.compile(r"经|纬|坐标|lon|lng|lat|^[xy]$", re.IGNORECASE)
_STATES_NONE = (".geojson", ".json", ".geojsonl", ".geojsons", ".ndjson", ".csv", ".tsv", ".txt")
"""Formats that cannot state a CRS; GDAL reports WGS 84 for all of them."""


class Statement(NamedTuple):
    """A CRS, and the part of the file that states it."""

    crs: str
    source: str


def choose_crs(cells: ColumnValues, options: Options, srid: int = 0) -> str:
    """Return the CRS of a file's coordinates: from the options, the file, its texts, or WGS 84; the choice is noted.

    ``srid`` is the SRID of its geometries, 0 if they have none.
    """
    crs = _choose(cells, options, srid)
    cells.notes.extend(note for note in [datum_note(crs)] if note)
    return crs


def _choose(cells: ColumnValues, options: Options, srid: int) -> str:
    own = parse_crs(cells.raw.meta.crs) if cells.raw.meta.crs else ""
    states_none = cells.rejects.file.lower().endswith(_STATES_NONE)
    cells.crs_stated = options.crs is not None or bool(srid) or (bool(own) and not states_none)
    if options.crs is not None:
        return _from_options(cells, own or _crs_of(str(srid)), parse_crs(options.crs))
    if srid:
        return parse_crs(crs_of_srid(cells, srid))
    _note_others(cells)
    if not own or states_none:
        for statement in _statements(cells, "", mixed=False):
            cells.crs_stated = True
            return _from_statement(cells, statement)
    return _from_file(cells, own) if own else _assumed(cells)


def _from_options(cells: ColumnValues, own: str, chosen: str) -> str:
    for statement in _statements(cells, own, mixed=True):
        if not _agree(statement.crs, chosen):
            cells.notes.append(f"{statement.source} says {_title(statement.crs)}; read as {chosen} as requested")
    return chosen


def _from_statement(cells: ColumnValues, statement: Statement) -> str:
    override = f"; use --crs {WGS84} to prevent this" if statement.crs in SHIFTED else ""
    note = f"{statement.source} says {_title(statement.crs)}: coordinates were read as {statement.crs}{override}"
    cells.notes.append(note)
    return statement.crs


def _from_file(cells: ColumnValues, own: str) -> str:
    for statement in _statements(cells, "", mixed=True):
        if statement.crs in SHIFTED:
            reason = f"the file states {crs_title(own)}, but {statement.source} says {_title(statement.crs)}"
            _hint(cells, reason, statement.crs)
    return own


def _assumed(cells: ColumnValues) -> str:
    cells.notes.append(f"no CRS stated: coordinates were read as WGS 84 ({WGS84})")
    for header in cells.raw.columns.column_names:
        if (crs := _crs_in(header)) and crs[0] in SHIFTED:
            _hint(cells, f"a header says {header!r}", crs[0])
            break
    return WGS84


def _hint(cells: ColumnValues, reason: str, crs: str) -> None:
    cells.notes.append(f"{reason}: if the coordinates are shifted, read them with --crs {crs}")


def _crs_in(text: str) -> list[str]:
    """Return the CRSs of the datums that a text names."""
    return [WGS84 if datum == "wgs84" else datum for datum in datums_in(text)]


def _title(crs: str) -> str:
    return TITLES.get(crs) or crs_title(crs)


def _agree(stated: str, chosen: str) -> bool:
    """Whether a statement agrees with a CRS; a datum does not contradict a projected CRS."""
    if crs_title(stated) == crs_title(chosen):
        return True
    return chosen not in SHIFTED and stated == WGS84 and (not is_degrees(chosen) or chosen == "EPSG:4490")


def _statements(cells: ColumnValues, own: str, *, mixed: bool) -> Iterator[Statement]:
    """Yield what the file states, the strongest statement first.

    ``mixed`` skips columns that name several datums, which are an error otherwise.
    """
    if own:
        yield Statement(own, "the file")
    yield from _of_headers(cells, mixed=mixed)
    yield from _of_columns(cells, mixed=mixed)
    yield from _of_texts(cells)


def _of_headers(cells: ColumnValues, *, mixed: bool) -> Iterator[Statement]:
    headers = list(dict.fromkeys(cells.mapping[f] for f in PLACES if cells.has(f)))
    named = dict.fromkeys(crs for h in headers for crs in _crs_in(h))
    if len(named) > 1 and not mixed:
        raise InputError(
            f"columns {headers} name several datums, {[_title(n) for n in named]}: state one with --crs, or choose columns "
            "of one datum with --map lon=HEADER --map lat=HEADER"
        )
    if len(named) == 1:
        yield Statement(next(iter(named)), f"column {next(h for h in headers if _crs_in(h))}")


def _of_columns(cells: ColumnValues, *, mixed: bool) -> Iterator[Statement]:
    for header in cells.raw.columns.column_names:
        if not _COLUMN.search(header.strip().lower()):
            continue
        counts = {c["values"]: c["counts"] for c in pc.value_counts(cells.raw.columns.column(header)).to_pylist()}
        counts.pop(None, None)
        if not counts or len(counts) > _MAX_VALUES:
            continue
        named = dict.fromkeys(_crs_of(value) for value in counts)
        if len(named) > 1 and any(named) and not mixed:
            raise InputError(
                f"column {header}: its rows have several datums, {counts}; load the rows of one datum at a time, or state "
                "with --crs that all have the same"
            )
        if len(named) == 1 and (crs := next(iter(named))):
            yield Statement(crs, f"column {header}")


def _crs_of(value: str) -> str:
    """Return the CRS that a value names, empty if it names none or several."""
    if named := _crs_in(value):
        return named[0] if len(named) == 1 else ""
    try:
        return parse_crs(value) if re.fullmatch(r"(EPSG:)?\d{4,6}", value.strip(), re.IGNORECASE) else ""
    except ParameterError:
        return ""


def _of_texts(cells: ColumnValues) -> Iterator[Statement]:
    meta = cells.raw.meta
    for text, source in (*((t, "a line above the header") for t in meta.titles), (meta.layer, "the name of the sheet or layer"),
                       (cells.rejects.file, "the file's name")):  # fmt: skip
        if len(named := _crs_in(text)) == 1:
            yield Statement(named[0], source)


def _note_others(cells: ColumnValues) -> None:
    """Note coordinate columns of another datum than those that are used."""
    used = {crs for f in PLACES if cells.has(f) for crs in _crs_in(cells.mapping[f])}
    unused = [
        h
        for h in cells.raw.columns.column_names
        if h not in cells.mapping.values() and _AXIS.search(without_datum(h)) and _crs_in(h) and not used & {*_crs_in(h)}
    ]
    if unused and any(cells.has(f) for f in PLACES):
        used_headers = ", ".join(dict.fromkeys(cells.mapping[f] for f in PLACES if cells.has(f)))
        datums = ", ".join(dict.fromkeys(_title(d) for h in unused for d in _crs_in(h)))
        cells.notes.append(f"columns {', '.join(unused)} ({datums}) were not used: coordinates were read from {used_headers}")
