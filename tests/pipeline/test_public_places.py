import numpy as np
import pyarrow as pa
import pytest
import shapely

from geoservice.analysis.square_cells import make_cells
from geoservice.errors import StudyError
from geoservice.pipeline.public_places import read_places
from geoservice.schema import AREAS

WEST, EAST = shapely.box(24.0, 60.0, 24.01, 60.01), shapely.box(24.01, 60.0, 24.02, 60.01)


def areas(*rows: tuple[str, str, str | None, shapely.Geometry | None]) -> pa.Table:
    made = [
        {
            "code_system": "local",
            "code": c,
            "name_zh": c,
            "name_en": c,
            "level": lv,
            "parent": p,
            "geometry": g and shapely.to_wkb(g),
        }
        for c, lv, p, g in rows
    ]
    return pa.Table.from_pylist(made, schema=AREAS.arrow())


DISTRICT = areas(("C", "county", None, None), ("E", "township", "C", EAST), ("W", "township", "C", WEST))


def test_an_area_without_a_border_is_the_union_of_those_below() -> None:
    places = read_places(DISTRICT, ["county", "township"])
    assert shapely.equals(
        shapely.from_wkb(places.areas["county"].table.column("geometry")[0].as_py()), shapely.union(EAST, WEST)
    )


def test_units_stand_in_the_order_of_their_codes() -> None:
    assert read_places(DISTRICT, ["township"]).areas["township"].ids == ["E", "W"]


def test_index_climbs_to_the_level_asked_for() -> None:
    places = read_places(DISTRICT, ["county", "township"])
    assert places.index(["W", "E", "W"], "county").tolist() == [0, 0, 0]
    assert places.index(["W", "E", "unknown"], "township").tolist() == [1, 0, -1]


def test_a_cell_of_a_grid_is_no_area() -> None:
    rows = areas(("A", "county", None, shapely.union(EAST, WEST)), ("G", "grid", None, EAST))
    assert list(read_places(rows, ["county"]).outlines) == ["A"]


def test_a_level_nobody_has_is_refused_by_name() -> None:
    with pytest.raises(StudyError, match=r"village.*county.*township"):
        read_places(DISTRICT, ["village"])


def test_cells_cover_the_outline_and_find_their_points() -> None:
    places = read_places(DISTRICT, ["township"])
    cells = make_cells(places.outline, places.projection, 250.0)
    squares = shapely.union_all(shapely.from_wkb(cells.units.table.column("geometry").to_numpy(zero_copy_only=False)))
    assert shapely.covers(shapely.buffer(squares, 1e-9), places.outline)
    x, y = places.projection.forward(cells.lon, cells.lat)
    assert (cells.index(x, y) == np.arange(len(x))).all()
    assert cells.index(np.array([1e7]), np.array([0.0])).tolist() == [-1]
