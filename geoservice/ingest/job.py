"""An import in progress, and the file name in its error messages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from geoservice.errors import InputError
from geoservice.ingest.located import AddressLocator
from geoservice.ingest.report import Options
from geoservice.progress import Progress
from geoservice.project import Project
from geoservice.schema import TableName
from geoservice.study import Study
from geoservice.vintages import VintageStore


@dataclass(frozen=True)
class Job:
    """Rows to load into a table of ``store``; ``file`` is their name in messages, ``project`` has the areas.

    ``locator`` finds the places of addresses; None if there is no gazetteer.
    """

    store: VintageStore
    project: Project
    table: TableName
    file: str
    kind: str
    options: Options
    study: Study
    progress: Progress
    locator: AddressLocator | None = None


@contextmanager
def file_in_errors(file: str) -> Iterator[None]:
    """Prefix the message of an :class:`InputError` with the file name if it does not contain it."""
    try:
        yield
    except InputError as error:
        if file in str(error):
            raise
        raise type(error)(f"{file}: {error}") from error
