"""What is asked of a choice of sites over HTTP, and the candidates that a question may bring along as GeoJSON."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from geoservice.live.edits import MAX_EDITS, MAX_TEXT, StationEdit
from geoservice.live.position import Latitude, Longitude, Position

MAX_POINTS = 2_000
"""Candidates in a question."""
MAX_SECONDS = 60.0
"""Longest time limit of the solver."""
Text = Annotated[str, Field(max_length=MAX_TEXT)]


class _Part(BaseModel):
    """A part of GeoJSON, whose other members are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class Point(_Part):
    """A point in degrees: longitude, latitude, and perhaps a height, which is ignored."""

    type: Literal["Point"]
    coordinates: Position | tuple[Longitude, Latitude, float]


class CandidateProperties(_Part):
    """Properties of a candidate; ``capacity`` is in persons, a ``forced`` candidate opens in any case."""

    id: str | int | None = None
    name: Text | None = None
    cost: float = Field(1.0, ge=0, le=1e12)
    capacity: float | None = Field(None, ge=0, le=1e9)
    forced: bool = False


class Candidate(_Part):
    """A candidate as a GeoJSON feature."""

    type: Literal["Feature"]
    geometry: Point
    properties: CandidateProperties | None = None
    id: str | int | None = None


class CandidatePoints(_Part):
    """Candidates as a GeoJSON collection of points."""

    type: Literal["FeatureCollection"]
    features: tuple[Candidate, ...] = Field(min_length=1, max_length=MAX_POINTS)


def _kind(value: Any) -> str:
    return "source" if isinstance(value, str) else "points"


CandidateSource = Annotated[
    Annotated[Literal["streets", "gaps"], Tag("source")] | Annotated[CandidatePoints, Tag("points")], Discriminator(_kind)
]


class SitingQuestion(BaseModel):
    """Where new stations of a service should open.

    ``minutes``: people within this time of a station are reached; by default the standard of the service. ``sites`` and
    ``budget`` are the most sites and the most that they may cost. ``candidates`` are ``streets`` (junctions, one in each square
    of ``spacing`` metres), ``gaps`` (centres of cells with people beyond the time) or GeoJSON points. ``capacity`` is that of
    sites without one, in persons. ``may_close`` are ids of stations that may close. ``seconds`` limits the solver.
    ``fairness``: also the choices between the most people in time and the least time beyond it, for the model ``mclp``.
    ``edits`` are stations as they would be, which count as existing ones.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    service: Text
    mode: Text
    minutes: int | None = Field(None, ge=1, le=240)
    model: Literal["mclp", "lscp", "lscp_b", "p_median", "p_center", "capacitated_mclp", "capacitated_p_median"] = "mclp"
    sites: int | None = Field(None, ge=1, le=1000)
    budget: float | None = Field(None, ge=0, le=1e15)
    candidates: CandidateSource = "streets"
    tier: Text = "any"
    group: Text = "all"
    spacing: float = Field(500.0, ge=50, le=20_000)
    capacity: float | None = Field(None, ge=0, le=1e9)
    may_close: tuple[Text, ...] = Field((), max_length=MAX_EDITS)
    seconds: float = Field(20.0, ge=0, le=MAX_SECONDS)
    fairness: bool = False
    edits: tuple[StationEdit, ...] = Field((), max_length=MAX_EDITS)
