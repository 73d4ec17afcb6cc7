"""Numbers in Chinese addresses: door numbers, buildings, units, floors and rooms, and forms such as 7-6-1046."""

import re
from collections.abc import Iterator

from geoservice.addresses.elements import ElementKind
from geoservice.addresses.suffixes import GROUP_SUFFIX, NUMBERED_ROAD, NUMERAL

NUMBER, BUILDING, UNIT, FLOOR, ROOM = (
    ElementKind.NUMBER,
    ElementKind.BUILDING,
    ElementKind.UNIT,
    ElementKind.FLOOR,
    ElementKind.ROOM,
)
Part = tuple[ElementKind, int, int]
_INSIDE = (BUILDING, UNIT, FLOOR, ROOM)
_STREETS = (ElementKind.ROAD, ElementKind.LANE)
_PLACES = (ElementKind.POI, ElementKind.SUB_POI)
_W = rf"(?:\d{{1,5}}|{NUMERAL}{{1,5}})"
_LETTER = "[A-Za-z]"
_NEXT_UNIT = rf"(?=(?:{_W}|[甲乙丙丁东西中])(?:单元|门(?![口面卫诊])))"

PATTERNS: dict[str, str] = {
    "other": (
        r"[Kk]\d{1,4}(?:\+\d{1,4}|公里)(?:米|M|m)?(?=处|$|[^\d])|\d{1,4}公里(?:桩|\+\d{1,4}米?)|"
        rf"第?{_W}(?:号)?网格|{_W}号?(?:电线|线|灯|电)杆|[A-Za-z]?\d{{1,4}}号?杆|网格{_W}(?:号)?"
    ),
    "po_box": (
        rf"(?:邮政)?(?:专用)?第?{_W}(?:-\d{{1,4}})*(?:号)?(?:邮政)?(?:专用)?信箱(?:-?第?{_W}(?:号)?(?:分箱|分队|分|"
        rf"号)?)?|(?:邮政)?(?:专用)?信箱{_W}(?:-\d{{1,4}})*(?:号)?(?:分箱)?"
    ),
    "distance": rf"{_W}(?:\.\d{{1,3}})?(?:多|余|来)?(?:米|公里|千米|km|KM|华里|m(?![A-Za-z]))(?!长)",
    "group": rf"(?:村民)?第?{_W}(?:号?屯|{GROUP_SUFFIX}|社(?![区会保])|村小组)(?![村镇长])",
    "lane": rf"{_W}(?:号)?(?:支弄|弄|巷(?!口)|胡同)|{_W}[横直支]{{0,2}}巷(?!口)",
    "building": (
        rf"第?(?:(?:{_LETTER}{{0,2}}-?|[东南西北])?{_W}{_LETTER}?|{_LETTER}{{1,2}}\d?|[甲乙丙丁东南西北])"
        rf"(?:#楼|号楼|号[栋幢座]|幢楼?|栋楼?|座(?!椅)|塔(?=\d|$|[ ,]|{NUMERAL})|号(?:厂房|库房|仓库|宿舍楼|"
        r"公寓楼?|别墅|商务楼|办公楼|教学楼|宿舍|塔楼)|排(?!挡))|"
        rf"{_W}楼{_NEXT_UNIT}|(?:[AC-Z]|B(?!\d))\d{{0,3}}楼|{_W}#(?=\d|{_LETTER}|{NUMERAL}|室|$|[ ,]|楼)楼?|"
        r"[东南西北主副裙附前后]楼(?=$|[\d ,(一二三四五六七八九十A-Z])"
    ),
    "unit": (
        rf"第?(?:{_W}|{_LETTER}\d?|[甲乙丙丁东西中南北左右])(?:单元|门洞|梯(?!形)|"
        r"(?<![东西中南北左右])门(?![口面卫诊市头前东西南北]))"
    ),
    "floor": (
        rf"(?:负|地下|地上|第|[Bb]|-)?{_W}(?:[-,至]{_W})?(?:层楼?|楼层?|[Ff](?![A-Za-z\d]))(?:整层|全层)?|"
        r"[A-Za-z]{1,2}\d?层|\d{1,2}[Ff](?=\d{3,4}(?!\d))|[Bb][1-5](?:层|楼|[Ff])?(?![\dA-Za-z座栋区幢-])|"
        r"(?:底|顶|首|夹|中|阁|地下|跃|架空|设备)层|天台|底楼|顶楼|地下室|阁楼|半地下室?"
    ),
    "room": (
        rf"(?:{_LETTER}{{0,2}}-?)?\d{{1,5}}{_LETTER}{{0,2}}(?:(?:号)?(?:室|房间?(?!地|产)|户(?![县外型])|商铺|"
        r"铺面?位?(?![一-鿿]{1,3}[路街村镇])|摊位?|商位|门面房?|店面|车位|车库|工位|柜台|展位|卡位|档口?))|"
        rf"{NUMERAL}{{1,4}}(?:号)?(?:室|房(?![地产村屋])|户|号铺|摊位|商位)|[东西中南北]{{1,2}}(?:户|室)|[东西]边户|{_LETTER}室"
    ),
    "sub_poi": (
        rf"(?:第?{_W}|[IVX]{{1,3}}|[A-Za-z甲乙丙丁东南西北中]|[A-Z]\d)(?:期(?:工程)?|区(?![域委政间县]))|"
        rf"(?:第?{_W}号?|[A-Z]\d?号?|[东南西北正后侧大]{{1,2}}|[东南西北]\d)(?:大门|"
        r"门(?![口诊头市牌面前洞内外卫]))|"
        rf"(?:第?{_W}|[A-Z])(?:号)?(?:馆|车间|厅|坊)"
    ),
    "number": (
        r"(?:[甲乙丙丁戊临附新旧老内外增副特]|临时|"
        rf"门牌)?(?:[甲乙丙丁]?{_W}(?:-\d{{1,4}})?[A-Za-z甲乙丙丁]?)号(?:院(?![内士])|"
        rf"大院)?(?:[-之]{_W}(?![室楼层栋幢号])|附{_W}号?|旁)?[甲乙丙丁]?(?!楼|线)|[Nn][Oo]\.? ?\d{{1,5}}(?:号)?"
    ),
}
"""Patterns of numbers by the name of their kind, in the order in which they are tried."""
NUMBERS = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in PATTERNS.items()))
STARTS = frozenset(
    "0123456789零一二三四五六七八九十百第甲乙丙丁临附新旧老内外增特负地底顶首夹中阁半东南西北主副裙前后左右正侧大门邮专村#-"
)
DASHED = re.compile(
    rf"(?P<parts>(?=[A-Za-z\d]){_LETTER}{{0,2}}\d{{0,4}}(?:{_LETTER}\d{{0,3}})?(?:[-/]{_LETTER}?\d{{1,5}}(?:{_LETTER}{{1,2}}\d{{0,3}})?){{1,3}}|"
    rf"{_LETTER}-\d{{1,5}})"
    r"(?P<suffix>号楼|号院|号|室|房|户|铺|幢|栋|座|单元|层|楼|[Ff](?![A-Za-z]))?(?P<more>之\d{1,3}|附\d{1,3}号)?"
)
PLAIN = re.compile(rf"{_LETTER}{{0,2}}\d{{1,6}}(?:{_LETTER}{{1,2}}\d{{0,4}})?(?!\d)")
LETTERED = re.compile(rf"{_LETTER}{{1,2}}\d?(?=$|[ ,;)(])")


