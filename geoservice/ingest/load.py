"""Import one file: read it apart, check it, and write it into the workspace, whole or not at all."""

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from geoservice.errors import EmptyFile, InputError, MissingColumn, UnreadableFile
from geoservice.geo import BBox
from geoservice.ingest.areas import build_areas
from geoservice.ingest.arrow import bools
from geoservice.ingest.arrow import compute as pc
from geoservice.ingest.cells import Cells
from geoservice.ingest.columns import map_columns, memory_key, remembered_text
from geoservice.ingest.delimited import check_lines
from geoservice.ingest.faults import Faults
from geoservice.ingest.formats import Format, format_of, members
from geoservice.ingest.households import build_households
from geoservice.ingest.personal import check_headers, check_values
from geoservice.ingest.places import box_of
from geoservice.ingest.population import build_population
from geoservice.ingest.raw import Raw
from geoservice.ingest.rejects import write_rejects
from geoservice.ingest.report import Options, Report
from geoservice.ingest.rows import Built, Context
from geoservice.ingest.sandbox import read_file, scratch_folder
from geoservice.ingest.stations import build_stations
from geoservice.ingest.uptake import build_uptake
from geoservice.schema import GROUP_PREFIX, TABLES, TableName
from geoservice.study import Study
from geoservice.workspace.base import Source, Vintage, Workspace

BUILDERS: Mapping[TableName, Callable[[Cells, Context], Built]] = {
    "areas": build_areas,
    "stations": build_stations,
    "households": build_households,
    "uptake": build_uptake,
    "population": build_population,
}
RULES = 1
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
_NUMERIC = (
    "lon",
    "lat",
    "persons",
    "uncertainty_m",
    "capacity",
    "staff",
    "floor_area_m2",
    "start_delay_s",
    "served",
    "eligible",
    "households",
    "persons_margin",
    "h3",
)


def digest_of(paths: Sequence[Path], table: TableName, options: Options, study: Study, areas: str) -> str:
    """Return the SHA-256 of a file's bytes and of all that decides how its rows come out."""
    decides = {
        "rules": RULES,
        "table": table,
        "options": [options.crs, sorted(options.mapping.items()), sorted(options.drop), options.layer, options.accept_partial],
        "defaults": [options.level, options.code_system or study.code_system, options.tier],
        "study": [[s.model_dump() for s in study.services], [g.model_dump() for g in study.groups]],
        "areas": areas,
    }
    whole = hashlib.sha256(json.dumps(decides, ensure_ascii=False, sort_keys=True).encode())
    for path in paths:
        with path.open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()


def import_file(
    workspace: Workspace, table: TableName, path: Path, options: Options, study: Study, progress: Progress
) -> Report:
    """Load one file into one private table.

    Parameters
    ----------
    workspace
        Where it goes. Nothing in it changes when anything is wrong, but for the file of rejected rows.
    table
        Which table the rows are for; areas come before households.
    path, options
        The file and how to read it.
    study
        Names the services and groups.
    progress
        Called with a stage and a fraction from 0 to 1.

    Returns
    -------
    Report
        What was found; ``already_loaded`` when this file was the last one loaded, with the same options.

    Raises
    ------
    InputError
        One of its classes for each thing that can be wrong with a file; see :mod:`geoservice.errors`.
    """
    try:
        return _import_file(workspace, table, path, options, study, progress)
    except InputError as error:
        if path.name in str(error):
            raise
        raise type(error)(f"{path.name}: {error}") from error


def _import_file(
    workspace: Workspace, table: TableName, path: Path, options: Options, study: Study, progress: Progress
) -> Report:
    progress("read", 0.0)
    kind = format_of(path)
    if kind == "csv":
        check_lines(path)
    if kind == "geotiff" and table != "population":
        raise UnreadableFile(f"{path.name}: a raster is read as population alone, not as {table}")
    areas = workspace.digest("areas") if table != "areas" else ""
    name = path.name if options.layer is None else f"{path.name}#{options.layer}"
    source = Source(name, digest_of(members(path, kind), table, options, study, areas))
    if loaded := _loaded(workspace, table, source):
        return _no_op(table, path, kind, loaded, options)
    with scratch_folder(workspace.folder) as folder:
        box = box_of(workspace.read("areas")) if kind == "geotiff" else None
        raw = _read(path, kind, Path(folder), options, box, progress)
        return _import(workspace, table, path, kind, raw, source, options, study, progress)


def _loaded(workspace: Workspace, table: TableName, source: Source) -> Vintage | None:
    """Return the current vintage of a source if it is this very one."""
    last = [v for v in workspace.vintages(table) if v.source.name == source.name][-1:]
    return last[0] if last and last[0].source.digest == source.digest else None


