"""Import of one file or frame: read, check, and write into the register or the project, all of it or nothing."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from geoservice.errors import InputError, MissingColumn, UnreadableFile
from geoservice.geo import BBox
from geoservice.ingest.area_codes import is_translated
from geoservice.ingest.area_lookup import AreaLookup, areas_bbox
from geoservice.ingest.columns import header_names
from geoservice.ingest.control_points import ControlFit, fit_control_points
from geoservice.ingest.delimited import check_lines
from geoservice.ingest.formats import Format, format_of, input_files
from geoservice.ingest.frame import digest_of_rows, read_frame
from geoservice.ingest.import_rows import import_rows
from geoservice.ingest.job import Job, file_in_errors
from geoservice.ingest.located import AddressLocator
from geoservice.ingest.raw_table import RawTable
from geoservice.ingest.report import Options, Report
from geoservice.ingest.sandbox import SCRATCH, read_file
from geoservice.progress import Progress
from geoservice.project import Project
from geoservice.register import Register
from geoservice.register.store import TABLES as REGISTER_TABLES
from geoservice.schema import TableName
from geoservice.scratch import scratch_folder
from geoservice.study import Study
from geoservice.vintages import Source, Vintage, VintageStore, digest

if TYPE_CHECKING:
    import pandas as pd

RULES = 4
"""Version of the import rules; raised whenever the same file would be read differently, so that it is loaded again."""


def digest_of(contents: Iterable[bytes], table: TableName, options: Options, study: Study, areas: str, places: str = "") -> str:
    """Return the SHA-256 over the digests of a source's contents and everything that determines its rows.

    ``areas`` is the digest of the areas, ``places`` that of where addresses are looked up.
    """
    inputs = {
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
        **({"places": places} if places else {}),
    }
    sha256 = hashlib.sha256(json.dumps(inputs, ensure_ascii=False, sort_keys=True).encode())
    for content in contents:
        sha256.update(content)
    return sha256.hexdigest()


def _file_digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def import_file(
    project: Project,
    table: TableName,
    path: Path,
    options: Options,
    study: Study,
    progress: Progress,
    register: Register | None = None,
    locator: AddressLocator | None = None,
) -> Report:
    """Load one file into one table.

    Parameters
    ----------
    project
        Store of public tables, with the areas. Nothing in it changes if anything is wrong, except for the file of rejected
        rows.
    table
        The table to load; areas come before households.
    path, options
        The file and how to read it.
    study
        Defines services and groups.
    progress
        Called with a stage and a fraction from 0 to 1.
    register
        Store of households; not needed for other tables.
    locator
        Finds the places of households and stations whose rows have an address and no coordinates.

    Returns
    -------
    Report
        The result; ``already_loaded`` if this file with the same options is the current vintage.

    Raises
    ------
    InputError
        One of its subclasses, by the kind of fault; see :mod:`geoservice.errors`.
    """
    store = _store(table, project, register)
    with file_in_errors(path.name):
        _no_counties(path.name, options)
        kind = format_of(path)
        return _import_file(Job(store, project, table, path.name, kind, options, study, progress, locator), path, kind)


def import_frame(
    project: Project,
    table: TableName,
    frame: "pd.DataFrame",
    name: str,
    options: Options,
    study: Study,
    progress: Progress,
    register: Register | None = None,
    locator: AddressLocator | None = None,
) -> Report:
    """Load a data frame of pandas or geopandas into one table, as :func:`import_file` loads a file.

    Parameters
    ----------
    project, table
        As for a file.
    frame
        The rows; the report counts them from 0, as ``frame.iloc`` does.
    name
        Name of the source, like a file's name: a frame of the same name is its next vintage.
    options, study, progress, register, locator
        As for a file, without ``layer`` and ``header_row`` of the options.

    Returns
    -------
    Report
        The result; ``already_loaded`` if a frame of this name with the same rows is the current vintage.

    Raises
    ------
    InputError
        As for a file; also for an option that applies to files only.
    """
    store = _store(table, project, register)
    if options.layer is not None or options.header_row is not None:
        raise InputError(f"{name}: layer and header_row apply to files, not to frames")
    _no_counties(name, options)
    with file_in_errors(name):
        progress("read", 0.0)
        raw = read_frame(frame, name)
        job = Job(store, project, table, name, "frame", options, study, progress, locator)
        return import_source(job, name, [digest_of_rows(raw)], lambda: raw)


def _no_counties(name: str, options: Options) -> None:
    if options.counties:
        raise InputError(f"{name}: counties apply to datasets, folders with partitions such as county=340811")


def _store(table: TableName, project: Project, register: Register | None) -> VintageStore:
    store = register if table in REGISTER_TABLES else project
    if store is None:
        raise InputError(f"{table}: this table is in the register, which is not open")
    return store


def _import_file(job: Job, path: Path, kind: Format) -> Report:
    job.progress("read", 0.0)
    if kind == "csv":
        check_lines(path)
    if kind == "geotiff" and job.table != "population":
        raise UnreadableFile(f"{path.name}: a raster can be imported as population only, not as {job.table}")
    name = path.name if job.options.layer is None else f"{path.name}#{job.options.layer}"
    return import_source(job, name, map(_file_digest, input_files(path, kind)), lambda: read_source(job, path, kind))


def import_source(job: Job, name: str, contents: Iterable[bytes], read: Callable[[], RawTable]) -> Report:
    """Import the rows that ``read`` returns, unless the current vintage has the same source."""
    job, fit = _fitted(job)
    digests = list(contents)
    areas = _areas_digest(job)
    places = job.locator.digest if job.locator is not None else ""
    digest = digest_of(digests, job.table, job.options, job.study, areas, places)
    file_digest = digests[0][:64].decode() if job.kind == "frame" else digests[0].hex()  # that of a frame is text
    source = Source(name, digest, job.file, file_digest)
    loaded = job.store.loaded(job.table, source, job.options.replaces)
    if loaded and not job.options.preview:
        return replace(_already_loaded(job, loaded), sha256=source.sha256)
    raw = _without_dropped(job, read())
    raw.meta.notes.extend([] if fit is None else fit.lines())
    return replace(import_rows(job, raw, source), sha256=source.sha256)


def _areas_digest(job: Job) -> str:
    """Return the digest of the areas that rows depend on: those of the study, and those whose codes the file has."""
    if job.table == "areas":
        return ""
    study, options = job.study, job.options
    areas = job.project.areas(study.as_of, study.code_system)
    if not is_translated(job.table, options, areas):
        return digest(areas)
    return f"{digest(areas)} {digest(job.project.system_areas(study.as_of, options.code_system or ''))}"


def _fitted(job: Job) -> tuple[Job, ControlFit | None]:
    """Return the job with the CRS that its control points show, and their fit; unchanged without control points."""
    path = job.options.control_points
    if path is None:
        return job, None
    if job.kind == "geotiff":
        raise InputError("control points are for coordinates of points and polygons, not for rasters")
    fit = fit_control_points(Path(path), job.options.crs, job.store.folder)
    return replace(job, options=replace(job.options, crs=fit.crs, control_points=None)), fit


def _already_loaded(job: Job, vintage: Vintage) -> Report:
    notes = ("it was already loaded with the same options; nothing was done",)
    return Report(
        job.table, job.file, job.kind, rows_accepted=vintage.rows, rows_rejected=vintage.rejected,
        rows_read=vintage.rows + vintage.rejected, vintage=vintage, already_loaded=True, dry_run=job.options.dry_run,
        notes=notes,
    )  # fmt: skip


def read_source(job: Job, path: Path, kind: Format) -> RawTable:
    """Return the rows of a file or of a dataset's folder, read in a process of its own."""
    options = job.options
    with scratch_folder(SCRATCH, job.store.folder) as folder:
        return read_file(
            path, kind, Path(folder), layer=options.layer, box=_box(job), crs=options.crs,
            fields=header_names(job.table, job.study, options), header_row=options.header_row, seconds=options.seconds,
            memory_mb=options.memory_mb, progress=lambda f: job.progress("read", f),
        )  # fmt: skip


def _box(job: Job) -> BBox | None:
    """Return the bounding box of the areas for a raster, or for an archive, which may hold one."""
    if job.table != "population" or job.kind not in {"geotiff", "zip"}:
        return None
    areas = job.project.areas(job.study.as_of, job.study.code_system)
    return areas_bbox(areas) if job.kind == "geotiff" or len(AreaLookup.of(areas).codes) else None


def _without_dropped(job: Job, raw: RawTable) -> RawTable:
    if missing := sorted(set(job.options.drop) - set(raw.columns.column_names)):
        raise MissingColumn(f"{job.file}: drop: the file has no column {missing}; its columns are {raw.columns.column_names}")
    return raw.without(job.options.drop)
