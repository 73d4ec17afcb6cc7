"""Collections and items: the structure of responses that clients rely on."""

import csv
import io

import pytest


def test_a_collection_equals_its_entry(client):
    listed = client.json("/collections")["collections"]
    assert [c["id"] for c in listed] == ["coverage", "stations", "table"]
    for entry in listed:
        assert client.json(f"/collections/{entry['id']}") == entry


def test_items_are_geojson_with_ids_and_nulls(client):
    answer = client.get("/collections/coverage/items")
    assert answer.headers["content-type"] == "application/geo+json"
    page = answer.json()
    assert (page["numberMatched"], page["numberReturned"]) == (3, 3)
    assert [f["id"] for f in page["features"]] == [1, 2, 3]
    first, second, _ = page["features"]
    assert first["geometry"]["type"] == "Polygon"
    assert first["properties"]["name_zh"] == "宜秀"
    assert first["properties"]["share_clinic_walk_15"] == 71.5
    assert second["properties"]["share_clinic_walk_15"] is None


def test_paging_returns_every_feature_once(client):
    seen, url = [], "/collections/stations/items?limit=50"
    while url:
        page = client.json(url)
        seen += [f["id"] for f in page["features"]]
        assert page["numberMatched"] == 121
        url = next((i["href"] for i in page["links"] if i["rel"] == "next"), None)
    assert seen == list(range(1, 122))


def test_links_of_a_page(client):
    links = {i["rel"] for i in client.json("/collections/stations/items")["links"]}
    assert links == {"self", "alternate", "next", "collection"}


@pytest.mark.parametrize(
    ("query", "matched"),
    [
        ("bbox=25.12,60.12,25.15,60.15", 1),
        ("bbox=25.05,60.12,0,25.15,60.15,9", 2),
        ("bbox=170,-50,-170,-40", 0),
        ("bbox=25.15,60.1,-170,60.2", 2),
        ("unit=t1", 1),
        ("share_clinic_walk_30=88", 1),
        ("name_zh=宜秀", 1),
        ("unit=t1&share_clinic_walk_30=88", 0),
        ("unit=';drop table x--", 0),
        ("datetime=2024-01-01T00:00:00Z/..", 3),
        ("limit=99999", 3),
    ],
)
def test_filters(client, query, matched):
    page = client.json(f"/collections/coverage/items?{query}")
    assert page["numberReturned"] == matched
    assert page["numberMatched"] == matched


def test_properties_and_geometry_can_be_omitted(client):
    feature = client.json("/collections/coverage/items?properties=name_en&skipGeometry=true")["features"][0]
    assert feature == {"type": "Feature", "id": 1, "geometry": None, "properties": {"name_en": "Yixiu"}}


def test_the_release_table_is_a_collection(client):
    page = client.json("/collections/table/items?minutes=15&unit=t2")
    (row,) = page["features"]
    assert row["geometry"] is None
    assert row["properties"]["status"] == "nobody"
    assert row["properties"]["value"] is None


def test_a_station_without_location_has_no_geometry(client):
    assert client.json("/collections/stations/items?unit=s999")["features"][0]["geometry"] is None


def test_one_item(client):
    feature = client.json("/collections/coverage/items/2")
    assert feature["id"] == 2
    assert {i["rel"] for i in feature["links"]} == {"self", "alternate", "collection"}


def test_csv_is_safe_for_spreadsheets(client):
    answer = client.get("/collections/coverage/items?f=csv&limit=2")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'rel="next"' in answer.headers["link"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [rows[1][f"share_clinic_walk_15{x}"] for x in ("", "_margin", "_status")] == ["", "", "nobody"]
    assert rows[0]["share_clinic_walk_15_margin"] == "7.15"
    assert (float(rows[0]["lon"]), float(rows[0]["lat"])) == (25.05, 60.15)
    third = client.get("/collections/coverage/items?f=csv&unit=t3").content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in third


@pytest.mark.parametrize(
    "url", ["/collections", "/collections/coverage", "/collections/coverage/items", "/collections/coverage/items/2"]
)
def test_html_pages_escape_text_and_are_available_in_chinese(client, url):
    answer = client.get(url, Accept="text/html", Accept_Language="zh-CN")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<script" not in answer.text
    assert "虚构" in answer.text
    assert 'lang="zh"' in answer.text


@pytest.mark.parametrize("layer", ["coverage", "table"])
def test_a_page_shows_margins_and_why_a_number_is_missing(client, layer):
    text = client.get(f"/collections/{layer}/items?f=html").text.replace("\u202f", " ")
    assert '<td class="n">71.5 ± 7.2</td>' in text
    assert '<td class="s">nobody lives here</td>' in text
    assert "margin" not in text.split("<tbody>")[0].split("<table>")[1], "a margin stands beside its number"
    assert "无人居住" in client.get(f"/collections/{layer}/items?f=html&lang=zh").text


def test_a_page_without_margins_shows_only_the_number(client):
    text = client.get("/collections/coverage/items?f=html&properties=share_clinic_walk_15").text
    assert '<td class="n">71.5</td>' in text


def test_pages_and_landing_page_explain_the_protection_of_people(client):
    assert "Two sentences." in client.get("/collections/coverage/items?f=html").text
    assert "两句话。" in client.json("/?f=json&lang=zh")["description"]
