"""A least-recently-used mapping that is bounded by bytes, not by entries."""

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class ByteLru(OrderedDict[K, V]):
    """Values in order of their last use, together no larger than ``limit`` bytes; not thread-safe.

    ``cost`` returns the bytes of a value, ``size`` is their sum. Readers call ``move_to_end`` for the keys that they use.

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
