"""Build the street network of a study out of an OSM extract and make it current in one step."""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from geoservice.durable import atomic_write, building, remove_on_failure, sync, sync_tree
from geoservice.errors import NetworkError, NotFound
from geoservice.geo import BBox
from geoservice.modes import MODES
from geoservice.network.assemble import ModeReport, assemble
from geoservice.network.check import check_network
from geoservice.network.graph import FORMAT, INDEX, Graph, graph_digest, read_index, save_graph
from geoservice.network.osm import OsmStreets, ReadCounts, read_streets
from geoservice.network.places import PlaceReport, places_digest, read_places, save_places
from geoservice.network.profile import street_slopes
from geoservice.network.slope import StreetSlopes
from geoservice.network.source import NetworkSource
from geoservice.network.speeds import Speeds, read_speeds
from geoservice.network.terrain import TerrainUse, load_terrain
from geoservice.progress import Progress

ASIDE = ".building"
NO_FRAMES: Mapping[str, BBox] = MappingProxyType({})
NO_SLOPE = "slope: not counted, there is no terrain; import it with: geoservice import terrain DEM"


@dataclass(frozen=True)
class BuildReport:
    """What was built: the digest of all arrays, what was read of the streets, and reports of modes and places."""

    digest: str
    source: str
    streets: ReadCounts
    modes: dict[str, ModeReport]
    places: PlaceReport
    terrain: TerrainUse | None = None

    def lines(self) -> list[str]:
        """Return the report for people, one line a mode and one each of the streets, the places and slope."""
        return [
            f"{mode}: {r.km:,.1f} km ({r.osm_nodes:,} OSM nodes -> {r.junctions:,} junctions, {r.edges:,} edges), "
            f"{r.turn_restrictions:,} turn restrictions; {r.large_components:,} connected parts with {r.km_large:,.1f} km, "
            f"and {r.components - r.large_components:,} small ones with {r.km - r.km_large:,.1f} km"
            for mode, r in self.modes.items()
        ] + [self.streets.line(), self.places.line(), self.terrain.line() if self.terrain else NO_SLOPE]


def build_network(
    pbf: Path,
    folder: Path,
    modes: Sequence[str],
    speeds: Path | None,
    progress: Progress,
    terrain: Path | None = None,
    frames: Mapping[str, BBox] = NO_FRAMES,
) -> BuildReport:
    """Build the graphs of ``modes``, and the places people may live in, in ``folder`` and make them the current ones.

    The same extract, speeds, modes and terrain give the same digest; the order of the extract's objects does not matter. A
    killed build leaves the network before it untouched. ``terrain`` is the folder of the terrain; without one, slopes are not
    counted. ``frames`` are those of :func:`geoservice.network.assemble.assemble` by mode, the same for networks of parts of a
    region.

    Raises
    ------
    UnreadableFile, StudyError
        If the extract or the table of speeds cannot be read.
    NetworkError
        If a mode is unknown or finds no street, or the terrain is damaged.
    Conflict
        If another process builds in the same folder.
    """
    if not modes or not set(modes) <= set(MODES):
        raise NetworkError(f"modes: got {list(modes)}, allowed are some of {list(MODES)}")
    table = read_speeds(speeds)
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / ASIDE
    with building(folder, "street network"), remove_on_failure(temporary):
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        places_entry, place_report = _write_places(pbf, temporary, progress)  # before the streets, to need less memory
        streets = read_streets(pbf, progress, temporary)
        slopes, use = load_slopes(streets, terrain, progress)
        reports: dict[str, ModeReport] = {}
        mode_entries: dict[str, dict[str, Any]] = {}
        wanted = [m for m in MODES if m in modes]
        for number, mode in enumerate(wanted):
            progress(f"building {mode}", number / len(wanted))
            mode_entries[mode], reports[mode] = _write_graph(pbf, streets, mode, table, slopes, frames.get(mode), temporary)
        digest = joint_digest({**mode_entries, "places": places_entry, "names": {"digest": places_entry["names"]}})
        source = NetworkSource(pbf, speeds)
        source.keep(temporary)
        index: dict[str, Any] = {
            "format": FORMAT,
            "digest": digest,
            "build": hashlib.sha256(f"{digest} {source.digest()}".encode()).hexdigest()[:16],
            "source": pbf.name,
            "terrain": use and use._asdict(),
            "modes": mode_entries,
            "places": places_entry,
            **({"frames": {mode: list(box) for mode, box in frames.items()}} if frames else {}),
        }
        _make_current(folder, temporary, index)
        progress("building", 1.0)
    return BuildReport(digest, pbf.name, streets.counts, reports, place_report, use)


