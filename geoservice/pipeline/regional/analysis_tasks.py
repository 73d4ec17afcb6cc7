"""Tasks of analyses: those of areas county by county, and those that cross counties on the results of all."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from geoservice.analysis import ANALYSES
from geoservice.analysis.base import Analysis
from geoservice.analysis.frames import suppress_small_counts
from geoservice.analysis.readiness import READINESS
from geoservice.datasets.split import split_by
from geoservice.pipeline.area_index import add_area_paths
from geoservice.pipeline.regional.contexts import chosen_areas, county_context, joint_cells, joint_context, joint_surface
from geoservice.pipeline.regional.counties import COUNTY
from geoservice.pipeline.regional.job import RegionalJob, read_region
from geoservice.pipeline.release_layers import leaf_rows, leaf_units
from geoservice.pipeline.run_analyses import analyse
from geoservice.pipeline.study_surface import StudySurface
from geoservice.progress import quiet
from geoservice.study import Study

BY_COUNTY = ("coverage", "quantiles", "inequality", "readiness")
"""Analyses whose numbers of an area depend on the people in it and on their travel times alone."""
JOINT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "hotspots": ("hotspots",),
        "capacity": ("capacity",),
        "gaps": ("gaps",),
        "others": ("flows", "interaction", "balance", "locations", "indicators", "projection", "van_tours"),
        "inequality": ("inequality",),
        "floating_catchments": ("floating_catchments",),
        "equal_services": ("equal_services",),
        "clusters": ("clusters",),
        "coverage": ("coverage", "quantiles"),
        "catchments": ("catchments", "travel_time"),
        "readiness": ("readiness",),
    }
)
"""Tasks on all counties, those that take longest first: their analyses, which are run in the order of the registry."""
BY_SERVICE = ("capacity", "inequality", "floating_catchments")
"""Those whose numbers of a service depend on this service alone; they are divided into a task for each service."""


def joint_tasks(study: Study) -> tuple[str, ...]:
    """Return the names of the tasks on all counties: that of :data:`JOINT`, with a service if it is divided by services."""
    names: list[str] = []
    for name in JOINT:
        names += [f"{name}.{service.id}" for service in study.services] if name in BY_SERVICE else [name]
    return tuple(names)


def _settings(settings: Mapping[str, Any], service: str) -> Mapping[str, Any]:
    """Return the settings for one service, or all of them if it is empty."""
    if not service:
        return settings
    return {**settings, "services": (service,), "standards": {service: settings["standards"][service]}}


def by_name(names: Sequence[str]) -> tuple[Analysis, ...]:
    """Return analyses by the ids of their processes, in the order of the registry."""
    return tuple(a for a in ANALYSES if a.PROCESS.id in names)


def divided_levels(study: Study) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the levels of a study above counties, and those from counties down."""
    at = study.levels.index(COUNTY)
    return tuple(study.levels[:at]), tuple(study.levels[at:])


def _is_in(rows: pa.Table, levels: Sequence[str]) -> "pa.Array[Any] | pa.ChunkedArray[Any]":
    """Return which rows of a release table are of areas of some levels."""
    return pc.is_in(rows.column("geography").cast(pa.string()), pa.array(levels, pa.string()))


def analyse_county(job: RegionalJob, county: str) -> None:
    """Run the analyses of a county's areas and store their rows."""
    _, lower = divided_levels(job.study)
    rows = analyse(county_context(job, county, lower), job.settings, quiet, by_name(BY_COUNTY)).rows
    _store_rows(job, f"counties/{county}", rows.filter(_is_in(rows, lower)))


def analyse_joint(job: RegionalJob, name: str) -> None:
    """Run the analyses of a joint task and store their rows, units and notes.

    Rows of areas that :func:`analyse_county` makes are left out. The level of counties takes part nevertheless: an index
    between the areas of a city is about its counties.
    """
    upper, lower = divided_levels(job.study)
    analyses, _, service = name.partition(".")
    of_areas = set(JOINT[analyses]) <= set(BY_COUNTY)
    levels = (*upper, COUNTY) if of_areas else (*upper, *lower)
    results = analyse(joint_context(job, levels), _settings(job.settings, service), quiet, by_name(JOINT[analyses]))
    rows = results.rows.filter(pc.invert(_is_in(results.rows, lower))) if of_areas else results.rows
    _store_rows(job, f"{job.joint}/results/{name}", rows)
    places = read_region(job.store).places
    for geography, units in results.units.items():
        table = units.table if geography == READINESS else add_area_paths(places, {}, {geography: units.table})[geography]
        job.store.write_table(f"{job.joint}/units/{geography}", table)
    notes = {process: [note.model_dump() for note in of_process] for process, of_process in results.notes_by.items()}
    job.store.write_json(f"{job.joint}/results/{name}.json", {"geographies": list(results.units), "notes": notes})


def prepare_units(job: RegionalJob) -> None:
    """Store the leaves of the surface with their numbers, the cells, and the areas, each unit with the path of its areas."""
    region = read_region(job.store)
    rows, surface = joint_surface(job, region)
    _store_rows(job, f"{job.joint}/results/leaves", leaf_rows(StudySurface(surface, "", job.settings["groups"])))
    areas, _ = chosen_areas(region, job.counties, job.study.levels, rows)
    others = {"leaf": leaf_units(surface), "cell": region.cells.units.table.take(joint_cells(job, region))}
    for geography, table in add_area_paths(region.places, {level: a.table for level, a in areas.items()}, others).items():
        job.store.write_table(f"{job.joint}/units/{geography}", table)


def _store_rows(job: RegionalJob, name: str, rows: pa.Table) -> None:
    """Store rows of the release table in chunks of one geography each, so that a task can read those of one.

    Their texts stay dictionary-encoded, which is a third of the bytes.
    """
    shown = suppress_small_counts(rows, job.study.disclosure.hide_below).combine_chunks()
    job.store.write_table(name, pa.concat_tables(split_by(shown, shown.column("geography").cast(pa.string())).values()))
