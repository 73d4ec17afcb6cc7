"""Tables of users: which columns they have, and how their rows are checked.

Tables of divisions are read as areas without borders; the other kinds have columns of their own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from geoservice.geocode.house_numbers import house_numbers
from geoservice.geocode.place_table import ALIASES, CHANGES, DIVISIONS, DOOR, PLACE_KINDS, PLACES, SourceKind
from geoservice.ingest.area_lookup import AreaLookup, check_inside, check_ranges
from geoservice.ingest.areas import build_areas
from geoservice.ingest.column_values import ColumnValues
from geoservice.ingest.geometry import read_points
from geoservice.ingest.header_vocabulary import Fields, names_of
from geoservice.ingest.table_builder import BuildContext
from geoservice.ingest.values import to_date

_KIND_WORDS = {
    "road": "道路 路 街 街道 街路 巷 弄 street lane",
    "compound": "小区 住宅小区 居住小区 楼盘 社区院落 院落 大院 estate residential",
    "poi": "兴趣点 地名 单位 机构 企事业单位 场所 设施 institution",
    "building": "楼 楼栋 楼幢 楼宇 建筑 建筑物 栋 幢",
    "group": "组 村民组 村民小组 小组 自然村 屯 湾 hamlet settlement",
    "door": "门牌 门牌号 门址 地址 address plate",
}
KINDS = {**{kind: kind for kind in PLACE_KINDS}, **{w: kind for kind, words in _KIND_WORDS.items() for w in words.split()}}
"""Kinds of places by the words that tables use for them."""
_WHERE = ("lon", "lat", "coordinates", "wkt")


def fields_of(kind: SourceKind) -> Fields:
    """Return the columns that a table of a kind may have, with the names that files use for them."""
    if kind == "divisions":
        return names_of("areas")
    if kind == "changes":
        return {
            "old_code": {"names": ["old code, 原代码, 旧代码, 原区划代码, 变更前代码, 原编码, 旧编码, former code"]},
            "old_name": {"names": ["old name, 原名称, 旧名称, 原名, 旧名, 变更前名称, 曾用名称, former name"]},
            "new_code": {"names": ["new code, 新代码, 现代码, 现区划代码, 变更后代码, 新编码, 现编码, current code"]},
            "new_name": {"names": ["new name, 新名称, 现名称, 新名, 现名, 变更后名称, current name"]},
            "day": {"names": ["day, date, year, 日期, 年份, 年度, 年, 变更日期, 变更年份, 变更时间, 批准日期"]},
            "kind": {"names": ["type, kind, 类型, 变更类型, 变更类别"]},
        }
    if kind == "aliases":
        return {
            "alias": {"names": ["alias, 别名, 别称, 俗称, 简称, 曾用名称, 旧称"]},
            "area": {"names": ["area, canonical, name, place, 区划, 标准名称, 正式名称, 规范名称, 名称, 现名称, 地名"]},
            "code": {"names": ["code, 代码, 区划代码, 编码"]},
            "day": {"names": ["day, date, year, until, 截止日期, 停用日期, 年份, 年"]},
        }
    stations = names_of("stations")
    return {
        "name": {
            "names": ["name, 名称, 地名, 标准名称, 小区名称, 道路名称, 路名, 街路巷名称, 单位名称, 场所名称, street, road"]
        },
        "alias": {"names": ["alias, aliases, 别名, 别称, 曾用名称, 俗称, 其他名称, other names"]},
        "kind": {"names": ["kind, type, category, 类别, 类型, 地名类别, 分类"]},
        "area": {
            "names": [
                "area, area code, 区划代码, 行政区划, 所在区划, 所属区划, 所在社区, 所属社区, 村居, 社区, 乡镇, district, town"
            ]
        },
        "parent": {"names": ["parent, compound, estate, 所属小区, 所在小区, 所属院落"]},
        "number": {"names": ["number, house number, housenumber, 门牌号, 门牌号码, 门牌, 号"]},
        **{name: stations[name] for name in _WHERE},
        "valid_from": {"names": ["valid from, since, 启用日期, 设立日期, 命名日期, 生效日期"]},
        "valid_to": {"names": ["valid to, until, 停用日期, 撤销日期, 废止日期, 失效日期"]},
    }


@dataclass(frozen=True)
class CheckedTable:
    """The accepted rows of a user's table, and the CRS of its points, empty if it has none."""

    rows: pa.Table
    crs: str = ""


def build_divisions(cells: ColumnValues, context: BuildContext) -> CheckedTable:
    """Return a table of codes and names; levels are those of the column, the options or the codes."""
    rows = build_areas(cells, context).rows.select(DIVISIONS.names).cast(DIVISIONS)
    cells.notes[:] = [note for note in cells.notes if "parent codes" not in note and "no border" not in note]  # as it should be
    return CheckedTable(rows)


