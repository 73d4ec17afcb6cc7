"""Import one file: read it apart, check it, and write it into the register or the project, whole or not at all."""

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from geoservice.errors import EmptyFile, InputError, MissingColumn, UnreadableFile
from geoservice.ingest.areas import build_areas
from geoservice.ingest.arrow import bools
from geoservice.ingest.arrow import compute as pc
from geoservice.ingest.cells import Cells
from geoservice.ingest.columns import doubt_notes, fields_of, map_columns, memory_key, remembered_text
from geoservice.ingest.delimited import check_lines
from geoservice.ingest.faults import Faults
from geoservice.ingest.formats import Format, format_of, members
from geoservice.ingest.households import build_households
from geoservice.ingest.level_columns import level_columns
from geoservice.ingest.personal import check_headers, check_values
from geoservice.ingest.places import box_of
from geoservice.ingest.population import build_population
from geoservice.ingest.raw import Raw
from geoservice.ingest.rejects import write_rejects
from geoservice.ingest.report import Options, Report
from geoservice.ingest.rows import Built, Context
from geoservice.ingest.sample import Sample
from geoservice.ingest.sandbox import read_file, scratch_folder
from geoservice.ingest.stations import build_stations
from geoservice.ingest.uptake import build_uptake
from geoservice.ingest.value_checks import NUMBERS
from geoservice.project import Project
from geoservice.register import Register
from geoservice.register.store import TABLES as REGISTER_TABLES
from geoservice.schema import GROUP_PREFIX, TABLES, TableName
from geoservice.study import Study
from geoservice.vintages import Source, Vintage, VintageStore

BUILDERS: Mapping[TableName, Callable[[Cells, Context], Built]] = {
    "areas": build_areas,
    "stations": build_stations,
    "households": build_households,
    "uptake": build_uptake,
    "population": build_population,
}
RULES = 3
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
_NUMERIC = (*NUMBERS, "lon", "lat", "persons_margin", "h3")


def digest_of(paths: Sequence[Path], table: TableName, options: Options, study: Study, areas: str) -> str:
    """Return the SHA-256 of a file's bytes and of all that decides how its rows come out."""
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
    for path in paths:
        with path.open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()


@dataclass(frozen=True)
class _Job:
    """One file on its way into a table of ``store``; ``project`` has the areas."""

    store: VintageStore
    project: Project
    table: TableName
    path: Path
    kind: Format
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
    store = register if table in REGISTER_TABLES else project
    if store is None:
        raise InputError(f"{table}: they are kept in the register, which is not open")
    try:
        return _import_file(_Job(store, project, table, path, format_of(path), options, study, progress))
    except InputError as error:
        if path.name in str(error):
            raise
        raise type(error)(f"{path.name}: {error}") from error


def _import_file(job: _Job) -> Report:
    job.progress("read", 0.0)
    if job.kind == "csv":
        check_lines(job.path)
    if job.kind == "geotiff" and job.table != "population":
        raise UnreadableFile(f"{job.path.name}: a raster is read as population alone, not as {job.table}")
    areas = job.project.digest("areas") if job.table != "areas" else ""
    name = job.path.name if job.options.layer is None else f"{job.path.name}#{job.options.layer}"
    source = Source(name, digest_of(members(job.path, job.kind), job.table, job.options, job.study, areas))
    if loaded := _loaded(job.store, job.table, source):
        return _no_op(job, loaded)
    with scratch_folder(job.store.folder) as folder:
        return _import(job, _read(job, Path(folder)), source)


def _loaded(store: VintageStore, table: TableName, source: Source) -> Vintage | None:
    """Return the current vintage of a source if it is this very one."""
    last = [v for v in store.vintages(table) if v.source.name == source.name][-1:]
    return last[0] if last and last[0].source.digest == source.digest else None


def _no_op(job: _Job, vintage: Vintage) -> Report:
    notes = ("this file was loaded before with the same options; nothing was done",)
    return Report(
        job.table, job.path.name, job.kind, rows_accepted=vintage.rows, rows_rejected=vintage.rejected,
        rows_read=vintage.rows + vintage.rejected, vintage=vintage, already_loaded=True, dry_run=job.options.dry_run,
        notes=notes,
    )  # fmt: skip


