"""Build the gazetteer of a project from its areas, stations, streets and added tables, and make it current in one step.

A gazetteer with private sources is built twice, with and without them: releases get the one of public sources only.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from geoservice.addresses.current import POINTER, CurrentGazetteer, current_gazetteer
from geoservice.addresses.gazetteer import FORMAT, MANIFEST, Gazetteer
from geoservice.addresses.writer import write_gazetteer
from geoservice.durable import atomic_write, building, remove_on_failure, sync, sync_tree
from geoservice.errors import GazetteerError, InputError, NotFound
from geoservice.geocode.assemble import AreaTable, NamedTable, Sources, assemble
from geoservice.geocode.home import home_area
from geoservice.geocode.place_table import PLACES
from geoservice.geocode.road_lines import write_road_lines
from geoservice.geocode.sources import areas as project_areas
from geoservice.geocode.sources import divisions
from geoservice.geocode.sources.osm import read_osm_names
from geoservice.geocode.stored_sources import GazetteerSource, save_source, source_rows, stored_sources
from geoservice.network.graph import read_index
from geoservice.network.source import kept_source
from geoservice.progress import Progress
from geoservice.project import Project
from geoservice.study import Study
from geoservice.vintages import digest as table_digest

RULES = 2
"""Version of the rules by which sources become places; raised whenever the same sources would give other places."""
ASIDE = ".building"


@dataclass(frozen=True)
class GazetteerReport:
    """What was built: its folder, counts of places and door plates by source and kind, and notes on what has no place.

    ``already_built`` means that it was built of the same sources before, and nothing was done.
    """

    folder: Path
    digest: str
    counts: Mapping[str, Mapping[str, int]]
    notes: Sequence[str] = ()
    already_built: bool = False

    def lines(self) -> list[str]:
        """Return the report for people, one line a source."""
        done = ["the gazetteer of these sources is built already: nothing to do"] if self.already_built else []
        counts = [
            f"{source}: " + ", ".join(f"{n:,} {_plural(kind)}" for kind, n in kinds.items())
            for source, kinds in self.counts.items()
        ]
        return done + counts + [f"note: {note}" for note in self.notes]


_PLURALS = {"door": "door plates", "poi": "points of interest"}


def _plural(kind: str) -> str:
    return _PLURALS.get(kind, f"{kind}s")


def build_gazetteer(project: Project, study: Study, progress: Progress) -> GazetteerReport:
    """Build the gazetteer of a project and make it current; a killed build leaves the one before it untouched.

    The same sources give the same digest, and nothing is done if that is the current one and its files are whole.

    Raises
    ------
    InputError
        There is nothing to build it from.
    NotFound
        The extract of the streets was not kept.
    GazetteerError
        A source is damaged.
    Conflict
        Another process builds it.
    """
    folder = project.gazetteer
    folder.mkdir(parents=True, exist_ok=True)
    with building(folder, "gazetteer"):
        tables = stored_sources(folder)
        public = [table for table in tables if not table.private]
        inputs = _inputs(project, study)
        digest, public_digest = (_digest(inputs, chosen) for chosen in (tables, public))
        if (current := _whole(folder)) and (current.digest, current.public_digest) == (digest, public_digest):
            return _report(current.folder, digest, already_built=True)
        base = _base_sources(project, study, inputs, progress)
        builds = {digest: tables, public_digest: public}
        for name, chosen in builds.items():
            _write(folder, name, _with_tables(base, folder, chosen), inputs, chosen, progress)
        _make_current(folder, digest, public_digest)
        progress("writing the gazetteer", 1.0)
    return _report(folder / digest[:16], digest)


def open_gazetteer(project: Project) -> Gazetteer:
    """Return the current gazetteer of a project; raises :class:`NotFound` if none was built."""
    return Gazetteer.open(current_gazetteer(project.gazetteer).folder)


def is_current(project: Project, study: Study) -> bool:
    """Whether the current gazetteer is of the present sources; raises :class:`NotFound` if none was built."""
    return current_gazetteer(project.gazetteer).digest == _digest(_inputs(project, study), stored_sources(project.gazetteer))


def add_places(project: Project, table: pa.Table, source: GazetteerSource) -> GazetteerSource:
    """Add places to the sources of a project's gazetteer, in place of a former table of this source's name.

    Parameters
    ----------
    project
        The project; the next build uses the places.
    table
        Columns as in :data:`geoservice.geocode.place_table.PLACES`.
    source
        Of the kind ``places``; reference points that come from a register must be ``private``, so that no release has them.

    Returns
    -------
    GazetteerSource
        As it is stored.

    Raises
    ------
    InputError
        The source is of another kind, a row has no name or position, or the table has other columns.
    """
    if source.kind != "places":
        raise InputError(f"{source.name}: kind is {source.kind}, allowed is places")
    for name in ("name", "kind", "lon", "lat"):
        if name in table.column_names and (missing := table.column(name).null_count):
            raise InputError(f"{source.name}: {missing} places have no {name}; expected are columns {', '.join(PLACES.names)}")
    return save_source(project.gazetteer, table, source)


def _inputs(project: Project, study: Study) -> dict[str, str]:
    """Return what the places of the project itself depend on; streets are absent if there is no network."""
    inputs = {
        "rules": f"{FORMAT}.{RULES}",
        "code_system": study.code_system,
        "day": project.day_of("areas", study.as_of).isoformat(),
        "areas": table_digest(project.areas_of(study.code_system)),
        "stations": project.digest("stations"),
    }
    try:
        index = read_index(project.network)
    except NotFound:
        return inputs
    return {**inputs, "streets": f"{index['source']} {index['build']}"}


def _digest(inputs: Mapping[str, str], tables: Sequence[GazetteerSource]) -> str:
    described = [[t.name, t.kind, t.code_system, str(t.day), t.digest] for t in tables]
    return hashlib.sha256(json.dumps([dict(inputs), described], ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _base_sources(project: Project, study: Study, inputs: Mapping[str, str], progress: Progress) -> Sources:
    """Return the sources of the project itself."""
    loaded = project.areas_of(study.code_system)
    day = date.fromisoformat(inputs["day"])
    own = project_areas.project_areas(project.areas(study.as_of, study.code_system) if loaded.num_rows else loaded, loaded, day)
    areas = [AreaTable(project_areas.SOURCE, own.rows, own=True, shapes=own.shapes)]
    if study.chinese:
        areas.insert(0, AreaTable(divisions.SOURCE, divisions.division_rows()))
    osm = read_osm_names(kept_source(project.network).extract, progress) if "streets" in inputs else None
    changes = [NamedTable(project_areas.SOURCE, system, rows) for system, rows in own.change_tables()]
    return Sources(
        study.code_system,
        divisions.SYSTEM if study.chinese else None,
        areas,
        changes,
        (),
        project.read("stations"),
        (),
        osm,
    )


def _with_tables(base: Sources, folder: Path, tables: Sequence[GazetteerSource]) -> Sources:
    """Return sources with those of users; tables of one code system are one, so that villages find their townships."""
    rows = {table.name: source_rows(folder, table) for table in tables}
    by_system: dict[str, list[AreaTable]] = {}
    for table in tables:
        if table.kind == "divisions":
            areas = AreaTable(table.name, project_areas.division_table(rows[table.name]))
            by_system.setdefault(table.code_system, []).append(areas)
    named = {
        kind: [NamedTable(t.name, t.code_system, rows[t.name]) for t in tables if t.kind == kind]
        for kind in ("changes", "aliases", "places")
    }
    joint = [
        AreaTable(", ".join(t.source for t in parts), [row for t in parts for row in t.rows]) for parts in by_system.values()
    ]
    return Sources(
        base.system,
        base.common,
        [*base.areas, *joint],
        [*base.changes, *named["changes"]],
        named["aliases"],
        base.stations,
        named["places"],
        base.osm,
    )


def _write(
    folder: Path,
    digest: str,
    sources: Sources,
    inputs: Mapping[str, str],
    tables: Sequence[GazetteerSource],
    progress: Progress,
) -> None:
    """Write a gazetteer into the folder of its digest."""
    aside, build = folder / ASIDE, folder / digest[:16]
    if _files_are_whole(build):
        return
    shutil.rmtree(aside, ignore_errors=True)
    with remove_on_failure(aside):
        write_sources(
            sources, aside, progress, {"inputs": dict(inputs), "tables": [t.to_json() for t in tables], "digest": digest}
        )
        sync_tree(aside)
        shutil.rmtree(build, ignore_errors=True)  # damaged
        aside.rename(build)


def write_sources(sources: Sources, folder: Path, progress: Progress, described: Mapping[str, Any]) -> None:
    """Write the gazetteer of some sources into a new folder; its manifest gets counts, notes and ``described``.

    Raises
    ------
    InputError
        The sources have no place.
    """
    assembled = assemble(sources, progress)
    rows = assembled.rows
    if not len(rows.tree) and not rows.id:
        raise InputError(
            "gazetteer: there is nothing to build it from; import areas, stations or a network, or add tables with: "
            "geoservice gazetteer add FILE"
        )
    progress("writing the gazetteer", 0.0)
    manifest = {**described, "counts": rows.counts(), "notes": assembled.notes}
    folder.mkdir(parents=True)
    write_road_lines(folder, assembled.lines)
    tables = rows.places(), rows.name_table(), rows.door_table(), rows.code_table()
    home, road_parts = home_area(rows.tree), rows.road_part_table()
    del sources, assembled, rows  # the writer needs their memory
    write_gazetteer(folder, *tables, manifest, home, road_parts)


def _make_current(folder: Path, digest: str, public_digest: str) -> None:
    pointer = {
        "format": FORMAT,
        "build": digest[:16],
        "public": public_digest[:16],
        "digest": digest,
        "public_digest": public_digest,
    }
    with atomic_write(folder / POINTER) as fresh:
        fresh.write_text(json.dumps(pointer, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        sync(fresh)
    sync(folder)
    kept = {pointer["build"], pointer["public"], "sources"}
    for other in folder.iterdir():
        if other.is_dir() and other.name not in kept:
            shutil.rmtree(other, ignore_errors=True)


def _whole(folder: Path) -> CurrentGazetteer | None:
    """Return the current gazetteer, None if there is none or a file of it is damaged."""
    try:
        current = current_gazetteer(folder)
    except (NotFound, GazetteerError):
        return None
    return current if _files_are_whole(current.folder) and _files_are_whole(current.public) else None


def damaged_files(build: Path) -> list[str]:
    """Return the names of files that are missing or changed; raises :class:`GazetteerError` without a manifest."""
    try:
        files: dict[str, str] = json.loads((build / MANIFEST).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError) as e:
        raise GazetteerError("the gazetteer is damaged: its manifest cannot be read; build it again") from e
    return [name for name, expected in files.items() if _sha256(build / name) != expected]


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _files_are_whole(build: Path) -> bool:
    try:
        return not damaged_files(build)
    except GazetteerError:
        return False


def _report(build: Path, digest: str, *, already_built: bool = False) -> GazetteerReport:
    sources = json.loads((build / MANIFEST).read_text(encoding="utf-8"))["sources"]
    return GazetteerReport(build, digest, sources["counts"], tuple(sources["notes"]), already_built)
