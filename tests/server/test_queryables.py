"""Queryables: the values of a property that has few, bounds that are known, and a filter that works for each."""

import html
import re
from urllib.parse import quote

import jsonschema
import pytest


def properties(client, layer, what="queryables", lang="en"):
    return client.json(f"/collections/{layer}/{what}?lang={lang}")["properties"]


@pytest.mark.parametrize("what", ["schema", "queryables", "sortables"])
@pytest.mark.parametrize(
    ("layer", "name", "values"),
    [
        ("coverage", "geography", ["township"]),
        ("stations", "geography", ["station"]),
        ("coverage", "share_clinic_walk_15_status", ["nobody", "ok"]),
        ("table", "geography", ["township"]),
        ("table", "measure", ["covered_share"]),
        ("table", "service", ["clinic"]),
        ("table", "mode", ["walk"]),
        ("table", "tier", ["any"]),
        ("table", "group", ["all"]),
        ("table", "nth", [1]),
        ("table", "minutes", [15, 30]),
        ("table", "status", ["nobody", "ok"]),
    ],
)
def test_properties_with_few_values_list_them(client, what, layer, name, values):
    schema = properties(client, layer, what)[name]
    assert schema["enum"] == values
    assert [choice["const"] for choice in schema["oneOf"]] == values
    assert schema["type"] == ("integer" if isinstance(values[0], int) else "string")


@pytest.mark.parametrize(
    ("lang", "titles"),
    [
        ("en", {"geography": ["townships"], "mode": ["walking"], "tier": ["any tier"], "group": ["everybody"],
                "minutes": ["15 min", "30 min"], "status": ["nobody lives here", "a value"]}),
        ("zh", {"geography": ["乡镇级"], "mode": ["步行"], "tier": ["任一级"], "group": ["全部人口"],
                "minutes": ["15分钟", "30分钟"], "status": ["无人居住", "有数值"]}),
    ],
)  # fmt: skip
def test_values_have_titles_in_both_languages(client, lang, titles):
    found = properties(client, "table", lang=lang)
    assert {name: [choice["title"] for choice in found[name]["oneOf"]] for name in titles} == titles


def test_bounds_are_those_that_are_known(client):
    found = properties(client, "coverage")
    assert found["share_clinic_walk_15_margin"]["minimum"] == 0
    assert "minimum" not in found["share_clinic_walk_15"], "an estimate may be below zero"
    assert properties(client, "table")["margin"]["minimum"] == 0


@pytest.mark.parametrize("layer", ["coverage", "stations", "table"])
def test_the_schema_is_a_json_schema_that_every_feature_meets(client, layer):
    schema = client.json(f"/collections/{layer}/schema")
    jsonschema.Draft202012Validator.check_schema(schema)
    for feature in client.json(f"/collections/{layer}/items?limit=1000")["features"]:
        known = {name: value for name, value in feature["properties"].items() if value is not None}
        jsonschema.Draft202012Validator(schema).validate({"fid": feature["id"], **known})


CLINICS = {
    "geography": "geography = 'clinic'", "unit": "unit LIKE '%a%'", "name": "name LIKE '%a%'", "beds": "beds > 0",
    "rate": "rate > 0", "open": "open = TRUE", "opened": "opened >= DATE('2024-01-01')",
    "checked": "checked >= TIMESTAMP('2024-01-01T00:00:00Z')",
    "geometry": "S_INTERSECTS(geometry, BBOX(117.00000, 30.50000, 117.20000, 30.62000))",
}  # fmt: skip


def test_each_queryable_has_a_filter_as_an_example(yixiu):
    found = properties(yixiu, "clinics")
    assert {name: schema["x-filter-example"] for name, schema in found.items()} == CLINICS


@pytest.mark.parametrize("layer", ["coverage", "table"])
def test_every_example_is_a_filter(client, layer):
    for name, schema in properties(client, layer).items():
        answer = client.get(f"/collections/{layer}/items?filter={quote(schema['x-filter-example'])}")
        assert answer.status_code == 200, (name, answer.text)
        if "enum" in schema:
            assert answer.json()["numberMatched"] > 0, name


def test_the_page_for_people_shows_values_and_links_to_each_example(client):
    text = client.get("/collections/table/queryables?f=html&lang=zh").text
    row = next(r for r in re.findall(r"<tr>(.*?)</tr>", text) if "<td>mode</td>" in r)
    assert "<td>walk（步行）</td>" in row
    assert "<td>covered_share</td>" in text, "a value that has no other name is not said twice"
    href = html.unescape(re.search(r'<a href="(.*?)">mode = &#x27;walk&#x27;</a>', row)[1])
    assert client.get(href).text.count("<tr>") == 7