_TWO, _FOUR = 2, 4
_FLOOR_SUFFIXES = ("层", "楼", "F", "f")
_ROOM_SUFFIXES = ("室", "房", "户", "铺")
_SUFFIX_KINDS = {**dict.fromkeys(("号楼", "幢", "栋", "座"), (BUILDING,)), "单元": (BUILDING, UNIT), "号院": (NUMBER,)}


def split_dashed(match: re.Match[str], before: ElementKind | None) -> Iterator[Part]:
    """Yield the parts of a number with hyphens, by what is before it.

    >>> [(kind.value, start, end) for kind, start, end in split_dashed(DASHED.match("7-6-1046"), ElementKind.GROUP)]
    [('building', 0, 1), ('unit', 2, 3), ('room', 4, 8)]
    >>> [(kind.value, start, end) for kind, start, end in split_dashed(DASHED.match("66-1号"), ElementKind.ROAD)]
    [('number', 0, 5)]
    """
    suffix = match["suffix"] or ""
    spans = [(m.start() + match.start(), m.end() + match.start()) for m in re.finditer(r"[^-/]+", match["parts"])]
    texts = [match.string[start:end] for start, end in spans]
    kinds = _dashed_kinds(texts, suffix, before)
    if len(kinds) == 1 or len(spans) < len(kinds):
        yield kinds[-1], match.start(), match.end()
        return
    spans[len(kinds) - 1] = (spans[len(kinds) - 1][0], spans[-1][1])
    for kind, (start, end) in zip(kinds, spans, strict=False):
        yield kind, start, end if end != spans[-1][1] else match.end()


