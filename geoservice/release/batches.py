"""All features that match a query, in batches of bounded size."""

from collections.abc import Iterator
from dataclasses import replace

import pyarrow as pa

from geoservice.release.base import ItemQuery, Key
from geoservice.release.protocols import FeatureReader


class Batches:
    """An iterable, to be used once, over batches of the features of a query, in order.

    ``rows`` is the number of features so far; ``after`` is the key of the next page if the query's limit left features out.
    """

    def __init__(self, reader: FeatureReader, layer_id: str, query: ItemQuery, size: int = 20_000) -> None:
        self._reader, self._layer_id, self._query, self._size = reader, layer_id, query, size
        self.rows = 0
        self.after: Key | None = None

    def __iter__(self) -> Iterator[pa.Table]:
        """Yield at least one table, even without rows."""
        query, limit = self._query, self._query.limit
        while True:
            page = self._reader.page(self._layer_id, replace(query, limit=min(limit - self.rows, self._size)))
            self.rows += page.rows.num_rows
            self.after = page.after
            yield page.rows
            if page.after is None or self.rows == limit:
                return
            query = replace(query, after=page.after, before=None, offset=0)
