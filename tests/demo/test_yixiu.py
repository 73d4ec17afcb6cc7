"""The Yixiu demo's files."""

import json
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import osmium
import pandas as pd
import pytest
import shapely
from pyproj import Geod
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geoservice.demo import households, write_yixiu
from geoservice.demo.areas import area_facts
from geoservice.demo.households import CLASSES
from geoservice.errors import ParameterError
from geoservice.ingest.crs import gcj02_to_wgs84
from geoservice.study import read_study


def table(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, encoding="gb18030", dtype={"户籍地代码": str})


def shapes(folder: Path, level: str) -> dict[str, shapely.Geometry]:
    features = json.loads((folder / "areas.geojson").read_text("utf-8"))["features"]
    chosen = [f for f in features if f["properties"]["level"] == level]
    return {f["properties"]["code"]: shapely.from_geojson(json.dumps(f["geometry"])) for f in chosen}


def test_the_study_says_that_all_is_made_up(yixiu: Path) -> None:
    study = read_study(yixiu / "study.toml")
    assert study.synthetic
    assert study.source is not None
    assert "all else is made up" in study.source.en
    assert "虚构" in study.source.zh
    assert study.code_system == "nbs2023"


def test_every_area_of_the_facts_has_a_border(yixiu: Path) -> None:
    facts = area_facts()
    for level in ("county", "township", "village"):
        assert set(shapes(yixiu, level)) == set(facts.query("level == @level")["code"])


def test_villages_tile_their_townships_and_townships_the_county(yixiu: Path) -> None:
    county = shapes(yixiu, "county")["340811"]
    assert 650e6 < abs(Geod(ellps="WGS84").geometry_area_perimeter(county)[0]) < 750e6
    above = {"340811": county} | shapes(yixiu, "township")
    for parent, shape in above.items():
        level = "township" if parent == "340811" else "village"
        parts = np.array([s for c, s in shapes(yixiu, level).items() if c.startswith(parent)])
        assert shapely.is_valid(parts).all()
        assert shapely.coverage_is_valid(parts)
        assert shapely.coverage_union_all(parts).symmetric_difference(shape).area < 1e-12


def test_pyramids_add_up_and_end_with_the_people_of_the_register(yixiu: Path) -> None:
    rows = pd.read_csv(yixiu / "pyramids.csv", encoding="gb18030", dtype={"区划代码": str})
    sums = rows.pivot_table(index="区划代码", columns="年份", values="人口", aggfunc="sum")
    assert list(sums.columns) == [2015, 2020, 2025]
    assert set(sums.index) == {"340811", *shapes(yixiu, "township")}
    assert (sums.drop("340811").sum() == sums.loc["340811"]).all()
    assert sums.loc["340811", 2025] == pytest.approx(table(yixiu / "households.csv")["人口"].sum(), rel=0.02)


def test_files_are_gb18030_and_not_utf8(yixiu: Path) -> None:
    for name in ("households.csv", "stations.csv", "pyramids.csv"):
        data = (yixiu / name).read_bytes()
        data.decode("gb18030")
        with pytest.raises(UnicodeDecodeError):
            data.decode("utf-8")


def test_coordinates_are_gcj02(yixiu: Path) -> None:
    """Households are in the county only after conversion from GCJ-02; read as WGS 84, they are about 500 m off the lanes."""
    register = table(yixiu / "households.csv")
    county = shapes(yixiu, "county")["340811"]
    lon, lat = gcj02_to_wgs84(register["经度"].to_numpy(), register["纬度"].to_numpy())
    assert shapely.contains_xy(county, lon, lat).all()
    ways = [shapely.LineString([(n.lon, n.lat) for n in w.nodes]) for w in streets(yixiu)]
    tree = shapely.STRtree(ways)

    def metres(x: np.ndarray, y: np.ndarray) -> float:
        return float(np.median(tree.query_nearest(shapely.points(x, y), return_distance=True, all_matches=False)[1])) * 111e3

    assert metres(lon[:1000], lat[:1000]) < 30
    assert metres(register["经度"].to_numpy()[:1000], register["纬度"].to_numpy()[:1000]) > 30


def test_the_register_is_like_the_census(yixiu: Path) -> None:
    """340811 in the 2020 census: 2.6 persons per household, 22 % alone, 6.3 % under 6, 12.1 % 65 and over, 52.5 % migrants."""
    register = table(yixiu / "households.csv")
    assert len(register) == 10_000
    assert register["户编号"].is_unique
    persons = register["人口"].sum()
    assert persons / len(register) == pytest.approx(2.6, abs=0.1)
    assert (register["人口"] == 1).mean() == pytest.approx(0.222, abs=0.02)
    assert register["六岁以下"].sum() / persons == pytest.approx(0.063, abs=0.01)
    assert register["六十五岁以上"].sum() / persons == pytest.approx(0.121, abs=0.015)
    home = register["户籍地代码"]
    for name, here in (
        ("same_province", home.str.startswith("34") & (home.str.len() == 6)),
        ("other_province", ~home.str.startswith("34")),
    ):
        assert here.mean() == pytest.approx(CLASSES[name], abs=0.025)


