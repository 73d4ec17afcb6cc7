"""Import of the rows of a file or frame: map headers, check values, build the table, and write all of it or nothing."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

from geoservice.errors import EmptyFile, InputError, MissingColumn, PersonalData, RefusedTopic
from geoservice.ingest.age_columns import AGE, PERSONS, long_form
from geoservice.ingest.area_codes import is_translated, study_crosswalk
from geoservice.ingest.areas import build_areas
from geoservice.ingest.arrow_compute import bools
from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.column_values import ColumnValues
from geoservice.ingest.columns import doubt_notes, map_columns, memory_key, remembered_text
from geoservice.ingest.header_names import PAIR_FIELDS
from geoservice.ingest.households import build_households
from geoservice.ingest.job import Job, file_in_errors
from geoservice.ingest.level_columns import level_columns
from geoservice.ingest.personal import check_headers, check_values
from geoservice.ingest.population import build_population
from geoservice.ingest.preview import Preview, preview_of
from geoservice.ingest.pyramids import build_pyramids
from geoservice.ingest.raw_table import RawTable
from geoservice.ingest.rejected_values import RejectedValues
from geoservice.ingest.rejects import rejects_folder, write_rejects
from geoservice.ingest.report import Report
from geoservice.ingest.sample import Sample
from geoservice.ingest.stations import build_stations
from geoservice.ingest.table_builder import BuildContext, BuiltTable
from geoservice.ingest.uptake import build_uptake
from geoservice.ingest.value_checks import NUMBERS
from geoservice.register import Register
from geoservice.schema import GROUP_PREFIX, TABLES, TableName
from geoservice.vintages import Source

BUILDERS: Mapping[TableName, Callable[[ColumnValues, BuildContext], BuiltTable]] = {
    "areas": build_areas,
    "stations": build_stations,
    "households": build_households,
    "uptake": build_uptake,
    "population": build_population,
    "pyramids": build_pyramids,
}
MAX_SAMPLES = 20
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
    "sex",
    "age",
)
_NUMERIC = (*NUMBERS, "lon", "lat", *PAIR_FIELDS, "persons_margin", "h3", "wkt")


@dataclass
class _Attempt:
    """An import while its rows are checked: what is known of the file so far, for a preview of one that is refused."""

    job: Job
    raw: RawTable
    doubts: dict[str, list[str]] = field(default_factory=dict)
    cells: ColumnValues | None = None

    @property
    def key(self) -> str:
        """Key under which the mapping of the file's headers is remembered."""
        return memory_key(self.job.table, self.raw.columns.column_names)


def import_rows(job: Job, raw: RawTable, source: Source) -> Report:
    """Load rows of a raw table and return the report; a dry run reports what a load would do.

    Raises
    ------
    InputError
        As :func:`geoservice.ingest.load.import_file`.
    """
    options = job.options
    job.progress("check", 0.0)
    attempt = _Attempt(job, _without_empty(raw, job.file))
    try:
        cells, result = _checked(attempt)
    except InputError as error:
        if not options.preview:
            raise
        return _refused_preview(attempt, error)
    rejects = cells.rejects
    report = _save_rejects(_report(job, cells, result), rejects, job, source)
    refusal = cells.refusal or result.refusal
    if refusal is None and ((rejects.rejected_rows and not options.accept_partial) or not result.rows.num_rows):
        refusal = rejects.error(report.rejects_path)
    if options.preview:
        report = replace(report, preview=_preview(attempt, cells))
    if options.dry_run:
        return _dry_run_report(job, report, result.rows, source, refusal)
    if refusal is not None:
        raise refusal
    job.progress("write", 0.0)
    key, rows, rejected, mapping = attempt.key, result.rows, rejects.rejected_rows, cells.mapping
    del raw, attempt, cells, rejects, result  # the store needs as much memory as the file's own columns
    vintage = job.store.write(job.table, rows, source, rejected, options.replaces)
    job.store.remember(key, remembered_text(mapping, options))
    job.progress("write", 1.0)
    return replace(report, vintage=vintage)


