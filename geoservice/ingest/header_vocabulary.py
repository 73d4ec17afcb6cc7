"""Names that files use for our columns, from ``synonyms.toml``: ranked names and exclusions of each column."""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, TypedDict

from geoservice.schema import TableName

SHARED = ("lon", "lat", "coordinates", "wkt", "address")
"""Columns of several tables."""


class Names(TypedDict, total=False):
    """Names of a column: comma-separated terms; ``synonyms.toml`` explains the keys."""

    names: list[str]
    before: str
    after: str
    maybe: list[str]
    never: str
    never_maybe: str
    part: bool


Fields = Mapping[str, Names]
"""Our columns with the names that files use for them."""


@lru_cache(maxsize=1)
def vocabulary() -> Mapping[str, Any]:
    """Return the parsed ``synonyms.toml``."""
    return tomllib.loads(files(__package__).joinpath("synonyms.toml").read_text("utf-8"))


def split_terms(text: str) -> list[str]:
    """Return the terms of a comma-separated list.

    >>> split_terms("代码, area code")
    ['代码', 'area code']
    """
    return [w for w in (part.strip() for part in text.split(",")) if w]


@lru_cache(maxsize=8)
def names_of(table: TableName) -> dict[str, Names]:
    """Return the columns that a file for a table may have, with their names; the column's own name comes first."""
    entries = vocabulary()
    shared = {f: entries[f] for f in SHARED if table in entries[f]["tables"]}
    own = {f: _same_as(names) if isinstance(names, str) else names for f, names in entries[table].items()}
    return {f: _with_own_name(f, names) for f, names in {**own, **shared}.items()}


def _same_as(column: str) -> Names:
    """Return the names of a column of another table, such as ``uptake.area``."""
    table, _, field = column.partition(".")
    names: Names = vocabulary()[table][field]
    return names


def _with_own_name(field: str, names: Names) -> Names:
    extended: Names = {**names}
    extended.pop("tables", None)  # type: ignore[typeddict-item] # only columns of several tables have it
    return {**extended, "names": [field, *names["names"]]}
