"""The analyses of a study, with its settings as their parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pydantic import BaseModel

from geoservice.analysis import ANALYSES
from geoservice.analysis.base import Analysis, Context, Units
from geoservice.analysis.frames import stack
from geoservice.layer import Label
from geoservice.pipeline.standards import StationStandards
from geoservice.progress import Progress
from geoservice.study import Study


@dataclass(frozen=True)
class AnalysisResults:
    """Rows of the release table, the units of analyses, and their notes by the id of the analysis."""

    rows: pa.Table
    units: Mapping[str, Units]
    notes_by: Mapping[str, tuple[Label, ...]]

    @property
    def notes(self) -> tuple[Label, ...]:
        """All notes, in the order of the analyses."""
        return tuple(note for notes in self.notes_by.values() for note in notes)


def study_settings(study: Study, groups: Sequence[str], standards: StationStandards | None = None) -> dict[str, Any]:
    """Return the settings of a study by the names of the analyses' parameters."""
    return {
        "station_standards": {} if standards is None else dict(standards.tiers),
        "service_titles": {s.id: s.title.model_dump() for s in study.services},
        "services": tuple(s.id for s in study.services),
        "minutes": study.minutes,
        "standards": {s.id: s.standard_minutes for s in study.services},
        "groups": tuple(groups),
        "targets": {s.id: s.target for s in study.services if s.target is not None},
        "use_rates": {s.id: s.use_rates for s in study.services if s.use_rates},
        "scenario": study.projection.scenario,
        "projection_years": study.projection.years,
        "life_expectancy": {
            "female": study.projection.female_life_expectancy,
            "male": study.projection.male_life_expectancy,
        },
    }


def params_for(analysis: Analysis, settings: Mapping[str, Any]) -> BaseModel:
    """Return the parameters of an analysis: the study's settings for fields with their names, defaults for the others."""
    return analysis.Params(**{k: v for k, v in settings.items() if k in analysis.Params.model_fields})


def analyse(
    context: Context, settings: Mapping[str, Any], progress: Progress, analyses: Sequence[Analysis] = ANALYSES
) -> AnalysisResults:
    """Return the results of analyses, run in order; each reads the rows of those before it."""
    rows, units, notes = stack([]), dict[str, Units](), dict[str, tuple[Label, ...]]()
    for number, analysis in enumerate(analyses):
        progress("analyses", number / len(analyses))
        findings = analysis.analyse(context, params_for(analysis, settings), rows)
        rows = stack([rows, findings.rows])
        units |= {u.geography: u for u in findings.units}
        notes[analysis.PROCESS.id] = tuple(Label(**note) for note in findings.notes)
    progress("analyses", 1.0)
    return AnalysisResults(rows, units, notes)
