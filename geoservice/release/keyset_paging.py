"""A page found in two steps: the keys of its features in order, then their rows.

The first reads what it sorts and filters by and nothing else; the second reads what is asked for, of these features alone, and
sorts nothing. One statement for both is slower on either engine where features have many properties.
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
from geoservice.release.query import condition, ids_of, plain

SPREAD = 4
"""Features whose ids lie at most so many times their number apart are read as one range."""
FEW = 100
"""So many rows are read sooner one by one than as Arrow, which takes longer to begin."""


class PageRows(NamedTuple):
    """Keys in the order asked for, and those to go on from, as in :class:`geoservice.release.base.Page`."""

    keys: list[Key]
    before: Key | None
    after: Key | None


@dataclass(frozen=True)
class PageReader:
    """A query on a layer's table in a session, from where it begins."""

    session: Session
    table: str
    layer: PublishedLayer
    query: ItemQuery
    order: Order

    def keys(self, limit: int) -> PageRows:
        """Find a page's features."""
        if limit == 0:
            return PageRows([], None, None)
        if plain(replace(self.query, ids=None)) and not self.order.sortby:
            return self._counted(limit)
        forward = self.order.forward
        found = self._sought(limit + 1)
        keys, more = found[:limit] if forward else found[:limit][::-1], len(found) > limit
        if not keys:
            return PageRows([], None, None)
        begun = self.order.key is not None or self.query.offset > 0
        behind = begun and self._any(keys[0] if forward else keys[-1])
        on, back = (keys[-1] if forward else keys[0]), (keys[0] if forward else keys[-1])
        ahead, astern = on if more else None, back if behind else None
        return PageRows(keys, astern, ahead) if forward else PageRows(keys, ahead, astern)

    def _counted(self, limit: int) -> PageRows:
        """Ids go from 1 to the number of features without a gap: the page is known without a question."""
        key, fids = self.order.key, self._fids()
        if self.order.forward:
            start = min((bisect_right(fids, key[0]) if key else 0) + self.query.offset, len(fids))
            end = min(start + limit, len(fids))
        else:
            end = bisect_left(fids, key[0]) if key else len(fids)
            start = max(end - limit, 0)
        keys: list[Key] = [(fid,) for fid in fids[start:end]]
        if not keys:
            return PageRows([], None, None)
        return PageRows(keys, keys[0] if start > 0 else None, keys[-1] if end < len(fids) else None)

    def _fids(self) -> Sequence[int]:
        """Return the ids that there are of those asked for, in order."""
        there = range(1, self.layer.features + 1)
        return there if self.query.ids is None else sorted(fid for fid in ids_of(self.query.ids) if fid in there)

    def _sought(self, limit: int) -> list[Key]:
        """Return the keys from where the walk begins, in the direction in which it goes."""
        dialect, order = self.session.dialect, self.order
        where, values = condition(dialect, self.layer, self.query)
        if order.key is not None:
            text, bound = sql.beyond(dialect, order, order.key, order.forward)
            where, values = f"{where} AND {text}", [*values, *bound]
        text = sql.keys(dialect, self.table, order, where)
        found = self.session.execute(text, [*values, limit, self.query.offset])
        return [tuple(row) for row in found]

    def _any(self, key: Key) -> bool:
        """Whether anything lies on the other side of a key from where the walk goes."""
        dialect = self.session.dialect
        where, values = condition(dialect, self.layer, self.query)
        text, bound = sql.beyond(dialect, self.order, key, not self.order.forward)
        return bool(self.session.execute(sql.some(self.table, f"{where} AND {text}"), [*values, *bound]))


def fetch(session: Session, table: str, schema: pa.Schema, fids: Sequence[int]) -> pa.Table:
    """Return the rows of these features, in this order."""
    if not fids:
        return schema.empty_table()
    dialect, (low, high) = session.dialect, (min(fids), max(fids))
    values: list[Any] = [low, high]
    where = sql.from_to(dialect)
    if low == high:  # DuckDB's index finds one, and no range
        where, values = sql.is_feature(dialect), [low]
    elif high - low >= SPREAD * len(fids):
        where, values = f"{where} AND {sql.one_of(dialect, len(fids))}", [*values, *fids]
    columns = [n for n in schema.names if n not in {"fid", "geometry"}]
    text = sql.rows(dialect, table, columns, "geometry" in schema.names, where)
    if len(fids) <= FEW:
        return _few(session.execute(text, values), schema, fids)
    return _arranged(session.fetch(text, schema, values), np.asarray(fids, np.int64))


def _few(rows: Sequence[tuple[Any, ...]], schema: pa.Schema, fids: Sequence[int]) -> pa.Table:
    """Return the rows that have these ids, in the order of the ids; ``fid`` is the first of their columns."""
    found = {row[0]: row for row in rows}
    return from_rows([found[fid] for fid in fids], schema)


def _arranged(rows: pa.Table, fids: "np.ndarray[Any, np.dtype[np.int64]]") -> pa.Table:
    """Do the same for many rows."""
    got = rows["fid"].to_numpy()
    if np.array_equal(got, fids):
        return rows
    order = np.argsort(got)
    return rows.take(order[np.searchsorted(got, fids, sorter=order)])
