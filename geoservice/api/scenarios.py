"""The stored scenarios of a project, for actions outside the server."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from geoservice.api.audit import access_of

if TYPE_CHECKING:
    from geoservice.server.scenarios.store import ScenarioStore
    from geoservice.settings import Settings


@contextmanager
def scenarios_of(settings: "Settings") -> "Iterator[ScenarioStore]":
    """Open the scenarios of a project, on PostgreSQL with the project's role."""
    from geoservice.server.scenarios.store import ScenarioStore

    with access_of(settings) as access:
        yield ScenarioStore(access)
