"""Geocoding of a file: its rows with positions in a new file, and a workbook of those to review."""

import csv
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from geoservice.durable import atomic_write
from geoservice.errors import InputError, MissingColumn
from geoservice.geocode.bulk import end_run, geocode_addresses
from geoservice.geocode.geocoder import Geocoder
from geoservice.geocode.household_columns import added_columns
from geoservice.geocode.review import Threshold, write_review
from geoservice.ingest import Options
from geoservice.ingest.columns import header_names, map_columns
from geoservice.ingest.formats import format_of
from geoservice.ingest.job import file_in_errors
from geoservice.ingest.personal import check_headers
from geoservice.ingest.raw_table import RawTable
from geoservice.ingest.sample import Sample
from geoservice.ingest.sandbox import SCRATCH, read_file
from geoservice.progress import Progress
from geoservice.scratch import scratch_folder
from geoservice.spreadsheet import escape_formula
from geoservice.study import Study

SUFFIXES = (".csv", ".xlsx", ".parquet")
MAX_SHEET_ROWS = 1_048_575


@dataclass(frozen=True)
class GeocodeOptions:
    """Options for geocoding a file.

    Attributes
    ----------
    columns
        Headers whose texts are joined, in this order, to the address; by default the column that is recognised as one.
    out
        The new file, ``.csv``, ``.xlsx`` or ``.parquet``; by default beside the file, as ``NAME.geocoded.csv``.
    review
        The review workbook; by default beside the file, as ``NAME.review.xlsx``.
    threshold
        What is good enough not to be reviewed.
    reading
        How the file is read, as for an import.
    processes
        By default one for each core.
    """

    columns: tuple[str, ...] = ()
    out: Path | None = None
    review: Path | None = None
    threshold: Threshold = field(default_factory=Threshold)
    reading: Options = field(default_factory=Options)
    processes: int | None = None


@dataclass(frozen=True)
class GeocodeReport:
    """What came out, for the owner of the file: rows by precision of the ladder; ``review`` is None if nothing is to review."""

    rows: int
    counts: Mapping[str, int]
    to_review: int
    out: Path
    review: Path | None


def geocode_file(
    path: Path, study: Study, geocoder: Geocoder, folder: Path, options: GeocodeOptions, progress: Progress
) -> GeocodeReport:
    """Geocode the rows of a file.

    Parameters
    ----------
    path : Path
        A table in any format that imports read; it is not changed.
    study : Study
    geocoder : Geocoder
    folder : Path
        The private folder of the project; see :func:`geoservice.geocode.fixes.private_folder`.
    options : GeocodeOptions
    progress : function

    Raises
    ------
    InputError
        As an import; also for a name of the new file that is not allowed, and if it is the file itself.
    """
    out = options.out or path.with_name(f"{path.stem}.geocoded.csv")
    review = options.review or path.with_name(f"{path.stem}.review.xlsx")
    if out.suffix.lower() not in SUFFIXES:
        raise InputError(f"out: got {out.name!r:.60}, allowed are names that end in {', '.join(SUFFIXES)}")
    if len({file.resolve() for file in (path, out, review)}) < 3:
        raise InputError(f"out, review: got {out.name} and {review.name}, allowed are names other than {path.name}")
    with file_in_errors(path.name):
        raw = _read(path, study, folder, options, progress)
        addresses = _addresses(raw, study, options)
    if out.suffix.lower() == ".xlsx" and len(addresses) > MAX_SHEET_ROWS:
        raise InputError(f"out: a sheet has {MAX_SHEET_ROWS} rows and the file {len(addresses)}; allowed are .csv and .parquet")
    results = geocode_addresses(geocoder, addresses, folder, progress, options.processes)
    headers = raw.columns.column_names
    columns: dict[str, list[Any]] = {name: raw.columns.column(name).to_pylist() for name in headers}
    _write(out, {**columns, **added_columns(results, headers)})
    count = write_review(review, addresses, raw.rows.to_pylist(), results, options.threshold)
    end_run(folder)
    return GeocodeReport(len(addresses), results.counts(), count, out, review if count else None)


def _read(path: Path, study: Study, folder: Path, options: GeocodeOptions, progress: Progress) -> RawTable:
    reading = options.reading
    progress("read", 0.0)
    with scratch_folder(SCRATCH, folder) as scratch:
        raw = read_file(
            path, format_of(path), Path(scratch), layer=reading.layer, fields=header_names("households", study, reading),
            header_row=reading.header_row, seconds=reading.seconds, memory_mb=reading.memory_mb,
            progress=lambda fraction: progress("read", fraction),
        )  # fmt: skip
    check_headers("households", raw.columns.column_names)
    return raw


def _addresses(raw: RawTable, study: Study, options: GeocodeOptions) -> list[str]:
    """Return the address of each row."""
    headers, columns = raw.columns.column_names, options.columns
    if missing := [name for name in columns if name not in headers]:
        raise MissingColumn(f"address: the file has no column {missing}; its columns are {headers}")
    if not columns:
        mapping = map_columns("households", headers, study, options.reading, None, Sample(raw.columns))
        if "address" not in mapping:
            raise MissingColumn(f"no column of addresses; the file's columns are {headers}; name it, e.g. --address HEADER")
        columns = (mapping["address"],)
    texts = zip(*(raw.columns.column(name).to_pylist() for name in columns), strict=True)
    return ["".join(text or "" for text in row) for row in texts]


def _write(path: Path, columns: Mapping[str, Sequence[Any]]) -> None:
    """Write columns into a file that its owner alone can read; no cell of a table is a formula."""
    with atomic_write(path) as aside:
        os.close(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        if path.suffix.lower() == ".parquet":
            pq.write_table(pa.table(dict(columns)), aside)
        elif path.suffix.lower() == ".xlsx":
            _write_sheet(aside, columns)
        else:
            with aside.open("w", encoding="utf-8-sig", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(columns)
                writer.writerows([_cell(value) for value in row] for row in zip(*columns.values(), strict=True))


def _cell(value: Any) -> Any:
    return escape_formula(value) if isinstance(value, str) else value


def _write_sheet(path: Path, columns: Mapping[str, Sequence[Any]]) -> None:
    from openpyxl import Workbook

    from geoservice.spreadsheet import text_cell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("geocoded")
    sheet.freeze_panes = "A2"
    sheet.append(list(columns))
    for row in zip(*columns.values(), strict=True):
        sheet.append([text_cell(sheet, value) if isinstance(value, str) else value for value in row])
    book.save(path)