def _no_op(table: TableName, path: Path, kind: Format, vintage: Vintage, options: Options) -> Report:
    notes = ("this file was loaded before with the same options; nothing was done",)
    return Report(
        table, path.name, kind, rows_accepted=vintage.rows, rows_rejected=vintage.rejected,
        rows_read=vintage.rows + vintage.rejected, vintage=vintage, already_loaded=True, dry_run=options.dry_run, notes=notes,
    )  # fmt: skip


def _read(path: Path, kind: Format, scratch: Path, options: Options, box: BBox | None, progress: Progress) -> Raw:
    raw = read_file(
        path, kind, scratch, layer=options.layer, box=box, crs=options.crs,
        seconds=options.seconds, memory_mb=options.memory_mb, progress=lambda f: progress("read", f),
    )  # fmt: skip
    if absent := sorted(set(options.drop) - set(raw.columns.column_names)):
        raise MissingColumn(f"{path.name}: drop: the file has no column {absent}; its columns are {raw.columns.column_names}")
    return raw.without(options.drop)


def _import(
    workspace: Workspace,
    table: TableName,
    path: Path,
    kind: Format,
    raw: Raw,
    source: Source,
    options: Options,
    study: Study,
    progress: Progress,
) -> Report:
    progress("check", 0.0)
    raw = _without_empty(raw, path)
    headers = raw.columns.column_names
    check_headers(table, headers)
    key = memory_key(table, headers)
    mapping = _mapping(table, kind, headers, study, options, workspace.recall(key))
    check_values(table, raw.columns, [h for f, h in mapping.items() if f in _NOT_NAMES], _numeric(mapping))
    progress("check", 0.3)
    faults = Faults(path.name, raw.rows.to_numpy(), broken=raw.meta.broken)
    cells = Cells(raw, mapping, faults, list(raw.meta.notes))
    built = BUILDERS[table](cells, _context(workspace, table, options, study))
    report = _report(table, path, kind, cells, built, options)
    report = _keep_rejects(report, faults, workspace, options, source)
    if faults.rejected and not options.accept_partial and not options.dry_run:
        raise faults.error(report.rejects_path)
    if not built.rows.num_rows and not options.dry_run:
        raise faults.error(report.rejects_path)
    if options.dry_run:
        return report
    progress("write", 0.0)
    TABLES[table].check(built.rows)
    vintage = workspace.write(table, built.rows, source, faults.rejected)
    workspace.remember(key, remembered_text(mapping, options))
    progress("write", 1.0)
    return replace(report, vintage=vintage)


def _mapping(
    table: TableName, kind: Format, headers: list[str], study: Study, options: Options, remembered: str | None
) -> dict[str, str]:
    """Map a file's headers; the ``id`` of GeoJSON features often just counts them: a key among the properties is better."""
    if kind == "geojson" and "id" in headers and "id" not in options.mapping.values():
        mapping = map_columns(table, [h for h in headers if h != "id"], study, options, remembered)
        if TABLES[table].key[-1] in mapping:
            return mapping
    return map_columns(table, headers, study, options, remembered)


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


def _context(workspace: Workspace, table: TableName, options: Options, study: Study) -> Context:
    """Gather what rows depend on; a dry run makes no secret, since its ids are thrown away."""
    secret = b""
    if table == "households":
        secret = os.urandom(32) if options.dry_run else workspace.secret()
    return Context(options, study, workspace.read("areas"), secret)


def _report(table: TableName, path: Path, kind: Format, cells: Cells, built: Built, options: Options) -> Report:
    meta, faults = cells.raw.meta, cells.faults
    return Report(
        table,
        path.name,
        format=kind,
        encoding=meta.encoding,
        delimiter=meta.delimiter,
        crs=built.crs,
        layer=meta.layer,
        rows_read=len(cells) + len(faults.broken),
        rows_accepted=built.rows.num_rows,
        rows_rejected=faults.rejected,
        mapping=cells.mapping,
        unused=tuple(h for h in cells.raw.columns.column_names if h not in cells.mapping.values()),
        dry_run=options.dry_run,
        notes=tuple(cells.notes),
    )


def _keep_rejects(report: Report, faults: Faults, workspace: Workspace, options: Options, source: Source) -> Report:
    """Write the rejects file; a dry run writes only where it was told to."""
    if not faults.rejected:
        return report
    rejects = faults.rejects()
    report = replace(report, samples=tuple(rejects[:SAMPLES]))
    where = options.rejects
    if where is None and not options.dry_run:
        where = workspace.folder / "rejects" / f"{report.table}-{Path(report.file).stem}-{source.digest[:8]}.csv"
    if where is None:
        return report
    write_rejects(rejects, where)
    return replace(report, rejects_path=where)
