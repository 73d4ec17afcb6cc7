"""Live questions: a scenario of stations, and the trip and group that are asked for."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from geoservice.live.edits import MAX_EDITS, MAX_TEXT, StationEdit
from geoservice.live.position import Latitude, Longitude
from geoservice.live.zone import Zone

STATION_SCENARIO, ZONE, ISOCHRONE = "station-scenario", "zone-summary", "isochrone"
"""Ids of the processes that answer the questions."""


class ScenarioQuestion(BaseModel):
    """A scenario: some edits of stations, for the trips to a service.

    ``tier`` is one of the study's or ``any``; ``group`` is a population group of the release.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    service: str
    mode: str
    tier: str = "any"
    group: str = "all"
    edits: tuple[StationEdit, ...] = Field((), max_length=MAX_EDITS)


class CoverageQuestion(ScenarioQuestion):
    """What coverage becomes with some edits of stations.

    By default the answer has the areas that change; with ``areas`` set to ``all`` it has every area. With ``access`` it also
    has their accessibility (E2SFCA), which takes longer. With ``compared_with``, the edits of another scenario (none: the
    release), it has the difference from that, whose margin is smaller than those of both would suggest.
    """

    areas: Literal["changed", "all"] = "changed"
    access: bool = False
    compared_with: tuple[StationEdit, ...] | None = Field(None, max_length=MAX_EDITS)


class ZoneQuestion(ScenarioQuestion):
    """The people of a zone, and how many of them are within reach before and after some edits of stations."""

    zone: Zone


class IsochroneQuestion(BaseModel):
    """The area within some minutes of a station or of any place, and the people in it.

    The place is ``station``, the id of a station of the release, or ``lon`` and ``lat``, with ``start_delay_s`` spent there.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    mode: str
    minutes: tuple[int, ...] = Field(min_length=1, max_length=8)
    station: str | None = Field(None, min_length=1, max_length=MAX_TEXT)
    lon: Longitude | None = None
    lat: Latitude | None = None
    start_delay_s: float = Field(0.0, ge=0, le=86_400)
    group: str = "all"


class AnalysisQuestion(BaseModel):
    """An analysis of the trips to a service by one mode, after some edits of stations.

    ``tier`` is one of the study's, so that only its stations count, or ``any``. With ``geometry`` the areas of the answer have
    their outlines.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    service: str
    mode: str
    tier: str = "any"
    edits: tuple[StationEdit, ...] = Field((), max_length=MAX_EDITS)
    geometry: bool = False

    def parameters(self) -> dict[str, object]:
        """Return the inputs that are parameters of the analysis itself."""
        return {}


class CapacityQuestion(AnalysisQuestion):
    """People assigned to the stations that have a capacity, after some edits of stations.

    Each person may go to the ``nearest`` stations. Stations are filled in the ``order`` of the people near them or of their
    capacity, as AccessMod does, beside the assignment that serves the most people.
    """

    nearest: int = Field(10, ge=1, le=100)
    order: Literal["people", "capacity"] = "people"

    def parameters(self) -> dict[str, object]:
        """Return the inputs that are parameters of the analysis itself."""
        return {"nearest": self.nearest, "order": self.order}


ANALYSIS_IDS = ("accessibility", "capacity", "equal-services", "inequality", "travel-times")
"""Ids of the processes that run an analysis."""
ACCESSIBILITY, CAPACITY, EQUAL_SERVICES, INEQUALITY, TRAVEL_TIMES = ANALYSIS_IDS
QUESTIONS: Mapping[str, type[BaseModel]] = MappingProxyType(
    {
        STATION_SCENARIO: CoverageQuestion,
        ZONE: ZoneQuestion,
        ISOCHRONE: IsochroneQuestion,
        CAPACITY: CapacityQuestion,
        **dict.fromkeys((ACCESSIBILITY, EQUAL_SERVICES, INEQUALITY, TRAVEL_TIMES), AnalysisQuestion),
    }
)
"""The question of each process."""
