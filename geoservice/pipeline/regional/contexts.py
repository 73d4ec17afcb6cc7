"""The context of analyses of one county, and of the region as a whole."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from geoservice.analysis.base import Context, Demand, Units
from geoservice.demand import DemandSurface, read_surface, restrict
from geoservice.geo import Bools, Int32s, Ints
from geoservice.network.named_places import NamedPlace
from geoservice.network.snap import SNAPPED
from geoservice.pipeline.context import flow_places_of
from geoservice.pipeline.named_places import places_of_names
from geoservice.pipeline.regional.counties import areas_of_counties
from geoservice.pipeline.regional.job import RegionalJob, RegionInputs, read_region
from geoservice.pipeline.regional.joint_travel import JointTimes, JointTravel, joint_streets, point_reasons
from geoservice.pipeline.register_surfaces import flows_within


def county_context(job: RegionalJob, county: str, levels: Sequence[str]) -> Context:
    """Return the context of a county: its areas of some levels and the people in them; no cells, no junctions."""
    region = read_region(job.store)
    surface = read_surface(job.store.read_mapped(f"inputs/surfaces/{county}"))
    points = region.points_of(county)
    return _context(job, region, (county,), levels, surface, points, with_cells=False)


def joint_context(job: RegionalJob, levels: Sequence[str]) -> Context:
    """Return the context of all counties of a run; ``levels`` are those of its areas."""
    region = read_region(job.store)
    points, surface = joint_surface(job, region)
    return _context(job, region, job.counties, levels, surface, points, with_cells=True)


def joint_surface(job: RegionalJob, region: RegionInputs) -> tuple[Ints, DemandSurface]:
    """Return the surface of the counties of a run, and the positions of its points in that of the region."""
    if set(job.counties) == set(region.counties):
        return np.arange(region.points.num_rows), region.surface
    points = np.sort(np.concatenate([region.points_of(county) for county in job.counties]))
    surface, kept = restrict(region.surface, points), set(job.counties)
    flows, locations = region.surface.flows, region.surface.locations
    if flows is not None:
        flows = flows_within(flows, job.counties, region.places.parents)
    if locations is not None:
        locations = locations.take(np.flatnonzero([bool(kept.intersection(codes)) for codes in locations.areas]))
    return points, replace(surface, flows=flows, locations=locations)


def joint_cells(job: RegionalJob, region: RegionInputs) -> Ints:
    """Return the positions of the cells in the counties of a run; ascending."""
    return np.flatnonzero(np.isin(region.cells.county, [region.number(county) for county in job.counties]))


def _context(
    job: RegionalJob,
    region: RegionInputs,
    counties: Sequence[str],
    levels: Sequence[str],
    surface: DemandSurface,
    rows: Ints,
    *,
    with_cells: bool,
) -> Context:
    """Return a context; ``rows`` are the positions of the surface's points in that of the region."""
    areas, area = chosen_areas(region, counties, levels, rows)
    travel = JointTimes(job, "points", rows, counties)
    cells = region.cells
    shown = joint_cells(job, region) if with_cells else np.empty(0, np.int64)
    functions = JointTravel(job, region, counties, rows)
    names = [NamedPlace(*row) for county in counties for row in job.store.read_json(f"travel/{county}/names.json")]
    return Context(
        projection=region.places.projection,
        levels=tuple(levels),
        areas=areas,
        cells=Units("cell", cells.units.table.take(shown)),
        cell_lon=cells.lon[shown],
        cell_lat=cells.lat[shown],
        cell_travel=JointTimes(job, "cells", shown, counties) if with_cells else {},
        stations=region.stations,
        streets=joint_streets(job, region, counties) if with_cells else {},
        demand=Demand(
            surface,
            area,
            _renumbered(shown, len(cells.lon))[region.points.column("cell").to_numpy()[rows]],
            travel,
            {mode: off_network(job, mode, counties, rows) for mode in job.study.modes},
        ),
        on_street=functions.on_street,
        site_pairs=functions.site_pairs,
        station_pairs=functions.station_pairs,
        nearest_ms=functions.nearest_ms,
        named_places=places_of_names(names, region.areas, region.stations),
        flow_places=flow_places_of(surface, region.areas, region.places, job.study),
        uptake=region.table("uptake"),
        pyramids=region.table("pyramids"),
    )


def chosen_areas(
    region: RegionInputs, counties: Sequence[str], levels: Sequence[str], rows: Ints
) -> tuple[dict[str, Units], dict[str, Int32s]]:
    """Return the areas of some levels in some counties and above them, and for each level the area of points.

    ``rows`` are the positions of the points in the surface of the region; areas of points are positions in those returned.
    """
    kept = areas_of_counties(region.places, counties)
    areas: dict[str, Units] = {}
    area: dict[str, Int32s] = {}
    for level in levels:
        units, chosen = region.places.areas[level], kept[level]
        areas[level] = Units(level, units.table.take(chosen))
        area[level] = _renumbered(chosen, len(units.ids))[region.points.column(level).to_numpy()[rows]]
    return areas, area


def off_network(job: RegionalJob, mode: str, counties: Sequence[str], rows: Ints) -> Bools:
    """Return which points have no times in a mode: they are on no street, or no station is on their part of the network."""
    reason, joined = point_reasons(job, mode, counties, rows)
    return np.asarray((reason != SNAPPED) | ~joined, np.bool_)


def _renumbered(chosen: Ints, size: int) -> Int32s:
    """Return the position in ``chosen`` of each of ``size`` units, -1 for others; the last entry is that of -1."""
    position = np.full(size + 1, -1, np.int32)
    position[chosen] = np.arange(len(chosen))
    return position
