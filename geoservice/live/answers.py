"""The live questions by the id of their process, their answers, and the engine of a release."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from geoservice.live.analysis_answer import LIVE_ANALYSES, analysis_answer
from geoservice.live.coverage_answer import coverage_answer
from geoservice.live.engine import Engine
from geoservice.live.files import read_live
from geoservice.live.isochrone_answer import isochrone_answer
from geoservice.live.parameters import Parameters
from geoservice.live.question import ISOCHRONE, STATION_SCENARIO, ZONE
from geoservice.live.zone_answer import zone_answer

Answer = Callable[[Engine, Any, tuple[str, ...] | None], dict[str, Any]]
"""Answers a question of an engine, within the areas that the caller may see; None is no limit."""
ANSWERS: Mapping[str, Answer] = MappingProxyType(
    {
        STATION_SCENARIO: coverage_answer,
        ZONE: zone_answer,
        ISOCHRONE: isochrone_answer,
        **{process: partial(analysis_answer, process) for process in LIVE_ANALYSES},
    }
)


def open_engine(folder: Path, study: dict[str, Any], parameters: Mapping[str, Any]) -> Engine:
    """Return the engine of a release: the folder of its arrays, and the study and the parameters of its manifest.

    Raises :class:`geoservice.errors.ReleaseError` if a file is missing or damaged.
    """
    return Engine(read_live(folder), Parameters.of(study, tuple(parameters["coverage"]["groups"])))
