"""Write invented streets as an OSM extract in PBF."""

from collections.abc import Iterable
from pathlib import Path

import osmium
from osmium.osm import mutable

from geoservice.geo import Floats

Shape = tuple[list[int], dict[str, str]]


def write_pbf(path: Path, lon: Floats, lat: Floats, ways: Iterable[Shape], node_tags: dict[int, dict[str, str]]) -> None:
    """Write nodes 1..n and ways 1..m; ``node_tags`` are the tags of some nodes, by position from 0.

    The same arguments write the same bytes: there is no timestamp, no user, and a fixed generator.
    """
    header = osmium.io.Header()
    header.set("generator", "geoservice demo")
    header.add_box(osmium.osm.Box(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())))
    with osmium.SimpleWriter(str(path), header=header, overwrite=True) as writer:
        for i, location in enumerate(zip(lon.tolist(), lat.tolist(), strict=True)):
            writer.add_node(mutable.Node(id=i + 1, location=location, tags=node_tags.get(i, {}), version=1, visible=True))
        for number, (nodes, tags) in enumerate(ways, 1):
            writer.add_way(mutable.Way(id=number, nodes=[n + 1 for n in nodes], tags=tags, version=1, visible=True))
