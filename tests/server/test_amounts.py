"""How to get more than ten items: said by the answer itself, the collection, and the description of the API."""

import html
import re

import pytest

STATIONS = "/collections/stations/items"
FILES = {
    "text/csv": "csv", "application/vnd.apache.parquet": "parquet", "application/geopackage+sqlite3": "gpkg",
    "application/flatgeobuf": "fgb",
}  # fmt: skip


def links(content, rel):
    return [i for i in content["links"] if i["rel"] == rel]


@pytest.mark.parametrize(
    ("lang", "onward", "whole"),
    [
        ("en", "10 of 121 features are here; limit may be up to 10000", "all 121 features: CSV"),
        ("zh", "共121个要素，本页10个；limit最大为10000", "全部121个要素：CSV"),
    ],
)
def test_json_says_how_many_there_are_and_how_to_get_them(client, lang, onward, whole):
    page = client.json(f"{STATIONS}?lang={lang}")
    assert (page["numberMatched"], page["numberReturned"]) == (121, 10)
    (following,) = links(page, "next")
    assert following["title"] == onward
    files = {i["type"]: i for i in links(page, "alternate") if i["type"] in FILES}
    assert files.keys() == FILES.keys()
    assert files["text/csv"]["title"] == whole
    assert client.get(files["text/csv"]["href"]).text.count("\r\n") == 122


def test_a_larger_limit_needs_no_next_page(client):
    page = client.json(f"{STATIONS}?limit=1000")
    assert (page["numberReturned"], links(page, "next")) == (121, [])


@pytest.mark.parametrize(
    ("lang", "amount", "most"),
    [("en", "10 of 121 features.", "at most 10000 a page"), ("zh", "共121个要素，本页10个。", "每页最多10000个")],
)
def test_the_page_for_people_says_so_with_links(client, lang, amount, most):
    text = client.get(f"{STATIONS}?f=html&lang={lang}").text
    paragraph = next(p for p in re.findall(r"<p>(.*?)</p>", text) if amount in p)
    assert most in paragraph
    addresses = {label: html.unescape(href) for href, label in re.findall(r'<a href="(.*?)">(.*?)</a>', paragraph)}
    limit, _, *files = addresses
    assert limit == "limit=1000"
    assert files == ["CSV", "GeoParquet", "GeoPackage", "FlatGeobuf"]
    assert client.get(addresses["limit=1000"]).text.count("<tr>") == 122
    assert all(client.get(href).status_code == 200 for href in addresses.values())


def test_a_page_with_everything_does_not_offer_more(client):
    text = client.get(f"{STATIONS}?f=html&limit=500").text
    assert "121 of 121 features." in text
    assert "limit=1000" not in text


def test_a_collection_links_to_the_whole_of_it(client):
    collection = client.json("/collections/stations")
    files = {i["type"]: i["href"] for i in links(collection, "enclosure")}
    assert {kind: href.rpartition("=")[2] for kind, href in files.items()} == FILES
    assert client.get(files["text/csv"]).text.count("\r\n") == 122


def test_the_description_of_limit_says_how_to_go_on(client):
    parameters = client.json("/api")["paths"]["/collections/{layer_id}/items"]["get"]["parameters"]
    said = next(p["description"] for p in parameters if p["name"] == "limit")
    assert all(word in said for word in ("10 by default", "at most 10000", "link next", "f=csv"))
