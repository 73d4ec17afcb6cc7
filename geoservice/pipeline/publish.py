"""Run a study and publish it: read inputs, compute travel times, run analyses, write the release."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow as pa

from geoservice.analysis.base import Units
from geoservice.analysis.frames import suppress_small_counts
from geoservice.analysis.readiness import READINESS
from geoservice.demand import DemandSurface
from geoservice.geo import Int32s, Objects
from geoservice.layer import Label, Layer
from geoservice.live.files import LiveArrays, area_table, point_positions, write_live
from geoservice.pipeline.area_index import add_area_paths
from geoservice.pipeline.closures import NO_SHAPES, street_changes, travel_day
from geoservice.pipeline.context import build_context
from geoservice.pipeline.off_street import OffStreet
from geoservice.pipeline.release_layers import leaf_rows, leaf_units, make_layers
from geoservice.pipeline.release_manifest import ManifestFacts, make_manifest, public_gazetteer, study_description
from geoservice.pipeline.release_texts import dimension_labels
from geoservice.pipeline.run_analyses import analyse, study_settings
from geoservice.pipeline.slope_notes import outdated_notes
from geoservice.pipeline.standards import StationStandards
from geoservice.pipeline.stations import sharing_notes, station_units
from geoservice.pipeline.travel_notes import closure_notes, hazard_notes, peak_notes
from geoservice.pipeline.vans import plan_van_tours
from geoservice.progress import Progress
from geoservice.project import Project
from geoservice.release.base import TABLE, ReleaseContent
from geoservice.release.manifest import sorted_table
from geoservice.release.protocols import ReleaseStore
from geoservice.release.vector_tiles.archives import TileArchives, attribution_of
from geoservice.scratch import scratch_folder
from geoservice.study import Study


@dataclass(frozen=True)
class Published:
    """The result of a run: number of the release, points off the streets by mode, and notes on the inputs.

    ``summary`` has lines on the run itself, for whoever started it.
    """

    number: int
    off_street: Mapping[str, OffStreet]
    notes: tuple[Label, ...]
    summary: tuple[str, ...] = ()


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
    description, gazetteer = study_description(study, source, day), public_gazetteer(project)
    facts = ManifestFacts(study, description, source, settings, network, digests, gazetteer)
    with closing(TileArchives(attribution_of(description))) as archives, scratch_folder("live", project.network.parent) as live:
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
        table = sorted_table(pa.concat_tables([rows.cast(TABLE), leaf_table]))  # sorted once, for all that read it
        other_units = {g: u.table for g, u in results.units.items()}
        found = other_units.pop(READINESS, None)
        stations = station_units(context.stations, other_units["catchment"], found)
        other_units |= {"cell": context.cells.table, "station": stations}
        notes += sharing_notes(context.stations, other_units["catchment"])
        units = leaves | add_area_paths(places, {level: u.table for level, u in context.areas.items()}, other_units)
        content_by_id |= make_layers([x for x in layers if x not in surface_layers], units, table, labels, archives)
        contents = [content_by_id[layer.id] for layer in layers if layer.id in content_by_id]
        manifest = make_manifest(facts, contents, notes)
        arrays = live_arrays(context.areas, context.demand.area, source.surface, context.stations, network_folder)
        write_live(arrays, study.modes, Path(live))
        base_map = project.network / "base.pmtiles"
        content = ReleaseContent(contents, table, manifest, base_map, archives, Path(live), gazetteer and gazetteer.public)
        number = store.write(content, keep)
    progress("writing the release", 1.0)
    return Published(number, off_street, notes)


def live_arrays(
    areas: Mapping[str, Units], area: Mapping[str, Int32s], surface: DemandSurface, stations: pa.Table, network: Path
) -> LiveArrays:
    """Return what live questions about the release need; ``network`` is the folder of the streets of the study."""
    levels = {level: units.table for level, units in areas.items()}
    return LiveArrays(surface, area_table(levels), point_positions(levels, area), stations, network)