def _checked(attempt: _Attempt) -> tuple[ColumnValues, BuiltTable]:
    """Return the columns of a file and the table built from them; ``attempt`` keeps what is known if it is refused."""
    table = attempt.job.table
    check_headers(table, attempt.raw.columns.column_names)
    by_age = long_form(attempt.raw) if table == "pyramids" else attempt.raw
    is_wide, attempt.raw = by_age is not attempt.raw, by_age
    raw, doubts = attempt.raw, attempt.doubts
    mapping = _mapping(attempt.job, raw, attempt.job.store.recall(attempt.key), doubts)
    job = _with_level(attempt.job, raw, mapping)
    rejects = RejectedValues(job.file, raw.rows.to_numpy(), broken=raw.meta.broken, files=raw.meta.files)
    cells = attempt.cells = ColumnValues(raw, mapping, rejects, [*raw.meta.notes, *doubt_notes(doubts)])
    not_names = [h for f, h in mapping.items() if f in _NOT_NAMES]
    with ThreadPoolExecutor(1) as pool:  # Arrow's searches release the interpreter lock
        checked = pool.submit(check_values, table, raw.columns, not_names, _numeric(mapping))
        try:
            result = _build(cells, job, doubts)
        finally:
            checked.result()  # refused columns are reported before rejected values
    _note_unused(cells, table)
    if is_wide:
        rejects.split(PERSONS, raw.columns.column(AGE).to_numpy())
    return cells, result


def _preview(attempt: _Attempt, cells: ColumnValues) -> Preview:
    job, rejects = attempt.job, cells.rejects.to_list()
    return preview_of(job.table, attempt.raw, cells.mapping, attempt.doubts, rejects, job.study, job.options)


def _refused_preview(attempt: _Attempt, error: InputError) -> Report:
    """Return the preview of a file whose table cannot be built; of one with personal data only what it is and the error."""
    job, cells = attempt.job, attempt.cells
    if cells is None or isinstance(error, PersonalData | RefusedTopic):
        raw = attempt.raw
        empty = RejectedValues(job.file, raw.rows.to_numpy(), broken=raw.meta.broken, files=raw.meta.files)
        return replace(_report(job, ColumnValues(raw, {}, empty), None), refusal=error)
    report = replace(_report(job, cells, None), samples=tuple(cells.rejects.to_list()[:MAX_SAMPLES]), refusal=error)
    return replace(report, preview=_preview(attempt, cells))


def _dry_run_report(job: Job, report: Report, rows: pa.Table, source: Source, refusal: InputError | None) -> Report:
    """Return the report of a dry run with the outcome of a load: its vintage, or its error."""
    try:
        with file_in_errors(job.file):
            if refusal is not None:
                raise refusal
            expected = job.store.try_write(job.table, rows, source, report.rows_rejected, job.options.replaces)
    except InputError as error:
        return replace(report, refusal=error)
    return replace(report, expected=expected)


def _build(cells: ColumnValues, job: Job, doubts: Mapping[str, Sequence[str]]) -> BuiltTable:
    """Build the table; the error of a missing column also names the headers that were equally good for it."""
    try:
        return BUILDERS[job.table](cells, _context(job))
    except MissingColumn as error:
        if not doubts:
            raise
        raise MissingColumn("; ".join([str(error), *doubt_notes(doubts)])) from error


def _mapping(job: Job, raw: RawTable, remembered: str | None, doubts: dict[str, list[str]]) -> dict[str, str]:
    """Map a file's headers; an ``id`` of features is often a mere counter, so a key among the properties is preferred."""
    table, options, headers = job.table, job.options, raw.columns.column_names
    sample = Sample(raw.columns)
    if raw.meta.format in {"geojson", "kml", "topojson"} and "id" in headers and "id" not in options.mapping.values():
        mapping = map_columns(table, [h for h in headers if h != "id"], job.study, options, remembered, sample, doubts)
        if TABLES[table].identity in mapping:
            return mapping
        doubts.clear()
    return map_columns(table, headers, job.study, options, remembered, sample, doubts)


