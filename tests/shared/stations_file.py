"""Three stations as rows, as a table, and as the expected result of every file of them."""

from typing import Any

import geopandas as gpd
import pandas as pd

from geoservice.ingest import Report
from geoservice.project import Project

ROWS: list[dict[str, Any]] = [
    {"编号": "001", "名称": "中心医院", "级别": "县级", "服务": "体检；照护", "床位": 120, "经度": 116.95, "纬度": 30.6},
    {"编号": "002", "名称": "杨桥卫生院", "级别": "乡镇级", "服务": "Check-up", "床位": 20, "经度": 117.02, "纬度": 30.55},
    {"编号": "003", "名称": "流动车", "级别": "流动车", "服务": "care", "床位": None, "经度": 117.0, "纬度": 30.65},
]
FRAME = pd.DataFrame(ROWS).astype({"床位": "Int64"})


def table() -> gpd.GeoDataFrame:
    points = gpd.points_from_xy(FRAME["经度"], FRAME["纬度"], crs="EPSG:4326")
    return gpd.GeoDataFrame(FRAME.drop(columns=["经度", "纬度"]), geometry=points)


def same(project: Project, report: Report) -> None:
    rows = project.read("stations").to_pylist()
    assert [r["id"] for r in rows] == ["001", "002", "003"]
    assert [r["name"] for r in rows] == [r["名称"] for r in ROWS]
    assert [r["tier"] for r in rows] == ["county", "township", "van"]
    assert [r["services"] for r in rows] == [["checkup", "care"], ["checkup"], ["care"]]
    assert [r["capacity"] for r in rows] == [120, 20, None]
    assert [(round(r["lon"], 6), round(r["lat"], 6)) for r in rows] == [(r["经度"], r["纬度"]) for r in ROWS]
    assert (report.rows_read, report.rows_accepted, report.rows_rejected) == (3, 3, 0)
    assert report.vintage is not None
