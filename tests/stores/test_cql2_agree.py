"""Random filters match the same features on both stores, and none is an internal error."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from filters import filters, filters_content
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from geoservice.cql2 import Filter, parse_filter
from geoservice.errors import ParameterError
from geoservice.release import ItemQuery, ReleaseReader, open_store
from geoservice.release.properties import queryables_of

pytestmark = pytest.mark.postgis
Both = tuple[ReleaseReader, ReleaseReader]


@pytest.fixture(scope="module")
def both(postgis: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    stores = [open_store(tmp_path_factory.mktemp("agree"), dsn, "agree", read_only=False) for dsn in (None, postgis)]
    for store in stores:
        store.write(filters_content())
    first, second = (s.open() for s in stores)
    yield first, second
    for thing in (first, second, *stores):
        thing.close()


def fids(reader: ReleaseReader, wanted: Filter) -> list[int]:
    query = ItemQuery(limit=1000, filter=wanted, properties=[], geometry=False)
    return list(reader.items("things", query)["fid"].to_pylist())


@given(tree=filters)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
def test_random_filters_agree(both: Both, tree: Any) -> None:
    note(json.dumps(tree))
    wanted = parse_filter(json.dumps(tree), "cql2-json", queryables_of(both[0].layer("things")))
    assert fids(both[0], wanted) == fids(both[1], wanted)
    assert parse_filter(wanted.text, "cql2-json", queryables_of(both[0].layer("things"))).root == wanted.root


AWKWARD = [
    "beds = share div 1e300",
    "1/0 = 1",
    "beds/0 > 1 OR NOT (beds/0 > 1)",
    "share*share > 0",
    "share^share > 0",
    "beds % 0 = 0",
    "-beds = 1",
    "beds*beds*beds*beds > 1",
    "1/(1/(beds-beds)) = 0",
    "(beds/0)^0 = 1",
    "beds + 9223372036854775807 > 0",
    "beds = 9223372036854775808",
    "NAME LIKE 'a\\'",
    "NAME LIKE '\\'",
    "NAME LIKE '%\\\\'",
    "NAME LIKE ''",
    "NAME LIKE '%_%_%'",
    "NAME NOT LIKE '%a%\\\\%'",
    "CASEI(NAME) LIKE CASEI('S%A%E')",
    f"'{'a' * 3000}' LIKE '%a_%a_%a_%a_%b'",
    "T_AFTER(day, TIMESTAMP('9999-12-31T23:59:59Z'))",
    "T_EQUALS(day, TIMESTAMP('2020-02-29T00:00:00Z'))",
    "T_INTERSECTS(day, at)",
    "T_EQUALS(INTERVAL('..','..'), INTERVAL(at,'..'))",
    "S_CONTAINS(geometry, GEOMETRYCOLLECTION(POINT(1 1), LINESTRING(0 0, 1 1)))",
    "S_TOUCHES(geometry, geometry)",
    "S_DISJOINT(geometry, BBOX(170,-10,-170,10))",
    "S_OVERLAPS(geometry, POLYGON((0 0, 2 0, 2 2, 0 2, 0 0)))",
    "+".join(["beds"] * 38) + " > 0",
    "*".join(["share"] * 38) + " > 0",
    "/".join(["share"] * 38) + " > 0",
    "^".join(["share"] * 38) + " > 0",
    "share/(" * 18 + "share" + ")" * 18 + " > 0",
    "share%(" * 18 + "share" + ")" * 18 + " > 0",
    " OR ".join(f"beds = {i}" for i in range(1000)),
    f"beds IN ({','.join(map(str, range(3000)))})",
    " OR ".join(f"CASEI(NAME) = 'x{i}'" for i in range(50)),
    f"CASEI(NAME) IN ({','.join(['CASEI(other)'] * 40)})",
    "NOT " * 38 + "open",
    "(" * 38 + "open" + ")" * 38,
]


@pytest.mark.parametrize("text", AWKWARD, ids=lambda t: t[:40])
def test_awkward_filters_agree(both: Both, text: str) -> None:
    wanted = parse_filter(text, "cql2-text", queryables_of(both[0].layer("things")))
    assert fids(both[0], wanted) == fids(both[1], wanted)


WORDS = """( ) [ ] { } , : ' " = < > <> + - * / % ^ div and or not like between in is null true NAME beds geometry day at 1
1e400 .5 9223372036854775808 'x' DATE TIMESTAMP('2020-01-01T00:00:00Z') INTERVAL('..',at) S_INTERSECTS BBOX(0,0,1,1) POINT(1_2)
POLYGON CASEI ACCENTI A_EQUALS \0 \ud800 \\ é"""
GARBAGE = st.text(max_size=60) | st.lists(st.sampled_from(WORDS.split()), max_size=25).map(" ".join)
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["..", "2020-01-01", "Point"]),
    lambda x: (
        st.lists(x, max_size=4)
        | st.dictionaries(
            st.sampled_from(["op", "args", "property", "date", "interval", "bbox", "type", "coordinates", "geometries"]), x
        )
        | st.builds(
            lambda op, args: {"op": op, "args": args},
            st.sampled_from(
                ["and", "not", "=", "like", "in", "isNull", "+", "s_intersects", "t_during", "a_equals", "casei", "foo", 3]
            ),
            st.lists(x, max_size=3),
        )
    ),
    max_leaves=12,
)


@given(text=GARBAGE, lang=st.sampled_from(["cql2-text", "cql2-json"]))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_garbage_is_refused_or_answered(both: Both, text: str, lang: str) -> None:
    refused_or_answered(both, text, lang)


@given(tree=_JSON)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
def test_garbage_of_json_is_refused_or_answered(both: Both, tree: Any) -> None:
    refused_or_answered(both, json.dumps(tree), "cql2-json")


def refused_or_answered(both: Both, text: str, lang: str) -> None:
    with suppress(ParameterError):
        wanted = parse_filter(text, lang, queryables_of(both[0].layer("things")))
        assert fids(both[0], wanted) == fids(both[1], wanted)
