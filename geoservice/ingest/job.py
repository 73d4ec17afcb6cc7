"""An import under way, and how its errors are named."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from geoservice.errors import InputError
from geoservice.ingest.report import Options
from geoservice.project import Project
from geoservice.schema import TableName
from geoservice.study import Study
from geoservice.vintages import VintageStore

Progress = Callable[[str, float], None]
"""Told a stage and a fraction."""


@dataclass(frozen=True)
class Job:
    """Rows on their way into a table of ``store``; ``file`` is what messages call them, ``project`` has the areas."""

    store: VintageStore
    project: Project
    table: TableName
    file: str
    kind: str
    options: Options
    study: Study
    progress: Progress


@contextmanager
def named(file: str) -> Iterator[None]:
    """Put the name of what is imported before a message that does not hold it."""
    try:
        yield
    except InputError as error:
        if file in str(error):
            raise
        raise type(error)(f"{file}: {error}") from error
