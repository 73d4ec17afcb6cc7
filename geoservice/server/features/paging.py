"""Pages of items, onwards and back: the tokens in links, and how many features there are."""

from collections.abc import Mapping

from geoservice.release.base import ItemQuery, Key, PublishedLayer, ReleaseReader
from geoservice.release.paging_keys import encode_key
from geoservice.release.query import is_unfiltered

MAX_COUNTED = 100_000
"""Layers of at most this many features are counted through a filter; larger ones have no ``numberMatched`` then."""
PAGE_PARAMETERS = ("after", "before", "offset")
"""Parameters that say where a page begins."""


def token(layer: PublishedLayer, query: ItemQuery, key: Key | None) -> str | None:
    """Return a key of the query's order as text for a link."""
    return None if key is None else encode_key(layer, query.sortby, key)


def count_matches(reader: ReleaseReader, layer: PublishedLayer, query: ItemQuery) -> int | None:
    """Return how many features match, or None where counting would be slow."""
    return reader.count(layer.id, query) if is_unfiltered(query) or layer.features <= MAX_COUNTED else None


def page_query(given: Mapping[str, str], name: str, text: str) -> dict[str, str]:
    """Return the query parameters of a page beside this one."""
    return {**{k: v for k, v in given.items() if k not in PAGE_PARAMETERS}, name: text}


def unpaged_query(given: Mapping[str, str]) -> dict[str, str]:
    """Return the query parameters of all that a query selects, whatever the page."""
    return {k: v for k, v in given.items() if k not in {*PAGE_PARAMETERS, "limit"}}
