"""Tiles made on request: filtered, with some properties, of several layers, in the other matrix set, for some areas."""

import mapbox_vector_tile
import pytest
from httpx import QueryParams

PLACE = "4/13/6"
CLINICS, OGC = f"/tiles/clinics/{PLACE}.mvt", "/collections/clinics/tiles/WebMercatorQuad/4/6/13"


def features(client, path, layer="clinics", **query):
    answer = client.get(f"{path}?{QueryParams(query)}" if query else path)
    assert answer.status_code in {200, 204}, answer.text
    return mapbox_vector_tile.decode(answer.content).get(layer, {"features": []})["features"] if answer.content else []


def ids(client, path, **query):
    return sorted(f["id"] for f in features(client, path, **query))


@pytest.mark.parametrize("path", [CLINICS, OGC])
@pytest.mark.parametrize("text", ["beds > 0", "name = '诊所' AND open = TRUE", "opened >= DATE('2020-01-10')", "beds IS NULL"])
def test_a_filtered_tile_holds_the_items_of_the_filter(yixiu, path, text):
    query = QueryParams({"filter": text, "limit": 100})
    items = yixiu.json(f"/collections/clinics/items?{query}")["features"]
    assert ids(yixiu, path, filter=text) == sorted(f["id"] for f in items if f["geometry"])


def test_json_and_text_of_one_filter_are_one_tile(yixiu):
    text = yixiu.get(f"{CLINICS}?{QueryParams({'filter': 'beds > 0'})}")
    for same in ("  beds>0 ", "(beds > 0)"):
        assert yixiu.get(f"{CLINICS}?{QueryParams({'filter': same})}").headers["etag"] == text.headers["etag"]
    json_filter = {"filter": '{"op":">","args":[{"property":"beds"},0]}', "filter-lang": "cql2-json"}
    json = yixiu.get(f"{CLINICS}?{QueryParams(json_filter)}")
    assert json.headers["etag"] == text.headers["etag"]
    assert json.content == text.content
    assert yixiu.get(CLINICS).headers["etag"] != text.headers["etag"]


def test_a_filter_that_names_the_geography_is_a_tile_of_its_own(client):
    path, plain = "/tiles/coverage/5/18/9.mvt", "unit = 't1'"
    named = f"{plain} OR (geography = 'a' AND FALSE)"
    first, second = (client.get(f"{path}?{QueryParams({'filter': f})}").headers["etag"] for f in (plain, named))
    assert first != second


def test_filter_crs_is_the_crs_of_the_coordinates(yixiu):
    lon_lat, crs = "S_INTERSECTS(geometry, POINT(117.01 30.6))", "http://www.opengis.net/def/crs/EPSG/0/4326"
    lat_lon = "S_INTERSECTS(geometry, POINT(30.6 117.01))"
    assert ids(yixiu, CLINICS, filter=lon_lat) == ids(yixiu, CLINICS, filter=lat_lon, **{"filter-crs": crs}) == [2]


def test_only_the_requested_properties(yixiu):
    tile_features = features(yixiu, CLINICS, properties="beds,name")
    assert len(tile_features) == len(features(yixiu, CLINICS))
    assert set().union(*(f["properties"] for f in tile_features)) == {"beds", "name"}
    order = yixiu.get(f"{CLINICS}?properties=name,beds").headers["etag"]
    assert order == yixiu.get(f"{CLINICS}?properties=beds,name").headers["etag"]


def test_a_filter_without_matches_is_204(yixiu):
    assert yixiu.get(f"{CLINICS}?{QueryParams({'filter': 'beds > 999'})}").status_code == 204


def test_a_filtered_tile_of_this_release_never_changes(yixiu):
    version = yixiu.json("/manifest")["version"]
    query = QueryParams({"filter": "beds > 0", "v": version})
    answer = yixiu.get(f"{CLINICS}?{query}")
    assert "immutable" in answer.headers["cache-control"]
    again = yixiu.get(f"{CLINICS}?{query}", If_None_Match=answer.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "query",
    [
        {"filter": "beds >"},
        {"filter": "nope = 1"},
        {"filter": "beds > 0", "filter-lang": "sql"},
        {"filter": "beds > 0", "filter-crs": "nope"},
        {"filter": "name = '\0'"},
        {"filter": "1=1; DROP TABLE x"},
        {"properties": "nope"},
        {"v": "1", "colour": "red"},
        {"f": "png"},
        {"collections": "clinics"},
    ],
)
@pytest.mark.parametrize("path", [CLINICS, OGC])
def test_a_bad_parameter_is_named(yixiu, path, query):
    answer = yixiu.get(f"{path}?{QueryParams(query)}")
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_repeated_parameter_is_refused(yixiu):
    assert yixiu.get(f"{CLINICS}?v=1&v=1").status_code == 400


