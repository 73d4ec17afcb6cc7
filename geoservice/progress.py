"""Progress of long operations."""

from collections.abc import Callable

Progress = Callable[[str, float], None]
"""A function that is called with the name of a stage and its completed fraction, from 0 to 1."""


def quiet(_stage: str, _fraction: float) -> None:
    """Ignore progress."""
