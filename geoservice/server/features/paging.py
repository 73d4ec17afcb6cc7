"""Pages of items, onwards and back: the tokens in links, how many features there are, and a walk over all of them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pyarrow as pa

from geoservice.release.base import ItemQuery, Key, PublishedLayer, ReleaseReader
from geoservice.release.keys import encode_key
from geoservice.release.query import plain

CHEAP = 100_000
"""Layers of at most this many features are counted through a filter; larger ones have no ``numberMatched`` then."""
PLACES = ("after", "before", "offset")
"""Parameters that say where a page begins."""


def token(layer: PublishedLayer, query: ItemQuery, key: Key | None) -> str | None:
    """Return a key of the query's order as text for a link."""
    return None if key is None else encode_key(layer, query.sortby, key)


def matched(reader: ReleaseReader, layer: PublishedLayer, query: ItemQuery) -> int | None:
    """Return how many features match, or None where counting would be slow."""
    return reader.count(layer.id, query) if plain(query) or layer.features <= CHEAP else None


def turned(given: Mapping[str, str], name: str, text: str) -> dict[str, str]:
    """Return the query parameters of a page beside this one."""
    return {**{k: v for k, v in given.items() if k not in PLACES}, name: text}


def whole(given: Mapping[str, str]) -> dict[str, str]:
    """Return the query parameters of all that a query selects, whatever the page."""
    return {k: v for k, v in given.items() if k not in {*PLACES, "limit"}}


class Walk:
    """The features of a query in order, a bounded number at a time, for whoever iterates over it once.

    ``rows`` says how many there were, ``after`` is the key to go on from where the query's limit has left features out.
    """

    def __init__(self, reader: ReleaseReader, layer: PublishedLayer, query: ItemQuery, size: int = 20_000) -> None:
        self._reader, self._layer, self._query, self._size = reader, layer, query, size
        self.rows = 0
        self.after: Key | None = None

    def __iter__(self) -> Iterator[pa.Table]:
        """Yield at least one table, even without rows."""
        query, limit = self._query, self._query.limit
        while True:
            page = self._reader.page(self._layer.id, replace(query, limit=min(limit - self.rows, self._size)))
            self.rows += page.rows.num_rows
            self.after = page.after
            yield page.rows
            if page.after is None or self.rows == limit:
                return
            query = replace(query, after=page.after, before=None, offset=0)
