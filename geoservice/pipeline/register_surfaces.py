"""The surface of the registers of a study: the newest of each territory, merged if there are several."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from geoservice.areas import ancestors, significant_digits
from geoservice.demand import DemandSurface, Flows, merge_surfaces, read_surface
from geoservice.errors import InputError
from geoservice.pipeline.flow_places import REST
from geoservice.pipeline.public_places import PublicPlaces
from geoservice.project import Project, SurfaceInfo


def register_surface(project: Project, places: PublicPlaces, *, chinese: bool) -> tuple[DemandSurface, str]:
    """Return the surface of all registers, and its digest: of its bytes, or of the digests of the parts if there are several.

    Raises
    ------
    InputError
        There is none, two overlap in part, one has no areas of the project, or they cannot be merged.
    """
    surfaces = current_surfaces(project, places)
    if not surfaces:
        raise InputError(
            "there is no demand surface of a register yet; make one with: geoservice protect, or import those of other offices "
            "with: geoservice import surface FILE"
        )
    if len(surfaces) == 1:
        digest = surfaces[0].digest
        return read_surface(project.surface(digest)), digest
    parts = register_parts(project, surfaces, places, chinese=chinese)
    return merge_surfaces(parts), hashlib.sha256("\n".join(s.digest for s in surfaces).encode()).hexdigest()


def register_parts(
    project: Project, surfaces: Sequence[SurfaceInfo], places: PublicPlaces, *, chinese: bool
) -> list[DemandSurface]:
    """Return the surfaces of several registers as :func:`merge_surfaces` takes them.

    Areas and origins of flows have the codes of the loaded areas. Flows into areas around those of a register are left out: it
    knows a part of their migrants.
    """
    parts: list[DemandSurface] = []
    for info in surfaces:
        surface = read_surface(project.surface(info.digest))
        flows = surface.flows
        if flows is not None:
            flows = flows_within(_loaded_codes(flows, places) if chinese else flows, info.areas, places.parents)
        facts = {**surface.description, "areas": list(info.areas), "digest": info.digest}
        parts.append(replace(surface, description=facts, flows=flows))
    return parts


def current_surfaces(project: Project, places: PublicPlaces) -> list[SurfaceInfo]:
    """Return the newest surface of each territory, in the order of their areas; raises as :func:`newest_surfaces`."""
    return newest_surfaces(_candidates(project, places), places.parents)


def newest_surfaces(surfaces: Sequence[SurfaceInfo], parents: Mapping[str, str | None]) -> list[SurfaceInfo]:
    """Return the newest surface of each territory, in the order of their areas.

    Parameters
    ----------
    surfaces : sequence of SurfaceInfo
        Oldest first. Of an office's own surfaces a newer one replaces each earlier one that it overlaps.
    parents : mapping
        The area around each loaded area.

    Raises
    ------
    InputError
        If surfaces of two offices overlap but are not of the same areas.
    """
    newest: list[SurfaceInfo] = []
    for info in reversed(surfaces):
        others = [s for s in newest if overlap(s.areas, info.areas, parents)]
        if clashing := [s for s in others if s.areas != info.areas and office(s) != office(info)]:
            raise InputError(
                f"surfaces: {_title(clashing[0])} and {_title(info)} overlap but are not of the same areas, so people would "
                "count twice; remove one with: geoservice surface remove DIGEST"
            )
        if not others:
            newest.append(info)
    return sorted(newest, key=lambda info: info.areas)


def _candidates(project: Project, places: PublicPlaces) -> list[SurfaceInfo]:
    """Return the surfaces of registers that state their areas, oldest first, and the newest one of the own register.

    Own ones of areas that are no longer loaded are left out. Raises :class:`InputError` if one from elsewhere is of such areas.
    """
    surfaces = [s for s in project.surfaces() if s.kind == "register"]
    own = next((s for s in reversed(surfaces) if s.signature is None), None)
    kept = [s for s in surfaces if s is own or s.signature is not None or set(s.areas) & set(places.levels)]
    if len(kept) == 1:
        return kept
    kept = [s if s.areas else _with_areas(project, s, places) for s in kept]
    for s in kept:
        if missing := [code for code in s.areas if code not in places.levels]:
            raise InputError(f"surfaces: {_title(s)}: the area {missing[0]} is not loaded; geoservice import areas FILE")
    return kept


def _with_areas(project: Project, info: SurfaceInfo, places: PublicPlaces) -> SurfaceInfo:
    areas = territory_of(read_surface(project.surface(info.digest)), places.levels, places.parents)
    return replace(info, description={**info.description, "areas": areas})


def territory_of(surface: DemandSurface, levels: Mapping[str, str], parents: Mapping[str, str | None]) -> list[str]:
    """Return the areas of a register's surface; those of an earlier version do not state them.

    Of these it is the counties around their leaves or, where there are none, the widest areas.

    Parameters
    ----------
    surface : DemandSurface
    levels, parents : mapping
        The level of each loaded area, and the area around it.
    """
    if stated := surface.description.get("areas"):
        return sorted(map(str, stated))
    codes = {leaf.split("/")[0].removesuffix(REST) for leaf in surface.ids}
    chains = [[a for a in ancestors(code, parents) if a in levels] for code in codes]
    return sorted({next((a for a in c if levels[a] == "county"), c[-1]) for c in chains if c})


def overlap(first: Sequence[str], second: Sequence[str], parents: Mapping[str, str | None]) -> bool:
    """Return whether an area of one is, or is within, an area of the other."""
    pairs = ((first, second), (second, first))
    return any(set(ancestors(code, parents)) & set(around) for codes, around in pairs for code in codes)


def office(info: SurfaceInfo) -> str:
    """Return the key of the office that signed a surface, "" for the project's own register."""
    return "" if info.signature is None else info.signature.key


def _title(info: SurfaceInfo) -> str:
    return f"{info.name} {info.digest:.12} of {', '.join(info.areas)}"


def _loaded_codes(flows: Flows, places: PublicPlaces) -> Flows:
    """Return flows with the codes of the loaded areas: a register writes other counties with six digits.

    A matrix of the flows between the areas of a study needs the same codes for origins as for areas.
    """
    loaded = {significant_digits(code): code for code in places.levels}

    def code_of(name: str) -> str:
        code = name.removesuffix(REST)
        return loaded.get(significant_digits(code), code) + name[len(code) :]

    return replace(flows, area=[*map(code_of, flows.area)], origin=[*map(code_of, flows.origin)])


def flows_within(flows: Flows, areas: Sequence[str], parents: Mapping[str, str | None]) -> Flows:
    """Return the flows into some areas and those below them."""
    inside = {code for code in set(flows.area) if set(ancestors(code, parents)) & set(areas)}
    rows = [k for k, code in enumerate(flows.area) if code in inside]
    columns = (flows.area, flows.origin, flows.arrived)
    area, origin, arrived = ([column[k] for k in rows] if column else [] for column in columns)
    return Flows(area, origin, flows.persons[rows], flows.noise[rows], arrived)
