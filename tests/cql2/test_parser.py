"""CQL2 text parsed to JSON as the Python library does it, and the filters that are rejected."""

import json
from typing import Any

import cql2
import pytest
from filters import filters, filters_layer
from hypothesis import given, settings

from geoservice.cql2 import parse_filter
from geoservice.cql2.parser import read_text
from geoservice.errors import ParameterError
from geoservice.release.properties import queryables_of

LAYER = queryables_of(filters_layer(1))
MALFORMED = [
    *("", " ", "(", ")", "a =", "= 1", "a = 1 b", "a = 'x", 'a = "x', "a IN 1", "a IN ()", "a NOT = 1", "a BETWEEN 1 OR 2"),
    *("a IS 3", "a = 1 2", "a = #", "NOT", "BBOX(1,2,x,4)", "DATE(3) = day", "S_INTERSECTS(geometry, POINT(1))"),
    *("S_INTERSECTS(geometry, POINT(1 2 3 4))", "S_INTERSECTS(geometry, POINT EMPTY)", "beds = 1e400", "beds = 1e309"),
    *("NAME = 'a\0'", "NAME = '\ud800'"),
]
TOO_LARGE = [
    "(" * 3000 + "open" + ")" * 3000,
    "NOT " * 3000 + "open",
    "-" * 3000 + "1 = beds",
    "é" * 16001,
    "+".join(["beds"] * 3000) + " = 1",
    "beds = " + "9" * 5000,
    " OR ".join(f"CASEI(NAME) = '{i}'" for i in range(60)),
    f"A_EQUALS(({','.join(['beds'] * 99)}), ({','.join(['beds'] * 99)}))",
    f"S_INTERSECTS(geometry, {'-'.join('1' * 1000)})",
    f"A_EQUALS({'-'.join('1' * 1000)}, (1))",
    f"T_DURING({'-'.join('1' * 1000)}, day)",
    f"NAME IN {'-'.join('1' * 1000)}",
    f"{'-'.join('1' * 7000)} = beds",
    f"NAME LIKE '{'%a' * 101}'",
    f"NAME LIKE '{'a' * 1001}'",
]
JSON = [
    *("", "{", "null", "[]", "1", '"x"', "{}", '{"property": []}'),
    *('{"op": "="}', '{"op": "=", "args": []}', '{"op": [], "args": []}', '{"op": "and", "args": [true]}'),
    *("[" * 7000, '{"op":"not","args":[' * 700 + "true" + "]}" * 700),
    '{"op":"s_intersects","args":[{"property":"geometry"},' + "[" * 900 + "]" * 900 + "]}",
    '{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Point","coordinates":' + "[" * 900 + "]" * 900 + "}]}",
    *('{"op":"=","args":[NaN,1]}', '{"op":"=","args":[1e400,1]}', '{"op":"=","args":[%s,1]}' % ("9" * 5000)),
    *('{"op":"=","args":["\\ud800","a"]}', '{"op":"=","args":["\\u0000","a"]}', '{"op":"in","args":[1,2]}'),
    '{"op":"t_after","args":[{"interval":[1]},{"interval":["..",".."]}]}',
]


@pytest.mark.parametrize(
    "text",
    [
        "NAME = 'it''s' AND NOT beds < 3 OR open",
        "a = 1038290-21 div 10 % 4 * b ^ 2",
        "a NOT IN (1, 2) AND b NOT LIKE 'x%' AND c IS NOT NULL AND d NOT BETWEEN 1 AND 2",
        "\"date\" = DATE('2022-04-16') AND start < TIMESTAMP('2022-04-16T10:13:19Z')",
        "T_FINISHEDBY(INTERVAL(start, '..'), INTERVAL('2020-01-01', end))",
        "S_INTERSECTS(geom, GEOMETRYCOLLECTION(POINT(1 2), POLYGON((0 0, 1 0, 1 1, 0 0))))",
        "S_WITHIN(MULTIPOINT Z((1 2 3), (3 4 5)), geom) OR S_EQUALS(geom, BBOX(-1, -2, 3, 4))",
        "ACCENTI(CASEI(name)) LIKE accenti(casei('chi%'))",
        "-a = -(b + c) - -1",
        "(a = 1) IS NULL",
        "2 ^ 3 ^ 2 = a",
        "A_CONTAINS(a, ('x', 1, TRUE))",
        "foo(a, 1) = bar()",
        "date = 1 AND point = 2 AND 名称 = 3",
    ],
)
def test_text_parses_as_in_the_cql2_library(text: str) -> None:
    assert read_text(text) == cql2.parse_text(text).to_json()


