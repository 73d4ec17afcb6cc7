"""Porto Alegre from its population cells alone, by the commands of README; walking shares against a computation of their own.

Data: r5r's sample of Porto Alegre (Ipea): H3 cells with the people of the 2010 census, streets of OpenStreetMap.
"""

import csv
import json
import subprocess
import sys
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import numpy as np
import osmium
import pandas as pd
import pytest
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from geoservice.cli.common import project_of, settings_for, study_of
from geoservice.geo import BBox, Floats, LocalProjection, haversine_m
from geoservice.pipeline.public_places import read_places
from geoservice.pipeline.study_surface import study_surface
from geoservice.release import ItemQuery, open_store

pytestmark = pytest.mark.reference
BOX = BBox(-51.27, -30.13, -51.13, -29.98)
KMH, DETOUR = 5.0, 1.3
BREAKS = (5, 10, 15, 20, 30)


def geoservice(*words: object) -> None:
    done = subprocess.run([sys.executable, "-m", "geoservice", *map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def home(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data, home = reference / "porto_alegre", tmp_path_factory.mktemp("porto") / "poa"
    geoservice("init", home)
    study = (home / "study.toml").read_text(encoding="utf-8").replace('levels = ["county", "township"]', 'levels = ["county"]')
    (home / "study.toml").write_text(study.replace('modes = ["walk", "drive"]', 'modes = ["walk"]'), encoding="utf-8")
    ring = [[BOX.west, BOX.south], [BOX.east, BOX.south], [BOX.east, BOX.north], [BOX.west, BOX.north], [BOX.west, BOX.south]]
    area = {"code": "POA", "name": "Porto Alegre", "level": "county"}
    feature = {"type": "Feature", "properties": area, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    (home / "areas.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    cells = pd.read_csv(data / "poa_hexgrid.csv")
    clinics = cells[cells["healthcare"] > 0]
    with (home / "stations.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["id", "name", "tier", "services", "lon", "lat"])
        out.writerows([c.id, c.id, "county", "health_check", c.lon, c.lat] for c in clinics.itertuples())
    geoservice("import", "areas", home / "areas.geojson", "-C", home)
    geoservice("import", "network", data / "poa_osm.pbf", "-C", home)
    geoservice("import", "stations", home / "stations.csv", "-C", home)
    geoservice("import", "population", data / "poa_hexgrid.csv", "-C", home)
    geoservice("publish", "-C", home)
    return home


@pytest.fixture(scope="module")
def rows(home: Path) -> pd.DataFrame:
    with closing(open_store(home / "releases", None, "geoservice").open()) as reader:
        return reader.items("table", ItemQuery(limit=1_000_000)).to_pandas()


def test_everybody_of_the_cells_is_there_and_nothing_is_private(home: Path, rows: pd.DataFrame) -> None:
    persons = rows[(rows["measure"] == "persons") & (rows["geography"] == "county")]
    assert persons["value"].tolist() == [812_935]
    assert persons["margin"].isna().all(), "the file states no errors"
    assert not (home / "register" / "secret").exists()


class Walking:
    """The streets of the extract as segments of the largest connected piece, read here from the file."""

    def __init__(self, pbf: Path) -> None:
        plane, at, segments = LocalProjection.of(BOX), {}, set()
        barred = {"motorway", "motorway_link", "construction", "proposed", "raceway", "bus_guideway"}
        for way in osmium.FileProcessor(str(pbf), osmium.osm.WAY | osmium.osm.NODE).with_locations():
            if not way.is_way() or "highway" not in way.tags:
                continue
            if way.tags["highway"] in barred or way.tags.get("foot", way.tags.get("access")) == "no":
                continue
            for a, b in pairwise(n for n in way.nodes if n.location.valid()):
                at[a.ref], at[b.ref] = (a.location.lon, a.location.lat), (b.location.lon, b.location.lat)
                if a.ref != b.ref:
                    segments.add((min(a.ref, b.ref), max(a.ref, b.ref)))
        rank = {ref: i for i, ref in enumerate(sorted(at))}
        ends = np.array([(rank[a], rank[b]) for a, b in sorted(segments)])
        lon, lat = np.array([at[ref] for ref in sorted(at)]).T
        _, label = connected_components(self._graph(ends, np.ones(len(ends)), len(rank)), directed=False)
        self.ends = ends[label[ends[:, 0]] == np.bincount(label).argmax()]
        u, v = self.ends.T
        self.minutes = haversine_m(lon[u], lat[u], lon[v], lat[v]) / 1000 / KMH * 60
        self.nodes, self.plane = len(rank), plane
        x, y = plane.forward(lon, lat)
        self.lines = shapely.linestrings(np.stack([np.column_stack([x[u], y[u]]), np.column_stack([x[v], y[v]])], axis=1))
        self.tree = shapely.STRtree(self.lines)

    @staticmethod
    def _graph(ends: np.ndarray, minutes: Floats, nodes: int) -> csr_array:
        u, v = ends.T
        return coo_array((np.r_[minutes, minutes], (np.r_[u, v], np.r_[v, u])), shape=(nodes, nodes)).tocsr()

    def place(self, lon: Floats, lat: Floats) -> tuple[np.ndarray, Floats, Floats]:
        """Nearest segment of each point, minutes from the point to both of its ends; minutes are NaN beyond 500 m."""
        points = shapely.points(np.column_stack(self.plane.forward(lon, lat)))
        segment = self.tree.nearest(points)
        along = shapely.line_locate_point(self.lines[segment], points, normalized=True)
        metres = shapely.distance(self.lines[segment], points)
        along[metres > 500] = np.nan
        leg = metres * DETOUR / 1000 / KMH * 60
        return segment, leg + along * self.minutes[segment], leg + (1 - along) * self.minutes[segment]

    def nearest_minutes(self, stations: tuple[Floats, Floats], points: tuple[Floats, Floats]) -> Floats:
        """Minutes from each point to the nearest station: one search from a node that leads to all stations."""
        segment, first, second = self.place(*stations)
        source = self.nodes
        to = np.r_[self.ends[segment, 0], self.ends[segment, 1]]
        cost = np.r_[first, second]
        kept = np.isfinite(cost)
        u, v = self.ends.T
        graph = coo_array(
            (
                np.r_[self.minutes, self.minutes, np.maximum(cost[kept], 1e-9)],
                (np.r_[u, v, np.full(int(kept.sum()), source)], np.r_[v, u, to[kept]]),
            ),
            shape=(source + 1, source + 1),
        )
        # parallel arcs would be added up: keep the quickest
        frame = pd.DataFrame({"u": graph.row, "v": graph.col, "t": graph.data}).groupby(["u", "v"])["t"].min().reset_index()
        best = csr_array((frame["t"], (frame["u"], frame["v"])), shape=graph.shape)
        reached = dijkstra(best, indices=source, limit=61)
        segment, first, second = self.place(*points)
        return np.minimum(reached[self.ends[segment, 0]] + first, reached[self.ends[segment, 1]] + second)


def test_walking_shares_equal_an_independent_computation(home: Path, reference: Path, rows: pd.DataFrame) -> None:
    """On the same points: another reading of the extract, another snapping, another search."""
    settings = settings_for(home)
    with closing(project_of(settings)) as project:
        study = study_of(settings)
        surface = study_surface(project, study, read_places(project.read("areas"), study.levels)).surface
        stations = project.read("stations")
    walking = Walking(reference / "porto_alegre" / "poa_osm.pbf")
    where = stations.column("lon").to_numpy(), stations.column("lat").to_numpy()
    minutes = walking.nearest_minutes(where, (surface.point_lon, surface.point_lat))
    people = next(iter(surface.values.values()))[surface.point_leaf] * surface.point_weight
    shares = rows[(rows["measure"] == "covered_share") & (rows["geography"] == "county") & (rows["group"] == "all")]
    for limit in BREAKS:
        own = 100 * people[np.nan_to_num(minutes, nan=np.inf) <= limit].sum() / people.sum()
        assert shares.loc[shares["minutes"] == limit, "value"].item() == pytest.approx(own, abs=0.5), limit
