"""Reasons of rejected values, and what is allowed instead, in both languages."""

import re
from collections.abc import Mapping
from functools import lru_cache

from geoservice.addresses.faults import REASONS as ADDRESS_REASONS
from geoservice.crosswalk import REASON_LABELS

_UNITS = {
    "persons": "人",
    "households": "户",
    "metres": "米",
    "square metres": "平方米",
    "seconds": "秒",
    "years": "岁",
    "": "",
}
_REASONS = {
    "empty": "空",
    "not a number": "不是数",
    "not a whole number": "不是整数",
    "out of range": "超出范围",
    "not understood": "无法识别",
    "a spreadsheet turned the code into a number or an error": "表格软件把代码变成了数或错误值",
    r"duplicate key, also in row (\d+)": r"编号重复，另见第 \1 行",
    r"(\d+) cells where the header has (\d+)": r"有 \1 格，而列名有 \2 格",
    "not a coordinate": "不是坐标",
    "not two coordinates": "不是一对坐标",
    "several readings as two coordinates": "可以读作几种坐标",
    "two numbers without units: degrees and minutes, or a missing decimal point": "两个没有单位的数：是度和分，还是缺少小数点",
    "minutes with decimals are followed by seconds": "带小数的分之后还有秒",
    "minutes must be below 60": "分须小于 60",
    "seconds must be below 60": "秒须小于 60",
    "two hemispheres": "有两个半球",
    "a minus sign together with a hemisphere": "负号与半球同时出现",
    "a hemisphere of the other axis": "半球属于另一轴",
    "a latitude in the column of longitudes": "经度列中是纬度",
    "a longitude in the column of latitudes": "纬度列中是经度",
    r"a latitude beyond 90: the other rows are ([a-z,]+)": r"纬度超过 90：其他行的次序是 \1",
    r"not on Earth in ([\w:/ .()-]+)": r"在 \1 中不在地球上",
    "outside every area": "不在任何区划内",
    "no geometry": "没有几何图形",
    "no point": "不是点",
    "no polygon": "不是多边形",
    "geometry cannot be read": "几何图形无法读取",
    r"the geometry is cut off after (\d+) characters, the limit of a spreadsheet cell": (
        r"几何图形在 \1 个字符处被截断，即单元格的上限"
    ),
    "no area code": "不是区划代码",
    "no area of this code is loaded": "没有导入此代码的区划",
    "a JSON object without a code": "JSON 对象中没有代码",
    "a service that is not in the study": "研究设置中没有的服务",
    "only its village, township or county was found": "只找到所在的村、乡镇或县",
    "not placed in any county": "未能定位到任何县",
    "more than the household's persons": "超过本户人数",
    "more than are eligible": "超过应服务人数",
    r"1 to (\d+) persons are served or not served, who could be recognised": r"已服务或未服务的有 1 至 \1 人，可能被认出",
    "below age_from": "小于起始年龄",
    r"before (\w+)": r"早于 \1",
    "not the sex of the age group in the same row": "与同行年龄组的性别不同",
    r"no age group of this area, date and sex for ([\d+ -]+)": r"同一区划、日期和性别缺少 \1 岁的年龄组",
    "no door number": "没有门牌号",
    **{re.escape(en): zh for zh, en in ADDRESS_REASONS.values()},
    **{re.escape(text["en"]): text["zh"] for text in REASON_LABELS.values()},
}
_ALLOWED = {
    "a text": "文字",
    "a number": "数",
    r"a number from (\S+) to (\S+) ?(.*)": r"\1 至 \2 的数 {3}",
    r"a whole number from (\S+) to (\S+) ?(.*)": r"\1 至 \2 的整数 {3}",
    "a code written as text": "作为文字的代码",
    "a day such as 2024-01-31 or 2024年1月31日": "日期，如 2024-01-31 或 2024年1月31日",
    r"yes/no, true/false, 1/0, 是/否, 启用/停用, active/closed": "是/否、启用/停用、1/0",
    r"one of (.+), or a usual synonym": r"\1 之一，或其常用说法",
    "each key once in a file": "每个编号在文件中只出现一次",
    "as many cells as the header": "与列名同样多的格",
    "a point in one of the areas loaded": "已导入区划内的点",
    "degrees, longitude -180 to 180 and latitude -90 to 90": "度，经度 -180 至 180，纬度 -90 至 90",
    r"decimal degrees such as 116\.95, or degrees, minutes and seconds such as 116°57'00\"E": (
        "十进制度如 116.95，或度分秒如 116°57'00\"E"
    ),
    r"two coordinates such as 116\.95,30\.52 or N30°31′12″ E116°57′00″": "一对坐标，如 116.95,30.52 或 N30°31′12″ E116°57′00″",
    "a point": "点",
    "a polygon": "多边形",
    "a valid polygon or multipolygon": "有效的多边形",
    "an area code, or the name of exactly one loaded area": "区划代码，或唯一一个已导入区划的名称",
    "an area code, or the name of exactly one loaded area or of a division of China": (
        "区划代码、唯一一个已导入区划的名称，或中国区划的名称"
    ),
    "codes of loaded areas": "已导入区划的代码",
    r"codes of (.+) with exactly one counterpart in (.+)": r"\1 中在 \2 中有唯一对应的代码",
    "at most the household's persons": "不超过本户人数",
    "at most the eligible of the same row": "不超过同行的应服务人数",
    r"a day on or after (\w+)": r"不早于 \1 的日期",
    r"a year 2024, a quarter 2024Q1 or a month 2024-01 \(2024\.1 may be January or October\)": (
        "年 2024、季度 2024Q1 或月份 2024-01"
    ),
    r"a year such as (\d+), a month (\d+) or a day": r"年如 \1、月份如 \2，或日期",
    r"none, or (\d+) or more, of both; .*": r"两者各为 0 或至少 \1；或“已公开”列为“是”",
    "an age group such as 0-4, 5-9岁 or 85\\+": "年龄组，如 0-4、5-9岁、85+",
    "the ages from 0 to an open group such as 85\\+": "从 0 岁到开放组（如 85+）的各年龄",
    "the same sex in both": "两处性别相同",
    "age_from or more, empty if open": "不小于起始年龄，开放组留空",
    "coordinates, or an address with a street or a place that the gazetteer knows": "坐标，或地名库中有其街道或地点的地址",
    "an address of this area that the gazetteer knows; geoservice geocode FILE makes a workbook to review them": (
        "地名库中有的本地地址；geoservice geocode FILE 生成待核对的表格"
    ),
}


def reason_texts(reason: str) -> Mapping[str, str] | None:
    """Return a reason by language, None for one that is not known: it may quote a value.

    >>> reason_texts("duplicate key, also in row 7")["zh"], reason_texts("no such thing as K1")
    ('编号重复，另见第 7 行', None)
    """
    return _in_both(reason, tuple(_REASONS.items()))


def allowed_texts(allowed: str) -> Mapping[str, str]:
    """Return what is allowed by language; a text that is not known, such as names of services, is the same in both.

    >>> allowed_texts("a whole number from 1 to 1000 persons")["zh"]
    '1 至 1000 的整数（人）'
    """
    return _in_both(allowed, tuple(_ALLOWED.items())) or {"zh": allowed, "en": allowed}


@lru_cache(maxsize=1024)
def _in_both(text: str, table: tuple[tuple[str, str], ...]) -> Mapping[str, str] | None:
    for pattern, zh in table:
        if match := re.fullmatch(pattern, text):
            unit = _UNITS.get(match[3], match[3]) if "{3}" in zh else ""
            return {"zh": match.expand(zh.replace("{3}", "")).strip() + (f"（{unit}）" if unit else ""), "en": text}
    return None
