"""Names of places in Chinese addresses: estates, institutions, firms, and parts of them."""

import re
from collections.abc import Iterator

from geoservice.addresses.relations import ASSIST
from geoservice.addresses.suffixes import HAN, NUMERAL, POI_SUFFIX

_SINGLE = "苑府邸庭楼阁轩厂站店馆院所城园坊寺庙"
"""Suffixes of one character, which are common within names too."""
_LONG = "|".join(suffix for suffix in POI_SUFFIX.split("|") if len(suffix) > 1)
_GENERIC = (
    "国际|商务|商业|购物|办公|会展|公寓|酒店|大酒店|科技|工业|创业|文化|体育|附属|中心|"
    "第[一二三四五六七八九十]+|人民|中心|社区|服务|卫生|综合|研发|生产|营销|物业管理|物业|运营|商贸|贸易|"
    "信息|技术|管理|教育|金融|物流|分|总|实验|职业|高级|初级|农贸|批发|家具|建材|步行|美食|电子|图书|汽车|健身|"
    "游泳|员工|职工|学生|教师|家属|单身"
)
_SUFFIX_RUN = rf"(?:{_GENERIC})*(?:{_LONG}|[{_SINGLE}])"
_CUT = re.compile(
    rf"(?:{_LONG})(?<!大学|医院|学校|中学|小学|银行|公司|政府|中心|学院|法院|集团|分行|支行)(?!{_SUFFIX_RUN})(?!$)"
)
_ZONE_CUT = re.compile(
    rf"(?:科学城|大学城|中心区|新城区|老城区|工业区|工业园|{_LONG})(?!{_SUFFIX_RUN}|"
    r"[东南西北中前后上下环大一二三四五六七八九十]{0,2}(?:路|街|道|大道|巷))"
)
_STRONG = re.compile(rf"(?:{_LONG}|[{_SINGLE}])$")
_PART = (
    rf"(?:[A-Za-z]|第?{NUMERAL}|\d|[东南西北中]|[东南西北]部)区|第?(?:{NUMERAL}{{1,2}}|\d)期|"
    r"[东南西北正后侧大]{1,2}门(?![口诊头])|住院部|门诊部|门诊楼|急诊室?|家属区|宿舍区|教学区|办公区|生活区|"
    r"地下商场|裙楼|商铺|底商|沿街商铺|临街商铺|商业街|会所|售楼处|售楼部|营销中心|"
    rf"{HAN}{{1,4}}[校院]区"
)
PART = re.compile(rf"(?:{_PART})(?![一-鿿]?(?:路|街)|社区|村|居委|居民委|镇|乡)")
BOUNDARY = re.compile(
    r"[\s,;:()/\"#]|(?<![A-Za-z])[A-Za-z]{1,2}\d*(?:座|塔|栋|幢|号楼|单元|区|馆|楼|层|排)|"
    rf"[A-Za-z]{{0,2}}\d(?!\d*(?![号栋幢座弄层楼室单房期区米])(?<![号栋]){HAN}{{0,8}}(?:大厦|园区|创意园|公寓|"
    r"小区|中学|小学|医院|广场|文化|艺术|国际|街区|商城))|"
    rf"(?<=[一-鿿])[A-Za-z]-?\d|第?{NUMERAL}{{1,4}}(?:号|幢|栋|座|单元|层|楼(?!梯)|期(?!刊)|区(?=$|"
    r"[\dA-Za-z一二三四五六七八九十]|[^\d]?号)|室|排)|(?:[东南西北]|[主副裙附前后配])楼(?=$|[\d ,(]|"
    r"[一二三四五六七八九十]+[层楼])|"
    rf"[东南西北中]区(?=$|[\d ,(A-Za-z]|{NUMERAL})|[东南西北正后侧]门(?!口|诊)|"
    rf"{ASSIST}|[东西南北左右]{{1,2}}(?:侧|角|面(?!粉|馆|包))|[往向朝][东西南北]|以[东西南北]|"
    r"[东南西北]{1,2}(?=约?\d{1,5}米)|"
    r"(?<=[院场厦城园校站店厂楼区村桥])[东南西北]{1,2}(?=$|[\s,)\d])|[甲乙丙丁]\d|"
    r"(?:地下|负|底|顶|首|夹)(?:一|二|三|\d)?层|地下室|底楼|(?<=[路街道])(?:口|与|和)|交叉口|交汇处|路口|住院部|门诊部|请[放送打勿交]"
)
"""Where a name of a place may end: before a number, a part of the place, or a word of relation."""


def is_place(name: str) -> bool:
    """Whether a name ends like those of estates and institutions.

    >>> is_place("比克大厦"), is_place("李家冲")
    (True, False)
    """
    return _STRONG.search(name) is not None


def name_end(text: str, start: int) -> int:
    """Return where the name of a place that begins here ends.

    >>> name_end("比克大厦2301", 0), name_end("中华人民共和国", 0)
    (4, 7)
    """
    match = BOUNDARY.search(text, start + 1)
    return match.start() if match else len(text)


def split_place(text: str, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Yield from where to where the names in a run of characters go, and whether it is a part such as 二期.

    >>> text = "颐和山庄云锦园二期"
    >>> [text[a:b] for a, b, _ in split_place(text, 0, len(text))]
    ['颐和山庄', '云锦园', '二期']
    """
    while start < end:
        part = PART.match(text, start, end)
        if part:
            yield start, part.end(), True
            start = part.end()
            continue
        cut = _next_cut(text, start, end)
        yield start, cut, False
        start = cut


def place_before_road(text: str, start: int, end: int) -> int:
    """Return where the name of a place ends after which the name of a road begins; ``start`` if there is none.

    >>> place_before_road("珠江新城海安路", 0, 7), place_before_road("人民公园南路", 0, 6)
    (4, 0)
    """
    match = _ZONE_CUT.search(text, start, end)
    return match.end() if match and match.end() - start > 2 and end - match.end() > 1 else start


def _next_cut(text: str, start: int, end: int) -> int:
    """Return the first position at which a name ends and a part or another name with a suffix of its own begins."""
    inside = _INSTITUTION.search(text, start + 1, end)
    if inside and "附属" not in text[inside.end() : end]:
        return inside.end()
    part = _TRAILING_PART.search(text, start + 2, end)
    limit = part.start() if part else end
    for match in _CUT.finditer(text, start, end):
        if match.end() - start < _SHORTEST_PLACE:
            continue
        rest = text[match.end() : limit]
        if PART.match(text, match.end(), end) or (len(rest) > 2 and is_place(rest)):
            return match.end()
    return limit


_SHORTEST_PLACE = 3
_INSTITUTION = re.compile(
    rf"(?:大学|学院|医院)(?={HAN}{{0,6}}(?:[校院]区|学院|学部|图书馆|教学楼|实验楼|宿舍楼?|食堂|体育馆|研究生院|门诊楼|住院楼|行政楼|"
    r"科研楼|综合楼|急诊楼)$)"
)
"""An institution before the name of a part of it."""
_TRAILING_PART = re.compile(
    rf"(?<=[园城苑庭府院学厦场村区寓庄心湾])(?:{_PART})$|(?<=广场|大厦|中心|国际|商城)(?:办公楼|写字楼|商务楼|商场|公寓楼?)$"
)
