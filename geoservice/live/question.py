"""A live question: a scenario of stations, and the trip and group whose coverage is asked for."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from geoservice.live.edits import MAX_EDITS, StationEdit


class CoverageQuestion(BaseModel):
    """What coverage becomes with some edits of stations.

    ``tier`` is one of the study's or ``any``; ``group`` is a population group of the release. By default the answer has the
    areas that change; with ``areas`` set to ``all`` it has every area.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    service: str
    mode: str
    tier: str = "any"
    group: str = "all"
    edits: tuple[StationEdit, ...] = Field((), max_length=MAX_EDITS)
    areas: Literal["changed", "all"] = "changed"


class Parameters(BaseModel):
    """The settings of the study that live questions need, as the manifest of a release states them."""

    model_config = ConfigDict(frozen=True)
    services: tuple[str, ...]
    tiers: tuple[str, ...]
    modes: tuple[str, ...]
    minutes: tuple[int, ...]
    direction: Literal["to", "from"]
    snap_metres: float
    peak_factor: dict[str, float]
    groups: tuple[str, ...]
    hide_below: int | None

    @classmethod
    def of(cls, study: dict[str, Any], groups: tuple[str, ...]) -> "Parameters":
        """Return the settings of ``study``, a manifest's study."""
        return cls(
            services=tuple(s["id"] for s in study["services"]),
            tiers=tuple(study["tiers"]),
            modes=tuple(study["modes"]),
            minutes=tuple(study["minutes"]),
            direction=study["direction"],
            snap_metres=study["snap_metres"],
            peak_factor=study.get("peak_factor", {}),
            groups=groups,
            hide_below=study["disclosure"].get("hide_below"),
        )