def test_addresses_name_county_and_township(yixiu: Path) -> None:
    names = "|".join(area_facts().query("level == 'township'")["name_zh"])
    address = table(yixiu / "households.csv")["地址"]
    assert address.str.fullmatch(rf"安徽省安庆市宜秀区({names})[\u4e00-\u9fff]+\d+号").all()


def test_there_is_no_column_about_a_person(yixiu: Path) -> None:
    columns = list(table(yixiu / "households.csv").columns)
    assert columns == ["户编号", "经度", "纬度", "人口", "六岁以下", "六十五岁以上", "户籍地代码", "地址", "居住起始日期"]
    text = (yixiu / "households.csv").read_bytes().decode("gb18030")
    assert not re.search(r"\d{17}[\dXx]|(?<![\d.])1[3-9]\d{9}(?!\d)", text)


def test_stations_of_all_tiers_offer_all_services(yixiu: Path) -> None:
    stations = table(yixiu / "stations.csv")
    assert set(stations["级别"]) == {"县级", "乡镇级", "村级", "流动服务车"}
    offered = set("、".join(stations["服务项目"]).split("、"))
    assert offered == {s.title.zh for s in read_study(yixiu / "study.toml").services}
    assert (stations.loc[stations["级别"] == "流动服务车", "准备秒数"] > 0).all()
    assert stations["名称"].str.contains("虚构").all()


def streets(folder: Path) -> list[osmium.osm.Way]:
    ways = (
        osmium.FileProcessor(str(folder / "streets.osm.pbf")).with_locations().with_filter(osmium.filter.KeyFilter("highway"))
    )
    return [FrozenWay(w) for w in ways if isinstance(w, osmium.osm.Way)]


class FrozenWay:
    """A copy of a way, valid after the reader has moved on."""

    def __init__(self, way: osmium.osm.Way) -> None:
        self.nodes = [FrozenNode(n.ref, n.lon, n.lat) for n in way.nodes]
        self.tags = dict(way.tags)


class FrozenNode:
    def __init__(self, ref: int, lon: float, lat: float) -> None:
        self.ref, self.lon, self.lat = ref, lon, lat


def test_roads_hang_together_and_few_cross_the_river(yixiu: Path) -> None:
    ways = streets(yixiu)
    pairs = np.array([(a.ref, b.ref) for w in ways for a, b in pairwise(w.nodes)])
    nodes, index = np.unique(pairs, return_inverse=True)
    index = index.reshape(-1, 2)
    graph = coo_array((np.ones(len(index)), (index[:, 0], index[:, 1])), shape=(len(nodes),) * 2)
    assert 20_000 < len(nodes) < 60_000
    assert connected_components(graph, directed=False)[0] == 1
    kinds = {w.tags["highway"] for w in ways}
    assert {"motorway", "motorway_link", "trunk", "secondary", "tertiary", "residential", "footway", "track"} <= kinds
    assert any(w.tags.get("oneway") == "yes" and w.tags["highway"] == "residential" for w in ways)
    bridges = [w for w in ways if "bridge" in w.tags and w.tags["highway"] != "motorway"]
    assert 2 <= len(bridges) <= 12


def test_uptake_adds_up_and_is_of_three_years(yixiu: Path) -> None:
    uptake = pd.read_csv(yixiu / "uptake.csv", encoding="gb18030", dtype={"区域代码": str})
    assert (uptake["服务人数"] <= uptake["应服务人数"]).all()
    assert uptake["时期"].nunique() == 12
    assert set(uptake["区域代码"]) == set(area_facts()["code"])
    sums = uptake.groupby([uptake["区域代码"].str.len(), "时期", "服务"])[["服务人数", "应服务人数"]].sum()
    assert (sums.loc[6] == sums.loc[9]).all(axis=None)
    assert (sums.loc[9] == sums.loc[12]).all(axis=None)


def test_another_process_writes_the_same_bytes(yixiu: Path, tmp_path: Path) -> None:
    code = f"from pathlib import Path; from geoservice.demo import write_yixiu; write_yixiu(Path({str(tmp_path)!r}), 10_000)"
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONHASHSEED": "7"})
    for path in sorted(yixiu.iterdir()):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_pieces_join_without_a_seam_on_the_same_ground(yixiu: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(households, "CHUNK", 400)
    write_yixiu(tmp_path, 1_000)
    assert table(tmp_path / "households.csv")["户编号"].tolist() == [f"YX{i:08d}" for i in range(1, 1001)]
    for name in ("areas.geojson", "streets.osm.pbf"):
        assert (tmp_path / name).read_bytes() == (yixiu / name).read_bytes(), "the ground hangs on the seed alone"


@pytest.mark.parametrize(("households", "seed"), [(999, 1), (10_000_001, 1), (1_000, -1)])
def test_arguments_out_of_bounds_are_refused(tmp_path: Path, households: int, seed: int) -> None:
    with pytest.raises(ParameterError, match="allowed"):
        write_yixiu(tmp_path, households, seed)


def test_another_seed_makes_another_whole_county(tmp_path: Path) -> None:
    write_yixiu(tmp_path, 1_000, seed=7)
    parts = np.array(list(shapes(tmp_path, "village").values()))
    assert shapely.coverage_is_valid(parts)
    assert len(table(tmp_path / "stations.csv")) > 40
