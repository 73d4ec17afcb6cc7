"""A cache bounded by bytes, not by entries: tiles differ in size by a factor of ten thousand."""

from collections import OrderedDict
from collections.abc import Hashable

OVERHEAD = 200
"""Bytes that an entry costs beside its body."""


class ByteCache:
    """Least recently used bodies go first; for use from one thread."""

    def __init__(self, limit: int) -> None:
        self._limit, self._size = limit, 0
        self._bodies: OrderedDict[Hashable, bytes] = OrderedDict()

    def get(self, key: Hashable) -> bytes | None:
        """Return a body, or None."""
        body = self._bodies.get(key)
        if body is not None:
            self._bodies.move_to_end(key)
        return body

    def put(self, key: Hashable, body: bytes) -> None:
        """Keep a body, unless it alone would fill an eighth of the cache.

        >>> cache = ByteCache(1000); cache.put("a", b"1"); cache.get("a")
        b'1'
        """
        if key in self._bodies or len(body) * 8 > self._limit:
            return
        self._bodies[key] = body
        self._size += len(body) + OVERHEAD
        while self._size > self._limit:
            self._size -= len(self._bodies.popitem(last=False)[1]) + OVERHEAD
