"""The areas of published units. The town: county T from 9.99 to 10.04 degrees east, townships W and E divided at 10.009."""

import pyarrow as pa
import pytest
import shapely

from geoservice.layer import Layer
from geoservice.pipeline import publish_study
from geoservice.pipeline.area_index import AreaIndex, add_area_paths
from geoservice.pipeline.public_places import PublicPlaces, read_places
from geoservice.progress import quiet
from geoservice.project import Project
from geoservice.release import ItemQuery, ReleaseReader, ReleaseStore
from geoservice.release.base import PublishedLayer
from geoservice.schema import AREAS
from geoservice.study import Study

MIDDLE = 10.009


def expected(row: dict[str, object], shape: shapely.Geometry | None, known: dict[tuple[str, str], str]) -> str:
    """The county and townships have their own paths, all other units that of their side of the dividing line."""
    key = (str(row["geography"]), str(row["unit"]))
    if row["geography"] in {"county", "township"}:
        return str(row["unit"])
    if shape is not None:
        known[key] = "W" if shapely.point_on_surface(shape).x < MIDDLE else "E"
    return known[key]


def seen(reader: ReleaseReader, layer: PublishedLayer, area: str) -> set[int]:
    return set(reader.items(layer.id, ItemQuery(limit=10**6, within=(area,)))["fid"].to_pylist())


def test_every_published_feature_of_the_town_has_its_path(
    project: Project, store: ReleaseStore, study: Study, layers: tuple[Layer, ...]
) -> None:
    publish_study(project, store, study, layers, quiet)
    reader = store.open()
    known: dict[tuple[str, str], str] = {}
    for layer in sorted(reader.manifest.layers, key=lambda x: x.geometry == "none"):  # the table's units are the others'
        rows = reader.items(layer.id, ItemQuery(limit=10**6)).to_pylist()
        assert rows
        shapes = [None if r["geometry"] is None else shapely.from_wkb(r["geometry"]) for r in rows]
        want = {r["fid"]: expected(r, s, known) for r, s in zip(rows, shapes, strict=True)}
        assert seen(reader, layer, "T") == set(want)
        for township in "WE":
            assert seen(reader, layer, township) == {fid for fid, area in want.items() if area == township}, layer.id
    assert {geography for geography, _ in known} == {"cell", "catchment", "gap", "leaf", "station"}


@pytest.fixture(scope="module")
def places() -> PublicPlaces:
    """A county of two townships, one of them with a village, and an island that is in the village too."""
    boxes = {
        "C": ("county", None, None),
        "E": ("township", "C", shapely.box(1, 0, 2, 1)),
        "W": ("township", "C", shapely.box(0, 0, 1, 1)),
        "V": ("village", "W", shapely.box(0, 0, 0.5, 0.5)),
        "U": ("village", "W", shapely.box(0.4, 0.4, 0.9, 0.9).union(shapely.box(0, 0, 0.1, 0.1))),
    }
    rows = [
        {"code_system": "x", "code": c, "name_zh": c, "name_en": c, "level": v, "parent": p, "geometry": g and g.wkb}
        for c, (v, p, g) in boxes.items()
    ]
    return read_places(pa.Table.from_pylist(rows, schema=AREAS.arrow()), ["county", "township"])


@pytest.mark.parametrize(
    ("shape", "path"),
    [
        (shapely.Point(1.5, 0.5), "/C/E/"),
        (shapely.Point(0.95, 0.1), "/C/W/"),
        (shapely.Point(0.3, 0.3), "/C/W/V/"),
        (shapely.Point(0.05, 0.05), "/C/W/V/"),  # the smaller of two villages
        (shapely.Point(1, 0.95), "/C/W/"),  # on the border: the last of equals by code
        (shapely.Point(3, 3), None),
        (shapely.box(-5, 0.5, 0.2, 0.6), "/C/W/"),  # half outside: the part within counts
        (shapely.box(1.9, 0.9, 9, 9), "/C/E/"),
        (shapely.box(5, 5, 6, 6), None),
        (shapely.Polygon(), None),
        (None, None),
    ],
)
def test_the_smallest_area_around_a_point_counts(
    places: PublicPlaces, shape: shapely.Geometry | None, path: str | None
) -> None:
    units = pa.table({"unit": ["x"], "geometry": pa.array([shapely.to_wkb(shape)], pa.binary())})
    assert AreaIndex(places).of_shapes(units)["area_path"].to_pylist() == [path]


def test_no_units_lie_nowhere(places: PublicPlaces) -> None:
    units = pa.table({"unit": pa.array([], pa.string()), "geometry": pa.array([], pa.binary())})
    assert AreaIndex(places).of_shapes(units)["area_path"].to_pylist() == []


def test_an_area_lies_in_itself(places: PublicPlaces) -> None:
    assert AreaIndex(places).of_areas(pa.table({"unit": ["C", "W"]}))["area_path"].to_pylist() == ["/C/", "/C/W/"]


@pytest.mark.parametrize("column", ["destination", "area"])
def test_units_that_state_their_area_lie_in_it(places: PublicPlaces, column: str) -> None:
    units = pa.table({"unit": ["1", "2"], column: ["W", "nowhere"], "geometry": pa.nulls(2, pa.binary())})
    assert add_area_paths(places, {}, {"other": units})["other"]["area_path"].to_pylist() == ["/C/W/", None]
