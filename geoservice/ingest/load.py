"""Import one file or frame: read it, check it, and write it into the register or the project, whole or not at all."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from geoservice.errors import EmptyFile, InputError, MissingColumn, UnreadableFile
from geoservice.geo import BBox
from geoservice.ingest.areas import build_areas
from geoservice.ingest.arrow import bools
from geoservice.ingest.arrow import compute as pc
from geoservice.ingest.cells import Cells
from geoservice.ingest.columns import doubt_notes, header_words, map_columns, memory_key, remembered_text
from geoservice.ingest.delimited import check_lines
from geoservice.ingest.faults import Faults
from geoservice.ingest.formats import Format, format_of, members
from geoservice.ingest.frame import digest_of_rows, read_frame
from geoservice.ingest.header_names import PAIR_FIELDS
from geoservice.ingest.households import build_households
from geoservice.ingest.level_columns import level_columns
from geoservice.ingest.personal import check_headers, check_values
from geoservice.ingest.places import Areas, box_of
from geoservice.ingest.population import build_population
from geoservice.ingest.raw import Raw
from geoservice.ingest.rejects import rejects_folder, write_rejects
from geoservice.ingest.report import Options, Report
from geoservice.ingest.rows import Built, Context
from geoservice.ingest.sample import Sample
from geoservice.ingest.sandbox import SCRATCH, read_file
from geoservice.ingest.stations import build_stations
from geoservice.ingest.uptake import build_uptake
from geoservice.ingest.value_checks import NUMBERS
from geoservice.project import Project
from geoservice.register import Register
from geoservice.register.store import TABLES as REGISTER_TABLES
from geoservice.schema import GROUP_PREFIX, TABLES, TableName
from geoservice.scratch import scratch_folder
from geoservice.study import Study
from geoservice.vintages import Source, Vintage, VintageStore

if TYPE_CHECKING:
    import pandas as pd

BUILDERS: Mapping[TableName, Callable[[Cells, Context], Built]] = {
    "areas": build_areas,
    "stations": build_stations,
    "households": build_households,
    "uptake": build_uptake,
    "population": build_population,
}
RULES = 4
"""Raised whenever the same file would be read differently, so that it is loaded anew."""
SAMPLES = 20
Progress = Callable[[str, float], None]
_NOT_NAMES = (
    "name",
    "name_zh",
    "name_en",
    "address",
    "equipment",
    "services",
    "tier",
    "level",
    "service",
    "group",
    "registered_area",
    "source",
)
_NUMERIC = (*NUMBERS, "lon", "lat", *PAIR_FIELDS, "persons_margin", "h3", "wkt")


def digest_of(contents: Iterable[bytes], table: TableName, options: Options, study: Study, areas: str) -> str:
    """Return the SHA-256 of the digests of a source's contents and of all that decides how its rows come out."""
    decides = {
        "rules": RULES,
        "table": table,
        "options": [
            options.crs,
            sorted(options.mapping.items()),
            sorted(options.drop),
            options.layer,
            options.accept_partial,
            options.header_row,
        ],
        "defaults": [options.level, options.code_system or study.code_system, options.tier],
        "study": [[s.model_dump() for s in study.services], [g.model_dump() for g in study.groups]],
        "areas": areas,
    }
    whole = hashlib.sha256(json.dumps(decides, ensure_ascii=False, sort_keys=True).encode())
    for content in contents:
        whole.update(content)
    return whole.hexdigest()


def _file_digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


@dataclass(frozen=True)
class _Job:
    """Rows on their way into a table of ``store``; ``file`` is what messages call them, ``project`` has the areas."""

    store: VintageStore
    project: Project
    table: TableName
    file: str
    kind: str
    options: Options
    study: Study
    progress: Progress


