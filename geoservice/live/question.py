"""Live questions: a scenario of stations, and the trip and group that are asked for."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from geoservice.live.edits import MAX_EDITS, StationEdit


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

    By default the answer has the areas that change; with ``areas`` set to ``all`` it has every area.
    """

    areas: Literal["changed", "all"] = "changed"
