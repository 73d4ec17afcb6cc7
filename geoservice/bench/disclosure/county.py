"""A synthetic county for repeated measurements: its register, the public tree, and travel times of homes and points."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import numpy as np
import pyarrow as pa

from geoservice.analysis.base import Trip
from geoservice.demand import DemandSurface, Quantity
from geoservice.demand import Places as Homes
from geoservice.demo import import_plan, write_yixiu
from geoservice.disclosure.budget import divide_rho
from geoservice.disclosure.leaves import leaf_of_square
from geoservice.disclosure.measure import Households, Query, queries_for
from geoservice.disclosure.placement import squares_of
from geoservice.disclosure.protect import ProtectedSurface, measure_tree, read_households
from geoservice.disclosure.sampler import SeededSampler
from geoservice.disclosure.tree import PlaceTree, build_tree
from geoservice.geo import Bools, Floats, Int32s
from geoservice.ingest import Options, import_file
from geoservice.network.build import build_network
from geoservice.network.places import load_places
from geoservice.network.snap import Snapped
from geoservice.pipeline.context import areas_of_points
from geoservice.pipeline.inputs import read_inputs
from geoservice.pipeline.public_places import PublicPlaces, read_places
from geoservice.pipeline.travel import ModeTravel
from geoservice.progress import quiet
from geoservice.project import Project, open_project
from geoservice.register import Register, open_register
from geoservice.schema import TableName
from geoservice.study import Study, read_study

LEVELS = ("township", "village")
MINUTES = 15
GROUPS = ("all", "resident", "migrant", "under_6")
HOUSEHOLDS = Quantity("households")


def persons(group: str = "all") -> Quantity:
    """Return persons of a group."""
    return Quantity("persons", group)


@dataclass(frozen=True)
class Located:
    """Homes of the register or points of a surface; arrays of shape ``(n,)``.

    ``x`` and ``y`` are metres, ``area`` has the position of the area by level; ``ms`` is the walking time to the nearest
    station of the service whose standard is ``MINUTES``; ``station`` the position of the nearest station by service.
    """

    x: Floats
    y: Floats
    area: Mapping[str, Int32s]
    snapped: Snapped
    ms: Int32s
    station: Mapping[str, Int32s]

    @property
    def covered(self) -> Bools:
        """Return which are within ``MINUTES`` of a station."""
        return np.asarray(self.ms <= MINUTES * 60_000, bool)


@dataclass(frozen=True)
class County:
    """The constants of all measurements; ``register`` has the contribution of each home to every quantity.

    ``table`` and ``area_table`` are the households and the areas as they were imported.
    """

    tree: PlaceTree
    people: Households
    queries: tuple[Query, ...]
    map_points: Homes
    areas: PublicPlaces
    travel: ModeTravel
    homes: Located
    register: Mapping[Quantity, Floats]
    table: pa.Table
    area_table: pa.Table

    def measure(self, rho: Fraction, seed: int) -> ProtectedSurface:
        """Return a measurement of the register with the noise of a seed."""
        places_rho = divide_rho(rho, migrants=True).places
        return measure_tree(self.tree, self.people, self.queries, self.map_points, places_rho, SeededSampler(seed))

    def points(self, surface: DemandSurface) -> Located:
        """Return a surface's points with their areas and travel times."""
        area = areas_of_points(surface.point_lon, surface.point_lat, self.areas)
        return locate(self.tree, self.travel, surface.point_lon, surface.point_lat, area)

    def exact(self, protected: ProtectedSurface) -> dict[Quantity, Floats]:
        """Return exact counts of the register in the leaves of a surface, which have errors of placement only."""
        leaf = leaf_of_square(self.tree, np.flatnonzero(protected.cut.leaf))[self.people.square]
        return {q: sums(leaf, values, protected.surface.leaves) for q, values in self.register.items()}


def sums(group: Int32s, values: Floats, groups: int) -> Floats:
    """Return the sums of values by group; shape ``(groups,)``."""
    return np.asarray(np.bincount(group, values, groups), float)


def locate(tree: PlaceTree, travel: ModeTravel, lon: Floats, lat: Floats, area: Mapping[str, Int32s]) -> Located:
    """Return places snapped to the streets, with the nearest station of each service."""
    x, y = tree.projection.forward(lon, lat)
    snapped = travel.snap(lon, lat)
    times = {s.id: travel.times(Trip(s.id, "any", travel.mode), snapped) for s in travel.study.services}
    nearest = next(times[s.id] for s in travel.study.services if s.standard_minutes == MINUTES)
    return Located(x, y, area, snapped, nearest.ms, {service: t.station for service, t in times.items()})


def make_county(households: int, seed: int) -> County:
    """Write and import the Yixiu demo, and return it for measurements."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        write_yixiu(home / "yixiu", households, seed, arrivals=False, public_tables=False)
        study = read_study(home / "yixiu" / "study.toml")
        opened = partial(open_project, home / "project", None, "geoservice"), partial(open_register, home / "register")
        with closing(opened[0]()) as project, closing(opened[1](None, "geoservice")) as register:
            _import(home / "yixiu", project, register, study)
            return read_county(project, register, study)


def _import(folder: Path, project: Project, register: Register, study: Study) -> None:
    for step in import_plan(folder):
        if step.table == "network":
            build_network(step.path, project.network, ("walk",), None, quiet)
        else:
            import_file(project, cast("TableName", step.table), step.path, Options(**step.options), study, quiet, register)


def read_county(project: Project, register: Register, study: Study) -> County:
    """Return an imported study as a county: build the tree, and snap and search the homes once."""
    inputs, table = read_inputs(project, study), register.read_as_of("households", study.as_of)
    areas = inputs.areas
    map_points = load_places(project.network)
    tree = build_tree(areas, map_points)
    square = squares_of(table, tree, map_points)
    people = read_households(table, square, study.group_ids, areas, migrants=True, chinese=True)
    places = read_places(areas, study.levels)
    travel = ModeTravel.open(study, "walk", project.network, inputs.stations)
    residence = table.column("residence_area").combine_chunks().dictionary_encode()
    codes, home_code = [str(c) for c in residence.dictionary.to_pylist()], residence.indices.to_numpy()
    area = {level: places.index(codes, level)[home_code] for level in LEVELS}
    homes = locate(tree, travel, table.column("lon").to_numpy(), table.column("lat").to_numpy(), area)
    queries = queries_for(study.group_ids, migrants=True)
    return County(tree, people, queries, map_points, places, travel, homes, _register(people), table, areas)


def _register(people: Households) -> dict[Quantity, Floats]:
    """Return the contribution of each home to every quantity, without caps."""
    members = people.persons.astype(float)
    migrant = people.migrant_class > 0
    groups = {"all": members, "resident": members * ~migrant, "migrant": members * migrant}
    groups |= {name: counts.astype(float) for name, counts in people.groups.items()}
    return {HOUSEHOLDS: np.ones(len(members)), **{persons(g): groups[g] for g in GROUPS}}
