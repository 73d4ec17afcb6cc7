"""Add a file of a user to the sources of a gazetteer: all of its rows or none, as imports do."""

import gzip
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from geoservice.errors import InputError, MissingColumn, TooLarge, UnreadableFile
from geoservice.geocode.place_table import SOURCE_KINDS, SourceKind
from geoservice.geocode.sources.tables import BUILDERS, fields_of
from geoservice.geocode.stored_sources import GazetteerSource, save_source, stored_sources
from geoservice.ingest import Options
from geoservice.ingest.column_values import ColumnValues
from geoservice.ingest.columns import doubt_notes, map_columns
from geoservice.ingest.delimited import check_lines
from geoservice.ingest.formats import format_of, table_format_of
from geoservice.ingest.header_names import PAIR_ORDERS, PLACES, guess_columns
from geoservice.ingest.header_vocabulary import Fields
from geoservice.ingest.job import file_in_errors
from geoservice.ingest.personal import check_headers, check_values
from geoservice.ingest.raw_table import RawTable
from geoservice.ingest.rejected_values import RejectedValues
from geoservice.ingest.rejects import rejects_folder, write_rejects
from geoservice.ingest.sample import Sample
from geoservice.ingest.sandbox import SCRATCH, read_file
from geoservice.ingest.table_builder import BuildContext
from geoservice.progress import Progress
from geoservice.project import Project
from geoservice.schema import TABLES
from geoservice.scratch import scratch_folder
from geoservice.study import Study

MAX_BYTES = 2 << 30
"""Most bytes of an unpacked file."""
_CHUNK = 1 << 20
_REQUIRED: Mapping[SourceKind, Sequence[str]] = {
    "divisions": ("code",),
    "changes": ("old_name", "new_name"),
    "aliases": ("alias",),
    "places": ("name",),
}


@dataclass(frozen=True)
class AddReport:
    """Result of adding a file; ``source`` is None after a dry run, ``already_added`` means that nothing changed."""

    file: str
    kind: SourceKind
    mapping: Mapping[str, str]
    rows_read: int
    rows_accepted: int
    rows_rejected: int
    crs: str = ""
    notes: Sequence[str] = ()
    unused: Sequence[str] = ()
    rejects_path: Path | None = None
    source: GazetteerSource | None = None
    already_added: bool = False

    def lines(self) -> list[str]:
        """Return the report for people."""
        lines = [f"{self.kind} from {self.file} {self.crs}".rstrip()]
        lines += [f"  {ours}: {theirs}" for ours, theirs in self.mapping.items()]
        lines += [f"  not used: {', '.join(self.unused)}"] if self.unused else []
        lines += [f"  note: {note}" for note in self.notes]
        lines += [f"  rows read {self.rows_read}, accepted {self.rows_accepted}, rejected {self.rows_rejected}"]
        lines += [f"  rejected rows, each with its reason: {self.rejects_path}"] if self.rejects_path else []
        if self.already_added:
            lines.append("  the same rows were added before: nothing to do")
        elif self.source is None:
            lines.append("  dry run: nothing was changed")
        return lines


def add_file(
    project: Project,
    study: Study,
    path: Path,
    kind: SourceKind,
    options: Options,
    progress: Progress,
    *,
    name: str | None = None,
    day: date | None = None,
    private: bool = False,
) -> AddReport:
    """Read a file and add its rows to the sources of a gazetteer, in place of former rows under the same name.

    Parameters
    ----------
    project, study
        The project, its areas and its code system.
    path
        Any format that imports read, ``.gz`` of one, or JSON with codes and names.
    kind
        ``divisions`` (codes and names), ``changes`` (of codes and names), ``aliases`` or ``places``.
    options
        How to read it; without a code system the codes of a table are a system of their own, by the name of the source.
    progress
        Called with a stage and a fraction.
    name
        Name of the source, by default that of the file.
    day
        The day that the table describes.
    private
        Whether it stays out of releases.

    Raises
    ------
    InputError
        The file cannot be read, or a row is rejected and partial files are not accepted.
    """
    if kind not in SOURCE_KINDS:
        raise InputError(f"kind: got {kind!r:.40}, allowed are {', '.join(SOURCE_KINDS)}")
    name = name or path.name
    system = options.code_system or (study.code_system if kind == "places" else name)
    options = replace(options, code_system=system)
    with file_in_errors(path.name):
        raw = _read(project, path, kind, options, progress)
        return _add(project, study, raw, GazetteerSource(name, kind, system, private, day), path.name, options, progress)


def _read(project: Project, path: Path, kind: SourceKind, options: Options, progress: Progress) -> RawTable:
    progress("read", 0.0)
    with scratch_folder(SCRATCH, project.folder) as scratch:
        folder = Path(scratch)
        with nullcontext(path) if path.suffix.lower() != ".gz" else _unpacked(path, folder) as file:
            form = format_of(file) if kind == "places" else table_format_of(file)
            if form == "geotiff":
                raise UnreadableFile(f"{path.name}: it is a raster; allowed are tables")
            if form == "csv":
                check_lines(file)
            (folder / "out").mkdir()
            raw = read_file(
                file, form, folder / "out", layer=options.layer, fields=fields_of(kind), header_row=options.header_row,
                seconds=options.seconds, memory_mb=options.memory_mb, progress=lambda f: progress("read", f),
            )  # fmt: skip
            columns = raw.columns.combine_chunks()  # the scratch folder and its mapped file go away
    if missing := sorted(set(options.drop) - set(columns.column_names)):
        raise MissingColumn(f"{path.name}: drop: the file has no column {missing}; its columns are {columns.column_names}")
    return RawTable(columns, raw.rows, raw.geometry, raw.meta).without(options.drop)


