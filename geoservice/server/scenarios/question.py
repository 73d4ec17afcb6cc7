"""Inputs of live questions about a scenario: its edits, or the id of a stored scenario in their place."""

from pydantic import BaseModel, Field

from geoservice.live.question import AnalysisQuestion, CapacityQuestion, CoverageQuestion, ZoneQuestion


class StoredScenario(BaseModel):
    """The id of a stored scenario, whose edits are those of the question."""

    scenario: str | None = Field(None, min_length=1, max_length=64)


class StoredCoverageQuestion(CoverageQuestion, StoredScenario):
    """What coverage becomes with some edits of stations, or with those of a stored scenario.

    ``compared_with_scenario`` is the id of a stored one in place of ``compared_with``.
    """

    compared_with_scenario: str | None = Field(None, min_length=1, max_length=64)


class StoredZoneQuestion(ZoneQuestion, StoredScenario):
    """The people of a zone before and after some edits of stations, or those of a stored scenario."""


class StoredAnalysisQuestion(AnalysisQuestion, StoredScenario):
    """An analysis after some edits of stations, or those of a stored scenario."""


class StoredCapacityQuestion(CapacityQuestion, StoredScenario):
    """People assigned to the stations after some edits, or those of a stored scenario."""
