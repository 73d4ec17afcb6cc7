"""Folding of case and accents: the same in Python and, character by character, in both databases."""

import unicodedata

import duckdb
import psycopg
import pytest

from geoservice.cql2.ast import Fold, Property
from geoservice.cql2.case_folding import fold
from geoservice.db import DUCKDB, POSTGIS, Dialect
from geoservice.release.sql.filters.text import text

# combined of a spacing mark that stays and one that goes; DuckDB leaves both
INDIC = set("\u0b48\u0cc0\u0cc7\u0cc8\u0cca\u0ccb\u0dda\u0ddd\u1b3b\u1b3d\u1b43\U000114bb")
TEXTS = [
    "Straße İstanbul",
    "ΑΘΗΝΑΣ",
    "はじめ が",
    "e\u0301 か\u3099",
    "Việt Nam",
    "北京市",
    "한국",
    "हिन्दी",
    "Å ﬁ ŉ",
    "",
    "ΐ ẞ ſ µ",
]


def folding_characters() -> list[str]:
    """Every character that has case or a decomposition or is a mark, and some ordinary ones."""
    every = (chr(i) for i in (*range(1, 0xD800), *range(0xE000, 0x1F000)) if unicodedata.category(chr(i)) not in {"Cn", "Co"})
    return [
        c
        for c in every
        if c.lower() != c
        or c.casefold() != c
        or unicodedata.normalize("NFD", c) != c
        or unicodedata.category(c).startswith("M")
        or c < "\u0500"
    ]


def column(dialect: Dialect, case: bool, accents: bool) -> str:
    return text(dialect, Fold(Property("name", "text"), case, accents)).text


@pytest.mark.parametrize(("case", "accents"), [(True, False), (False, True), (True, True)])
def test_duckdb_folds_as_python_does(case: bool, accents: bool) -> None:
    texts = [*folding_characters(), *TEXTS]
    with duckdb.connect() as connection:
        sql = f"SELECT name, {column(DUCKDB, case, accents)} FROM (SELECT unnest(?) AS name)"
        got = connection.execute(sql, [texts]).fetchall()
    wrong = [(a, b, fold(a, case, accents)) for a, b in got if b != fold(a, case, accents) and not (accents and a in INDIC)]
    assert wrong == []


@pytest.mark.postgis
@pytest.mark.parametrize(("case", "accents"), [(True, False), (False, True), (True, True)])
def test_postgis_folds_as_python_does(postgis: str, case: bool, accents: bool) -> None:
    texts = [*folding_characters(), *TEXTS]
    with psycopg.connect(postgis) as connection:
        sql = f"SELECT name, {column(POSTGIS, case, accents)} FROM (SELECT unnest(%s::text[]) AS name) AS t"
        got = connection.execute(sql.encode(), [texts]).fetchall()
    assert [(a, b, fold(a, case, accents)) for a, b in got if b != fold(a, case, accents)] == []


def test_case_is_folded_in_full() -> None:
    assert fold("STRASSE ΣΊΣΥΦΟΣ ﬁ", True, False) == fold("straße σίσυφος FI", True, False)


def test_japanese_voicing_marks_stay() -> None:
    assert fold("はじめ", False, True) == "はじめ"
    assert fold("Chișinău", False, True) == "Chisinau"
