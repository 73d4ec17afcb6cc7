"""The made-up areas of the benchmark fit together, and its releases answer its requests."""

import json
import urllib.request
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
import shapely

from geoservice.bench.province.areas import COUNTY, LEVELS, PROVINCE, Size, made_up_areas
from geoservice.bench.province.queries import compare, larger_requests, requests
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


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("county")
    publish_made_up(home / "releases", COUNTY)
    with ours(home, workers=1) as (url, _):
        yield url


@pytest.fixture(scope="module")
def four_counties(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("province")
    publish_made_up(home / "releases", Size(LEVELS, ((1, 2), (1, 2), *COUNTY.grids)))
    with ours(home, workers=1) as (url, _):
        yield url


@pytest.mark.slow
def test_requests_are_answered_by_a_county(county: str) -> None:
    figures = compare(county, county, 1)
    assert list(figures) == [*requests("340101"), *larger_requests()]
    assert all(figure["value"] > 0 for figure in figures.values())


@pytest.mark.parametrize("name", requests("340101"))
def test_answers_of_a_province_are_as_large_as_those_of_a_county(name: str, county: str, four_counties: str) -> None:
    levels = []
    for url in (county, four_counties):
        with urllib.request.urlopen(url + requests("340101")[name]) as answer:
            levels.append([feature["properties"].get("geography") for feature in json.load(answer)["features"]])
    assert levels[0]
    assert len(levels[0]) == len(levels[1])
    if "areas of all levels" not in name and "100 areas" not in name:
        assert levels[0] == levels[1]
