"""What a guided import shows before anything is loaded: which header goes to which column and why, and the first rows."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import pyarrow as pa

from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.columns import fields_of
from geoservice.ingest.header_names import PAIR_FIELDS, normalize_header
from geoservice.ingest.header_patterns import SURE, patterns_of
from geoservice.ingest.header_vocabulary import Fields
from geoservice.ingest.raw_table import RawTable
from geoservice.ingest.report import Options, Reject
from geoservice.ingest.sample import Sample
from geoservice.ingest.template import template
from geoservice.schema import TableName
from geoservice.study import Study

FIRST, FAULTY = 5, 10
"""Rows from the top, and further rows with errors, that a preview shows."""
MAX_CANDIDATES = 3
REASONS: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "no_header": {"zh": "文件中没有这样的列名", "en": "no header of the file names it"},
    "values_differ": {"zh": "列名相符，但其下的值不符", "en": "a header names it, but the values below do not fit"},
    "ambiguous": {"zh": "几个列名同样相符", "en": "several headers fit equally well"},
    "left_out": {"zh": "按要求不读取", "en": "left out as requested"},
    "not_needed": {"zh": "已由其他列代替", "en": "other columns stand for it"},
    "no_column": {"zh": "本表没有这样的列", "en": "the table has no such column"},
    "other_header": {"zh": "该列已取自另一列名", "en": "its column is read from another header"},
})  # fmt: skip
"""Why a column has no header, or a header no column, by language."""


@dataclass(frozen=True)
class Unmatched:
    """A column of the table without a header, or a header without a column; ``candidates`` are headers or columns for it.

    ``is_needed``: nothing is loaded without the column.
    """

    name: str
    reason: str
    candidates: tuple[str, ...] = ()
    is_needed: bool = False


@dataclass(frozen=True)
class PreviewRow:
    """One row of the file as text, in the order of its headers, with what is wrong in it; private."""

    row: int
    values: tuple[str, ...]
    faults: tuple[Reject, ...] = ()


@dataclass(frozen=True)
class Preview:
    """How the headers of a file were understood, and its first rows; private, as it holds the file's content.

    ``headers`` are those of the file, ``columns`` the table's columns without a header, ``unused`` the headers without a
    column, ``options`` the options that state the mapping, for the user to correct.
    """

    headers: tuple[str, ...]
    columns: tuple[Unmatched, ...]
    unused: tuple[Unmatched, ...]
    options: str
    rows: tuple[PreviewRow, ...]


def preview_of(
    table: TableName,
    raw: RawTable,
    mapping: Mapping[str, str],
    doubts: Mapping[str, Sequence[str]],
    rejects: Sequence[Reject],
    study: Study,
    options: Options,
) -> Preview:
    """Return the preview of a file.

    Parameters
    ----------
    table
        What is imported.
    raw
        The file as it was read.
    mapping, doubts
        Our column -> the header it is read from; and the headers that fit it equally well.
    rejects
        The rejected values, in row order.
    study, options
        What is imported, and how.
    """
    fields, headers, sample = fields_of(table, study), raw.columns.column_names, Sample(raw.columns)
    likeness = _Likeness(fields, sample)
    open_headers = [h for h in headers if h not in mapping.values()]
    needed = {c.field for c in template(table, "en", study) if c.required}
    missing = [_column(f, mapping, doubts, open_headers, likeness, options) for f in fields if f not in mapping]
    columns = [replace(c, is_needed=c.name in needed and c.reason != "not_needed") for c in missing]
    unused = [_header(h, mapping, doubts, likeness) for h in open_headers]
    line = " ".join(f"--map {shlex.quote(f'{column}={header}')}" for column, header in mapping.items())
    return Preview(tuple(headers), tuple(columns), tuple(unused), line, _rows(raw, rejects))


class _Likeness:
    """How well headers fit columns, by name and by the values below."""

    def __init__(self, fields: Fields, sample: Sample) -> None:
        self._fields, self._sample = fields, sample

    def named(self, field: str, header: str) -> float:
        """Return the score of a header's name for a column."""
        return patterns_of(field, self._fields[field]).score(header)

    def fits(self, field: str, header: str) -> bool:
        """Whether the values below a header fit a column."""
        own_name = normalize_header(header) == normalize_header(field)
        return own_name or self._sample.grade(field, header, self.named(field, header) >= SURE) > 0

    def columns(self, header: str) -> list[str]:
        """Return the columns that a header may name, the best first."""
        scored = sorted(((-self.named(f, header), i, f) for i, f in enumerate(self._fields)))
        return [f for score, _, f in scored if score < 0][:MAX_CANDIDATES]


def _column(
    field: str,
    mapping: Mapping[str, str],
    doubts: Mapping[str, Sequence[str]],
    headers: Sequence[str],
    likeness: _Likeness,
    options: Options,
) -> Unmatched:
    if options.mapping.get(field) == "":
        return Unmatched(field, "left_out")
    if field in doubts:
        return Unmatched(field, "ambiguous", tuple(doubts[field]))
    if _is_covered(field, mapping):
        return Unmatched(field, "not_needed")
    candidates = sorted((h for h in headers if likeness.named(field, h)), key=lambda h: -likeness.named(field, h))
    return Unmatched(field, "values_differ" if candidates else "no_header", tuple(candidates[:MAX_CANDIDATES]))


def _is_covered(field: str, mapping: Mapping[str, str]) -> bool:
    """Whether other columns stand for one: another form of the position, a label of ages for its bounds."""
    positions = ("lon", "lat", "wkt", "h3", "address", *PAIR_FIELDS)
    return (field in positions and any(f in mapping for f in positions)) or (
        field in {"age", "age_from", "age_to"} and any(f in mapping for f in ("age", "age_from"))
    )


def _header(header: str, mapping: Mapping[str, str], doubts: Mapping[str, Sequence[str]], likeness: _Likeness) -> Unmatched:
    columns = likeness.columns(header)
    if any(header in headers for headers in doubts.values()):
        return Unmatched(header, "ambiguous", tuple(f for f, headers in doubts.items() if header in headers))
    if not columns:
        return Unmatched(header, "no_column")
    reason = "other_header" if columns[0] in mapping and likeness.fits(columns[0], header) else "values_differ"
    return Unmatched(header, reason, tuple(columns))


def _rows(raw: RawTable, rejects: Sequence[Reject]) -> tuple[PreviewRow, ...]:
    """Return the first rows, and the first of the others that have errors."""
    by_row: dict[int, list[Reject]] = {}
    for reject in rejects:
        by_row.setdefault(reject.row, []).append(reject)
    first = raw.rows.slice(0, FIRST).to_pylist()
    faulty = pa.array([row for row in by_row if row not in first][: FAULTY * 2], pa.int64())
    at = [i for i in pc.index_in(faulty, value_set=raw.rows).to_pylist() if i is not None][:FAULTY]  # a broken line is no row
    shown = pa.array([*range(len(first)), *at], pa.int64())
    numbers = [*first, *raw.rows.take(shown.slice(len(first))).to_pylist()]
    columns = [column.take(shown).to_pylist() for column in raw.columns.columns]  # a file of points may have none
    return tuple(
        PreviewRow(row, tuple(column[i] or "" for column in columns), tuple(by_row.get(row, ())))
        for i, row in enumerate(numbers)
    )
