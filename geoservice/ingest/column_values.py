"""The cells of a mapped file: each of our columns taken out as values, what is not acceptable put among the faults."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from geoservice.errors import DuplicateKeys
from geoservice.geo import Bools, Floats, Ints, Objects
from geoservice.ingest.arrow_compute import Column, bools
from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.coordinate_readings import FilePoints
from geoservice.ingest.raw_table import RawTable
from geoservice.ingest.rejected_values import Kind, RejectedValues
from geoservice.ingest.values import Parsed, Text, codes, each, numbers, to_date, to_flag, to_items


@dataclass
class ColumnValues:
    """A file with its mapping; all arrays have shape ``(n,)``, n the file's rows.

    ``points`` are the coordinates as the file has them, once they were read.
    """

    raw: RawTable
    mapping: dict[str, str]
    faults: RejectedValues
    notes: list[str] = field(default_factory=list)
    read: set[str] = field(default_factory=set)
    """Our columns that were asked for; of one that the file has and nobody asked for nothing comes."""
    points: FilePoints | None = None

    def __len__(self) -> int:
        return self.raw.columns.num_rows

    def has(self, name: str) -> bool:
        """Whether the file has this column."""
        return name in self.mapping

    def column(self, name: str) -> Text:
        """Return a column as the file has it, nulls if it has none."""
        self.read.add(name)
        if name in self.mapping:
            return self.raw.columns.column(self.mapping[name])
        return pa.chunked_array([pa.nulls(len(self), pa.string())])

    def refuse(
        self,
        mask: Bools,
        name: str,
        reason: str | Sequence[str],
        allowed: str,
        *,
        kind: Kind | None = None,
        private: bool = False,
    ) -> None:
        """Refuse rows for the value of a column; a list has one reason for each of them in order."""
        if mask.any():
            values = [v or "" for v in self.column(name).take(pa.array(np.flatnonzero(mask))).to_pylist()]
            more = {} if kind is None else {"kind": kind}
            self.faults.add(mask, self.mapping.get(name, name), values, reason, allowed, private=private, **more)

    def _checked(self, name: str, parsed: Parsed, required: bool, reason: str, allowed: str, private: bool = False) -> Any:
        self.refuse(parsed.bad, name, reason, allowed, private=private)
        if required:
            self.refuse(parsed.empty, name, "empty", allowed, private=private)
        return parsed.values

    def numbers(self, name: str) -> Parsed:
        """Parse a column of numbers; a file separated by semicolons writes decimals after a comma."""
        return numbers(self.column(name), decimal_comma=self.raw.meta.delimiter == ";")

    def number(
        self, name: str, low: float, high: float, *, unit: str = "", required: bool = False, private: bool = False
    ) -> Floats:
        """Return reals within bounds, NaN where empty or refused."""
        allowed = f"a number from {low:g} to {high:g} {unit}".rstrip()
        values: Floats = self._checked(name, self.numbers(name), required, "not a number", allowed, private)
        with np.errstate(invalid="ignore"):
            outside = (values < low) | (values > high)
        self.refuse(outside, name, "out of range", allowed, private=private)
        return values

    def whole(self, name: str, low: int, high: int, *, unit: str = "", required: bool = False) -> tuple[Ints, Bools]:
        """Return whole numbers within bounds (``low`` where empty or refused) and which cells were empty."""
        allowed = f"a whole number from {low} to {high} {unit}".rstrip()
        parsed = self.numbers(name)
        values: Floats = self._checked(name, parsed, required, "not a number", allowed)
        with np.errstate(invalid="ignore"):
            broken = np.isfinite(values) & (values != np.floor(values))
            outside = ~broken & ((values < low) | (values > high))
        self.refuse(broken, name, "not a whole number", allowed)
        self.refuse(outside, name, "out of range", allowed)
        good = np.isfinite(values) & ~broken & ~outside
        return np.where(good, values, low).astype(np.int64), parsed.empty

    def parsed(self, name: str, parse: Callable[[str], Any], allowed: str, *, required: bool = False) -> Objects:
        """Return what ``parse`` makes of each text, None where empty or refused."""
        values: Objects = self._checked(name, each(self.column(name), parse), required, "not understood", allowed)
        return values

    def choice(self, name: str, words: dict[str, str], *, required: bool = False) -> Objects:
        """Return one of a few words, found by any of its names in lower case."""

        def find(text: str) -> str:
            if (found := words.get(text.lower())) is None:
                raise ValueError(text)
            return found

        return self.parsed(
            name, find, "one of " + ", ".join(dict.fromkeys(words.values())) + ", or a usual word for it", required=required
        )

    def dates(self, name: str) -> Column:
        """Return days, null where empty."""
        return pa.array(self.parsed(name, to_date, "a day such as 2024-01-31 or 2024年1月31日"), pa.date32())

    def flags(self, name: str, default: bool) -> Column:
        """Return yes or no."""
        found = self.parsed(name, to_flag, "yes/no, true/false, 1/0, 是/否, 启用/停用, active/closed")
        return pa.array([default if v is None else v for v in found], pa.bool_())

    def items(self, name: str) -> list[list[str]]:
        """Return lists of words; empty where the cell is."""
        parsed = each(self.column(name), to_items)
        return [v or [] for v in parsed.values]

    def code(self, name: str, *, required: bool = False, private: bool = False) -> Text:
        """Return codes, repaired where a spreadsheet put a point behind them; nulls where empty."""
        text, mended, spoilt = codes(self.column(name))
        if mended:
            self.notes.append(f"column {self.mapping[name]}: {mended} codes such as 340811100.0 were read as 340811100")
        allowed = "a code written as text"
        self.refuse(spoilt, name, "a spreadsheet turned the code into a number or an error", allowed, private=private)
        if required:
            self.refuse(bools(text.is_null()), name, "empty", allowed, private=private)
        return text

    def text(self, name: str, *, required: bool = False) -> Text:
        """Return text, trimmed, null where empty."""
        trimmed = pc.utf8_trim_whitespace(self.column(name))
        text = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
        if required:
            self.refuse(bools(text.is_null()), name, "empty", "a text")
        return text

    def unique(self, names: Sequence[str], columns: Sequence[Any], *, apart: Ints | None = None, private: bool = False) -> None:
        """Refuse every row whose key another row has as well, naming that row: which of them is right nobody can tell here.

        Rows of different numbers in ``apart`` may have one key.
        """
        import pandas as pd

        frame = pd.DataFrame({str(i): pd.Series(c) for i, c in enumerate(columns)})
        there = frame.notna().all(axis=1).to_numpy()
        keys = frame if apart is None else frame.assign(apart=apart)
        mask = keys.duplicated(keep=False).to_numpy() & there
        if not mask.any():
            return
        rows = self.faults.rows
        groups = keys[mask].groupby(list(keys.columns), sort=False).indices
        at = np.flatnonzero(mask)
        others: dict[int, str] = {}
        for members in groups.values():
            first, second = at[members[0]], at[members[1]]
            for m in members:
                others[int(at[m])] = f"duplicate key: row {rows[second if at[m] == first else first]} has it too"
        values = ["/".join("" if v is None else str(v) for v in row) for row in frame[mask].itertuples(index=False)]
        column = "+".join(self.mapping.get(n, n) for n in names)
        reasons = [others[int(i)] for i in at]
        self.faults.add(mask, column, values, reasons, "every key once in a file", kind=DuplicateKeys, private=private)