def build_changes(cells: ColumnValues, _context: BuildContext) -> CheckedTable:
    """Return a table of changes, without those that have nothing old or nothing new, such as an area that was founded."""
    values: dict[str, Any] = {name: cells.code(name) for name in ("old_code", "new_code")}
    values |= {name: cells.text(name) for name in ("old_name", "new_name", "kind")}
    values["day"] = _last_days(cells)
    one_sided = (_missing(values["old_code"]) & _missing(values["old_name"])) | _missing(values["new_name"])
    if n := int((one_sided & ~cells.rejects.bad).sum()):
        cells.notes.append(f"{n} changes have nothing old or nothing new, and were left out")
    return CheckedTable(_table(values, CHANGES).filter(pa.array(~cells.rejects.bad & ~one_sided)))


def build_aliases(cells: ColumnValues, _context: BuildContext) -> CheckedTable:
    """Return a table of aliases; an alias names its area by a path of names or by a code."""
    values: dict[str, Any] = {"alias": cells.text("alias", required=True), "area": cells.text("area")}
    values |= {"code": cells.code("code"), "day": _last_days(cells)}
    missing = _missing(values["area"]) & _missing(values["code"])
    cells.reject(missing, "area", "empty", "a path of names such as 安徽省黄山市, or a code")
    return _finish(cells, values, ALIASES)


def build_places(cells: ColumnValues, context: BuildContext) -> CheckedTable:
    """Return a table of places; a row with a number is a door plate, one without a kind a point of interest."""
    areas = AreaLookup.of(context.areas)
    lon, lat, crs = read_points(cells, "stations", context.options, surfaces=True, inside=areas.inside)
    if len(areas.codes):
        check_inside(cells, areas, lon, lat, crs, required=False)
    else:
        check_ranges(cells)
    number = cells.text("number")
    numbered = ~_missing(number)
    kind = cells.choice("kind", KINDS) if cells.has("kind") else np.full(len(cells), None, object)
    kind = np.where(numbered & np.array([k in {None, "road"} for k in kind]), DOOR, kind)
    kind = np.array([k or "poi" for k in kind], object)
    door = kind == DOOR
    country = "CN" if context.study.chinese else ""
    readable = np.array([bool(text and house_numbers(text, country)) for text in number.to_pylist()], bool)
    cells.reject(door & ~readable, "number", "no door number", "a number such as 66号, 12a or 5-7")
    values: dict[str, Any] = {
        "name": cells.text("name", required=True),
        "alias": pa.array(cells.items("alias"), pa.list_(pa.string())),
        "kind": pa.array(kind.tolist(), pa.string()),
        "lon": lon,
        "lat": lat,
        "area": cells.text("area"),
        "parent": cells.text("parent"),
        "number": number,
        "valid_from": cells.dates("valid_from"),
        "valid_to": cells.dates("valid_to"),
    }
    return CheckedTable(_finish(cells, values, PLACES).rows, crs)


BUILDERS: Mapping[SourceKind, Callable[[ColumnValues, BuildContext], CheckedTable]] = {
    "divisions": build_divisions,
    "changes": build_changes,
    "aliases": build_aliases,
    "places": build_places,
}


def _last_days(cells: ColumnValues) -> Any:
    """Return the last days; a year is its last one."""
    return pa.array(cells.parsed("day", _last_day, "a year, or a day such as 2024-01-31").tolist(), pa.date32())


def _last_day(text: str) -> date:
    year = text.strip().removesuffix("年").removesuffix(".0")
    return date(int(year), 12, 31) if year.isdigit() and len(year) == 4 else to_date(text)


def _missing(column: Any) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    return np.asarray(
        column.is_null().to_numpy(zero_copy_only=False) if isinstance(column, pa.Array) else column.is_null(), bool
    )


def _table(values: Mapping[str, Any], schema: pa.Schema) -> pa.Table:
    """Return columns in the form of a schema."""
    columns: dict[str, Any] = {
        n: c if isinstance(c, pa.Array | pa.ChunkedArray) else pa.array(c, schema.field(n).type) for n, c in values.items()
    }
    arrays: Any = columns
    return pa.table(arrays).select(schema.names).cast(schema)


def _finish(cells: ColumnValues, values: Mapping[str, Any], schema: pa.Schema) -> CheckedTable:
    """Return the accepted rows in the form of a schema."""
    return CheckedTable(_table(values, schema).filter(pa.array(~cells.rejects.bad)))
