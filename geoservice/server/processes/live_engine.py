"""The engine of an open release, for the processes that answer live questions.

The serving process does not import this module: the engine needs compiled code and some 200 MB.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from geoservice.live.coverage_answer import coverage_answer
from geoservice.live.engine import Engine
from geoservice.live.files import read_live
from geoservice.live.isochrone_answer import isochrone_answer
from geoservice.live.parameters import Parameters
from geoservice.live.zone_answer import zone_answer
from geoservice.release.protocols import ReleaseReader
from geoservice.server.jobs.messages import ReleaseState
from geoservice.server.processes.registry import ISOCHRONE, STATION_SCENARIO, ZONE

ENGINE = "engine"
"""Key of the engine in the state that a process keeps with an open release."""

Answer = Callable[[Engine, Any, tuple[str, ...] | None], dict[str, Any]]
"""Answers a question of an engine, within the areas that the caller may see."""
ANSWERS: Mapping[str, Answer] = MappingProxyType(
    {STATION_SCENARIO.id: coverage_answer, ZONE.id: zone_answer, ISOCHRONE.id: isochrone_answer}
)


def engine_of(reader: ReleaseReader, state: ReleaseState) -> Engine:
    """Return the engine of a release, made at first; raises :class:`geoservice.errors.NotFound` if it has no arrays for it."""
    if ENGINE not in state:
        study, groups = reader.manifest.study, tuple(reader.manifest.parameters["coverage"]["groups"])
        state[ENGINE] = Engine(read_live(reader.live()), Parameters.of(study, groups))
    engine: Engine = state[ENGINE]
    return engine
