"""Variants of the current street network: the same extract with streets closed, slowed or opened for a study.

``<folder>/<build>/variants/<key>`` is a folder of the same form as the network's own, but without places; the key depends on
the build and on everything that is changed. Variants are a cache: the least recently used are removed, and a new import
removes all.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geoservice.durable import building, remove_on_failure, sync_tree
from geoservice.errors import NetworkError, NotFound, StudyError
from geoservice.modes import MODES, Hazard
from geoservice.network.assemble import assemble
from geoservice.network.build import ASIDE, joint_digest, load_slopes, save_mode
from geoservice.network.check import check_graphs
from geoservice.network.closures import ClosedStreets, StreetClosure, check_ids, mode_closures
from geoservice.network.graph import INDEX, check_mode, index_frames, read_index
from geoservice.network.osm import read_streets
from geoservice.network.source import NetworkSource, kept_source
from geoservice.network.speeds import Speeds, read_speeds
from geoservice.network.terrain import read_terrain_index
from geoservice.progress import Progress

VARIANTS = "variants"
KEPT = 3
"""Variants that are kept: enough to compare a few closures with each other without building them again."""


@dataclass(frozen=True)
class StreetChanges:
    """What a study changes of the streets: closures, and hazards that it opens beside those that the table of speeds opens."""

    closures: tuple[StreetClosure, ...] = ()
    open_hazards: frozenset[Hazard] = frozenset()

    def digest(self) -> str:
        """Return the SHA-256 of all changes, whatever their order."""
        parts = [*sorted(c.digest() for c in self.closures), *sorted(self.open_hazards)]
        return hashlib.sha256(" ".join(parts).encode()).hexdigest()


def changed_network(folder: Path, modes: Sequence[str], changes: StreetChanges, terrain: Path, progress: Progress) -> Path:
    """Return the folder of the network with changes, built if it is not there yet; ``folder`` itself if nothing is changed.

    Raises
    ------
    NotFound
        If no network was built, or none of a mode, or its extract was not kept.
    StudyError
        If a closure has an unknown OSM id or meets no street, or nothing is left open to a mode.
    Conflict
        If another process builds in the same folder.
    """
    if changes == StreetChanges():
        return folder
    index, source = read_index(folder), kept_source(folder)
    table = read_speeds(source.speeds)
    if not changes.closures and changes.open_hazards <= table.open_hazards:
        return folder
    table = table.model_copy(update={"open_hazards": table.open_hazards | changes.open_hazards})
    for mode in modes:
        check_mode(index, mode)
    built = [mode for mode in MODES if mode in modes]
    key = hashlib.sha256(f"{index['build']} {built} {_terrain_digest(terrain)} {changes.digest()}".encode()).hexdigest()[:16]
    variant = folder / str(index["build"]) / VARIANTS / key
    if not _is_whole(variant, built):
        with building(folder, "street network"):
            _build(_Job(folder / ASIDE, variant, index, source, built, table, changes, terrain, progress))
    os.utime(variant)
    _remove_old(variant.parent)
    return variant


def closed_streets(index: Mapping[str, Any]) -> dict[str, dict[str, ClosedStreets]]:
    """Return by closure and mode what the closures of a variant meet, from its index; nothing for other networks."""
    return {
        closure: {mode: ClosedStreets(*met) for mode, met in modes.items()}
        for closure, modes in index.get("closures", {}).items()
    }


def _terrain_digest(terrain: Path) -> str:
    try:
        return str(read_terrain_index(terrain)["digest"])
    except NotFound:
        return ""


def _is_whole(variant: Path, modes: Sequence[str]) -> bool:
    try:
        check_graphs(variant, modes)
    except (NotFound, NetworkError):
        return False
    return True


@dataclass(frozen=True)
class _Job:
    temporary: Path
    variant: Path
    index: dict[str, Any]
    source: NetworkSource
    modes: Sequence[str]
    table: Speeds
    changes: StreetChanges
    terrain: Path
    progress: Progress


def _build(job: _Job) -> None:
    """Build a variant beside the network, and move it to its place."""
    with remove_on_failure(job.temporary):
        shutil.rmtree(job.temporary, ignore_errors=True)
        job.temporary.mkdir()
        index = _write_graphs(job)
        (job.temporary / INDEX).write_text(json.dumps(index, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        sync_tree(job.temporary)
        shutil.rmtree(job.variant, ignore_errors=True)  # damaged
        job.variant.parent.mkdir(exist_ok=True)
        job.temporary.rename(job.variant)


def _write_graphs(job: _Job) -> dict[str, Any]:
    """Write the graphs of all modes, and return the index of the variant."""
    streets, name = read_streets(job.source.extract, job.progress, job.temporary), job.source.extract.name
    check_ids(streets, job.changes.closures, name)
    closures = {mode: mode_closures(streets, mode, job.table, job.changes.closures) for mode in job.modes}
    met = {c.id: {mode: found[c.id] for mode, (_, found) in closures.items() if c.id in found} for c in job.changes.closures}
    _refuse_without_street(job.changes.closures, met, name)
    slopes, use = load_slopes(streets, job.terrain, job.progress)
    entries: dict[str, dict[str, Any]] = {}
    for number, mode in enumerate(job.modes):
        job.progress(f"building {mode}", number / len(job.modes))
        try:
            graph, report = assemble(streets, mode, job.table, slopes, closures[mode][0], index_frames(job.index).get(mode))
        except NetworkError as e:
            ids = ", ".join(c.id for c in job.changes.closures if mode in c.modes)
            raise StudyError(f"study.toml: closures: no street of {name} is left open to the mode {mode} by {ids}") from e
        entries[mode] = save_mode(graph, report, job.temporary)
    job.progress("building", 1.0)
    changed = {"build": ".", "digest": joint_digest(entries), "modes": entries, "terrain": use and use._asdict()}
    return {**job.index, **changed, "changes": job.changes.digest(), "closures": met}


def _refuse_without_street(closures: Sequence[StreetClosure], met: dict[str, dict[str, ClosedStreets]], extract: str) -> None:
    for closure in closures:
        if not any(found.segments or found.nodes for found in met[closure.id].values()):
            place = "their ids" if closure.ways or closure.nodes else "its place: degrees on WGS 84, longitude before latitude"
            modes = ", ".join(closure.modes)
            raise StudyError(
                f"study.toml: closures.{closure.id}: it meets no street of {extract} that is open to {modes}; check {place}"
            )


def _remove_old(variants: Path) -> None:
    """Remove all but the variants used last."""
    folders = sorted((f for f in variants.iterdir() if f.is_dir()), key=lambda f: f.stat().st_mtime, reverse=True)
    for old in folders[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
