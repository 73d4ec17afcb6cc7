"""Text compared byte by byte, or without regard to case and accents."""

import re
from functools import lru_cache

from geoservice.db import Dialect
from geoservice.release.cql.folds import case_tables, fold, kept, marks, special
from geoservice.release.cql.sql.pieces import Piece, bound, put
from geoservice.release.cql.tree import Fold, Literal, Property, Scalar

_ESCAPED = re.compile(r"\\(.?)", re.DOTALL)


def text(dialect: Dialect, node: Scalar) -> Piece:
    """Return a text in the order of its bytes."""
    if isinstance(node, Literal):
        return put(f"{{0}}{dialect.bytewise}", bound(dialect, node.value, "text"))
    if isinstance(node, Property):
        return Piece(f"{dialect.quote(node.name)}{dialect.bytewise}")
    assert isinstance(node, Fold)
    if isinstance(node.text, Literal):
        return bound(dialect, fold(str(node.text.value), node.case, node.accents), "text")
    return _folded_column(dialect, node, text(dialect, node.text))


def pattern(dialect: Dialect, node: Scalar) -> Piece:
    """Return the pattern of a LIKE and how it is escaped."""
    value, case, accents = (node.text, node.case, node.accents) if isinstance(node, Fold) else (node, False, False)
    assert isinstance(value, Literal)
    found = fold(_ESCAPED.sub(_escaped, str(value.value)), case, accents)
    piece = bound(dialect, found, "text")
    return put("{0} ESCAPE '\\'", piece) if "\\" in found else piece


def _escaped(match: re.Match[str]) -> str:
    """Keep a backslash only where it is needed: both databases refuse one at the end."""
    following = match[1] or "\\"
    return f"\\{following}" if following in "%_\\" else following


def _folded_column(dialect: Dialect, node: Fold, column: Piece) -> Piece:
    write = _duckdb if dialect.engine == "duckdb" else _postgis
    return put(f"{write(node.case, node.accents)}{dialect.bytewise}", column)


@lru_cache(maxsize=4)
def _duckdb(case: bool, accents: bool) -> str:
    """Fold character by character where a text needs it; most need less."""
    whole = "lower({0})" if case else "{0}"
    pairs = "".join(f"|{c}:{to}" for c, to in special().items())
    each = f"coalesce(nullif(split_part(split_part('{pairs}|', '|' || c || ':', 2), '|', 1), ''), lower(c))" if case else "c"
    is_special = f"regexp_matches({{0}}, '[{''.join(special())}]')"
    if not accents:
        return f"CASE WHEN {is_special} THEN {_each(each)} ELSE {whole} END"
    each = f"CASE WHEN regexp_matches(c, '[{kept()}]') THEN {each} ELSE strip_accents({each}) END"
    bare = f"strip_accents({{0}}) = {{0}}{f' AND NOT {is_special}' if case else ''}"
    ascii_only = "strlen({0}) = length({0})"
    return f"CASE WHEN {ascii_only} THEN {whole} WHEN {bare} THEN nfc_normalize({whole}) ELSE nfc_normalize({_each(each)}) END"


def _each(expression: str) -> str:
    return f"array_to_string(list_transform(string_split({{0}}, ''), lambda c: {expression}), '')"


@lru_cache(maxsize=4)
def _postgis(case: bool, accents: bool) -> str:
    def finished(folded: str) -> str:
        bare = f"regexp_replace(normalize({folded}, NFD), '[{marks()}]', '', 'g')"
        return f"normalize({bare}, NFC)" if accents else folded

    whole = _lower("{0}") if case else "{0}"
    is_special = f"WHEN {{0}} ~ '[{''.join(special())}]' THEN {finished(_replaced('{0}'))} " if case else ""
    return f"CASE WHEN octet_length({{0}}) = char_length({{0}}) THEN {whole} {is_special}ELSE {finished(whole)} END"


def _lower(text: str) -> str:
    """Lower case by one alphabet wherever the database stands: its own locale may know ASCII alone."""
    return f'lower({text} COLLATE "und-x-icu") COLLATE "C"'


def _replaced(text: str) -> str:
    several, single = case_tables()
    for c, to in several.items():
        text = f"replace({text}, '{c}', '{to}')"
    return f"translate({_lower(text)}, '{''.join(single)}', '{''.join(single.values())}')"