def test_integers_stay_integers() -> None:
    assert read_text("a = 9007199254740993")["args"][1] == 9007199254740993
    assert isinstance(read_text("a = 2")["args"][1], int)


@pytest.mark.parametrize("text", [*MALFORMED, *TOO_LARGE], ids=lambda t: repr(t[:30]))
def test_malformed_text_is_rejected(text: str) -> None:
    with pytest.raises(ParameterError, match="filter: "):
        parse_filter(text, "cql2-text", LAYER)


@pytest.mark.parametrize("text", JSON, ids=lambda t: t[:40])
def test_malformed_json_is_rejected(text: str) -> None:
    with pytest.raises(ParameterError, match="filter: "):
        parse_filter(text, "cql2-json", LAYER)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nothing = 1", "property 'nothing': layer things does not have it, allowed are geography, unit, NAME, other, beds"),
        ("name = 'x'", "property 'name': layer things does not have it"),
        ("beds = 'x'", "property beds .integer. with the text 'x'"),
        ("NAME + 1 = 2", "[+] takes numbers, got property NAME .text."),
        ("day = TIMESTAMP('2020-01-01T00:00:00Z')", "T_BEFORE, T_AFTER and T_INTERSECTS take both"),
        ("day = DATE('2021-02-29')", "allowed are dates"),
        ("NAME", "expected a condition"),
        ("geometry = 1", "property geometry .geometry.: allowed are the spatial functions"),
        ("S_INTERSECTS(NAME, POINT(1 2))", "s_intersects takes property geometry and geometries, got property NAME"),
        ("buffer(geometry, 1) = 2", "function 'buffer' does not exist"),
        ("A_CONTAINS(NAME, ('x'))", "layer things has no arrays"),
        ("T_CONTAINS(day, DATE('2020-01-01'))", "t_contains takes two INTERVALs"),
        ("T_AFTER(NAME, day)", "got property NAME .text."),
        ("NAME LIKE other", "pattern"),
        ("(beds = 1) = open", "= is true or false and cannot be compared"),
        ("T_DURING(INTERVAL('2021-01-01','2020-01-01'), INTERVAL(day,day))", "starts at 2021-01-01, after its end"),
    ],
)
def test_an_error_names_the_fault(text: str, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        parse_filter(text, "cql2-text", LAYER)


def test_unknown_language() -> None:
    with pytest.raises(ParameterError, match="filter-lang: got 'sql', allowed are cql2-text, cql2-json"):
        parse_filter("true", "sql", LAYER)


@pytest.mark.parametrize(
    ("text", "equivalent"),
    [
        ("beds = 2.0", "beds = 2"),
        ("beds = 1 + 1", "beds = 2"),
        ("NOT NOT open", "open"),
        ("open AND (open AND beds = 1) AND TRUE", "open AND beds = 1"),
        ("S_WITHIN(BBOX(0,0,1,1), geom)", "S_CONTAINS(geometry, POLYGON((1 0, 1 1, 0 1, 0 0, 1 0)))"),
        ("casei(accenti(NAME)) = 'x'", "ACCENTI(CASEI(\"NAME\")) = 'x'"),
        ("A_OVERLAPS((NAME), ('x', 3))", "NAME = 'x'"),
        ("A_EQUALS((1, 2, 2), (2, 1)) AND open", "open"),
        ("1/0 = beds", "2^2000 = beds"),
        ("POINT(1 1) IS NULL OR S_INTERSECTS(POINT(1 1), BBOX(0,0,2,2))", "TRUE"),
    ],
)
def test_filters_of_one_meaning_have_one_form(text: str, equivalent: str) -> None:
    assert parse_filter(text, "cql2-text", LAYER) == parse_filter(equivalent, "cql2-text", LAYER)


def test_properties_are_listed_once_in_order() -> None:
    parsed = parse_filter("beds = 1 AND S_INTERSECTS(geom, POINT(1 2)) AND NAME = 'x' AND beds > 0", "cql2-text", LAYER)
    assert parsed.properties == ("beds", "geometry", "NAME")


@given(tree=filters)
@settings(max_examples=100, deadline=None)
def test_the_canonical_form_parses_to_itself(tree: Any) -> None:
    once = parse_filter(json.dumps(tree), "cql2-json", LAYER)
    assert parse_filter(once.text, "cql2-json", LAYER) == once
    assert hash(once) == hash(parse_filter(json.dumps(tree), "cql2-json", LAYER))