@pytest.mark.parametrize("path", ["/tiles/coverage,stations/5/18/9.mvt", "/tiles/WebMercatorQuad/5/9/18"])
def test_a_composite_holds_each_layer_as_it_is_alone(client, path):
    together = mapbox_vector_tile.decode(client.get(path).content)
    alone = {
        name: mapbox_vector_tile.decode(client.get(f"/tiles/{name}/5/18/9.mvt").content)[name]
        for name in ("coverage", "stations")
    }
    assert together == alone


def test_collections_choose_the_layers_of_a_composite(client):
    path = "/tiles/WebMercatorQuad/5/9/18"
    assert list(mapbox_vector_tile.decode(client.get(f"{path}?collections=stations").content)) == ["stations"]
    assert (
        client.get(f"{path}?collections=stations").headers["etag"] == client.get("/tiles/stations/5/18/9.mvt").headers["etag"]
    )
    both = client.get(f"{path}?collections=coverage,stations")
    assert both.content == client.get("/tiles/coverage,stations/5/18/9.mvt").content
    assert "Authorization" in client.get(path).headers["vary"]
    assert "Authorization" not in both.headers["vary"]


def test_a_layer_without_tiles_of_a_zoom_is_left_out_of_a_composite(client):
    assert list(mapbox_vector_tile.decode(client.get("/tiles/coverage,stations/10/583/296.mvt").content)) == ["coverage"]


def test_a_filter_on_a_composite_must_fit_each_layer(client):
    path, fits = "/tiles/coverage,stations/5/18/9.mvt", QueryParams({"filter": "unit = 't1'"})
    assert list(mapbox_vector_tile.decode(client.get(f"{path}?{fits}").content)) == ["coverage"]
    assert client.get(f"{path}?{QueryParams({'filter': 'share_clinic_walk_15 > 1'})}").status_code == 400


@pytest.mark.parametrize("layers", ["coverage,", ",", "coverage,coverage"])
def test_a_list_of_layers_is_checked(client, layers):
    assert client.get(f"/tiles/{layers}/5/18/9.mvt").status_code == 400
    assert client.get(f"/tiles/WebMercatorQuad/5/9/18?collections={layers}").status_code == 400


@pytest.mark.parametrize("layers", ["coverage,nope", "coverage,secret", "coverage,table", "coverage,base"])
def test_a_composite_of_unknown_layers_is_404(client, layers):
    assert client.get(f"/tiles/{layers}/5/18/9.mvt").status_code == 404
    assert client.get(f"/tiles/WebMercatorQuad/5/9/18?collections={layers}").status_code == 404


def test_world_crs84_quad_tiles(client):
    # zoom 3 has 16 columns of 22.5 degrees and 8 rows: 25 E 60.1 N is column 9, row 1
    path = "/collections/coverage/tiles/WorldCRS84Quad/3/1/9"
    layer = mapbox_vector_tile.decode(client.get(path).content, default_options={"y_coord_down": True})["coverage"]
    assert {f["properties"]["unit"] for f in layer["features"]} == {"t1", "t2", "t3"}
    (t1,) = (f for f in layer["features"] if f["properties"]["unit"] == "t1")
    ring = t1["geometry"]["coordinates"][0]
    assert min(x for x, _ in ring) == pytest.approx((25.0 - 22.5) / 22.5 * layer["extent"], abs=2)
    assert max(y for _, y in ring) == pytest.approx((67.5 - 60.1) / 22.5 * layer["extent"], abs=2)
    assert client.get("/tiles/WorldCRS84Quad/3/1/9?collections=coverage").content == client.get(path).content
    assert client.get("/collections/coverage/tiles/WorldCRS84Quad/0/0/1").status_code == 200
    assert client.get("/collections/coverage/tiles/WorldCRS84Quad/0/0/2").status_code == 404


@pytest.mark.parametrize("z", ["x", "-1", "1.5", "9223372036854775808", "99", "25", "11", "%00", "..", "1e1", "１", "+1", " 1"])
@pytest.mark.parametrize(
    "path",
    ["/tiles/coverage/{}/0/0.mvt", "/tiles/WebMercatorQuad/{}/0/0", "/collections/coverage/tiles/WebMercatorQuad/{}/0/0"],
)
def test_a_malformed_zoom_is_404(client, path, z):
    answer = client.get(path.format(z))
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "n", ["x", "-1", "1.5", "9223372036854775808", "99999999999999999999999", "2", "%00", "..%2f..", "1%2f1"]
)
@pytest.mark.parametrize(
    "path", ["/tiles/coverage/1/0/{}.mvt", "/tiles/coverage/1/{}/0.mvt", "/collections/coverage/tiles/WebMercatorQuad/1/{}/0"]
)
def test_a_malformed_row_or_column_is_404(client, path, n):
    answer = client.get(path.format(n))
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path", ["/tiles/Nope/1/0/0", "/collections/coverage/tiles/Nope/1/0/0", "/tiles/%00/1/0/0.mvt", "/tiles/../1/0/0.mvt"]
)
def test_an_unknown_matrix_set_or_layer_is_404(client, path):
    assert client.get(path).status_code == 404
