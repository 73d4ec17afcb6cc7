"""Progress of what takes long."""

from collections.abc import Callable

Progress = Callable[[str, float], None]
"""Called with the name of a stage and the fraction of it that is done, from 0 to 1."""


def quiet(_stage: str, _fraction: float) -> None:
    """Progress that nobody watches."""