def _unpacked(path: Path, folder: Path) -> "nullcontext[Path]":
    """Return the unpacked file of a ``.gz`` file in a folder."""
    target, size = folder / path.stem, 0
    try:
        with gzip.open(path) as packed, target.open("wb") as file:
            while chunk := packed.read(_CHUNK):
                size += len(chunk)
                if size > MAX_BYTES:
                    raise TooLarge(f"{path.name}: unpacked it is larger than {MAX_BYTES >> 20} MB")
                file.write(chunk)
    except (gzip.BadGzipFile, EOFError) as e:
        raise UnreadableFile(f"{path.name}: it is no complete gzip file") from e
    return nullcontext(target)


def _mapping(raw: RawTable, kind: SourceKind, study: Study, options: Options, notes: list[str]) -> dict[str, str]:
    """Map the headers of a file: tables of divisions as areas, the others by their own columns."""
    headers, sample = raw.columns.column_names, Sample(raw.columns)
    doubts: dict[str, list[str]] = {}
    if kind == "divisions":
        mapping = map_columns("areas", headers, study, options, None, sample, doubts)
    else:
        mapping = _own_mapping(headers, fields_of(kind), options, sample, doubts)
    notes += doubt_notes(doubts)
    if missing := [f for f in _REQUIRED[kind] if f not in mapping]:
        columns = f"the file's columns are {headers}"
        raise MissingColumn(f"{kind}: no column matches {missing}; {columns}; map them, e.g. --map {missing[0]}=HEADER")
    return mapping


def _own_mapping(
    headers: Sequence[str], fields: Fields, options: Options, sample: Sample, doubts: dict[str, list[str]]
) -> dict[str, str]:
    stated = dict(options.mapping)
    allowed = [*fields, *(PAIR_ORDERS if "coordinates" in fields else ())]
    if unknown := sorted(set(stated) - set(allowed)):
        raise MissingColumn(f"mapping: {unknown} are not columns; allowed are {allowed}")
    if absent := sorted({h for h in stated.values() if h} - set(headers)):
        raise MissingColumn(f"mapping: the file has no column {absent}; its columns are {list(headers)}")
    rest = [h for h in headers if h not in stated.values()]

    def grade(field: str, header: str, sure: bool) -> float:
        """Return how well values fit a coordinate; other columns are known by their names alone."""
        return sample.grade(field, header, sure) if field in PLACES else float(sure)

    guessed = guess_columns(rest, {f: n for f, n in fields.items() if f not in stated}, grade, doubts)
    if any(pair in stated for pair in PAIR_ORDERS):
        guessed = {f: h for f, h in guessed.items() if f not in {"lon", "lat", "coordinates"}}
    return {**guessed, **{f: h for f, h in stated.items() if h}}


def _add(
    project: Project, study: Study, raw: RawTable, source: GazetteerSource, file: str, options: Options, progress: Progress
) -> AddReport:
    progress("check", 0.0)
    headers, notes = raw.columns.column_names, [*raw.meta.notes]
    check_headers("areas", headers)
    mapping = _mapping(raw, source.kind, study, options, notes)
    check_values("areas", raw.columns, (), [h for f, h in mapping.items() if f not in {"name", "alias", "area", "parent"}])
    rejects = RejectedValues(file, raw.rows.to_numpy(), broken=raw.meta.broken)
    cells = ColumnValues(raw, mapping, rejects, notes)
    own_areas = source.kind == "places"
    areas = project.areas(study.as_of, study.code_system) if own_areas else TABLES["areas"].arrow().empty_table()
    built = BUILDERS[source.kind](cells, BuildContext(options, study, areas, b"", source.day or datetime.now(UTC).date()))
    report = AddReport(
        file,
        source.kind,
        mapping,
        len(cells) + len(rejects.broken),
        built.rows.num_rows,
        rejects.rejected_rows,
        built.crs,
        tuple(cells.notes),
        tuple(h for h in headers if h not in mapping.values()),
        _write_rejects(project, rejects, source, options),
    )
    if (rejects.rejected_rows and not options.accept_partial) or not built.rows.num_rows:
        raise rejects.error(report.rejects_path)
    progress("check", 1.0)
    if options.dry_run:
        return report
    former = {s.name: s for s in stored_sources(project.gazetteer)}.get(source.name)
    source = replace(source, rejected=rejects.rejected_rows, added=former.added if former else None)
    stored = save_source(project.gazetteer, built.rows, source)
    if former is not None and former != stored:
        stored = save_source(project.gazetteer, built.rows, replace(source, added=None))
    return replace(report, source=stored, already_added=former == stored)


def _write_rejects(project: Project, rejects: RejectedValues, source: GazetteerSource, options: Options) -> Path | None:
    target = options.rejects
    if not rejects.rejected_rows or (target is None and options.dry_run):
        return None
    if target is None:
        target = rejects_folder(project.folder) / f"gazetteer-{Path(source.name).stem}.csv"
    write_rejects(rejects.to_list(), target)
    return target
