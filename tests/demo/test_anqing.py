"""The Anqing demo: a region and the folders of its counties."""

import gzip
import hashlib
import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import osmium
import pandas as pd
import pytest
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geoservice.demo import write_anqing
from geoservice.demo.areas import COUNTIES, origin_facts, prefecture_county, prefecture_facts
from geoservice.demo.land import CELL_M
from geoservice.demo.prefecture import county_sites
from geoservice.errors import ParameterError
from geoservice.ingest.crs import gcj02_to_wgs84
from geoservice.study import read_study

HOUSEHOLDS, MADE = 3400, COUNTIES[:3]


@pytest.fixture(scope="module")
def anqing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("anqing-files")
    folders = write_anqing(folder, HOUSEHOLDS, counties=len(MADE))
    assert folders == [folder / "counties" / code for code in MADE]
    return folder


def shapes(path: Path) -> dict[str, shapely.Geometry]:
    features = json.loads(path.read_text("utf-8"))["features"]
    return {f["properties"]["code"]: shapely.from_geojson(json.dumps(f["geometry"])) for f in features}


def table(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, encoding="gb18030", dtype={"户籍地代码": str, "区域代码": str, "区划代码": str})


def places(rows: pd.DataFrame) -> np.ndarray:
    return np.column_stack(gcj02_to_wgs84(rows["经度"].to_numpy(), rows["纬度"].to_numpy()))


def test_the_facts_are_a_prefecture_of_ten_counties() -> None:
    facts = prefecture_facts().set_index("code")
    assert facts["level"].value_counts().to_dict() == {"village": 1563, "township": 166, "county": 10, "city": 1}
    below = facts[facts["level"] != "city"]
    assert set(below["parent"]) == set(facts[facts["level"] != "village"].index)
    assert all(code.startswith(parent) for code, parent in below["parent"].items())
    assert facts["name_en"].str.isascii().all()
    assert all(
        "340802" not in set(origin_facts("340802")["code"]) and "340811" in set(origin_facts(c)["code"]) for c in ["340802"]
    )


@pytest.mark.reference
def test_names_and_codes_are_those_of_the_statistics_bureau(reference: Path) -> None:
    folder = reference / "china_division"
    towns = pd.read_csv(folder / "streets.csv", dtype=str)
    with gzip.open(folder / "villages.csv.gz") as f:
        villages = pd.read_csv(f, dtype=str)
    facts = prefecture_facts().set_index("code")["name_zh"]
    truth = pd.concat([rows[rows["areaCode"].isin(COUNTIES)].set_index("code")["name"] for rows in (towns, villages)])
    assert facts[facts.index.str.len() > 6].to_dict() == truth.to_dict()


@pytest.mark.parametrize("seed", [1, 2])
def test_each_county_borders_one_before_it(seed: int) -> None:
    sites, owner = county_sites([prefecture_county(code) for code in COUNTIES], np.random.default_rng([seed, 3408, 0]))
    pairs = cKDTree(sites).query_pairs(1.3 * CELL_M, output_type="ndarray")
    a, b = np.sort(owner[pairs], axis=1).T
    borders = set(zip(a.tolist(), b.tolist(), strict=True))
    assert all(any((before, county) in borders for before in range(county)) for county in range(1, len(COUNTIES)))
    same = pairs[owner[pairs[:, 0]] == owner[pairs[:, 1]]]
    graph = coo_array((np.ones(len(same)), (same[:, 0], same[:, 1])), shape=(len(sites),) * 2)
    component = connected_components(graph, directed=False)[1]
    for county in range(len(COUNTIES)):
        assert np.bincount(component[owner == county]).max() > 0.995 * (owner == county).sum()


def test_counties_tile_the_prefecture_and_villages_the_counties(anqing: Path) -> None:
    polygons = shapes(anqing / "areas.geojson")
    assert {code for code in polygons if len(code) <= 6} == {"3408", *MADE}
    for above, width in (("3408", 6), *((code, 9) for code in MADE), *((code, 12) for code in MADE)):
        parts = np.array([shape for code, shape in polygons.items() if len(code) == width and code.startswith(above)])
        assert shapely.is_valid(parts).all()
        assert shapely.coverage_is_valid(parts)
        assert shapely.coverage_union_all(parts).symmetric_difference(polygons[above]).area < 1e-12
    for code in MADE:
        own = shapes(anqing / "counties" / code / "areas.geojson")
        assert own == {c: shape for c, shape in polygons.items() if c.startswith(code)}


