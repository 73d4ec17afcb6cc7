"""Typed values of the mapped columns of a file; unacceptable values are collected with their reasons."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from geoservice.errors import DuplicateKeys, InputError
from geoservice.geo import Bools, Floats, Ints, Objects
from geoservice.ingest.arrow_compute import Column, bools
from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.coordinate_readings import FilePoints
from geoservice.ingest.raw_table import RawTable
from geoservice.ingest.rejected_values import Kind, RejectedValues
from geoservice.ingest.report import CoordinateCheck
from geoservice.ingest.values import Parsed, Text, codes, numbers, parse_each, to_date, to_flag, to_items


@dataclass
class ColumnValues:
    """Columns of a file under our names; all arrays have shape ``(n,)`` with n the number of rows.

    ``points`` are the coordinates as they are in the file, and ``polygons`` its polygons in them, once they have been read;
    ``crs_stated`` is whether the file or the options state their CRS, ``check`` the comparison of their readings, and
    ``refusal`` the error with which a dry run ends.
    """

    raw: RawTable
    mapping: dict[str, str]
    rejects: RejectedValues
    notes: list[str] = field(default_factory=list)
    requested: set[str] = field(default_factory=set)
    """Our columns that were read so far; a mapped column that is never read is reported as unused."""
    points: FilePoints | None = None
    polygons: Objects | None = None
    crs_stated: bool = False
    check: CoordinateCheck | None = None
    refusal: InputError | None = None

    def __len__(self) -> int:
        return self.raw.columns.num_rows

    def has(self, name: str) -> bool:
        """Whether the file has this column."""
        return name in self.mapping

    def column(self, name: str) -> Text:
        """Return a column as text, unchanged; nulls if the file has no such column."""
        self.requested.add(name)
        if name in self.mapping:
            return self.raw.columns.column(self.mapping[name])
        return pa.chunked_array([pa.nulls(len(self), pa.string())])

    def reject(
        self,
        mask: Bools,
        name: str,
        reason: str | Sequence[str],
        allowed: str,
        *,
        kind: Kind | None = None,
        private: bool = False,
    ) -> None:
        """Reject the rows of ``mask`` for their value in a column; a list of reasons has one for each of them, in order."""
        if mask.any():
            texts = [v or "" for v in self.column(name).take(pa.array(np.flatnonzero(mask))).to_pylist()]
            error_class = {} if kind is None else {"kind": kind}
            self.rejects.add(mask, self.mapping.get(name, name), texts, reason, allowed, private=private, **error_class)

    def _checked(self, name: str, parsed: Parsed, required: bool, reason: str, allowed: str, private: bool = False) -> Any:
        self.reject(parsed.bad, name, reason, allowed, private=private)
        if required:
            self.reject(parsed.empty, name, "empty", allowed, private=private)
        return parsed.values

    def numbers(self, name: str) -> Parsed:
        """Return a parsed column of numbers; in a file separated by semicolons the comma is the decimal mark."""
        return numbers(self.column(name), decimal_comma=self.raw.meta.delimiter == ";")

    def number(
        self, name: str, low: float, high: float, *, unit: str = "", required: bool = False, private: bool = False
    ) -> Floats:
        """Return floats within bounds, NaN where empty or rejected."""
        allowed = f"a number from {low:g} to {high:g} {unit}".rstrip()
        values: Floats = self._checked(name, self.numbers(name), required, "not a number", allowed, private)
        with np.errstate(invalid="ignore"):
            outside = (values < low) | (values > high)
        self.reject(outside, name, "out of range", allowed, private=private)
        return values

    def integer(self, name: str, low: int, high: int, *, unit: str = "", required: bool = False) -> tuple[Ints, Bools]:
        """Return integers within bounds (``low`` where empty or rejected) and a mask of the empty cells."""
        allowed = f"a whole number from {low} to {high} {unit}".rstrip()
        parsed = self.numbers(name)
        values: Floats = self._checked(name, parsed, required, "not a number", allowed)
        with np.errstate(invalid="ignore"):
            fractional = np.isfinite(values) & (values != np.floor(values))
            outside = ~fractional & ((values < low) | (values > high))
        self.reject(fractional, name, "not a whole number", allowed)
        self.reject(outside, name, "out of range", allowed)
        good = np.isfinite(values) & ~fractional & ~outside
        return np.where(good, values, low).astype(np.int64), parsed.empty

    def parsed(self, name: str, parse: Callable[[str], Any], allowed: str, *, required: bool = False) -> Objects:
        """Return ``parse`` of each text, None where empty or rejected."""
        values: Objects = self._checked(name, parse_each(self.column(name), parse), required, "not understood", allowed)
        return values

    def choice(self, name: str, synonyms: dict[str, str], *, required: bool = False) -> Objects:
        """Return the value of ``synonyms`` for each text, looked up in lower case; texts without an entry are rejected."""

        def lookup(text: str) -> str:
            if (value := synonyms.get(text.lower())) is None:
                raise ValueError(text)
            return value

        allowed = f"one of {', '.join(dict.fromkeys(synonyms.values()))}, or a usual synonym"
        return self.parsed(name, lookup, allowed, required=required)

    def dates(self, name: str) -> Column:
        """Return dates, null where empty."""
        return pa.array(self.parsed(name, to_date, "a day such as 2024-01-31 or 2024年1月31日"), pa.date32())

    def flags(self, name: str, default: bool) -> Column:
        """Return booleans, ``default`` where empty."""
        values = self.parsed(name, to_flag, "yes/no, true/false, 1/0, 是/否, 启用/停用, active/closed")
        return pa.array([default if v is None else v for v in values], pa.bool_())

    def items(self, name: str) -> list[list[str]]:
        """Return lists of texts, an empty list for an empty cell."""
        parsed = parse_each(self.column(name), to_items)
        return [v or [] for v in parsed.values]

    def code(self, name: str, *, required: bool = False, private: bool = False) -> Text:
        """Return codes as text, null where empty; a ``.0`` that a spreadsheet appended is removed."""
        text, repaired, unusable = codes(self.column(name))
        if repaired:
            self.notes.append(f"column {self.mapping[name]}: {repaired} codes such as 340811100.0 were read as 340811100")
        allowed = "a code written as text"
        self.reject(unusable, name, "a spreadsheet turned the code into a number or an error", allowed, private=private)
        if required:
            self.reject(bools(text.is_null()), name, "empty", allowed, private=private)
        return text

    def text(self, name: str, *, required: bool = False) -> Text:
        """Return text, trimmed, null where empty."""
        trimmed = pc.utf8_trim_whitespace(self.column(name))
        text = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
        if required:
            self.reject(bools(text.is_null()), name, "empty", "a text")
        return text

    def unique(
        self, names: Sequence[str], columns: Sequence[Any], *, within: Ints | None = None, private: bool = False
    ) -> None:
        """Reject every row whose key occurs in another row, naming that row, since the file does not show which is right.

        ``within`` numbers groups of rows; rows of different groups may share a key.
        """
        import pandas as pd

        frame = pd.DataFrame({str(i): pd.Series(c) for i, c in enumerate(columns)})
        complete = frame.notna().all(axis=1).to_numpy()
        keys = frame if within is None else frame.assign(within=within)
        mask = keys.duplicated(keep=False).to_numpy() & complete
        if not mask.any():
            return
        rows = self.rejects.rows
        groups = keys[mask].groupby(list(keys.columns), sort=False).indices
        positions = np.flatnonzero(mask)
        reason_by_position: dict[int, str] = {}
        for members in groups.values():
            first, second = positions[members[0]], positions[members[1]]
            for m in members:
                other = rows[second if positions[m] == first else first]
                reason_by_position[int(positions[m])] = f"duplicate key, also in row {other}"
        values = ["/".join("" if v is None else str(v) for v in row) for row in frame[mask].itertuples(index=False)]
        column = "+".join(self.mapping.get(n, n) for n in names)
        reasons = [reason_by_position[int(i)] for i in positions]
        self.rejects.add(mask, column, values, reasons, "each key once in a file", kind=DuplicateKeys, private=private)
