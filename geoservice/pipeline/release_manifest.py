"""The manifest of a release: the study, its inputs and parameters, its layers, and notes for readers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from geoservice import __version__
from geoservice.addresses.current import CurrentGazetteer, current_gazetteer
from geoservice.analysis import ANALYSES
from geoservice.analysis.base import Analysis
from geoservice.errors import NotFound
from geoservice.layer import Label
from geoservice.pipeline.release_layers import unplaced_notes
from geoservice.pipeline.release_texts import SYNTHETIC, disclosure_statement, made_up_registers
from geoservice.pipeline.run_analyses import params_for
from geoservice.pipeline.slope_notes import input_digests, slope_notes
from geoservice.pipeline.study_surface import StudySurface
from geoservice.project import Project
from geoservice.release.base import LayerContent, Manifest
from geoservice.study import Study


def study_description(study: Study, source: StudySurface, day: date) -> dict[str, Any]:
    """Return the study as JSON, with what it was run for: its groups, the day, and whether its registers are made up."""
    made_up, _ = made_up_registers(source.surface)
    stated: dict[str, Any] = {"migrants": "migrant" in source.groups, "synthetic": study.synthetic or made_up}
    stated |= {"travel_date": day} if study.closures else {}
    return study.model_copy(update=stated).model_dump(mode="json")


@dataclass(frozen=True)
class ManifestFacts:
    """What a manifest states beside its layers and notes.

    ``description`` is that of :func:`study_description`, ``settings`` are those of the analyses, ``network`` is the index of
    the street network, ``digests`` are those of the other inputs.
    """

    study: Study
    description: Mapping[str, Any]
    source: StudySurface
    settings: Mapping[str, Any]
    network: Mapping[str, Any]
    digests: Mapping[str, str]
    gazetteer: CurrentGazetteer | None


def make_manifest(facts: ManifestFacts, contents: Sequence[LayerContent], notes: Sequence[Label]) -> Manifest:
    """Return the manifest of a release with the layers; the store fills in what depends on its files."""
    study, network = facts.study, facts.network
    _, made_up_notes = made_up_registers(facts.source.surface)
    general = ((SYNTHETIC,) if facts.description["synthetic"] else made_up_notes) + slope_notes(study.modes, network)
    places = {"gazetteer": facts.gazetteer.public_digest} if facts.gazetteer else {}
    return Manifest(
        code_version=__version__,
        study=dict(facts.description),
        inputs=dict(facts.digests) | input_digests(network) | places,
        parameters={a.PROCESS.id: params_for(a, facts.settings).model_dump(mode="json") for a in ANALYSES},
        table_digest="",  # the store fills it in
        layers=tuple(c.layer for c in contents),
        processes=tuple(_process_json(a) for a in ANALYSES),
        disclosure=disclosure_statement(facts.source.surface),
        notes=(*general, *notes, *unplaced_notes(contents)),
        base_map=True,
    )


def public_gazetteer(project: Project) -> CurrentGazetteer | None:
    """Return the gazetteer of a project, whose public part a release carries; None if none was built."""
    try:
        return current_gazetteer(project.gazetteer)
    except NotFound:
        return None


def _process_json(analysis: Analysis) -> dict[str, Any]:
    return analysis.PROCESS.model_copy(update={"parameters": analysis.Params.model_json_schema()}).model_dump(mode="json")
