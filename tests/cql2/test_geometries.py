"""Geometries in a filter: parsed strictly, on the globe, in any CRS."""

from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from geoservice.cql2.geometries import geometry_literal
from geoservice.errors import ParameterError
from geoservice.geo import Floats


def parsed(value: dict[str, Any]) -> shapely.Geometry:
    return shapely.from_wkb(geometry_literal(value, None).wkb)


@pytest.mark.parametrize(
    ("box", "wkt"),
    [
        ([0, 1, 2, 3], "POLYGON ((2 1, 2 3, 0 3, 0 1, 2 1))"),
        ([0, 1, -9, 2, 3, 9], "POLYGON ((2 1, 2 3, 0 3, 0 1, 2 1))"),
        ([1, 2, 1, 2], "POINT (1 2)"),
        ([1, 2, 1, 4], "LINESTRING (1 2, 1 4)"),
        ([170, 0, -170, 1], "MULTIPOLYGON (((180 0, 180 1, 170 1, 170 0, 180 0)), ((-170 0, -170 1, -180 1, -180 0, -170 0)))"),
    ],
)
def test_boxes(box: list[float], wkt: str) -> None:
    assert shapely.equals(parsed({"bbox": box}), shapely.from_wkt(wkt))


def test_heights_are_dropped() -> None:
    assert parsed({"type": "LineString", "coordinates": [[0, 0, 5], [1, 1, 6]]}).wkt == "LINESTRING (0 0, 1 1)"


@pytest.mark.parametrize(
    "value",
    [
        {"bbox": [0, 2, 1, 1]},
        {"bbox": [0, 0, 181, 1]},
        {"bbox": [0, 0, 1]},
        {"bbox": "0,0,1,1"},
        {"bbox": [0, 0, float("nan"), 1]},
        {"type": "Point"},
        {"type": "Point", "coordinates": []},
        {"type": "Point", "coordinates": [1e300, 0]},
        {"type": "Point", "coordinates": [10**400, 0]},
        {"type": "Point", "coordinates": [0, 91]},
        {"type": "Point", "coordinates": [True, 0]},
        {"type": "Point", "coordinates": ["0", "0"]},
        {"type": "LineString", "coordinates": [[0, 0]]},
        {"type": "LineString", "coordinates": [[0, 0], [0, 0]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]},
        {"type": "MultiPolygon", "coordinates": []},
        {"type": "GeometryCollection", "geometries": [{"type": "GeometryCollection", "geometries": []}]},
        {"type": "CircularString", "coordinates": [[0, 0], [1, 1]]},
        {"type": ["Point"], "coordinates": [0, 0]},
        {"type": None, "bbox": [0, 0, 1, 1]},
    ],
    ids=str,
)
def test_invalid_geometries_are_rejected(value: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match=r"filter: got .*, allowed are"):
        geometry_literal(value, None)


def north_first(positions: Floats) -> Floats:
    return positions[:, ::-1]


def mercator(positions: Floats) -> Floats:
    return np.column_stack(Transformer.from_crs("EPSG:3857", "EPSG:4326", always_xy=True).transform(*positions.T))


def test_positions_have_the_axis_order_of_the_crs() -> None:
    assert geometry_literal({"type": "Point", "coordinates": [60, 24]}, north_first).bounds == (24, 60, 24, 60)
    assert geometry_literal({"bbox": [60, 24, 61, 25]}, north_first).bounds == (24, 60, 25, 61)


def test_a_box_of_another_crs_may_cross_the_180th_meridian() -> None:
    expected = geometry_literal({"bbox": [170, -10, -170, 10]}, None)
    assert geometry_literal({"bbox": [-10, 170, 10, -170]}, north_first) == expected
    metres = [18924313.4, -1118889.97, -18924313.4, 1118889.97]
    assert shapely.equals_exact(
        shapely.from_wkb(geometry_literal({"bbox": metres}, mercator).wkb), shapely.from_wkb(expected.wkb), 1e-6
    )


def test_positions_that_cannot_be_transformed_are_rejected() -> None:
    with pytest.raises(ParameterError, match="not on the globe"):
        geometry_literal({"type": "Point", "coordinates": [1, 2]}, lambda positions: positions * np.inf)
    with pytest.raises(ParameterError, match="BBOX with west"):
        geometry_literal({"bbox": [1, 2, 3, 4]}, lambda positions: positions * np.nan)
