"""Build the street network of a study out of an OSM extract and make it current in one step."""

import fcntl
import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from geoservice.durable import atomic_write, remove_on_failure, sync, sync_tree
from geoservice.errors import Conflict, NetworkError, NotFound
from geoservice.network.assemble import ModeReport, assemble
from geoservice.network.check import check_network
from geoservice.network.graph import FORMAT, INDEX, graph_digest, read_index, save_graph
from geoservice.network.osm import Progress, read_streets
from geoservice.network.places import PlaceReport, places_digest, read_places, save_places
from geoservice.network.speeds import MODES, read_speeds

ASIDE = ".building"


@dataclass(frozen=True)
class BuildReport:
    """What was built: the digest of all arrays, ways that leave the extract and were cut, and reports of modes and places."""

    digest: str
    source: str
    ways_cut: int
    modes: dict[str, ModeReport]
    places: PlaceReport

    def lines(self) -> list[str]:
        """Return the report for people, one line a mode and one of the places."""
        return [
            f"{mode}: {r.km_kept:,.1f} km kept ({r.nodes_kept:,} OSM nodes -> {r.junctions:,} junctions, {r.edges:,} edges); "
            f"{r.km_dropped:,.1f} km dropped ({r.nodes_dropped:,} nodes, {r.segments_dropped:,} segments) as not connected "
            f"both ways to the largest of {r.components:,} components"
            for mode, r in self.modes.items()
        ] + [self.places.line()]


def build_network(pbf: Path, folder: Path, modes: Sequence[str], speeds: Path | None, progress: Progress) -> BuildReport:
    """Build the graphs of ``modes``, and the places people may live in, in ``folder`` and make them the current ones.

    The same extract, speeds and modes give the same digest; the order of the extract's objects does not matter. A killed build
    leaves the network before it untouched.

    Raises
    ------
    UnreadableFile, StudyError
        If the extract or the table of speeds cannot be read.
    NetworkError
        If a mode is unknown or finds no street.
    Conflict
        If another process builds in the same folder.
    """
    if not modes or not set(modes) <= set(MODES):
        raise NetworkError(f"modes: got {list(modes)}, allowed are some of {list(MODES)}")
    table = read_speeds(speeds)
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / ASIDE
    with _alone(folder), remove_on_failure(temporary):
        streets, places = read_streets(pbf, progress), read_places(pbf, progress)
        shutil.rmtree(temporary, ignore_errors=True)
        reports, mode_entries = {}, {}
        wanted = [m for m in MODES if m in modes]
        for number, mode in enumerate(wanted):
            progress(f"building {mode}", number / len(wanted))
            graph, reports[mode] = assemble(streets, mode, table)
            save_graph(graph, temporary / mode)
            mode_entries[mode] = {
                "digest": graph_digest(graph),
                "projection": list(graph.projection),
                "report": reports[mode].as_dict(),
            }
        save_places(places, temporary)
        places_entry = {"digest": places_digest(places), **PlaceReport.of(places)._asdict()}
        entries = {**mode_entries, "places": places_entry}
        digest = hashlib.sha256("".join(f"{n}={p['digest']};" for n, p in entries.items()).encode()).hexdigest()
        index = {
            "format": FORMAT,
            "digest": digest,
            "build": digest[:16],
            "source": pbf.name,
            "modes": mode_entries,
            "places": places_entry,
        }
        _make_current(folder, temporary, index)
        progress("building", 1.0)
    return BuildReport(digest, pbf.name, streets.cut, reports, PlaceReport.of(places))


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


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as e:
            raise Conflict("another process is building the street network; wait for it to end") from e
        yield


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
