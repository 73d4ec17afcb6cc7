"""A least-recently-used cache with a limit in bytes, not in entries."""

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class ByteLru(OrderedDict[K, V]):
    """A mapping in the order of last use whose values have at most ``limit`` bytes together; not thread-safe.

    ``cost`` returns the bytes of a value, ``size`` is their sum. Callers mark a use with ``move_to_end``.

    >>> lru = ByteLru[str, bytes](5, len)
    >>> lru.put("a", b"12"); lru.put("b", b"34"); lru.move_to_end("a"); lru.put("c", b"56")
    >>> list(lru), lru.size
    (['a', 'c'], 4)
    """

    def __init__(self, limit: int, cost: Callable[[V], int]) -> None:
        super().__init__()
        self.limit, self.cost, self.size = limit, cost, 0

    def put(self, key: K, value: V) -> None:
        """Add a value unless its key exists, and drop the least recently used ones that no longer fit."""
        if key in self:
            return
        self[key] = value
        self.size += self.cost(value)
        while self.size > self.limit:
            self.size -= self.cost(self.popitem(last=False)[1])

    def clear(self) -> None:
        """Drop all values."""
        super().clear()
        self.size = 0
