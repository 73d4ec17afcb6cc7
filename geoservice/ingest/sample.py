"""Sample of a file's values, to confirm guesses of columns."""

import unicodedata

import pyarrow as pa

from geoservice.ingest.value_checks import DOUBTFUL, ValueColumn, grade_values
from geoservice.ingest.values import MISSING_WORDS

SAMPLE = 1000
"""Number of rows in the sample, from the first."""


class Sample:
    """The first thousand values below each header, converted on demand."""

    def __init__(self, columns: pa.Table) -> None:
        self._columns = columns.slice(0, SAMPLE)
        self._values: dict[str, list[str]] = {}

    def values(self, header: str) -> list[str]:
        """Return the values below a header that are not empty."""
        if header not in self._values:
            cells = self._columns.column(header).to_pylist()
            texts = (unicodedata.normalize("NFKC", v).strip(" ='’\"") for v in cells if v)
            self._values[header] = [v for v in texts if v and v.lower() not in MISSING_WORDS]
        return self._values[header]

    def rows(self, *headers: str) -> list[tuple[str, ...]]:
        """Return the rows of some columns in which no cell is empty."""
        columns = (self._columns.column(h).to_pylist() for h in headers)
        return [tuple(str(v) for v in row) for row in zip(*columns, strict=True) if all(row)]

    def grade(self, field: str, header: str, sure: bool) -> float:
        """Return how well the values below a header fit a column: 1 well, ``DOUBTFUL`` perhaps, 0 not.

        ``sure`` means that the header names the column; then single wrong values, which will be rejected with their reason, do
        not matter, and neither does a lack of values.
        """
        values = self.values(header)
        if not values:
            return DOUBTFUL if sure and field not in {"id", "code"} else 0.0
        return grade_values(field, ValueColumn(header, values, sure))