def _read(job: _Job, scratch: Path) -> Raw:
    path, options = job.path, job.options
    box = box_of(job.project.read("areas")) if job.kind == "geotiff" else None
    raw = read_file(
        path, job.kind, scratch, layer=options.layer, box=box, crs=options.crs, fields=fields_of(job.table, job.study),
        header_row=options.header_row, seconds=options.seconds,
        memory_mb=options.memory_mb, progress=lambda f: job.progress("read", f),
    )  # fmt: skip
    if absent := sorted(set(options.drop) - set(raw.columns.column_names)):
        raise MissingColumn(f"{path.name}: drop: the file has no column {absent}; its columns are {raw.columns.column_names}")
    return raw.without(options.drop)


def _import(job: _Job, raw: Raw, source: Source) -> Report:
    table, options = job.table, job.options
    job.progress("check", 0.0)
    raw = _without_empty(raw, job.path)
    headers = raw.columns.column_names
    check_headers(table, headers)
    key = memory_key(table, headers)
    doubts: dict[str, list[str]] = {}
    mapping = _mapping(job, raw, job.store.recall(key), doubts)
    job = _with_level(job, raw, mapping)
    check_values(table, raw.columns, [h for f, h in mapping.items() if f in _NOT_NAMES], _numeric(mapping))
    job.progress("check", 0.3)
    faults = Faults(job.path.name, raw.rows.to_numpy(), broken=raw.meta.broken)
    cells = Cells(raw, mapping, faults, [*raw.meta.notes, *doubt_notes(doubts)])
    built = _build(cells, job, doubts)
    report = _keep_rejects(_report(job, cells, built), faults, job, source)
    if faults.rejected and not options.accept_partial and not options.dry_run:
        raise faults.error(report.rejects_path)
    if not built.rows.num_rows and not options.dry_run:
        raise faults.error(report.rejects_path)
    if options.dry_run:
        return report
    job.progress("write", 0.0)
    TABLES[table].check(built.rows)
    vintage = job.store.write(table, built.rows, source, faults.rejected)
    job.store.remember(key, remembered_text(mapping, options))
    job.progress("write", 1.0)
    return replace(report, vintage=vintage)


def _build(cells: Cells, job: _Job, doubts: Mapping[str, Sequence[str]]) -> Built:
    """Build the table; where a column is missing, the error says which headers were equally good for it."""
    try:
        return BUILDERS[job.table](cells, _context(job))
    except MissingColumn as error:
        if not doubts:
            raise
        raise MissingColumn("; ".join([str(error), *doubt_notes(doubts)])) from error


def _mapping(job: _Job, raw: Raw, remembered: str | None, doubts: dict[str, list[str]]) -> dict[str, str]:
    """Map a file's headers; the ``id`` of GeoJSON features often just counts them: a key among the properties is better."""
    table, options, headers = job.table, job.options, raw.columns.column_names
    sample = Sample(raw.columns)
    if job.kind == "geojson" and "id" in headers and "id" not in options.mapping.values():
        mapping = map_columns(table, [h for h in headers if h != "id"], job.study, options, remembered, sample, doubts)
        if TABLES[table].key[-1] in mapping:
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


def _without_empty(raw: Raw, path: Path) -> Raw:
    """Leave out rows that hold nothing at all: spreadsheets end in thousands of them."""
    something = np.zeros(len(raw.rows), bool)
    for column in [*raw.columns.columns, *([raw.geometry] if raw.geometry is not None else [])]:
        something |= bools(column.is_valid())
        if something.all():
            return raw
    if not something.any() and not raw.meta.broken:
        raise EmptyFile(f"{path.name}: there are no rows below the header")
    mask = pa.array(something)
    geometry = None if raw.geometry is None else pc.filter(raw.geometry, mask)
    return Raw(raw.columns.filter(mask), pc.filter(raw.rows, mask), geometry, raw.meta)


def _numeric(mapping: dict[str, str]) -> list[str]:
    """Return headers of plain numbers, which need no look for phones in their digits; a column of text fails its own check."""
    return [h for f, h in mapping.items() if f in _NUMERIC or f.startswith(GROUP_PREFIX)]


def _context(job: _Job) -> Context:
    """Gather what rows depend on; a dry run makes no secret, since its ids are thrown away."""
    secret = b""
    if isinstance(job.store, Register):
        secret = os.urandom(32) if job.options.dry_run else job.store.secret()
    return Context(job.options, job.study, job.project.read("areas"), secret)


def _report(job: _Job, cells: Cells, built: Built) -> Report:
    meta, faults = cells.raw.meta, cells.faults
    return Report(
        job.table,
        job.path.name,
        format=job.kind,
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
        where = job.store.folder / "rejects" / f"{report.table}-{Path(report.file).stem}-{source.digest[:8]}.csv"
    if where is None:
        return report
    write_rejects(rejects, where)
    return replace(report, rejects_path=where)
