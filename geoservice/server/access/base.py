"""What keeps the access store: one small database, in two kinds."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol


class AccessSession(Protocol):
    """One transaction."""

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement with bound values and return its rows."""
        ...


class AccessDatabase(Protocol):
    """Where the tables are. Every fault is a :class:`geoservice.errors.Unavailable` or ``Forbidden`` without paths or roles."""

    def exists(self) -> bool:
        """Whether there may be anything to read."""
        ...

    def session(self, write: bool = False) -> AbstractContextManager[AccessSession]:
        """Open a transaction; a writer is alone."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
