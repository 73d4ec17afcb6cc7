"""The whole copy of a release in a folder."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from geoservice.errors import InputError, check_choice
from geoservice.release.base import PublishedLayer
from geoservice.release.protocols import ReleaseReader
from geoservice.server.features.calendar import is_timetable
from geoservice.server.principal import ROLES, Principal, readable_layers
from geoservice.static_site import documents as docs
from geoservice.static_site.folder import FORMAT, content_version, new_folder, size_of, write_checksums
from geoservice.static_site.in_process import open_documents
from geoservice.static_site.layer_files import write_archive, write_items
from geoservice.static_site.links import CONFIG, PAGE_DATA, TILES_FOLDER, Linker, archive_file, items_file
from geoservice.static_site.page import page_files, write_page
from geoservice.static_site.page_data import stamp_page_data, write_page_data
from geoservice.static_site.stac import CATALOGUE, ITEM, stac_documents
from geoservice.static_site.texts import ATTRIBUTION, README, WHAT, attribution, readme

Progress = Callable[[str, float], None]


def silent(_stage: str, _fraction: float) -> None:
    """Report nothing."""


@dataclass(frozen=True)
class StaticCopy:
    """A copy that was written: its folder, the number of files and their bytes, and the ids of its layers."""

    folder: Path
    files: int
    bytes: int
    layers: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What a copy will hold: the layers of a role, those that are timetables, everything with tiles, and all links."""

    reader: ReleaseReader
    role: str
    layers: list[PublishedLayer]
    timetables: set[str]
    tiles: list[str]
    linker: Linker


def export_static(
    reader: ReleaseReader, folder: Path, *, role: str = "public", url: str | None = None, replace: bool = False,
    progress: Progress = silent,
) -> StaticCopy:  # fmt: skip
    """Write a release as a folder for an object store or a plain web server, and return what was written.

    Parameters
    ----------
    reader
        The release.
    folder
        A new or empty folder, or with ``replace`` one with an earlier copy.
    role
        The layers that a reader with this role may see; whoever gets the files sees them all.
    url
        The public address of the folder, for absolute links; by default they are relative.
    replace
        Whether an earlier copy may be replaced.
    progress
        Is told the name of a stage and the fraction of it that is done.

    Raises
    ------
    InputError
        ``url`` is not allowed, or ``folder`` is a file.
    Conflict
        The folder has other files, or an earlier copy without ``replace``.
    NotFound
        The page has not been built.
    ParameterError
        ``role`` is not allowed.
    """
    plan = plan_of(reader, role, url)
    with new_folder(folder, replace=replace) as aside:
        _write_data(aside, plan, progress)
        version = content_version(aside, reader)
        stamp_page_data(aside / PAGE_DATA, version)
        write_page(aside, config_of(plan, version))
        _write_documents(aside, plan, version)
        write_checksums(aside)
        files, size = size_of(aside)
    return StaticCopy(folder, files, size, tuple(layer.id for layer in plan.layers))


def plan_of(reader: ReleaseReader, role: str, url: str | None) -> Plan:
    """Return what a copy will hold; raises the errors of :func:`export_static`."""
    check_choice("role", role, ROLES)
    layers = readable_layers(reader.manifest.layers, Principal("export", role))
    timetables, tiles = {x.id for x in layers if is_timetable(x)}, docs.drawn_layers(reader, layers)
    names = [
        *page_files(), CONFIG, README, ATTRIBUTION, CATALOGUE, ITEM,
        *docs.document_names(layers), *docs.data_names(layers, timetables, tiles),
    ]  # fmt: skip
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise InputError(f"two documents would be the file {twice}; give the layer of that name another id")
    return Plan(reader, role, layers, timetables, tiles, Linker(frozenset(names), checked_url(url)))


def checked_url(url: str | None) -> str | None:
    """Return the address of a folder with a slash at its end; raises :class:`InputError` unless it is one of http(s)."""
    if url is None:
        return None
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        raise InputError(f"url: got {url!r:.80}, allowed is the address of a folder as https://example.org/maps/")
    return url.rstrip("/") + "/"


def config_of(plan: Plan, version: str) -> dict[str, Any]:
    """Return the document that tells the page where the files of a copy are."""
    return {
        "geoservice": {"format": FORMAT, "release": plan.reader.number, "version": version, "role": plan.role},
        "tiles": {name: {"href": archive_file(name), "bytes": plan.reader.archive(name)} for name in plan.tiles},
        "layers": {layer.id: {"data": f"{PAGE_DATA}/{layer.id}/", "files": _files(plan, layer)} for layer in plan.layers},
        "documents": {"stac": CATALOGUE, "collections": "collections/index.json", "readme": README, "attribution": ATTRIBUTION},
    }


def _files(plan: Plan, layer: PublishedLayer) -> dict[str, str]:
    suffixes = docs.layer_suffixes(layer, timetable=layer.id in plan.timetables)
    return {suffix[1:]: items_file(layer.id, suffix) for suffix in suffixes}


def _write_documents(folder: Path, plan: Plan, version: str) -> None:
    description = "\n\n".join(WHAT.values())
    with open_documents(plan.reader, plan.role) as source:
        for name, body in docs.documents(source, plan.layers, plan.linker, version):
            _write(folder / name, body)
    for name, body in stac_documents(plan.reader, plan.layers, plan.linker, description):
        _write(folder / name, body)
    _write(folder / README, readme(plan.reader, plan.layers, plan.linker, plan.role).encode())
    _write(folder / ATTRIBUTION, attribution(plan.reader).encode())


def _write_data(folder: Path, plan: Plan, progress: Progress) -> None:
    steps: Sequence[tuple[str, PublishedLayer | None]] = [
        *((name, None) for name in plan.tiles),
        *((x.id, x) for x in plan.layers),
    ]
    (folder / TILES_FOLDER).mkdir()
    for number, (name, layer) in enumerate(steps):
        progress("files", number / len(steps))
        if layer is None:
            write_archive(folder, plan.reader, name)
        else:
            _write_layer(folder, plan, layer)
    progress("files", 1.0)


def _write_layer(folder: Path, plan: Plan, layer: PublishedLayer) -> None:
    for suffix in docs.layer_suffixes(layer, timetable=layer.id in plan.timetables):
        path = folder / items_file(layer.id, suffix)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_items(path, plan.reader, layer, suffix)
    data = folder / PAGE_DATA / layer.id
    data.mkdir(parents=True)
    write_page_data(data, plan.reader, layer)


def _write(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
