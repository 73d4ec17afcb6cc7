"""The comparison of two releases counts every value that differs, and allows other last digits of floats."""

import datetime as dt
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import shapely
from clinics import release_content

from geoservice.bench.scale.comparison import compare_folders
from geoservice.release import open_store

VALUES = 30 * (10 + 6)
"""Rows times columns of both layers: properties, ``geography``, ``unit``, ``fid`` and ``geometry``."""


def _written(folder: Path, changes: dict[str, Any]) -> Path:
    """Write a release whose second clinic has other values than usual."""
    content = release_content()
    first, *others = content.layers
    features = first.features
    for name, value in changes.items():
        values = [value if row == 1 else old for row, old in enumerate(features.column(name).to_pylist())]
        at = features.column_names.index(name)
        features = features.set_column(at, features.schema.field(name), pa.array(values, features.schema.field(name).type))
    with closing(open_store(folder, None, "geoservice", read_only=False)) as store:
        store.write(replace(content, layers=[replace(first, features=features), *others]))
    return folder


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, {}),
        ({"rate": 0.125 + 1e-13}, {}),
        ({"rate": 0.125 + 1e-6}, {"clinics.rate": 1}),
        ({"rate": None}, {"clinics.rate": 1}),
        ({"beds": 9, "name": "clinic"}, {"clinics.name": 1, "clinics.beds": 1}),
        ({"opened": dt.date(2021, 1, 1)}, {"clinics.opened": 1}),
        ({"geometry": shapely.to_wkb(shapely.Point(117, 30))}, {"clinics.geometry": 1}),
    ],
)
def test_values_that_differ_are_counted(changes: dict[str, Any], found: dict[str, int], tmp_path: Path) -> None:
    one, other = _written(tmp_path / "one", {}), _written(tmp_path / "other", changes)
    assert compare_folders(one, other) == (VALUES, found)
