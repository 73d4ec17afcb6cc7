"""`within` limits items, files and tiles to one area of the release."""

from collections.abc import Iterator
from typing import Any

import mapbox_vector_tile
import pytest

from geoservice.bench.province.areas import Size
from geoservice.bench.province.release import publish_made_up
from geoservice.geo import tile_at
from geoservice.release import open_store
from geoservice.server.app import create_app
from geoservice.settings import Settings

TOWNSHIP = "340101002"


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory, client_of: Any) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("within")
    publish_made_up(folder, Size(("county", "township", "village"), ((2, 2), (2, 3))))
    app = create_app(Settings(), open_store(folder, None, "bench", read_only=True))
    yield client_of(app)
    app.response_cache._releases.close()


def test_pages_of_an_area_have_its_features_alone(county: Any) -> None:
    url = f"/collections/coverage/items?within={TOWNSHIP}&geography=village&limit=4&properties=unit,parent&skipGeometry=true"
    first = county.json(url)
    assert first["numberMatched"] == 6
    (following,) = [link["href"] for link in first["links"] if link["rel"] == "next"]
    features = [*first["features"], *county.json(following.removeprefix("http://geo.test"))["features"]]
    assert [f["properties"]["unit"] for f in features] == [f"{TOWNSHIP}00{n}" for n in range(1, 7)]
    assert {f["properties"]["parent"] for f in features} == {TOWNSHIP}


def test_a_file_of_an_area_has_its_rows_alone(county: Any) -> None:
    text = county.get(f"/collections/table/items?within={TOWNSHIP}&measure=persons&group=all&f=csv").text
    assert text.count("\n") == 1 + 1 + 6  # a heading, the township and its villages


def test_a_tile_of_an_area_is_another_one_than_that_of_all(county: Any) -> None:
    z, x, y = tile_at(115.03, 29.53, 6)
    url = f"/tiles/coverage/{z}/{x}/{y}.mvt?filter=geography%3D'village'&properties=unit"
    every, part = county.get(url), county.get(f"{url}&within={TOWNSHIP}")
    numbers = [len(mapbox_vector_tile.decode(r.content)["coverage"]["features"]) for r in (every, part)]
    assert numbers == [24, 6]
    assert every.headers["etag"] != part.headers["etag"]


@pytest.mark.parametrize(
    "url",
    ["/collections/stations/items?within=3401", "/collections/table/items?within=", "/tiles/coverage/5/26/13.mvt?within=x"],
)
def test_an_unknown_area_is_refused(county: Any, url: str) -> None:
    response = county.get(url)
    assert response.status_code == 400
    assert "within" in response.text
    assert "allowed is the code of an area of this release" in response.text
