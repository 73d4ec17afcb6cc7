"""The page of examples for other programs; tests/clients runs the examples themselves."""

import html
import re

import pytest

from geoservice.layer import Label, Style
from geoservice.release.base import PublishedLayer
from geoservice.server.app import create_app
from geoservice.server.clients.examples import Names, example_layers, guide, name_column
from geoservice.settings import Settings


def layer(name, geometry="polygon", kind="fill", role="public", **more):
    words = Label(zh=name, en=name)
    attributes = {"minzoom": 0, "maxzoom": 12, "columns": (), "bbox": (1.0, 2.0, 3.0, 4.0), "features": 1}
    return PublishedLayer(
        id=name, title=words, description=words, geometry=geometry, role=role, style=Style(kind=kind), **{**attributes, **more}
    )


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_example_is_shown_without_placeholders(client, lang):
    content = client.json(f"/clients?lang={lang}")
    text = client.get(f"/clients?f=html&lang={lang}").text
    assert [c["id"] for c in content["clients"]] == [
        "maplibre", "leaflet", "openlayers", "arcgis", "qgis", "geopandas", "geoservice", "r", "gdal", "curl", "spreadsheet"
    ]  # fmt: skip
    for entry in content["clients"]:
        assert "http://geo.test" in entry["example"]
        assert not re.search(r"__[A-Z]", entry["example"])
        assert html.escape(entry["example"]) in text
        assert entry["steps"]
    assert all(rule["text"] in html.unescape(text) for rule in content["rules"])


def test_the_page_loads_nothing_from_other_hosts(client):
    answer = client.get("/clients?f=html")
    assert "<script" not in answer.text
    assert not re.search(r'<(link|img|iframe)[^>]*(src|href)="http', answer.text)
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_landing_page_and_pages_link_to_it(client):
    links = client.json("/")["links"]
    assert "http://geo.test/clients?f=html" in [i["href"] for i in links if i["rel"] == "service-doc"]
    assert "http://geo.test/clients?f=html&amp;lang=zh" in client.get("/collections?f=html&lang=zh").text


def test_behind_a_proxy_examples_have_the_public_url(client, release_store):
    client.app = create_app(Settings(url="https://maps.example.org/access/"), release_store)
    examples = [c["example"] for c in client.json("/clients")["clients"]]
    assert all("https://maps.example.org/access" in e and "geo.test" not in e for e in examples)


def test_the_rules_list_the_allowed_origins(client, release_store):
    client.app = create_app(Settings(cors_origins=("https://portal.example",)), release_store)
    (rule,) = (r for r in client.json("/clients")["rules"] if r["id"] == "browsers")
    assert "https://portal.example" in rule["text"]


def test_examples_use_the_layers_that_a_map_initially_shows():
    areas, points, private = layer("areas"), layer("points", "point", "circle"), layer("a_private", role="planner")
    table = layer("table", "none", "none", bbox=None)
    assert example_layers([private, table, points, areas]) == (areas, points)
    assert example_layers([areas]) == (areas, areas)
    assert example_layers([points, table]) == (points, points)
    assert example_layers([private, table]) == (private, private)
    assert example_layers([table]) is None
    assert example_layers([layer("origins", "point", "circle", visible=False), points, areas]) == (areas, points)


def test_a_credit_is_escaped():
    names = Names("http://h", layer("areas"), layer("points", "point"), "en", '"</script><script>alert(1)</script>')
    leaflet = next(c for c in guide().clients if c.id == "leaflet")
    assert "alert(1)</script>" not in names.example(leaflet)
    assert "&quot;&lt;/script&gt;" in names.example(leaflet)


def test_without_a_text_column_the_code_is_the_name():
    assert name_column(layer("areas"), "zh") == "unit"


BOX = "bbox=2782000.8673138916,8433000.93023168,2784000.859766457,8434000.922684241"
EPSG_3857 = "http%3A%2F%2Fwww.opengis.net%2Fdef%2Fcrs%2FEPSG%2F0%2F3857"


def test_requests_of_arcgis_are_answered(client):
    """The requests of ArcGIS Maps SDK for JavaScript 5.1 (OGCFeatureLayer) in order, as its run in a browser showed them."""
    urls = ["/", "/conformance?f=json", "/collections?f=json", "/api", "/collections/stations/items?limit=5"]
    assert [client.get(path).status_code for path in urls] == [200] * 5
    answer = client.get(f"/collections/stations/items?{BOX}&bbox-crs={EPSG_3857}&crs={EPSG_3857}&limit=5000")
    east, north = answer.json()["features"][0]["geometry"]["coordinates"]
    assert (east, north) == pytest.approx((2782987.27, 8433209.72), abs=0.01)


def test_requests_of_arcgis_pro_are_answered(client):
    page = client.json("/collections/stations/items?limit=100&offset=100")
    assert [f["id"] for f in page["features"]] == list(range(101, 122))
