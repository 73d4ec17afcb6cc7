"""What a check of geoservice doctor says."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from geoservice.settings import Settings


class CheckResult(NamedTuple):
    """One line: ``state`` is ok, warn or fail; ``text`` says what was found and, where it is not ok, what to do."""

    state: str
    text: str


Check = Callable[["Settings"], Iterator[CheckResult]]
