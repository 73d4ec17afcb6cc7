"""What chooses and orders items over HTTP: filters, times, ids, order, properties, CRS; and what says so."""

import datetime as dt
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

URL = "/collections/clinics/items?skipGeometry=true&limit=100"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"


def ids(client, query):
    return [f["id"] for f in client.json(f"{URL}&{query}")["features"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("filter=beds>1", [5, 10, 15, 20, 25, 30]),
        ("filter=beds>1 AND NOT open=true", [10, 20, 30]),
        ('filter={"op":">","args":[{"property":"beds"},1]}&filter-lang=cql2-json', [5, 10, 15, 20, 25, 30]),
        ("filter=name LIKE '诊%25'", [4, 8, 12, 16, 20, 24]),
        ("filter=opened = DATE('2020-01-03')", [3]),
        ("filter=S_INTERSECTS(geometry,POINT(117.2 30.5))", [6]),
        (f"filter=S_INTERSECTS(geometry,POINT(30.5 117.2))&filter-crs={EPSG}4490", [6]),
        ("filter=beds>1&bbox=117.035,30.5,117.3,30.7", [10, 15, 20, 25, 30]),
        ("filter=beds>1&unit=c009", [10]),
        ("ids=7,3,99,3", [3, 7]),
        ("ids=7,3&sortby=-unit", [7, 3]),
        ("opened=2020-01-03", [3]),
        ("checked=2024-01-01T03:30:00Z", [4]),
        ("checked=2024-01-01T11:30:00%2B08:00", [4]),
        (f"bbox=30.595,117.005,30.605,117.025&bbox-crs={EPSG}4326", [2, 3]),
        (f"bbox=3386000,500500,3387000,502500&bbox-crs={EPSG}4548", [2, 3]),
        (f"bbox=3386000,39500500,3387000,39502500&bbox-crs={EPSG}4527", [2, 3]),
        (f"bbox=13025000,3580000,13027000,3581500&bbox-crs={EPSG}3857", [2, 3]),
    ],
)
def test_what_is_chosen(yixiu, query, expected):
    assert ids(yixiu, query) == expected


NOTIME = [7, 14, 21, 28]


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("2020-01-03", [3]),
        ("2020-01-03T12:00:00Z", [3]),
        ("../2020-01-02", [1, 2]),
        ("2020-01-29/..", [29, 30]),
        ("/2020-01-02T00:00:00Z", [1, 2]),
        ("2020-01-02/2020-01-03", [2, 3]),
        ("2019-01-01/2019-12-31", []),
    ],
)
def test_a_feature_without_a_time_meets_every_time(yixiu, period, expected):
    assert sorted(ids(yixiu, f"datetime={period}")) == sorted([*expected, *NOTIME])


def test_order_and_pages_both_ways(yixiu):
    url, forward, pages = "/collections/clinics/items?sortby=open,-beds&limit=7&properties=unit", [], []
    while url:
        page = yixiu.json(url)
        forward += [f["id"] for f in page["features"]]
        pages.append([f["id"] for f in page["features"]])
        links = {i["rel"]: i["href"] for i in page["links"]}
        url = links.get("next")
    assert forward == ids(yixiu, "sortby=%2Bopen,-beds")
    for expected in reversed(pages[:-1]):
        page = yixiu.json(links["prev"])
        assert [f["id"] for f in page["features"]] == expected
        links = {i["rel"]: i["href"] for i in page["links"]}
    assert "prev" not in links


def test_a_page_for_people_turns_both_ways(yixiu):
    first = yixiu.get("/collections/clinics/items?f=html&limit=5&lang=zh").text
    assert "下一页" in first
    assert "上一页" not in first
    href = next(i["href"] for i in yixiu.json("/collections/clinics/items?limit=5")["links"] if i["rel"] == "next")
    assert "Previous page" in yixiu.get(href.replace("f=json", "f=html")).text


def test_properties_less_some(yixiu):
    (feature,) = yixiu.json("/collections/clinics/items?ids=1&exclude-properties=name,rate,open,checked,geography")["features"]
    assert feature["properties"] == {"unit": "c000", "beds": -2, "opened": "2020-01-01"}
    (feature,) = yixiu.json("/collections/clinics/items?ids=1&properties=unit,beds&exclude-properties=beds")["features"]
    assert feature["properties"] == {"unit": "c000"}


