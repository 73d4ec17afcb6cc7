"""SQL of texts: compared by their bytes, or with case and accents folded; LIKE."""

from functools import lru_cache

from geoservice.cql2.ast import Fold, Literal, Property, Scalar
from geoservice.cql2.case_folding import accent_marks, case_tables, fold, irregular_case, strip_accents_exceptions
from geoservice.cql2.patterns import backtracks, regular, tidy
from geoservice.db import Dialect
from geoservice.release.sql.filters.fragments import Fragment, bind, fill


def text(dialect: Dialect, node: Scalar) -> Fragment:
    """Return a text, compared by its bytes."""
    if isinstance(node, Literal):
        return fill(f"{{0}}{dialect.bytewise}", bind(dialect, node.value, "text"))
    if isinstance(node, Property):
        return Fragment(f"{dialect.quote(node.name)}{dialect.bytewise}")
    assert isinstance(node, Fold)
    if isinstance(node.text, Literal):
        return bind(dialect, fold(str(node.text.value), node.case, node.accents), "text")
    return _folded_column(dialect, node, text(dialect, node.text))


def like(dialect: Dialect, value: Scalar, pattern: Scalar) -> Fragment:
    """Return whether a text matches the pattern of a LIKE.

    The time of DuckDB's LIKE can grow with a power of the text's length, and it cannot be interrupted; its regular expressions
    take linear time.
    """
    like_pattern = _pattern(pattern)
    subject = text(dialect, value)
    if dialect.engine == "duckdb" and backtracks(like_pattern):
        return fill("regexp_full_match({0}, {1}, 's')", subject, bind(dialect, regular(like_pattern), "text"))
    escape = " ESCAPE '\\'" if "\\" in like_pattern else ""
    return fill(f"({{0}} LIKE {{1}}{escape})", subject, bind(dialect, like_pattern, "text"))


def _pattern(node: Scalar) -> str:
    value, case, accents = (node.text, node.case, node.accents) if isinstance(node, Fold) else (node, False, False)
    assert isinstance(value, Literal)
    return fold(tidy(str(value.value)), case, accents)


def _folded_column(dialect: Dialect, node: Fold, column: Fragment) -> Fragment:
    write = _duckdb if dialect.engine == "duckdb" else _postgis
    return fill(f"{write(node.case, node.accents)}{dialect.bytewise}", column)


@lru_cache(maxsize=4)
def _duckdb(case: bool, accents: bool) -> str:
    """Return a template that folds character by character only the texts that need it."""
    simple = "lower({0})" if case else "{0}"
    pairs = "".join(f"|{c}:{to}" for c, to in irregular_case().items())
    each = f"coalesce(nullif(split_part(split_part('{pairs}|', '|' || c || ':', 2), '|', 1), ''), lower(c))" if case else "c"
    is_irregular = f"regexp_matches({{0}}, '[{''.join(irregular_case())}]')"
    if not accents:
        return f"CASE WHEN {is_irregular} THEN {_each(each)} ELSE {simple} END"
    each = f"CASE WHEN regexp_matches(c, '[{strip_accents_exceptions()}]') THEN {each} ELSE strip_accents({each}) END"
    without_accents = f"strip_accents({{0}}) = {{0}}{f' AND NOT {is_irregular}' if case else ''}"
    ascii_only = "strlen({0}) = length({0})"
    accents_removed = f"WHEN {without_accents} THEN nfc_normalize({simple}) ELSE nfc_normalize({_each(each)})"
    return f"CASE WHEN {ascii_only} THEN {simple} {accents_removed} END"


def _each(expression: str) -> str:
    return f"array_to_string(list_transform(string_split({{0}}, ''), lambda c: {expression}), '')"


@lru_cache(maxsize=4)
def _postgis(case: bool, accents: bool) -> str:
    def strip_accents(folded: str) -> str:
        without_accents = f"regexp_replace(normalize({folded}, NFD), '[{accent_marks()}]', '', 'g')"
        return f"normalize({without_accents}, NFC)" if accents else folded

    simple = _lower("{0}") if case else "{0}"
    is_irregular = f"WHEN {{0}} ~ '[{''.join(irregular_case())}]' THEN {strip_accents(_fold_case('{0}'))} " if case else ""
    return f"CASE WHEN octet_length({{0}}) = char_length({{0}}) THEN {simple} {is_irregular}ELSE {strip_accents(simple)} END"


def _lower(text: str) -> str:
    """Return the lower case by ICU's root locale: that of the database may be limited to ASCII."""
    return f'lower({text} COLLATE "und-x-icu") COLLATE "C"'


def _fold_case(text: str) -> str:
    several, single = case_tables()
    for c, to in several.items():
        text = f"replace({text}, '{c}', '{to}')"
    return f"translate({_lower(text)}, '{''.join(single)}', '{''.join(single.values())}')"
