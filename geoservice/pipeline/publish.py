"""Run a study and publish it: read inputs, compute travel times, run analyses, write the release."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import BaseModel

from geoservice import __version__
from geoservice.addresses.current import CurrentGazetteer, current_gazetteer
from geoservice.analysis import ANALYSES
from geoservice.analysis.base import UNIT_SCHEMA, Analysis, Context, Units
from geoservice.analysis.frames import stack, suppress_small_counts
from geoservice.analysis.frames import table as release_rows
from geoservice.analysis.readiness import READINESS
from geoservice.demand import DemandSurface, region_sums
from geoservice.errors import NotFound
from geoservice.geo import Objects
from geoservice.layer import Label, Layer
from geoservice.live.files import LiveArrays, area_table, point_positions, write_live
from geoservice.pipeline.area_index import add_area_paths
from geoservice.pipeline.closures import NO_SHAPES, street_changes, travel_day
from geoservice.pipeline.context import build_context
from geoservice.pipeline.off_street import OffStreet
from geoservice.pipeline.release_texts import SYNTHETIC, dimension_labels, disclosure_statement
from geoservice.pipeline.slope_notes import input_digests, outdated_notes, slope_notes
from geoservice.pipeline.standards import StationStandards
from geoservice.pipeline.stations import sharing_notes, station_units
from geoservice.pipeline.study_surface import StudySurface
from geoservice.pipeline.travel_notes import closure_notes, hazard_notes, peak_notes
from geoservice.pipeline.vans import plan_van_tours
from geoservice.progress import Progress
from geoservice.project import Project
from geoservice.release.base import TABLE, LayerContent, Manifest, ReleaseContent
from geoservice.release.layer_columns import DimensionLabels
from geoservice.release.layers import build_layers, drop_missing_geometries
from geoservice.release.protocols import ReleaseStore
from geoservice.release.vector_tiles.archives import TileArchives, attribution_of
from geoservice.scratch import scratch_folder
from geoservice.study import Study


@dataclass(frozen=True)
class Published:
    """The result of a run: number of the release, points off the streets by mode, and notes on the inputs."""

    number: int
    off_street: Mapping[str, OffStreet]
    notes: tuple[Label, ...]


def publish_study(
    project: Project,
    store: ReleaseStore,
    study: Study,
    layers: Sequence[Layer],
    progress: Progress,
    keep: int = 5,
    shapes: Mapping[str, Objects] = NO_SHAPES,
    day: date | None = None,
    standards: StationStandards | None = None,
) -> Published:
    """Run ``study`` on the inputs of a project and make the result the current release.

    Closures of ``day`` count, by default the study's ``travel_date`` or today; ``shapes`` are those of the closures' files, by
    the closure's id. ``standards`` are those of stations; without them there is no readiness.

    Raises
    ------
    StudyError
        If the study has an area level, mode or group that the project does not have, or the standards do not fit.
    InputError
        If a table is empty, or there is no demand surface.
    """
    day = travel_day(study, day)
    changes = street_changes(study, shapes, day)
    built = build_context(project, study, progress, changes)
    context, source, off_street, places, digests, notes, network, network_folder = built
    notes += closure_notes(study, day, network) + hazard_notes(study) + peak_notes(study)
    notes += outdated_notes(network, project.terrain)
    if standards is not None:
        standards.check(study, context.stations)
    if study.vans is not None:
        context = replace(context, vans=plan_van_tours(project, study, study.vans, None, progress, day, changes))
    settings = study_settings(study, source.groups, standards)
    stated = {"migrants": "migrant" in source.groups} | ({"travel_date": day} if study.closures else {})
    study_json = study.model_copy(update=stated).model_dump(mode="json")
    with closing(TileArchives(attribution_of(study_json))) as archives, scratch_folder("live", project.network.parent) as live:
        labels = dimension_labels(study)
        # the layer of the surface needs no analysis: its tiles, more than those of others, are made while the analyses run
        surface_layers = [layer for layer in layers if layer.geography == ("leaf",)]
        leaves = add_area_paths(places, {}, {"leaf": leaf_units(source.surface)})
        leaf_table = suppress_small_counts(leaf_rows(source), study.disclosure.hide_below).cast(TABLE)
        content_by_id = make_layers(surface_layers, leaves, leaf_table, labels, archives)
        results = analyse(context, settings, progress)
        notes += results.notes
        progress("writing the release", 0.0)
        rows = suppress_small_counts(results.rows, study.disclosure.hide_below)
        table = pa.concat_tables([rows.cast(TABLE), leaf_table])
        other_units = {g: u.table for g, u in results.units.items()}
        found = other_units.pop(READINESS, None)
        stations = station_units(context.stations, other_units["catchment"], found)
        other_units |= {"cell": context.cells.table, "station": stations}
        notes += sharing_notes(context.stations, other_units["catchment"])
        units = leaves | add_area_paths(places, {level: u.table for level, u in context.areas.items()}, other_units)
        content_by_id |= make_layers([x for x in layers if x not in surface_layers], units, table, labels, archives)
        contents = [content_by_id[layer.id] for layer in layers if layer.id in content_by_id]
        gazetteer = public_gazetteer(project)
        general = ((SYNTHETIC,) if study.synthetic else ()) + slope_notes(study.modes, network)
        manifest = Manifest(
            code_version=__version__,
            study=study_json,
            inputs=digests | input_digests(network) | ({"gazetteer": gazetteer.public_digest} if gazetteer else {}),
            parameters={a.PROCESS.id: params_for(a, settings).model_dump(mode="json") for a in ANALYSES},
            table_digest="",  # the store fills it in
            layers=tuple(c.layer for c in contents),
            processes=tuple(_process_json(a) for a in ANALYSES),
            disclosure=disclosure_statement(source.surface),
            notes=general + notes + unplaced_notes(contents),
            base_map=True,
        )
        write_live(live_arrays(context, network_folder), study.modes, Path(live))
        base_map = project.network / "base.pmtiles"
        content = ReleaseContent(contents, table, manifest, base_map, archives, Path(live), gazetteer and gazetteer.public)
        number = store.write(content, keep)
    progress("writing the release", 1.0)
    return Published(number, off_street, notes)


def public_gazetteer(project: Project) -> CurrentGazetteer | None:
    """Return the gazetteer of a project, whose public part a release carries; None if none was built."""
    try:
        return current_gazetteer(project.gazetteer)
    except NotFound:
        return None


def live_arrays(context: Context, network: Path) -> LiveArrays:
    """Return what live questions about the release need; ``network`` is the folder of the streets of the study."""
    levels = {level: units.table for level, units in context.areas.items()}
    positions = point_positions(levels, context.demand.area)
    return LiveArrays(context.demand.surface, area_table(levels), positions, context.stations, network)


def make_layers(
    layers: Sequence[Layer], units: Mapping[str, pa.Table], table: pa.Table, labels: DimensionLabels, archives: TileArchives
) -> dict[str, LayerContent]:
    """Return the contents of layers by id, and start making their tiles.

    A layer is left out if the study has no numbers for it, for instance of migrants from a population without them.
    """
    content_by_id: dict[str, LayerContent] = {}
    measured = table.select(["geography", "measure"]).group_by(["geography", "measure"]).aggregate([])
    pairs = set(zip(*(measured.column(c).to_pylist() for c in ("geography", "measure")), strict=True))
    layers = [layer for layer in layers if has_numbers(layer, units, pairs)]
    for layer, build in zip(layers, build_layers(layers, units, table, labels), strict=True):
        content = drop_missing_geometries(build)
        if content.layer.style.property or not layer.style.property:
            content_by_id[layer.id] = content
            archives.draw(content)
    return content_by_id


def has_numbers(layer: Layer, units: Mapping[str, pa.Table], measured: set[tuple[str, str]]) -> bool:
    """Return whether a layer has geographies of the study, and rows of its measures unless it has no units at all.

    ``measured`` are the pairs of geography and measure in the release table.
    A layer without units, such as one of service gaps where there are none, says something; one of units without numbers not.
    """
    names = [g for g in layer.geography if g in units]
    measures = [c.measure for c in layer.columns if c.measure]
    if not layer.geography or not names or not measures or not any(units[g].num_rows for g in names):
        return bool(names) or not layer.geography
    return any(pair in measured for pair in product(names, measures))


def unplaced_notes(contents: Sequence[LayerContent]) -> tuple[Label, ...]:
    """Return a note for each layer with units without geometry, which are not among its features."""
    return tuple(
        Label(
            zh=f"图层“{content.layer.title.zh}”中有 {content.unplaced} 个单元没有几何图形，未列入该图层；其数值见结果总表。",
            en=f"Layer “{content.layer.title.en}”: {content.unplaced} units have no geometry and are left out; their numbers "
            "are in the release table.",
        )
        for content in contents
        if content.unplaced
    )


@dataclass(frozen=True)
class AnalysisResults:
    """Rows of the release table, the units of analyses, and their notes."""

    rows: pa.Table
    units: Mapping[str, Units]
    notes: tuple[Label, ...]


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


def analyse(context: Context, settings: Mapping[str, Any], progress: Progress) -> AnalysisResults:
    """Return the results of all analyses, run in order; each reads the rows of those before it."""
    rows, units, notes = stack([]), dict[str, Units](), list[Label]()
    for number, analysis in enumerate(ANALYSES):
        progress("analyses", number / len(ANALYSES))
        findings = analysis.analyse(context, params_for(analysis, settings), rows)
        rows = stack([rows, findings.rows])
        units |= {u.geography: u for u in findings.units}
        notes += [Label(**note) for note in findings.notes]
    progress("analyses", 1.0)
    return AnalysisResults(rows, units, tuple(notes))


def leaf_units(surface: DemandSurface) -> pa.Table:
    """Return the leaves of the surface as units of the geography ``leaf``."""
    ids = pa.array(list(surface.ids), pa.string())
    shapes = pa.array(list(surface.geometry), pa.binary())
    return pa.table([ids, ids, ids, pa.nulls(len(ids), pa.string()), shapes], schema=UNIT_SCHEMA)


def leaf_rows(source: StudySurface) -> pa.Table:
    """Return persons of each leaf, in total and by group of the study, and households in total."""
    surface = source.surface
    sums = region_sums(surface, surface.point_leaf, surface.leaves)
    ids = np.array(surface.ids, object)
    tables = [
        release_rows(sums.value(q), sums.margin(q), geography="leaf", unit=ids, measure=q.unit, group=q.group)
        for q in surface.values
        if q.group in source.groups and (q.unit == "persons" or q.group == "all")
    ]
    return stack(tables)


def _process_json(analysis: Analysis) -> dict[str, Any]:
    return analysis.PROCESS.model_copy(update={"parameters": analysis.Params.model_json_schema()}).model_dump(mode="json")
