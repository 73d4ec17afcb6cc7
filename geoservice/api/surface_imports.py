"""What becomes of a surface file in a project: its metadata, and the surfaces that it replaces."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from geoservice.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

    from geoservice.demand import DemandSurface
    from geoservice.project import SurfaceInfo
    from geoservice.surface_files import SurfaceFile


class ImportedSurface(NamedTuple):
    """A surface from a file; ``is_new`` is false if it was stored before, ``replaced`` are the surfaces that it replaces."""

    info: "SurfaceInfo"
    is_new: bool
    replaced: "tuple[SurfaceInfo, ...]" = ()


def info_of(content: "SurfaceFile", surface: "DemandSurface", name: str) -> "SurfaceInfo":
    """Return the metadata of a surface from a file of the office ``name``, with its signature."""
    from geoservice.project import SurfaceInfo, SurfaceSignature

    header = content.header
    signature = SurfaceSignature(header.key, content.text, content.signature.hex())
    facts = {**surface.description, "areas": list(header.areas)}
    return SurfaceInfo(header.surface, name, "register", header.made_at, facts, signature)


def check_in_areas(surface: "DemandSurface", codes: "Sequence[str]", areas: "pa.Table", name: str, *, chinese: bool) -> None:
    """Raise :class:`InputError` with the ``name`` of the file unless a surface is of places in the areas of its header."""
    from geoservice.pipeline.surface_territory import Territory, check_territory

    try:
        territory = Territory(codes, areas, chinese=chinese)
        check_territory(surface, territory, f"{', '.join(codes)}, the areas that the file is signed for")
    except InputError as error:
        raise InputError(f"{name}: {error}") from None


def replaced_surfaces(
    info: "SurfaceInfo", stored: "Sequence[SurfaceInfo]", areas: "pa.Table", name: str
) -> "tuple[SurfaceInfo, ...]":
    """Return the current surfaces that a new one replaces.

    Parameters
    ----------
    info
        The new surface.
    stored
        The surfaces of the project, oldest first.
    areas
        The areas of the project.
    name
        Name of the file.

    Raises
    ------
    InputError
        The areas of the new one overlap with those of another office, or a newer one of its office is stored.
    """
    from geoservice.pipeline.register_surfaces import newest_surfaces, office, overlap

    parents = dict(zip(*(areas.column(c).to_pylist() for c in ("code", "parent")), strict=True))
    own = next((s for s in reversed(stored) if s.signature is None and s.areas), None)
    others = [s for s in stored if s.signature is not None or s is own]
    newest_surfaces([*others, info], parents)
    replaced = tuple(s for s in newest_surfaces(others, parents) if overlap(s.areas, info.areas, parents))
    if foreign := [s for s in replaced if office(s) != office(info)]:
        raise InputError(
            f"{name}: the project has a surface of {', '.join(foreign[0].areas)} of {foreign[0].name}, with another key; "
            f"if this one has taken its place: geoservice surface remove {foreign[0].digest:.12}"
        )
    if newer := [s for s in replaced if s.made_at > info.made_at]:
        raise InputError(
            f"{name}: it was measured at {info.made_at}, but the project has one of {newer[0].made_at} of this office; to "
            f"go back to the older one: geoservice surface remove {newer[0].digest:.12}"
        )
    return replaced
