"""Text compared byte by byte, or without regard to case and accents."""

import re

from geoservice.db import Dialect
from geoservice.release.cql.folds import case_tables, fold, kept, marks
from geoservice.release.cql.sql.pieces import Piece, bound, put
from geoservice.release.cql.tree import Fold, Literal, Property, Scalar

# the same alphabet wherever the database stands: its own locale may know ASCII alone
_LOWER = {"duckdb": "lower({0})", "postgis": 'lower({0} COLLATE "und-x-icu") COLLATE "C"'}
_MEETS = {"duckdb": "regexp_matches({0}, '[%s]')", "postgis": "{0} ~ '[%s]'"}
_ASCII = {"duckdb": "strlen({0}) = length({0})", "postgis": "octet_length({0}) = char_length({0})"}
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
    piece = text(dialect, node.text)
    if node.case:
        piece = _without_case(dialect, piece)
    return _without_accents(dialect, piece) if node.accents else piece


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


def _without_case(dialect: Dialect, piece: Piece) -> Piece:
    several, single = case_tables()
    # Σ: at the end of a word ICU makes it ς
    special = "".join({*several, *single, *(c.upper() for c in single if len(c.upper()) == 1), "Σ"})
    special = "".join(c for c in special if not c.isascii())
    replaced = "{0}"
    for c, to in several.items():
        replaced = f"replace({replaced}, '{c}', '{to}')"
    lowered = _LOWER[dialect.engine].replace("{0}", replaced)
    folded = f"translate({lowered}, '{''.join(single)}', '{''.join(single.values())}')"
    meets = _MEETS[dialect.engine] % special
    return put(f"CASE WHEN {meets} THEN {folded} ELSE {_LOWER[dialect.engine]} END{dialect.bytewise}", piece)


def _without_accents(dialect: Dialect, piece: Piece) -> Piece:
    ascii_only = _ASCII[dialect.engine]
    if dialect.engine == "postgis":
        bare = f"regexp_replace(normalize({{0}}, NFD), '[{marks()}]', '', 'g')"
        return put(f"CASE WHEN {ascii_only} THEN {{0}} ELSE normalize({bare}, NFC) END{dialect.bytewise}", piece)
    each = f"lambda c: CASE WHEN regexp_matches(c, '[{kept()}]') THEN c ELSE strip_accents(c) END"
    bare = f"array_to_string(list_transform(string_split({{0}}, ''), {each}), '')"
    unchanged = "WHEN strip_accents({0}) = {0} THEN nfc_normalize({0})"
    return put(f"CASE WHEN {ascii_only} THEN {{0}} {unchanged} ELSE nfc_normalize({bare}) END", piece)