def import_file(
    project: Project,
    table: TableName,
    path: Path,
    options: Options,
    study: Study,
    progress: Progress,
    register: Register | None = None,
) -> Report:
    """Load one file into one table.

    Parameters
    ----------
    project
        Where public tables go, and where the areas are. Nothing in it changes when anything is wrong, but for the file of
        rejected rows.
    table
        Which table the rows are for; areas come before households.
    path, options
        The file and how to read it.
    study
        Names the services and groups.
    progress
        Called with a stage and a fraction from 0 to 1.
    register
        Where households go; nothing else needs it.

    Returns
    -------
    Report
        What was found; ``already_loaded`` when this file was the last one loaded, with the same options.

    Raises
    ------
    InputError
        One of its classes for each thing that can be wrong with a file; see :mod:`geoservice.errors`.
    """
    store = _store(table, project, register)
    with _named(path.name):
        kind = format_of(path)
        return _import_file(_Job(store, project, table, path.name, kind, options, study, progress), path, kind)


def import_frame(
    project: Project,
    table: TableName,
    frame: "pd.DataFrame",
    name: str,
    options: Options,
    study: Study,
    progress: Progress,
    register: Register | None = None,
) -> Report:
    """Load a data frame, of geopandas or of pandas, into one table as :func:`import_file` loads a file.

    Parameters
    ----------
    project, table
        As for a file.
    frame
        The rows; a report counts them from 0, as ``frame.iloc`` does.
    name
        Of the source, as a file's name is: a frame of the same name is the next vintage of the one before.
    options, study, progress, register
        As for a file; ``layer`` and ``header_row`` of the options are for files alone.

    Returns
    -------
    Report
        What was found; ``already_loaded`` when a frame with the same rows was the last one loaded under this name.

    Raises
    ------
    InputError
        As for a file; or an option is for files alone.
    """
    store = _store(table, project, register)
    if options.layer is not None or options.header_row is not None:
        raise InputError(f"{name}: layer and header_row are options for files, and this is a frame")
    with _named(name):
        progress("read", 0.0)
        raw = read_frame(frame, name)
        job = _Job(store, project, table, name, "frame", options, study, progress)
        return _import(job, name, [digest_of_rows(raw)], lambda: raw)


def _store(table: TableName, project: Project, register: Register | None) -> VintageStore:
    store = register if table in REGISTER_TABLES else project
    if store is None:
        raise InputError(f"{table}: they are kept in the register, which is not open")
    return store


@contextmanager
def _named(file: str) -> Iterator[None]:
    """Put the name of what is imported before a message that does not hold it."""
    try:
        yield
    except InputError as error:
        if file in str(error):
            raise
        raise type(error)(f"{file}: {error}") from error


def _import_file(job: _Job, path: Path, kind: Format) -> Report:
    job.progress("read", 0.0)
    if kind == "csv":
        check_lines(path)
    if kind == "geotiff" and job.table != "population":
        raise UnreadableFile(f"{path.name}: a raster is read as population alone, not as {job.table}")
    name = path.name if job.options.layer is None else f"{path.name}#{job.options.layer}"
    return _import(job, name, map(_file_digest, members(path, kind)), lambda: _read(job, path, kind))


def _import(job: _Job, name: str, contents: Iterable[bytes], read: Callable[[], Raw]) -> Report:
    """Import the rows that ``read`` returns, unless a source of this name and contents is the current one."""
    areas = job.project.digest_as_of("areas", job.study.as_of) if job.table != "areas" else ""
    source = Source(name, digest_of(contents, job.table, job.options, job.study, areas))
    if loaded := job.store.loaded(job.table, source, job.options.replaces):
        return _no_op(job, loaded)
    return _import_rows(job, _without_dropped(job, read()), source)


def _no_op(job: _Job, vintage: Vintage) -> Report:
    notes = ("it was loaded before with the same options; nothing was done",)
    return Report(
        job.table, job.file, job.kind, rows_accepted=vintage.rows, rows_rejected=vintage.rejected,
        rows_read=vintage.rows + vintage.rejected, vintage=vintage, already_loaded=True, dry_run=job.options.dry_run,
        notes=notes,
    )  # fmt: skip


def _read(job: _Job, path: Path, kind: Format) -> Raw:
    options = job.options
    with scratch_folder(SCRATCH, job.store.folder) as folder:
        return read_file(
            path, kind, Path(folder), layer=options.layer, box=_box(job), crs=options.crs,
            fields=header_words(job.table, job.study, options), header_row=options.header_row, seconds=options.seconds,
            memory_mb=options.memory_mb, progress=lambda f: job.progress("read", f),
        )  # fmt: skip