def joint_digest(entries: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the SHA-256 of the names and digests of entries of an index."""
    return hashlib.sha256("".join(f"{name}={entry['digest']};" for name, entry in entries.items()).encode()).hexdigest()


def load_slopes(
    streets: OsmStreets, terrain: Path | None, progress: Progress
) -> tuple[StreetSlopes, TerrainUse] | tuple[None, None]:
    """Return the slopes of streets and where they come from; None if there is no terrain."""
    if terrain is None:
        return None, None
    try:
        model = load_terrain(terrain)
    except NotFound:
        return None, None
    progress("slopes", 0.0)
    slopes = street_slopes(streets, model)
    progress("slopes", 1.0)
    return slopes, TerrainUse(model.digest, model.sources, round(slopes.unknown, 4))


def _write_places(pbf: Path, temporary: Path, progress: Progress) -> tuple[dict[str, Any], PlaceReport]:
    """Write the places where people may live, and return their entry in the index and their report."""
    places, names = read_places(pbf, progress, temporary)
    named = save_places(places, names, temporary)
    report = PlaceReport.of(places)
    return {"digest": places_digest(places), "names": named, **report._asdict()}, report


def _write_graph(
    pbf: Path,
    streets: OsmStreets,
    mode: str,
    table: Speeds,
    slopes: StreetSlopes | None,
    frame: BBox | None,
    temporary: Path,
) -> tuple[dict[str, Any], ModeReport]:
    """Write the graph of a mode, and return its entry in the index and its report."""
    try:
        graph, report = assemble(streets, mode, table, slopes, frame=frame)
    except NetworkError as e:
        advice = f"import an extract with streets for it, or take {mode} out of modes in study.toml"
        raise NetworkError(f"{pbf.name}: {e}; {advice}") from e
    return save_mode(graph, report, temporary), report


def save_mode(graph: Graph, report: ModeReport, build: Path) -> dict[str, Any]:
    """Write the graph of a mode into the folder of a build, and return its entry in the index."""
    save_graph(graph, build / graph.mode)
    return {
        "digest": graph_digest(graph),
        "projection": list(graph.projection),
        "access_ms": graph.access_ms,
        "report": report.as_dict(),
    }


def _has_whole(folder: Path, build: str) -> bool:
    """Whether this build is the current one already, and none of its files is damaged."""
    try:
        index = read_index(folder)
        if index["build"] != build:
            return False
        check_network(folder, list(index["modes"]))
    except (NotFound, NetworkError):
        return False
    return True


def _make_current(folder: Path, temporary: Path, index: dict[str, object]) -> None:
    build = folder / str(index["build"])
    sync_tree(temporary)
    if _has_whole(folder, str(index["build"])):
        shutil.rmtree(temporary)
    else:
        shutil.rmtree(build, ignore_errors=True)  # damaged, or of a build that was killed before it became current
        temporary.rename(build)
    with atomic_write(folder / INDEX) as fresh:
        fresh.write_text(json.dumps(index, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        sync(fresh)
    sync(folder)
    for other in folder.iterdir():
        if other.is_dir() and other != build:
            shutil.rmtree(other, ignore_errors=True)
