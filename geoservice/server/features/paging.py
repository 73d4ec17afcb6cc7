"""Paging of items: the tokens in next and prev links, and the number of matched features."""

from collections.abc import Mapping

from geoservice.release.base import ItemQuery, Key, PublishedLayer
from geoservice.release.paging_keys import encode_key
from geoservice.release.protocols import ReleaseReader
from geoservice.release.query import is_unfiltered

MAX_COUNTED = 100_000
"""Layers with more features have no ``numberMatched`` when they are filtered, because counting would be slow."""
PAGE_PARAMETERS = ("after", "before", "offset")
"""Parameters that set where a page begins or ends."""


def token(layer: PublishedLayer, query: ItemQuery, key: Key | None) -> str | None:
    """Return a key of the query's order as a token for a link."""
    return None if key is None else encode_key(layer, query.sortby, key)


def count_matches(reader: ReleaseReader, layer: PublishedLayer, query: ItemQuery) -> int | None:
    """Return the number of features that match, None if counting would be slow."""
    return reader.count(layer.id, query) if is_unfiltered(query) or layer.features <= MAX_COUNTED else None


def page_query(parameters: Mapping[str, str], name: str, text: str) -> dict[str, str]:
    """Return the query parameters of an adjacent page."""
    return {**{k: v for k, v in parameters.items() if k not in PAGE_PARAMETERS}, name: text}


def unpaged_query(parameters: Mapping[str, str]) -> dict[str, str]:
    """Return the query parameters without paging, which select all matched features."""
    return {k: v for k, v in parameters.items() if k not in {*PAGE_PARAMETERS, "limit"}}