def _box(job: _Job) -> BBox | None:
    """Return the box around the areas for a raster, and for an archive, which may hold one."""
    if job.table != "population" or job.kind not in {"geotiff", "zip"}:
        return None
    areas = job.project.areas(job.study.as_of)
    return box_of(areas) if job.kind == "geotiff" or len(Areas.of(areas).codes) else None


def _without_dropped(job: _Job, raw: Raw) -> Raw:
    if absent := sorted(set(job.options.drop) - set(raw.columns.column_names)):
        raise MissingColumn(f"{job.file}: drop: the file has no column {absent}; its columns are {raw.columns.column_names}")
    return raw.without(job.options.drop)


def _import_rows(job: _Job, raw: Raw, source: Source) -> Report:
    table, options = job.table, job.options
    job.progress("check", 0.0)
    raw = _without_empty(raw, job.file)
    headers = raw.columns.column_names
    check_headers(table, headers)
    key = memory_key(table, headers)
    doubts: dict[str, list[str]] = {}
    mapping = _mapping(job, raw, job.store.recall(key), doubts)
    job = _with_level(job, raw, mapping)
    faults = Faults(job.file, raw.rows.to_numpy(), broken=raw.meta.broken)
    cells = Cells(raw, mapping, faults, [*raw.meta.notes, *doubt_notes(doubts)])
    not_names = [h for f, h in mapping.items() if f in _NOT_NAMES]
    with ThreadPoolExecutor(1) as pool:  # Arrow's searches leave the interpreter free
        checked = pool.submit(check_values, table, raw.columns, not_names, _numeric(mapping))
        try:
            built = _build(cells, job, doubts)
        finally:
            checked.result()  # that a column must not come in is said before any fault of its values
    _note_unused(cells, table)
    report = _keep_rejects(_report(job, cells, built), faults, job, source)
    refusal = built.refusal
    if refusal is None and ((faults.rejected and not options.accept_partial) or not built.rows.num_rows):
        refusal = faults.error(report.rejects_path)
    if options.dry_run:
        return _verdict(job, report, built.rows, source, refusal)
    if refusal is not None:
        raise refusal
    job.progress("write", 0.0)
    vintage = job.store.write(table, built.rows, source, faults.rejected, options.replaces)
    job.store.remember(key, remembered_text(mapping, options))
    job.progress("write", 1.0)
    return replace(report, vintage=vintage)


def _verdict(job: _Job, report: Report, rows: pa.Table, source: Source, refusal: InputError | None) -> Report:
    """Return the report of a dry run with what a load would come to: its vintage, or the error that it would end with."""
    try:
        with _named(job.file):
            if refusal is not None:
                raise refusal
            expected = job.store.try_write(job.table, rows, source, report.rows_rejected, job.options.replaces)
    except InputError as error:
        return replace(report, refusal=error)
    return replace(report, expected=expected)


def _build(cells: Cells, job: _Job, doubts: Mapping[str, Sequence[str]]) -> Built:
    """Build the table; where a column is missing, the error says which headers were equally good for it."""
    try:
        return BUILDERS[job.table](cells, _context(job))
    except MissingColumn as error:
        if not doubts:
            raise
        raise MissingColumn("; ".join([str(error), *doubt_notes(doubts)])) from error


def _mapping(job: _Job, raw: Raw, remembered: str | None, doubts: dict[str, list[str]]) -> dict[str, str]:
    """Map a file's headers; the ``id`` of a feature often just counts them: a key among the properties is better."""
    table, options, headers = job.table, job.options, raw.columns.column_names
    sample = Sample(raw.columns)
    if raw.meta.format in {"geojson", "kml", "topojson"} and "id" in headers and "id" not in options.mapping.values():
        mapping = map_columns(table, [h for h in headers if h != "id"], job.study, options, remembered, sample, doubts)
        if TABLES[table].identity in mapping:
            return mapping
        doubts.clear()
    return map_columns(table, headers, job.study, options, remembered, sample, doubts)


