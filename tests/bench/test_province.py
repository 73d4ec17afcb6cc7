"""The made-up areas of the benchmark fit together, and its releases answer its requests."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely

from geoservice.bench.province.areas import COUNTY, PROVINCE, Size, made_up_areas
from geoservice.bench.province.queries import compare, requests
from geoservice.bench.province.release import publish_made_up
from geoservice.bench.serve.servers import ours


def test_sizes() -> None:
    assert [PROVINCE.side(depth) for depth in range(5)] == [(200, 300), (100, 60), (20, 30), (4, 5), (1, 1)]
    assert COUNTY.side(0) == (20, 30)


def test_areas_are_made_of_those_below_them() -> None:
    size = Size(("county", "township", "village"), ((2, 1), (2, 3)))
    tables = made_up_areas(size)
    assert [table.num_rows for table in tables.values()] == [1, 2, 12]
    for upper, lower in pairwise(tables.values()):
        below = shapely.from_wkb(lower["geometry"].to_numpy())
        parents = np.array(lower["parent"].to_pylist())
        for code, wkb in zip(upper["unit"].to_pylist(), upper["geometry"].to_pylist(), strict=True):
            shape = shapely.from_wkb(wkb)
            assert shapely.is_valid(shape)
            union = shapely.union_all(below[parents == code])
            assert shapely.area(shapely.symmetric_difference(shape, union)) < 1e-12


@pytest.mark.slow
def test_requests_are_answered_by_a_county(tmp_path: Path) -> None:
    publish_made_up(tmp_path / "releases", COUNTY)
    with ours(tmp_path, workers=1) as (url, _):
        figures = compare(url, url, 1)
    assert list(figures) == list(requests("340101"))
    assert all(figure["value"] > 0 for figure in figures.values())
