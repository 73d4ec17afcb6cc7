"""LIKE on DuckDB: fast for every pattern, with the results of its own LIKE."""

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geoservice.cql2.ast import Fold, Literal, Property, Scalar
from geoservice.cql2.patterns import backtracks, regular, tidy
from geoservice.db import DUCKDB
from geoservice.release.sql.filters.text import like

LETTERS = st.sampled_from([*"%%%_\\aab.*+?()|[]{}^$\n名éİ𠮷"])
SLOW = "%a_%a_%a_%a_%b"


def matches(texts: list[str | None], pattern: Scalar) -> list[bool | None]:
    piece = like(DUCKDB, Property("name", "text"), pattern)
    with duckdb.connect() as connection:
        sql = f"SELECT {piece.text} FROM (SELECT unnest(CAST(? AS VARCHAR[])) AS name)"
        return [row[0] for row in connection.execute(sql, [*piece.values, texts]).fetchall()]


TEXTS = ["", "a", "ab", "a%b", "名ab", "名a名b", "é", "\n", "a\nb", "a.b", "𠮷", "𠮷a", "İab", None]


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE texts AS SELECT unnest(CAST(? AS VARCHAR[])) AS name", [TEXTS])
        yield connection


@given(text=st.text(LETTERS, max_size=8), pattern=st.text(LETTERS, max_size=8))
@example("名ab", "名%a%b")
@example("\n", "%_%")
@settings(max_examples=300, deadline=None)
def test_the_regular_expression_matches_as_like_does(connection: duckdb.DuckDBPyConnection, text: str, pattern: str) -> None:
    sql = "SELECT regexp_full_match(x, ?, 's') = (x LIKE ? ESCAPE '\\') FROM (SELECT CAST(? AS VARCHAR) AS x)"
    assert connection.execute(sql, [regular(tidy(pattern)), tidy(pattern), text]).fetchall() == [(True,)]
    count = "SELECT count(*) FROM texts WHERE"
    like_counts = connection.execute(f"{count} name LIKE ? ESCAPE '\\'", [tidy(pattern)]).fetchall()
    assert connection.execute(f"{count} regexp_full_match(name, ?, 's')", [regular(tidy(pattern))]).fetchall() == like_counts


def test_no_pattern_is_slow() -> None:
    assert matches(["a" * 3000, "a" * 3000 + "b", None], Literal(SLOW, "text")) == [False, True, None]
    assert matches(["a" * 3000] * 100, Literal("%a" * 49 + "_%b", "text")) == [False] * 100


def test_a_pattern_that_backtracks_is_folded_first() -> None:
    assert matches(["Chișinău"], Literal("%s%u", "text")) == [False]
    assert matches(["Chișinău"], Fold(Literal("C%Ș%u", "text"), True, False)) == [False]  # the column is not folded here
    assert matches(["chisinau"], Fold(Literal("C%Ș%U", "text"), True, True)) == [True]


@pytest.mark.parametrize("pattern", ["a", "a%", "%a", "%a%", "a%b", "_a_%b%%", "%\\%a\\%"])
def test_patterns_without_backtracking_use_like(pattern: str) -> None:
    assert not backtracks(pattern)
    assert " LIKE " in like(DUCKDB, Property("name", "text"), Literal(pattern, "text")).text