def _with_level(job: _Job, raw: Raw, mapping: Mapping[str, str]) -> _Job:
    """Return the job with the level that the headers name, where neither the options nor a column say it."""
    if job.table != "areas" or job.options.level is not None or "level" in mapping:
        return job
    sample = Sample(raw.columns)
    levels = level_columns([h for h in raw.columns.column_names if sample.values(h)])
    if levels is None or levels.level is None or mapping.get("code") != levels.mapping["code"]:
        return job
    return replace(job, options=replace(job.options, level=levels.level))


def _without_empty(raw: Raw, file: str) -> Raw:
    """Leave out rows that hold nothing at all: spreadsheets end in thousands of them."""
    something = np.zeros(len(raw.rows), bool)
    for column in [*raw.columns.columns, *([raw.geometry] if raw.geometry is not None else [])]:
        something |= bools(column.is_valid())
        if something.all():
            return raw
    if not something.any() and not raw.meta.broken:
        raise EmptyFile(f"{file}: there are no rows below the header")
    mask = pa.array(something)
    geometry = None if raw.geometry is None else pc.filter(raw.geometry, mask)
    return Raw(raw.columns.filter(mask), pc.filter(raw.rows, mask), geometry, raw.meta)


def _numeric(mapping: dict[str, str]) -> list[str]:
    """Return headers of numbers and geometry, which need no look for phones in their digits; text there fails its own check."""
    return [h for f, h in mapping.items() if f in _NUMERIC or f.startswith(GROUP_PREFIX)]


def _note_unused(cells: Cells, table: TableName) -> None:
    """Note the columns of a file that are ours and of which nothing comes: not read, or stored and used by nothing yet."""
    idle = {c.name for c in TABLES[table].columns if not c.used}
    kept = [f for f in cells.mapping if f in idle & cells.read]
    lost = [f"{f} ({cells.mapping[f]})" for f in cells.mapping if f not in cells.read]
    if idle.issuperset(c.name for c in TABLES[table].columns):
        cells.notes.append(f"{table}: accepted, but nothing uses this table yet")
    elif kept:
        cells.notes.append(f"accepted, but nothing uses it yet: {', '.join(kept)}")
    if lost:
        cells.notes.append(f"neither used nor stored: {', '.join(lost)}")


def _context(job: _Job) -> Context:
    """Gather what rows depend on; a dry run makes no secret."""
    secret = b""
    if isinstance(job.store, Register):
        secret = job.store.secret(keep=not job.options.dry_run)
    areas = job.project.read("areas") if job.table == "areas" else job.project.areas(job.study.as_of)
    return Context(job.options, job.study, areas, secret, job.study.as_of or datetime.now(UTC).date())


def _report(job: _Job, cells: Cells, built: Built) -> Report:
    meta, faults = cells.raw.meta, cells.faults
    return Report(
        job.table,
        job.file,
        format=job.kind if meta.format in {"", job.kind} else f"{meta.format} in {job.kind}",
        encoding=meta.encoding,
        delimiter=meta.delimiter,
        crs=built.crs,
        layer=meta.layer,
        rows_read=len(cells) + len(faults.broken),
        rows_accepted=built.rows.num_rows,
        rows_rejected=faults.rejected,
        mapping=cells.mapping,
        unused=tuple(h for h in cells.raw.columns.column_names if h not in cells.mapping.values()),
        dry_run=job.options.dry_run,
        notes=tuple(cells.notes),
    )


def _keep_rejects(report: Report, faults: Faults, job: _Job, source: Source) -> Report:
    """Write the rejects file; a dry run writes only where it was told to."""
    if not faults.rejected:
        return report
    rejects = faults.rejects()
    report = replace(report, samples=tuple(rejects[:SAMPLES]))
    where = job.options.rejects
    if where is None and not job.options.dry_run:
        where = rejects_folder(job.store.folder) / f"{report.table}-{Path(report.file).stem}-{source.digest[:8]}.csv"
    if where is None:
        return report
    write_rejects(rejects, where)
    return replace(report, rejects_path=where)