def _with_level(job: Job, raw: RawTable, mapping: Mapping[str, str]) -> Job:
    """Return the job with the level that the headers name, if neither the options nor a column state it."""
    if job.table != "areas" or job.options.level is not None or "level" in mapping:
        return job
    sample = Sample(raw.columns)
    levels = level_columns([h for h in raw.columns.column_names if sample.values(h)])
    if levels is None or levels.level is None or mapping.get("code") != levels.mapping["code"]:
        return job
    return replace(job, options=replace(job.options, level=levels.level))


def _without_empty(raw: RawTable, file: str) -> RawTable:
    """Return the rows without completely empty ones; spreadsheets may end in thousands of these."""
    filled = np.zeros(len(raw.rows), bool)
    for column in [*raw.columns.columns, *([raw.geometry] if raw.geometry is not None else [])]:
        filled |= bools(column.is_valid())
        if filled.all():
            return raw
    if not filled.any() and not raw.meta.broken:
        raise EmptyFile(f"{file}: there are no rows below the header")
    mask = pa.array(filled)
    geometry = None if raw.geometry is None else pc.filter(raw.geometry, mask)
    return RawTable(raw.columns.filter(mask), pc.filter(raw.rows, mask), geometry, raw.meta)


def _numeric(mapping: dict[str, str]) -> list[str]:
    """Return headers of numbers and geometries, which are not searched for phone numbers; text in them fails its own check."""
    return [h for f, h in mapping.items() if f in _NUMERIC or f.startswith(GROUP_PREFIX)]


def _note_unused(cells: ColumnValues, table: TableName) -> None:
    """Note mapped columns that were not read, and columns that are stored but not used by anything yet."""
    unused = {c.name for c in TABLES[table].columns if not c.used}
    stored = [f for f in cells.mapping if f in unused & cells.requested]
    ignored = [f"{f} ({cells.mapping[f]})" for f in cells.mapping if f not in cells.requested]
    if unused.issuperset(c.name for c in TABLES[table].columns):
        cells.notes.append(f"{table}: accepted, but nothing uses this table yet")
    elif stored:
        cells.notes.append(f"accepted, but nothing uses it yet: {', '.join(stored)}")
    if ignored:
        cells.notes.append(f"neither used nor stored: {', '.join(ignored)}")


def _context(job: Job) -> BuildContext:
    """Return what building rows depends on; a dry run creates no secret."""
    secret = b""
    if isinstance(job.store, Register):
        secret = job.store.secret(keep=not job.options.dry_run)
    study = job.study
    areas = job.project.read("areas") if job.table == "areas" else job.project.areas(study.as_of, study.code_system)
    translated = is_translated(job.table, job.options, areas)
    crosswalk = study_crosswalk(job.project, study, job.options, areas) if translated else None
    return BuildContext(job.options, study, areas, secret, study.as_of or datetime.now(UTC).date(), job.locator, crosswalk)


def _report(job: Job, cells: ColumnValues, built: BuiltTable | None) -> Report:
    meta, rejects = cells.raw.meta, cells.rejects
    return Report(
        job.table,
        job.file,
        format=job.kind if meta.format in {"", job.kind} else f"{meta.format} in {job.kind}",
        encoding=meta.encoding,
        delimiter=meta.delimiter,
        crs=built.crs if built else "",
        layer=meta.layer,
        rows_read=len(cells) + len(rejects.broken),
        rows_accepted=built.rows.num_rows if built else 0,
        rows_rejected=rejects.rejected_rows,
        mapping=cells.mapping,
        unused=tuple(h for h in cells.raw.columns.column_names if h not in cells.mapping.values()),
        dry_run=job.options.dry_run,
        coordinate_check=cells.check,
        notes=tuple(cells.notes),
    )


def _save_rejects(report: Report, rejects: RejectedValues, job: Job, source: Source) -> Report:
    """Write the rejects file; a dry run writes it only to a path from the options."""
    if not rejects.rejected_rows:
        return report
    rejected = rejects.by_file(rejects.to_list())
    report = replace(report, samples=tuple(rejected[:MAX_SAMPLES]))
    target = job.options.rejects
    if target is None and not job.options.dry_run:
        target = rejects_folder(job.store.folder) / f"{report.table}-{Path(report.file).stem}-{source.digest[:8]}.csv"
    if target is None:
        return report
    write_rejects(rejected, target)
    return replace(report, rejects_path=target)
