"""A made-up OSM extract of 1.8 M nodes of streets, and the time and memory of its import for three modes.

The streets are a grid with two nodes between junctions; many ways have a posted limit or a surface, a tenth are
private, closed or for their destination only. Some nodes have lights or barriers, and ways end in turn restrictions.
"""

import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

import osmium
from osmium.osm.mutable import Node, Relation, Way

from geoservice.network.build import build_network
from geoservice.progress import quiet

SIDE = 600
_STEP = 130 / 111_195
_CLASSES = (
    ("residential",) * 10 + ("service",) * 6 + ("footway",) * 5 + ("tertiary", "secondary", "primary", "track", "path", "steps")
)
_TAGS = (
    ("oneway", 0.15, ("yes",)),
    ("maxspeed", 0.3, ("20", "30", "50", "70")),
    ("surface", 0.4, ("asphalt", "gravel", "paved", "ground")),
    ("access", 0.1, ("private", "no", "destination")),
)


def write_extract(path: Path, side: int = SIDE, seed: int = 1) -> None:
    """Write a grid of ``side * side`` junctions with two nodes on each street between them: five nodes a junction."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    width = 3 * side
    with osmium.SimpleWriter(str(path), overwrite=True) as out:
        for row, column in product(range(width), range(width)):
            if row % 3 == 0 or column % 3 == 0:
                out.add_node(_node(row, column, width, chance))
        restrictions = []
        for number, refs in enumerate(_ways(width), 1):
            tags = {"highway": chance.choice(_CLASSES)}
            tags |= {key: chance.choice(values) for key, share, values in _TAGS if chance.random() < share}
            out.add_way(Way(id=number, nodes=refs, tags=tags))
            if chance.random() < 0.015:
                restrictions.append((number, refs[-1]))
        for number, (way, node) in enumerate(restrictions, 1):
            members = [("w", way, "from"), ("n", node, "via"), ("w", way + 1, "to")]
            kind = chance.choice(("no_left_turn", "no_u_turn", "only_straight_on"))
            out.add_relation(Relation(id=number, members=members, tags={"type": "restriction", "restriction": kind}))


def _node(row: int, column: int, width: int, chance: random.Random) -> Node:
    at_junction = row % 3 == 0 and column % 3 == 0
    place = (117 + column / 3 * _STEP + chance.uniform(-2e-4, 2e-4), 30.5 + row / 3 * _STEP + chance.uniform(-2e-4, 2e-4))
    tags = {}
    if chance.random() < (0.02 if at_junction else 0.004):
        tags = {"highway": "traffic_signals"} if at_junction else {"barrier": chance.choice(("gate", "bollard", "lift_gate"))}
    return Node(id=1 + row * width + column, location=place, tags=tags)


def _ways(width: int) -> Iterator[list[int]]:
    """Yield the nodes of each way: three streets along a row or a column."""
    for across in (True, False):
        for line, first in product(range(0, width, 3), range(0, width - 3, 9)):
            run = range(first, min(first + 9, width - 3) + 1)
            yield [1 + (line * width + i if across else i * width + line) for i in run]


def peak_mb() -> float:
    """Return the peak memory of this program in MB; ``getrusage`` would count that of the process that started it too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _import(path: str, folder: str) -> tuple[float, float]:
    """Return the seconds and the peak memory in MB of an import, in a process of its own."""
    start = perf_counter()
    build_network(Path(path), Path(folder), ["walk", "cycle", "drive"], None, quiet)
    return perf_counter() - start, peak_mb()


def measure_import(folder: Path, side: int = SIDE) -> tuple[float, float]:
    """Return the seconds and the peak memory in MB of the import of a made-up extract."""
    extract = folder / "grid.osm.pbf"
    write_extract(extract, side)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_import, str(extract), str(folder / "network")).result()
