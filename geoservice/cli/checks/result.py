"""The results of geoservice doctor's checks."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from geoservice.settings import Settings


class CheckResult(NamedTuple):
    """One line of output: ``state`` is ok, warn or fail; ``text`` is the finding and, unless it is ok, advice."""

    state: str
    text: str


Check = Callable[["Settings"], Iterator[CheckResult]]
