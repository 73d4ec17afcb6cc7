"""Areas with codes of a system, as tables."""

from collections.abc import Mapping

import pyarrow as pa
import shapely

from geoservice.schema import TABLES


def coded_areas(system: str, text: str, shapes: Mapping[str, shapely.Geometry] | None = None) -> pa.Table:
    """Return areas, one a line: level, code, name, and the code above, if there is one; ``shapes`` by code."""
    rows = []
    for level, code, name, *parent in map(str.split, text.strip().splitlines()):
        shape = (shapes or {}).get(code)
        named = {"code_system": system, "code": code, "name_zh": name, "name_en": name, "level": level}
        rows.append({**named, "parent": parent[0] if parent else None, "geometry": shape and shapely.to_wkb(shape)})
    return pa.Table.from_pylist(rows, TABLES["areas"].arrow())


NBS = """
county 340811 宜秀区
township 340811001 大桥街道 340811
township 340811100 大龙山镇 340811
township 340811101 杨桥镇 340811
township 340811200 白泽湖乡 340811
"""
MCA = """
county 340811000000 宜秀区
township 340811055000 大桥街道 340811000000
township 340811100000 杨桥镇 340811000000
township 340811101000 大龙山镇 340811000000
township 340811200000 白泽湖镇 340811000000
"""
"""A district of Anqing in official tables of 2023 and 2026, which exchange the codes of two towns; the last name is made up."""
