"""Keyset paging in two steps: the keys of a page's features in order, then their rows.

The first query reads only the columns for sorting and filtering; the second reads the requested columns of these features and
sorts nothing. One statement for both is slower on either engine for features with many properties.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from geoservice.db import Session
from geoservice.db.arrow import from_rows
from geoservice.release import sql
from geoservice.release.base import ItemQuery, Key, PublishedLayer
from geoservice.release.paging_keys import Order
from geoservice.release.query import condition, ids_of, is_unfiltered

MAX_SPREAD = 4
"""Features are read as one range of ids if the range is at most so many times their number."""
MAX_PLAIN_ROWS = 100
"""Up to so many rows are faster to fetch one by one than as Arrow, which has a larger start-up cost."""


class PageKeys(NamedTuple):
    """The keys of a page, in order, and those of the pages around it, as in :class:`geoservice.release.base.Page`."""

    keys: list[Key]
    before: Key | None
    after: Key | None


@dataclass(frozen=True)
class PageReader:
    """A query for pages of a layer's table, in one session and order."""

    session: Session
    table: str
    layer: PublishedLayer
    query: ItemQuery
    order: Order

    def keys(self, limit: int) -> PageKeys:
        """Return the keys of a page's features."""
        if limit == 0:
            return PageKeys([], None, None)
        if is_unfiltered(replace(self.query, ids=None)) and not self.order.sortby:
            return self._all_features_page(limit)
        forward = self.order.forward
        selected = self._select_keys(limit + 1)
        keys, has_next = selected[:limit] if forward else selected[:limit][::-1], len(selected) > limit
        if not keys:
            return PageKeys([], None, None)
        start, end = (keys[0], keys[-1]) if forward else (keys[-1], keys[0])
        may_have_previous = self.order.key is not None or self.query.offset > 0
        previous_key = start if may_have_previous and self._exists_beyond(start) else None
        next_key = end if has_next else None
        return PageKeys(keys, previous_key, next_key) if forward else PageKeys(keys, next_key, previous_key)

    def _all_features_page(self, limit: int) -> PageKeys:
        """Return a page of all features without a query: their ids are 1 to n without gaps."""
        key, fids = self.order.key, self._fids()
        if self.order.forward:
            start = min((bisect_right(fids, key[0]) if key else 0) + self.query.offset, len(fids))
            end = min(start + limit, len(fids))
        else:
            end = bisect_left(fids, key[0]) if key else len(fids)
            start = max(end - limit, 0)
        keys: list[Key] = [(fid,) for fid in fids[start:end]]
        if not keys:
            return PageKeys([], None, None)
        return PageKeys(keys, keys[0] if start > 0 else None, keys[-1] if end < len(fids) else None)

    def _fids(self) -> Sequence[int]:
        """Return the requested ids that exist, in order."""
        existing = range(1, self.layer.features + 1)
        return existing if self.query.ids is None else sorted(fid for fid in ids_of(self.query.ids) if fid in existing)

    def _select_keys(self, limit: int) -> list[Key]:
        """Return the keys from the start of the page, in its direction."""
        dialect, order = self.session.dialect, self.order
        where, values = condition(dialect, self.layer, self.query)
        if order.key is not None:
            text, bound = sql.after_key(dialect, order, order.key, order.forward)
            where, values = f"{where} AND {text}", [*values, *bound]
        text = sql.keys(dialect, self.table, order, where)
        rows = self.session.execute(text, [*values, limit, self.query.offset])
        return [tuple(row) for row in rows]

    def _exists_beyond(self, key: Key) -> bool:
        """Whether a matching feature precedes a key in the direction of the page."""
        dialect = self.session.dialect
        where, values = condition(dialect, self.layer, self.query)
        text, bound = sql.after_key(dialect, self.order, key, not self.order.forward)
        return bool(self.session.execute(sql.exists(self.table, f"{where} AND {text}"), [*values, *bound]))


def fetch(session: Session, table: str, schema: pa.Schema, fids: Sequence[int]) -> pa.Table:
    """Return the rows of these features, in this order."""
    if not fids:
        return schema.empty_table()
    dialect, (low, high) = session.dialect, (min(fids), max(fids))
    values: list[Any] = [low, high]
    where = sql.id_between(dialect)
    if low == high:  # DuckDB uses its index for equality, not for a range
        where, values = sql.id_equals(dialect), [low]
    elif high - low >= MAX_SPREAD * len(fids):
        where, values = f"{where} AND {sql.id_in(dialect, len(fids))}", [*values, *fids]
    columns = [n for n in schema.names if n not in {"fid", "geometry"}]
    text = sql.rows(dialect, table, columns, "geometry" in schema.names, where)
    if len(fids) <= MAX_PLAIN_ROWS:
        return _in_order_of(session.execute(text, values), schema, fids)
    return _sort_by_ids(session.fetch(text, schema, values), np.asarray(fids, np.int64))


def _in_order_of(rows: Sequence[tuple[Any, ...]], schema: pa.Schema, fids: Sequence[int]) -> pa.Table:
    """Return rows in the order of these ids; ``fid`` is their first column."""
    by_id = {row[0]: row for row in rows}
    return from_rows([by_id[fid] for fid in fids], schema)


def _sort_by_ids(rows: pa.Table, fids: "np.ndarray[Any, np.dtype[np.int64]]") -> pa.Table:
    """Return an Arrow table in the order of these ids."""
    ids = rows["fid"].to_numpy()
    if np.array_equal(ids, fids):
        return rows
    order = np.argsort(ids)
    return rows.take(order[np.searchsorted(ids, fids, sorter=order)])
