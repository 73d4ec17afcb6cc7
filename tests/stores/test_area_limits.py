"""Features and tiles within one area of a release, on both stores: only its own rows, at any level below it."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import mapbox_vector_tile
import pytest

from geoservice.bench.province.areas import Size
from geoservice.bench.province.release import publish_made_up
from geoservice.geo import tile_at
from geoservice.release import ReleaseReader, open_store
from geoservice.release.base import ItemQuery, TileQuery

SMALL = Size(("county", "township", "village"), ((2, 2), (2, 3)))
COUNTY, TOWNSHIP = "340101", "340101002"


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory, dsn: str | None) -> Iterator[ReleaseReader]:
    folder = tmp_path_factory.mktemp("county")
    publish_made_up(folder, SMALL, dsn, "small")
    with closing(open_store(folder, dsn, "small", read_only=True)) as store, closing(store.open()) as reader:
        yield reader


def units(reader: ReleaseReader, layer: str, **query: Any) -> list[str]:
    return [str(u) for u in reader.items(layer, ItemQuery(limit=10_000, **query))["unit"].to_pylist()]


def test_the_areas_within_one_are_those_whose_chain_of_parents_has_it(county: ReleaseReader) -> None:
    rows = county.items("coverage", ItemQuery(limit=10_000)).to_pylist()
    parents = {row["unit"]: row["parent"] for row in rows}

    def chain(unit: str | None) -> set[str]:
        return set() if unit is None else {unit, *chain(parents[unit])}

    for code in (COUNTY, TOWNSHIP, "340101002003"):
        expected = [unit for unit in parents if code in chain(unit)]
        assert units(county, "coverage", area=county.area_path(code)) == expected
        assert county.count("coverage", ItemQuery(area=county.area_path(code))) == len(expected)
    assert county.area_path("340101002003") == "/340101/340101002/340101002003/"


def test_the_numbers_and_the_stations_of_an_area_are_its_own(county: ReleaseReader) -> None:
    path = county.area_path(TOWNSHIP)
    for layer, equals in (("table", {"geography": "village", "measure": "persons"}), ("coverage", {"geography": "village"})):
        whole, part = units(county, layer, equals=equals), units(county, layer, equals=equals, area=path)
        assert part == [unit for unit in whole if unit.startswith(TOWNSHIP)]
        assert 0 < len(part) < len(whole)
    every = set(units(county, "stations"))
    by_township = [units(county, "stations", area=county.area_path(f"{COUNTY}00{n}")) for n in range(1, 5)]
    assert sorted(unit for part in by_township for unit in part) == sorted(every)


def test_a_limited_view_stays_limited_within_another_area(county: ReleaseReader) -> None:
    within = ("340101001",)
    assert units(county, "coverage", within=within, area=county.area_path(TOWNSHIP)) == []
    assert units(county, "coverage", within=within, area=county.area_path(COUNTY)) == units(county, "coverage", within=within)


def test_an_area_that_the_release_does_not_have_has_no_path(county: ReleaseReader) -> None:
    assert [county.area_path(code) for code in ("3401", "34010100", "s00001", "", "%", "340101002/")] == [None] * 6


@pytest.mark.parametrize("layer", ["coverage", "stations"])
def test_a_tile_of_an_area_has_its_features_alone(county: ReleaseReader, layer: str) -> None:
    box = county.layer(layer).bbox
    assert box is not None
    tile = tile_at(box[0], box[3], 5)
    zoom = {"coverage": 10, "stations": 5}[layer]
    found = set()
    for x in range(tile_at(box[0], box[3], zoom).x, tile_at(box[2], box[1], zoom).x + 1):
        for y in range(tile_at(box[0], box[3], zoom).y, tile_at(box[2], box[1], zoom).y + 1):
            data = county.draw(layer, type(tile)(zoom, x, y), TileQuery(properties=("unit",), area=county.area_path(TOWNSHIP)))
            features = mapbox_vector_tile.decode(data)[layer]["features"] if data else []
            found |= {str(f["properties"]["unit"]) for f in features}
    finest = {} if layer == "stations" else {"equals": {"geography": "village"}}
    assert found == set(units(county, layer, area=county.area_path(TOWNSHIP), **finest))
