"""Tiny extracts: nodes, ways and relations as tables."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import osmium
from osmium.osm.mutable import Node, Relation, Way

from geoservice.geo import EARTH_RADIUS_M

Tags = Mapping[str, str]
Ways = Mapping[int, tuple[Sequence[int], Tags]]
Relations = Mapping[int, tuple[Sequence[tuple[str, int, str]], Tags]]
NODES = {1 + 4 * row + column: (column / 1000, row / 1000) for row in range(4) for column in range(4)}
"""Nodes 1 to 16 in four rows of four, the first along the equator, all 0.001 degrees apart."""


def places(metres: Mapping[int, tuple[float, float]]) -> dict[int, tuple[float, float]]:
    """Return longitude and latitude of nodes some metres east and north of a point on the equator, as an extract has them."""
    return {ref: (_degrees(x), _degrees(y)) for ref, (x, y) in metres.items()}


def _degrees(metres: float) -> float:
    return round(float(np.degrees(metres / EARTH_RADIUS_M)), 7)


def write_extract(
    path: Path,
    ways: Ways,
    relations: Relations | None = None,
    node_tags: Mapping[int, Tags] | None = None,
    nodes: Mapping[int, tuple[float, float]] = NODES,
    order: str = "nwr",
) -> Path:
    """Write an extract; ``order`` is that of nodes, ways and relations."""
    with osmium.SimpleWriter(str(path), overwrite=True) as out:
        for entity in order:
            if entity == "n":
                for ref, place in nodes.items():
                    out.add_node(Node(id=ref, location=place, tags=(node_tags or {}).get(ref, {})))
            elif entity == "w":
                for ref, (refs, tags) in ways.items():
                    out.add_way(Way(id=ref, nodes=refs, tags=tags))
            else:
                for ref, (members, tags) in (relations or {}).items():
                    out.add_relation(Relation(id=ref, members=members, tags=tags))
    return path
