"""Text compared byte by byte, or without regard to case and accents."""

from functools import lru_cache

from geoservice.cql2.ast import Fold, Literal, Property, Scalar
from geoservice.cql2.case_folding import accent_marks, case_tables, fold, irregular_case, strip_accents_exceptions
from geoservice.cql2.patterns import backtracks, regular, tidy
from geoservice.db import Dialect
from geoservice.release.sql.filters.fragments import Fragment, bound, put


def text(dialect: Dialect, node: Scalar) -> Fragment:
    """Return a text in the order of its bytes."""
    if isinstance(node, Literal):
        return put(f"{{0}}{dialect.bytewise}", bound(dialect, node.value, "text"))
    if isinstance(node, Property):
        return Fragment(f"{dialect.quote(node.name)}{dialect.bytewise}")
    assert isinstance(node, Fold)
    if isinstance(node.text, Literal):
        return bound(dialect, fold(str(node.text.value), node.case, node.accents), "text")
    return _folded_column(dialect, node, text(dialect, node.text))


def like(dialect: Dialect, value: Scalar, pattern: Scalar) -> Fragment:
    """Return whether a text meets the pattern of a LIKE.

    DuckDB's LIKE may take a power of the text's length in time, and cannot be stopped; its regular expressions are linear.
    """
    found = _pattern(pattern)
    written = text(dialect, value)
    if dialect.engine == "duckdb" and backtracks(found):
        return put("regexp_full_match({0}, {1}, 's')", written, bound(dialect, regular(found), "text"))
    escape = " ESCAPE '\\'" if "\\" in found else ""
    return put(f"({{0}} LIKE {{1}}{escape})", written, bound(dialect, found, "text"))


def _pattern(node: Scalar) -> str:
    value, case, accents = (node.text, node.case, node.accents) if isinstance(node, Fold) else (node, False, False)
    assert isinstance(value, Literal)
    return fold(tidy(str(value.value)), case, accents)


def _folded_column(dialect: Dialect, node: Fold, column: Fragment) -> Fragment:
    write = _duckdb if dialect.engine == "duckdb" else _postgis
    return put(f"{write(node.case, node.accents)}{dialect.bytewise}", column)


@lru_cache(maxsize=4)
def _duckdb(case: bool, accents: bool) -> str:
    """Fold character by character where a text needs it; most need less."""
    whole = "lower({0})" if case else "{0}"
    pairs = "".join(f"|{c}:{to}" for c, to in irregular_case().items())
    each = f"coalesce(nullif(split_part(split_part('{pairs}|', '|' || c || ':', 2), '|', 1), ''), lower(c))" if case else "c"
    is_special = f"regexp_matches({{0}}, '[{''.join(irregular_case())}]')"
    if not accents:
        return f"CASE WHEN {is_special} THEN {_each(each)} ELSE {whole} END"
    each = f"CASE WHEN regexp_matches(c, '[{strip_accents_exceptions()}]') THEN {each} ELSE strip_accents({each}) END"
    bare = f"strip_accents({{0}}) = {{0}}{f' AND NOT {is_special}' if case else ''}"
    ascii_only = "strlen({0}) = length({0})"
    return f"CASE WHEN {ascii_only} THEN {whole} WHEN {bare} THEN nfc_normalize({whole}) ELSE nfc_normalize({_each(each)}) END"


def _each(expression: str) -> str:
    return f"array_to_string(list_transform(string_split({{0}}, ''), lambda c: {expression}), '')"


@lru_cache(maxsize=4)
def _postgis(case: bool, accents: bool) -> str:
    def finished(folded: str) -> str:
        bare = f"regexp_replace(normalize({folded}, NFD), '[{accent_marks()}]', '', 'g')"
        return f"normalize({bare}, NFC)" if accents else folded

    whole = _lower("{0}") if case else "{0}"
    is_special = f"WHEN {{0}} ~ '[{''.join(irregular_case())}]' THEN {finished(_replaced('{0}'))} " if case else ""
    return f"CASE WHEN octet_length({{0}}) = char_length({{0}}) THEN {whole} {is_special}ELSE {finished(whole)} END"


def _lower(text: str) -> str:
    """Lower case by one alphabet wherever the database stands: its own locale may know ASCII alone."""
    return f'lower({text} COLLATE "und-x-icu") COLLATE "C"'


def _replaced(text: str) -> str:
    several, single = case_tables()
    for c, to in several.items():
        text = f"replace({text}, '{c}', '{to}')"
    return f"translate({_lower(text)}, '{''.join(single)}', '{''.join(single.values())}')"