@pytest.mark.parametrize(
    ("crs", "expected"),
    [
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", (117.0, 30.6)),
        (f"{EPSG}4326", (30.6, 117.0)),
        (f"{EPSG}4490", (30.6, 117.0)),
        (f"{EPSG}3857", (13024380.42, 3580909.76)),
        (f"{EPSG}4548", (3386627.91, 500000.0)),
        (f"{EPSG}4527", (3386627.91, 39500000.0)),
    ],
)
@pytest.mark.parametrize("path", ["items?ids=1", "items/1?"])
def test_answers_in_another_crs(yixiu, crs, expected, path):
    answer = yixiu.get(f"/collections/clinics/{path}&crs={crs}")
    assert answer.headers["content-crs"] == f"<{crs}>"
    feature = answer.json() if "items/" in path else answer.json()["features"][0]
    assert feature["geometry"]["coordinates"] == pytest.approx(expected, abs=0.01)
    described = yixiu.json("/collections/clinics")
    assert crs in described["crs"]
    assert described["storageCrs"].endswith("CRS84")


@pytest.mark.parametrize(
    "query",
    [
        "filter=beds>",
        "filter=nobody=1",
        "filter=beds>1&filter-lang=sql",
        f"filter=beds>1&filter-crs={EPSG}9999",
        f"crs={EPSG}32650",
        "crs=",
        f"bbox=1,2,3,4&bbox-crs={EPSG}4549",
        f"bbox=117,30,118,31&bbox-crs={EPSG}4326",
        "sortby=nobody",
        "sortby=unit,-unit",
        "ids=a",
        "ids=",
        "exclude-properties=nobody",
        "after=x",
        "before=x",
        "opened=yesterday",
        "checked=..",
        "properties=unit%00",
        "name=%FF",
        "filter=%00",
        "filter=beds=" + "9" * 400,
        "beds=" + "9" * 400,
        "datetime=0001-01-01T00:00:00%2B14:00/..&limit=0",
    ],
)
def test_bad_parameters_are_named(yixiu, query):
    answer = yixiu.get(f"/collections/clinics/items?{query}")
    if query == "name=%FF":  # reads as the character that stands for what is no text
        assert answer.status_code in {200, 400}
        return
    assert answer.status_code == 400, answer.text
    assert any(part.split("=")[0] in answer.json()["detail"] for part in query.split("&"))


def test_tokens_of_another_order_are_refused(yixiu):
    page = yixiu.json("/collections/clinics/items?limit=5&sortby=beds")
    token = next(i["href"] for i in page["links"] if i["rel"] == "next").split("after=")[1].split("&")[0]
    assert yixiu.get(f"/collections/clinics/items?limit=5&sortby=-beds&after={token}").status_code == 400
    assert yixiu.get(f"/collections/clinics/items?after={token}&before={token}&sortby=beds").status_code == 400


@pytest.mark.parametrize("what", ["schema", "queryables", "sortables"])
def test_schemas_say_what_there_is(yixiu, what):
    answer = yixiu.get(f"/collections/clinics/{what}?lang=zh")
    assert answer.headers["content-type"] == "application/schema+json"
    schema = answer.json()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    found = schema["properties"]
    assert ("fid" in found, "geometry" in found) == (what == "schema", what != "sortables")
    for one in found.values():
        one.pop("x-filter-example", None)
    assert found["beds"] == {"title": "beds（中）", "type": "integer", "x-ogc-unit": "{person}"}
    assert found["opened"] == {"title": "opened（中）", "type": "string", "format": "date", "x-ogc-role": "primary-instant"}
    assert found["checked"]["format"] == "date-time"
    if what == "queryables":
        assert found["geometry"] == {"x-ogc-role": "primary-geometry", "format": "geometry-point-or-multipoint"}


def test_every_queryable_is_a_parameter_and_every_sortable_an_order(yixiu):
    first = yixiu.json("/collections/clinics/items?ids=1")["features"][0]["properties"]
    for name in yixiu.json("/collections/clinics/sortables")["properties"]:
        assert yixiu.json(f"{URL}&sortby=-{name}")["numberReturned"] == 30
    for name in yixiu.json("/collections/clinics/queryables")["properties"]:
        if name != "geometry":
            value = quote(str(first[name]).replace("True", "true"))
            assert 1 in ids(yixiu, f"{name}={value}"), name


def test_conformance_says_filters_and_crs(yixiu):
    classes = yixiu.json("/conformance")["conformsTo"]
    for name in ("features-2/1.0/conf/crs", "features-3/1.0/conf/features-filter", "features-3/1.0/conf/queryables"):
        assert f"http://www.opengis.net/spec/ogcapi-{name}" in classes
    assert "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text" in classes


DAYS = st.dates(dt.date(2019, 12, 25), dt.date(2020, 2, 5))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DAYS, DAYS)
def test_a_period_holds_what_lies_in_it(yixiu, one, other):
    start, end = sorted([one, other])
    chosen = [i + 1 for i in range(30) if i % 7 == 6 or start <= dt.date(2020, 1, 1 + i) <= end]
    assert ids(yixiu, f"datetime={start}/{end}") == chosen
