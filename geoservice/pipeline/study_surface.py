"""The demand surface of a study: from a register, from a public population, or combined from both."""

from typing import NamedTuple

import shapely

from geoservice.db.arrow import digest as table_digest
from geoservice.demand import DemandSurface, combine, digest, write_surface
from geoservice.demand.population import population_surface, unit_quantities
from geoservice.errors import InputError, StudyError
from geoservice.network.places import load_places
from geoservice.pipeline.public_places import PublicPlaces
from geoservice.pipeline.register_surfaces import register_surface
from geoservice.project import Project
from geoservice.schema import GROUP_PREFIX
from geoservice.study import Study


class StudySurface(NamedTuple):
    """The surface, its digest, and the population groups of the study."""

    surface: DemandSurface
    digest: str
    groups: tuple[str, ...]


def study_surface(project: Project, study: Study, places: PublicPlaces) -> StudySurface:
    """Return the surface of a study; raises :class:`InputError` or :class:`StudyError` if there is none."""
    source = study.demand or ("register" if _has_register(project) else "population")
    if isinstance(source, str):
        surface, name = _source(source, project, study, places)
    else:
        residents, migrants = (_source(part, project, study, places)[0] for part in (source.residents, source.migrants))
        surface = combine(residents, migrants, {"first": "resident", "second": "migrant"})
        name = digest(write_surface(surface))
    return StudySurface(surface, name, _groups(surface, study))


def _has_register(project: Project) -> bool:
    """Return whether there is a surface of a register."""
    return any(s.kind == "register" for s in project.surfaces())


def _source(name: str, project: Project, study: Study, places: PublicPlaces) -> tuple[DemandSurface, str]:
    """Return a surface and its digest."""
    if name == "register":
        return register_surface(project, places, chinese=study.chinese)
    surface = _population(project, places)
    return surface, digest(write_surface(surface))


def _population(project: Project, places: PublicPlaces) -> DemandSurface:
    table = project.read("population")
    if not table.num_rows:
        raise InputError(
            "no people are loaded; load them with geoservice import population FILE, or geoservice import households FILE"
        )
    persons, households, margins = (
        table.column(c).to_numpy(zero_copy_only=False).astype(float) for c in ("persons", "households", "persons_margin")
    )
    groups = {
        n.removeprefix(GROUP_PREFIX): table.column(n).to_numpy() for n in table.column_names if n.startswith(GROUP_PREFIX)
    }
    values, deviations = unit_quantities(persons, households, margins, groups)
    return population_surface(
        [str(i) for i in table.column("id").to_pylist()],
        shapely.from_wkb(table.column("geometry").to_numpy(zero_copy_only=False)),
        values,
        load_places(project.network),
        places.projection,
        deviations=deviations,
        description={"kind": "population", "digest": table_digest(table)},
    )


def _groups(surface: DemandSurface, study: Study) -> tuple[str, ...]:
    available = surface.groups()
    split = ("resident", "migrant")
    if study.migrants and not set(split) <= set(available):
        raise StudyError(f"study.toml: migrants is true, but the demand surface only has the groups {list(available)}")
    groups = ["all", *(split if study.migrants is not False and set(split) <= set(available) else ()), *study.group_ids]
    if missing := [g for g in groups if g not in available]:
        raise StudyError(
            f"study.toml: groups has {missing}, but the demand surface has {list(available)}; "
            "a register needs a column for each group before it is measured"
        )
    return tuple(groups)
