"""The settings of a study that live questions need."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class Parameters(BaseModel):
    """The settings of the study that live questions need, as the manifest of a release states them."""

    model_config = ConfigDict(frozen=True)
    services: tuple[str, ...]
    standards: dict[str, int]
    """Minutes by service."""
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
            standards={s["id"]: s["standard_minutes"] for s in study["services"]},
            tiers=tuple(study["tiers"]),
            modes=tuple(study["modes"]),
            minutes=tuple(study["minutes"]),
            direction=study["direction"],
            snap_metres=study["snap_metres"],
            peak_factor=study.get("peak_factor", {}),
            groups=groups,
            hide_below=study["disclosure"].get("hide_below"),
        )

    @property
    def limit_ms(self) -> int:
        """The search limit: the last break, in ms."""
        return self.minutes[-1] * 60_000