def test_studies_of_the_region_and_of_counties(anqing: Path) -> None:
    region = read_study(anqing / "study.toml")
    assert region.levels == ("city", "county", "township", "village")
    assert (region.synthetic, region.demand) == (True, "register")
    for code in MADE:
        county = read_study(anqing / "counties" / code / "study.toml")
        assert county.levels == ("county", "township", "village")
        assert county.groups == region.groups
        assert county.title.zh == prefecture_county(code).names[code]


def test_streets_are_one_network_that_crosses_county_lines(anqing: Path) -> None:
    polygons = shapes(anqing / "areas.geojson")
    pairs: list[tuple[int, int]] = []
    crossing = set[frozenset[str]]()
    ends = []
    for way in (
        osmium.FileProcessor(str(anqing / "streets.osm.pbf")).with_locations().with_filter(osmium.filter.KeyFilter("highway"))
    ):
        if isinstance(way, osmium.osm.Way):
            pairs += pairwise(n.ref for n in way.nodes)
            ends += [(n.lon, n.lat) for n in (way.nodes[0], way.nodes[-1])]
    county = np.full(len(ends), "", object)
    for code in MADE:
        county[shapely.contains_xy(polygons[code], *np.array(ends).T)] = code
    crossing = {frozenset(pair) for pair in county.reshape(-1, 2).tolist() if pair[0] != pair[1] and all(pair)}
    assert {frozenset(MADE[:2]), frozenset(MADE[1:])} <= crossing
    nodes, index = np.unique(np.array(pairs), return_inverse=True)
    index = index.reshape(-1, 2)
    graph = coo_array((np.ones(len(index)), tuple(index.T)), shape=(len(nodes),) * 2)
    assert connected_components(graph, directed=False)[0] == 1


def test_registers_are_apart_and_some_people_live_nearest_to_a_station_of_another_county(anqing: Path) -> None:
    polygons, stations = shapes(anqing / "areas.geojson"), table(anqing / "stations.csv")
    assert stations["站点编号"].is_unique
    tree, county_of_station = cKDTree(places(stations)), stations["站点编号"].str[2:8].to_numpy()
    total, abroad = 0, 0
    for code in MADE:
        register = table(anqing / "counties" / code / "households.csv")
        assert register["户编号"].str.startswith(f"H{code}").all()
        assert register["地址"].str.startswith(f"安徽省安庆市{prefecture_county(code).names[code]}").all()
        here = places(register)
        assert shapely.contains_xy(polygons[code], *here.T).all()
        abroad += int((county_of_station[tree.query(here)[1]] != code).sum())
        total += len(register)
    assert total == HOUSEHOLDS
    assert 0 < abroad < 0.1 * total


def test_uptake_and_pyramids_are_of_all_counties(anqing: Path) -> None:
    codes = set(shapes(anqing / "areas.geojson")) - {"3408"}
    assert set(table(anqing / "uptake.csv")["区域代码"]) == codes
    assert set(table(anqing / "pyramids.csv")["区划代码"]) == {c for c in codes if len(c) < 12}


def test_a_county_is_the_same_whatever_the_others_and_another_process_writes_the_same_bytes(
    anqing: Path, tmp_path: Path
) -> None:
    call = f"write_anqing(Path({str(tmp_path)!r}), 1200, counties=1)"
    code = f"from pathlib import Path; from geoservice.demo import write_anqing; {call}"
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONHASHSEED": "7"})
    county = MADE[0]
    written = {p.relative_to(tmp_path): hashlib.sha256(p.read_bytes()).hexdigest() for p in tmp_path.rglob("*") if p.is_file()}
    for name in ("areas.geojson", "study.toml", "households.csv"):
        path = Path("counties") / county / name
        assert written[path] == hashlib.sha256((anqing / path).read_bytes()).hexdigest()
    write_anqing(tmp_path, 1200, counties=1)
    assert written == {
        p.relative_to(tmp_path): hashlib.sha256(p.read_bytes()).hexdigest() for p in tmp_path.rglob("*") if p.is_file()
    }


@pytest.mark.parametrize(
    ("households", "seed", "counties"), [(2_999, 1, 3), (30_000_001, 1, 3), (3_000, -1, 3), (20_000, 1, 11)]
)
def test_arguments_out_of_bounds_are_refused(tmp_path: Path, households: int, seed: int, counties: int) -> None:
    with pytest.raises(ParameterError, match="allowed"):
        write_anqing(tmp_path, households, seed, counties)
