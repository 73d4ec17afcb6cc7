"""Tilesets, tile matrix sets and TileJSON agree with the tiles."""

import pytest

from geoservice.server.tiles.matrix_sets import MATRIX_SETS


def test_the_matrix_sets_are_ogcs(client):
    mercator, degrees = (client.json(f"/tileMatrixSets/{name}") for name in MATRIX_SETS)
    assert mercator["tileMatrices"][0]["scaleDenominator"] == pytest.approx(559082264.028717, abs=1e-4)
    assert mercator["tileMatrices"][0]["cellSize"] == pytest.approx(156543.033928041, abs=1e-9)
    assert degrees["tileMatrices"][0]["scaleDenominator"] == pytest.approx(279541132.014358, abs=1e-4)
    assert [degrees["tileMatrices"][3][k] for k in ("matrixWidth", "matrixHeight", "id")] == [16, 8, "3"]
    assert client.get("/tileMatrixSets/Nope").status_code == 404


@pytest.mark.parametrize("path", ["/collections/coverage/tiles", "/tiles"])
@pytest.mark.parametrize("name", MATRIX_SETS)
def test_tiles_exist_within_the_limits_and_not_beyond(client, path, name):
    tileset = client.json(f"{path}/{name}")
    template = next(x["href"] for x in tileset["links"] if x["rel"] == "item")
    limit = tileset["tileMatrixSetLimits"][5]

    def status(row, column):
        return client.get(template.format(tileMatrix=limit["tileMatrix"], tileRow=row, tileCol=column)).status_code

    rows, columns = (range(limit[f"minTile{k}"], limit[f"maxTile{k}"] + 1) for k in ("Row", "Col"))
    assert {status(r, c) for r in rows for c in columns} == {200}
    assert {status(rows[0] - 2, columns[0]), status(rows[0], columns[-1] + 2)} == {204}


def test_tilejson_of_the_dataset_is_one_template_for_all_layers(client):
    tilejson = client.json("/tilejson")
    assert [x["id"] for x in tilejson["vector_layers"]] == ["coverage", "stations"]
    assert tilejson["byteBudget"]["bytes"] > 0
    assert client.get(tilejson["tiles"][0].format(z=5, x=18, y=9)).headers["cache-control"].endswith("immutable")
