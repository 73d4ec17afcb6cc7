"""What strangers call our columns, as ``synonyms.toml`` lists it: for each column its names in ranks, and what it never is."""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, TypedDict

from geoservice.schema import TableName

SHARED = ("lon", "lat", "coordinates", "wkt", "address")
"""Columns of several tables."""


class Names(TypedDict, total=False):
    """What a column is called: words separated by commas; ``synonyms.toml`` explains the keys."""

    names: list[str]
    before: str
    after: str
    maybe: list[str]
    never: str
    never_maybe: str
    part: bool


Fields = Mapping[str, Names]
"""Our columns, and what strangers call them."""


@lru_cache(maxsize=1)
def vocabulary() -> Mapping[str, Any]:
    """Return all of ``synonyms.toml``."""
    return tomllib.loads(files(__package__).joinpath("synonyms.toml").read_text("utf-8"))


def words(text: str) -> list[str]:
    """Return the words of a list.

    >>> words("代码, area code")
    ['代码', 'area code']
    """
    return [w for w in (part.strip() for part in text.split(",")) if w]


@lru_cache(maxsize=8)
def names_of(table: TableName) -> dict[str, Names]:
    """Return the columns that a file for a table may have; their own names come first."""
    known = vocabulary()
    shared = {f: known[f] for f in SHARED if table in known[f]["tables"]}
    return {f: _with_own(f, said) for f, said in {**known[table], **shared}.items()}


def _with_own(field: str, said: Names) -> Names:
    named: Names = {**said}
    named.pop("tables", None)  # type: ignore[typeddict-item] # of columns of several tables alone
    return {**named, "names": [field, *said["names"]]}
