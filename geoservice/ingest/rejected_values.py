"""Rejected values: collected while a file is checked, counted by row, reported by an error and in a rejects file."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from geoservice.errors import BadValues, InputError
from geoservice.geo import Bools, Ints, Objects
from geoservice.ingest.report import Reject

Kind = type[InputError]
FIRST_ROW = 2
"""Number of the first row of a file, whose header counts."""
PRIVATE = "(in the rejects file)"
"""Replaces values in messages that are private, such as a register key or a coordinate."""


@dataclass(frozen=True)
class RejectedValue:
    """Values of one column rejected for one reason; ``indexes`` are those of the rows, shape ``(k,)`` like ``values``."""

    indexes: Ints
    column: str
    values: Sequence[str]
    reason: str | Sequence[str]
    allowed: str
    kind: Kind
    private: bool


@dataclass
class RejectedValues:
    """All rejected values of one file; ``rows`` are its row numbers, shape ``(n,)``, ``bad`` is the mask of rejected rows.

    ``files`` are the files of a dataset, whose rows are numbered through: the number of their first row, and their path.
    """

    file: str
    rows: Ints
    entries: list[RejectedValue] = field(default_factory=list)
    broken: Sequence[tuple[int, str, str]] = ()
    files: Sequence[tuple[int, str]] = ()
    bad: Bools = field(init=False)

    def __post_init__(self) -> None:
        self.bad = np.zeros(len(self.rows), bool)

    def add(
        self,
        mask: Bools,
        column: str,
        values: Sequence[str],
        reason: str | Sequence[str],
        allowed: str,
        *,
        kind: Kind = BadValues,
        private: bool = False,
    ) -> None:
        """Reject the rows of a mask; ``values`` (and ``reason``, if it is a list) have one text for each of them in order."""
        indexes = np.flatnonzero(mask)
        if len(indexes):
            self.bad |= mask
            self.entries.append(RejectedValue(indexes, column, values, reason, allowed, kind, private))

    def split(self, column: str, names: Objects) -> None:
        """Replace the name of a column in the rejected values of each row by another; ``names`` has one for each row."""
        entries: list[RejectedValue] = []
        for entry in self.entries:
            if entry.column != column:
                entries.append(entry)
                continue
            own = names[entry.indexes]
            for name in dict.fromkeys(own):
                at = np.flatnonzero(own == name).tolist()
                reason = entry.reason if isinstance(entry.reason, str) else [entry.reason[i] for i in at]
                values = [entry.values[i] for i in at]
                entries.append(replace(entry, indexes=entry.indexes[at], column=str(name), values=values, reason=reason))
        self.entries = entries

    @property
    def rejected_rows(self) -> int:
        """Return the number of rejected rows, including lines with too many or too few cells."""
        return int(self.bad.sum()) + len(self.broken)

    def to_list(self) -> list[Reject]:
        """Return every rejected value in row order."""
        rejects = [
            Reject(self.file, int(self.rows[i]), f.column, v, f.reason if isinstance(f.reason, str) else f.reason[k], f.allowed)
            for f in self.entries
            for k, (i, v) in enumerate(zip(f.indexes, f.values, strict=True))
        ]
        rejects += [
            Reject(self.file, row, "", text, reason, "as many cells as the header") for row, text, reason in self.broken
        ]
        return sorted(rejects, key=lambda r: (r.row, r.column))

    def by_file(self, rejects: Sequence[Reject]) -> list[Reject]:
        """Return rejects with their own file of a dataset, and their row in it; unchanged for a file."""
        places = [self._place(reject.row) for reject in rejects]
        named = [(f"{self.file}/{file}" if file else self.file, row) for file, row in places]
        return [replace(r, file=file, row=row) for r, (file, row) in zip(rejects, named, strict=True)]

    def _place(self, row: int) -> tuple[str, int]:
        """Return the file of a dataset and the row in it, an empty text for the file itself."""
        first, file = next((f for f in reversed(self.files) if f[0] <= row), (FIRST_ROW, ""))
        return file, row - first + FIRST_ROW

    def _row(self, row: int) -> str:
        file, number = self._place(row)
        return f"{file}, row {number}" if file else f"row {row}"

    def error(self, rejects_path: Path | None) -> InputError:
        """Return the error of a refused file; of the class of the rejects if they share one, else :class:`BadValues`."""
        kinds = {f.kind for f in self.entries} | ({BadValues} if self.broken else set())
        total = len(self.rows) + len(self.broken)
        head = f"{self.file}: {self.rejected_rows} of {total} rows were refused and nothing was loaded"
        tail = f"every refused row is in {rejects_path}; " if rejects_path else ""
        lines = "; ".join([*self._first(), *self._counts()])
        kind = kinds.pop() if len(kinds) == 1 else BadValues
        return kind(f"{head}: {lines}; {tail}load only the good rows with --accept-partial")

    def _first(self) -> list[str]:
        def line(entry: RejectedValue) -> str:
            value = PRIVATE if entry.private else repr(entry.values[0][:60])
            reason = entry.reason if isinstance(entry.reason, str) else entry.reason[0]
            row = self._row(int(self.rows[entry.indexes[0]]))
            return f"{row}, column {entry.column}: {reason}, got {value}, allowed: {entry.allowed}"

        lines = [line(f) for f in self.entries[:3]]
        return lines + [f"row {row}: {reason}" for row, _, reason in self.broken[: 3 - len(lines)]]

    def _counts(self) -> list[str]:
        counts: Counter[str] = Counter()
        for f in self.entries[3:]:
            counts[f"column {f.column}: {f.reason if isinstance(f.reason, str) else f.reason[0]}"] += len(f.indexes)
        return [f"{text} ({n} rows)" for text, n in counts.most_common(5)]
