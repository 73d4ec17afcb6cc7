"""Pages of items, onwards and back: the tokens in links, and how many features there are."""

from collections.abc import Mapping

from geoservice.release.base import ItemQuery, Key, PublishedLayer, ReleaseReader
from geoservice.release.paging_keys import encode_key
from geoservice.release.query import is_unfiltered

CHEAP = 100_000
"""Layers of at most this many features are counted through a filter; larger ones have no ``numberMatched`` then."""
PLACES = ("after", "before", "offset")
"""Parameters that say where a page begins."""


def token(layer: PublishedLayer, query: ItemQuery, key: Key | None) -> str | None:
    """Return a key of the query's order as text for a link."""
    return None if key is None else encode_key(layer, query.sortby, key)


def matched(reader: ReleaseReader, layer: PublishedLayer, query: ItemQuery) -> int | None:
    """Return how many features match, or None where counting would be slow."""
    return reader.count(layer.id, query) if is_unfiltered(query) or layer.features <= CHEAP else None


def turned(given: Mapping[str, str], name: str, text: str) -> dict[str, str]:
    """Return the query parameters of a page beside this one."""
    return {**{k: v for k, v in given.items() if k not in PLACES}, name: text}


def whole(given: Mapping[str, str]) -> dict[str, str]:
    """Return the query parameters of all that a query selects, whatever the page."""
    return {k: v for k, v in given.items() if k not in {*PLACES, "limit"}}