def _is_flat(text: str) -> bool:
    """Whether a number has the three digits or more of a flat."""
    return sum(character.isdigit() for character in text) > 2


def _dashed_kinds(texts: list[str], suffix: str, before: ElementKind | None) -> tuple[ElementKind, ...]:
    """Return the kinds of the parts of a number with hyphens; one kind for all parts together."""
    if suffix in _FLOOR_SUFFIXES:
        return _floor_kinds(texts)
    if suffix in _SUFFIX_KINDS:
        return _SUFFIX_KINDS[suffix] if suffix != "单元" or before is not BUILDING else (UNIT,)
    if len(texts) == _FOUR:
        return (NUMBER, BUILDING, UNIT, ROOM) if before in _STREETS else (BUILDING, UNIT, FLOOR, ROOM)
    if before is NUMBER or before in _INSIDE:
        return _kinds_after_number(texts) if before is NUMBER else _kinds_inside(texts, before)
    if before in _STREETS:
        return _kinds_after_street(texts, suffix)
    return _kinds_after_place(texts, suffix, before)


def _floor_kinds(texts: list[str]) -> tuple[ElementKind, ...]:
    """3-5楼 is floors, A1-25楼 a floor of a building."""
    if len(texts) > _TWO:
        return (BUILDING, UNIT, FLOOR)
    return (FLOOR,) if texts[0].isdigit() else (BUILDING, FLOOR)


def _kinds_after_number(texts: list[str]) -> tuple[ElementKind, ...]:
    flat = _is_flat(texts[-1])
    if len(texts) > _TWO:
        return (BUILDING, UNIT, ROOM) if flat else (UNIT, FLOOR, ROOM)
    return (BUILDING, ROOM) if flat and not _is_flat(texts[0]) else (ROOM,)


def _kinds_inside(texts: list[str], before: ElementKind | None) -> tuple[ElementKind, ...]:
    """After a building, unit, floor or room."""
    if before is not BUILDING:
        return (ROOM,)
    flat = _is_flat(texts[-1])
    if len(texts) > _TWO:
        return (BUILDING, UNIT, ROOM) if flat else (UNIT, FLOOR, ROOM)
    return (UNIT, ROOM) if flat and texts[0].isdigit() and not _is_flat(texts[0]) else (ROOM,)


def _kinds_after_street(texts: list[str], suffix: str) -> tuple[ElementKind, ...]:
    if len(texts) > _TWO:
        return (NUMBER, UNIT, ROOM)
    if texts[0][:1].isalpha():
        return (BUILDING, ROOM)
    return (NUMBER, ROOM) if _is_flat(texts[-1]) and not _is_flat(texts[0]) and suffix != "号" else (NUMBER,)


def _kinds_after_place(texts: list[str], suffix: str, before: ElementKind | None) -> tuple[ElementKind, ...]:
    """After a village, group, estate or institution."""
    if len(texts) > _TWO:
        return (BUILDING, UNIT, ROOM)
    first, last = texts
    flats = _is_flat(first) and before in _PLACES
    if not flats and (first[:1].isalpha() or (_is_flat(last) and not _is_flat(first) and suffix != "号")):
        return (BUILDING, ROOM)
    return (ROOM,) if flats or suffix in _ROOM_SUFFIXES else (NUMBER,)


def plain_kind(text: str, before: ElementKind | None, *, has_number: bool) -> ElementKind | None:
    """Return what a number without suffix is, by what is before it; None if it is no part of an address.

    >>> plain_kind("1809", ElementKind.BUILDING, has_number=True), plain_kind("12", ElementKind.GROUP, has_number=False)
    (<ElementKind.ROOM: 'room'>, <ElementKind.NUMBER: 'number'>)
    """
    if before in _INSIDE:
        return ROOM
    if before in _STREETS or before in (ElementKind.GROUP, ElementKind.COMMUNITY):
        return NUMBER
    digits = sum(character.isdigit() for character in text)
    if before in _PLACES:
        if text[0].isalpha() and digits < 3:
            return BUILDING
        return ROOM if digits > 2 or text[-1].isalpha() or has_number else NUMBER
    if before is NUMBER:
        return ROOM if digits > 2 or text.isdigit() else BUILDING if text[0].isalpha() else ROOM
    return None


def numbered_road(text: str, start: int) -> int:
    """Return where a road with a number as its name ends, such as 104国道 or 第二大街; -1 if there is none.

    >>> numbered_road("104国道K12", 0), numbered_road("12号", 0)
    (5, -1)
    """
    match = NUMBERED_ROAD.match(text, start)
    return match.end() if match and not match.group()[1:].isdigit() else -1
