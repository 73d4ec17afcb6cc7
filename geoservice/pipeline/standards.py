"""The standards of stations of a project, from standards.toml."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, model_validator

from geoservice.analysis.station_standards import TierStandard
from geoservice.errors import StudyError
from geoservice.layer import Label
from geoservice.schema import TIERS
from geoservice.study import Study
from geoservice.toml_file import read_toml, toml_model

STANDARDS = "standards.toml"
"""The file in the folder of a project."""


class StationStandards(BaseModel):
    """The standards of stations by tier, and where they come from. ``name`` is that of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str = STANDARDS
    title: Label | None = None
    source: Label | None = None
    tiers: dict[str, TierStandard] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, data: Any) -> Any:
        """Refuse unknown keys and tiers with a message that lists the known ones."""
        allowed = [key for key in cls.model_fields if key != "name"]
        if unknown := [key for key in data if key not in cls.model_fields]:
            raise ValueError(f"unknown key {unknown[0]!r:.60}, allowed are {', '.join(allowed)}")
        tiers = data.get("tiers")
        if isinstance(tiers, Mapping) and (unknown := [tier for tier in tiers if tier not in TIERS]):
            raise ValueError(f"tiers: unknown tier {unknown[0]!r:.60}, allowed are {', '.join(TIERS)}")
        return data

    def check(self, study: Study, stations: pa.Table) -> None:
        """Raise :class:`StudyError` for a service that the study does not have, or a tier of stations without a standard."""
        known = [service.id for service in study.services]
        for tier, standard in self.tiers.items():
            if unknown := _others(standard.services, known):
                raise StudyError(
                    f"{self.name}: tiers.{tier}.services: got {unknown[0]!r:.60}, allowed are the services of the study: "
                    f"{', '.join(known)}"
                )
        tiers = [str(tier) for tier in stations.column("tier").to_pylist()]
        if missing := _others(tiers, self.tiers):
            number = tiers.count(missing[0])
            raise StudyError(
                f"{self.name}: tiers: got no [tiers.{missing[0]}], but {number} active stations are of this tier; add it, "
                "empty if nothing is required of them"
            )


def _others(names: Collection[str], known: Collection[str]) -> list[str]:
    return [name for name in names if name not in known]


def read_standards(path: Path) -> StationStandards:
    """Read a file of standards; raises :class:`StudyError` that names the file, the key, the value and what is allowed."""
    data = read_toml(path, "geoservice/docs/standards.md shows one")
    if "name" in data:
        raise StudyError(f"{path.name}: unknown key 'name', allowed are title, source, tiers")
    return toml_model(StationStandards, {**data, "name": path.name}, path.name)
