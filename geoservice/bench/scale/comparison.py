"""Whether a release that was made on several workers has the values of one that was made in one process."""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geoservice.release import ItemQuery, ReleaseStore, open_store
from geoservice.release.base import ALL
from geoservice.release.protocols import ReleaseReader

TOLERANCE = 1e-9
"""Of floats, relative to the value or absolute: sums are added in another order. Everything else is equal to the last digit."""


class Differences(NamedTuple):
    """The number of values of all features of all layers, and for each column ``layer.column`` how many differ, if any."""

    values: int
    differing: Mapping[str, int]


def compare_releases(one: ReleaseStore, other: ReleaseStore) -> Differences:
    """Compare the current releases of two stores value by value, with geometries.

    Those of a column that is missing or in another place all differ.
    """
    values, differing = 0, dict[str, int]()
    with closing(one.open()) as a, closing(other.open()) as b:
        for layer in sorted({layer.id for reader in (a, b) for layer in reader.manifest.layers}):
            left, right = (_features(reader, layer) for reader in (a, b))
            values += left.num_rows * left.num_columns
            differing |= {f"{layer}.{name}": n for name, n in _differing(left, right).items() if n}
    return Differences(values, differing)


def _features(reader: ReleaseReader, layer: str) -> pa.Table:
    """Return all features of a layer, an empty table if there is no such layer."""
    if layer not in {published.id for published in reader.manifest.layers}:
        return pa.table({})
    return reader.items(layer, ItemQuery(limit=ALL))


def compare_folders(one: Path, other: Path) -> Differences:
    """Compare the current releases of two folders of releases."""
    with (
        closing(open_store(one, None, "geoservice", read_only=True)) as a,
        closing(open_store(other, None, "geoservice", read_only=True)) as b,
    ):
        return compare_releases(a, b)


def _differing(left: pa.Table, right: pa.Table) -> dict[str, int]:
    """Return for each column how many values differ."""
    if left.num_rows != right.num_rows:
        return dict.fromkeys({*left.column_names, *right.column_names}, max(left.num_rows, right.num_rows))
    places = set(enumerate(left.column_names)) ^ set(enumerate(right.column_names))
    missing = dict.fromkeys((name for _, name in places), left.num_rows)
    both = [name for name in left.column_names if name not in missing]
    return missing | {name: _differing_in(left.column(name), right.column(name)) for name in both}


def _differing_in(one: Any, other: Any) -> int:
    if one.equals(other):
        return 0
    if one.type != other.type:
        return len(one)
    if pa.types.is_floating(one.type):
        close = np.isclose(one.to_numpy(), other.to_numpy(), rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)
        return int(len(close) - np.count_nonzero(close))
    alike = pc.fill_null(pc.equal(one, other), pc.and_(pc.is_null(one), pc.is_null(other)))
    return len(one) - int(pc.sum(alike).as_py() or 0)
