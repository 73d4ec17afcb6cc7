"""The columns of the register's households as NumPy arrays, texts as positions in a list of the texts that occur."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from geoservice.geo import Bools, Floats, Int32s
from geoservice.schema import GROUP_PREFIX

pc: Any = pyarrow.compute
"""Untyped: its stubs reject chunked arrays where the functions accept them."""
Days = NDArray[np.datetime64]
NULL = -1
"""A missing count, or the position of a missing text."""


@dataclass(frozen=True)
class Coded:
    """A column of texts: the texts that occur, and the position of each row's, -1 for null; ``index`` has shape ``(n,)``."""

    texts: list[str]
    index: Int32s

    def among(self, texts: Bools) -> Bools:
        """Return which rows have a text that is marked in ``texts``, shape ``(len(texts),)``; null has none."""
        return np.append(texts, np.False_)[self.index]

    @property
    def is_null(self) -> Bools:
        """Which rows have no text."""
        return np.asarray(self.index == NULL, bool)


@dataclass(frozen=True)
class HouseholdColumns:
    """Households; all arrays have shape ``(n,)``.

    ``lon``, ``lat`` (degrees) and ``uncertainty`` (metres) are NaN, ``persons`` and ``groups`` -1, ``since`` and ``until``
    NaT where missing. ``id`` is not read.
    """

    lon: Floats
    lat: Floats
    precision: Coded
    uncertainty: Floats
    persons: Int32s
    groups: dict[str, Int32s]
    home: Coded
    residence: Coded
    since: Days
    until: Days

    def __len__(self) -> int:
        return len(self.lon)

    @classmethod
    def of(cls, households: pa.Table) -> "HouseholdColumns":
        """Return the columns of a table of households."""
        groups = [name for name in households.column_names if name.startswith(GROUP_PREFIX)]
        return cls(
            lon=_floats(households, "lon"),
            lat=_floats(households, "lat"),
            precision=_coded(households, "precision"),
            uncertainty=_floats(households, "uncertainty_m"),
            persons=_counts(households, "persons"),
            groups={name.removeprefix(GROUP_PREFIX): _counts(households, name) for name in groups},
            home=_coded(households, "registered_area"),
            residence=_coded(households, "residence_area"),
            since=_days(households, "since"),
            until=_days(households, "until"),
        )


def _floats(table: pa.Table, name: str) -> Floats:
    values: Any = pc.fill_null(table.column(name), np.nan)
    return np.asarray(values.to_numpy(), float)


def _counts(table: pa.Table, name: str) -> Int32s:
    values: Any = pc.fill_null(table.column(name), NULL)
    return np.asarray(values.to_numpy(), np.int32)


def _days(table: pa.Table, name: str) -> Days:
    column: Any = table.column(name).cast(pa.int32())
    days = pc.fill_null(column, 0).to_numpy().astype("datetime64[D]")
    days[pc.is_null(column).to_numpy()] = np.datetime64("NaT")
    return np.asarray(days)


def _coded(table: pa.Table, name: str) -> Coded:
    column: Any = table.column(name).combine_chunks().dictionary_encode()
    array: Any = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    index = pc.fill_null(array.indices, NULL).to_numpy(zero_copy_only=False).astype(np.int32)
    return Coded([str(text) for text in array.dictionary.to_pylist()], index)
