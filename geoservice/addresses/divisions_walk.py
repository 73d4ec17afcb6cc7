"""Walk down the levels of areas that an address names, from provinces to villages."""

import re
from typing import NamedTuple

from geoservice.addresses.area_names import VILLAGE_SUFFIX
from geoservice.addresses.elements import AREA_KINDS, ElementKind
from geoservice.addresses.gazetteer import Gazetteer
from geoservice.addresses.top_areas import CITY, COUNTY, MUNICIPALITIES, PROVINCE, TopAreas, top_areas

TOWN, VILLAGE = 3, 4
_NO_AREA = re.compile(
    r"(?:第?[一二三四五六七八九十0-9]|[东南西北中上下前后新老大小内外环])*"
    r"(?:路|街(?!道办|道)|道(?![县孚真])|大道|大街|巷|弄|胡同|桥(?![东西]区)|河(?![东西北南]区|间|源|池|津|曲|口|南|北)|湾(?!里)|站|机场|火车|高铁|国际|"
    r"条(?=[甲乙丙\d]|$)|银行|宾馆|饭店|酒店|大酒店|大楼|小区|新村|新苑|商场|商城|市场|公园|大学|学院|师范|理工|中学|小学|医院|外国|人家|[A-Za-z])|"
    r"[一-鿿](?:路|街)(?![一-鿿]{0,2}[路街])|[一-鿿]{0,2}(?:大厦|广场|花园|公寓|家园|中心|有限公司)"
)
"""What follows a short name when that is no area but the first part of another name: 北京路, 南京大学."""
_OF_OTHER_LEVEL = re.compile("[镇乡村庄屯]|街道|社区")
_SUFFIX = re.compile("(?:(省|自治区)|(市|地区|盟|自治州|州)|(区|县|旗))(?![场委政道]|民(?:广场|中心)|公司|医院)")
"""Suffixes of areas that may follow a short name: those of provinces, cities and counties."""
_LOWER_SUFFIX = (
    re.compile("街道办事处|街道办|街道|镇(?![海江政])|乡(?!政府)|地区办事处|办事处|苏木"),
    re.compile(VILLAGE_SUFFIX),
)
_COMPLETE = (
    re.compile("(?:街道|镇|乡|办事处|苏木|地区|场|区|园|团)$"),
    re.compile(f"(?:{VILLAGE_SUFFIX}|区|场|队|连)$"),
)
_AFTER_TOWN = re.compile(r"$|[,( ]|[一-鿿]{2}")
_AFTER_VILLAGE = re.compile(
    r"[,( ]|$|第?(?:\d+|[一二三四五六七八九十]+)(?:组|队|社|号|村民|-|小组|栋|幢|$)|[一-鿿]{1,4}(?:组|队|屯|自然村|小组|湾|塆)"
)
"""What may follow the name of a town or a village without suffix."""
_ZONE_AFTER = re.compile(
    "(?:国家级?|国际)?(?:高新技术产业|经济技术|高新技术|新技术产业|经济|台商投资|新技术)*开发区|高新区|经开区|开发区|新区|工业园区|工业园|综合保税区|保税区|保税港区|高新园区|自贸区|工业区"
)
_TOWN_FOLLOWS = re.compile("[一-鿿]{1,2}(?:镇|乡|街道)")
_HAN = re.compile("[㐀-鿿]")
_CITY_WORD = re.compile("场|民(?:广场|中心|活动)")
_SHORT_ZONE = 3
"""Zones of so few characters are named apart from their city: 合肥 and 高新区, but 合肥经济技术开发区."""
_ZONE = re.compile(
    "(?:开发区|园区|工业园|保税区|实验区|示范区|聚集区|集聚区|工业区|产业区|高新区|经开区|度假区|新城|(?<!浦东)(?<!滨海)新区)$"
)


class AreaMatch(NamedTuple):
    """The name of an area in a text: up to where, its level, row (-1 if unknown) and kind, and whether it was named before."""

    end: int
    level: int
    row: int
    kind: ElementKind
    repeated: bool = False


class AreaWalk:
    """The areas that an address has named so far; :meth:`match` reads the next name.

    Parameters
    ----------
    gazetteer : Gazetteer or None
    scope : int
        Row of the area in which addresses are that do not say where they are, -1 for none.

    Examples
    --------
    >>> walk, text = AreaWalk(), "安徽安庆市宜秀区朝阳路"
    >>> [text[:match.end] for match in iter(lambda: walk.match(text, walk.end), None)]
    ['安徽', '安徽安庆市', '安徽安庆市宜秀区']
    """

    __slots__ = ("end", "gazetteer", "level", "scope", "top", "tops", "within")

    def __init__(self, gazetteer: Gazetteer | None = None, scope: int = -1) -> None:
        self.gazetteer, self.scope = gazetteer, scope
        self.top: TopAreas = top_areas(gazetteer)
        self.level, self.end = -1, 0
        self.tops: tuple[int, ...] = ()
        self.within: tuple[int, ...] = (scope,) if scope >= 0 else ()

    def match(self, text: str, start: int) -> AreaMatch | None:
        """Return the area whose name begins at a position, and go down to it; None if there is none."""
        found = None
        if text[start : start + 2] in self.top.heads:
            found = self._match_top(text, start)
        if found is None and self.gazetteer is not None and self.within and self.level < VILLAGE:
            found = self._match_lower(self.gazetteer, text, start)
        if found is not None:
            self.end = found.end
        return found

    def descend(self, level: int) -> None:
        """Go down to an area that no table has."""
        self.level = max(self.level, level)

    def _match_top(self, text: str, start: int) -> AreaMatch | None:
        numbers, names = self.top.numbers, self.top.name
        for end in range(min(start + self.top.longest, len(text)), start + 1, -1):
            areas = numbers.get(text[start:end])
            if areas is None:
                continue
            name = text[start:end]
            complete = (
                name[-1] in "市区县旗省盟"
                or (name[-1] == "州" and name[:-1] in numbers)
                or any(names[area] == name for area in areas)
            )
            if complete:
                if name[-1] not in "市省县州" and text[end : end + 1] in ("路", "街") and end < len(text):
                    continue
                if name[-1] == "市" and _CITY_WORD.match(text, end):
                    continue
                found = self._choose(text, areas, end, official=True)
            elif suffix := _SUFFIX.match(text, end):
                found = self._choose_by_suffix(text, areas, suffix)
            elif self._is_name_of_other(text, end) or self._is_name_of_zone(text, end, areas):
                continue
            else:
                found = self._choose(text, areas, end, official=False)
            if found is not None:
                return found
        return None

    def _is_name_of_other(self, text: str, end: int) -> bool:
        """Whether a short name is the first part of another name."""
        if end < len(text) and _OF_OTHER_LEVEL.match(text, end) and text[end : end + 2] not in self.top.heads:
            return True
        return _NO_AREA.match(text, end) is not None

    def _is_name_of_zone(self, text: str, end: int, areas: tuple[int, ...]) -> bool:
        """Whether a short name begins the name of a development zone: always where the area was named already."""
        zone = _ZONE_AFTER.match(text, end)
        if zone is None:
            return False
        return len(zone.group()) != _SHORT_ZONE or any(self.top.level[area] <= self.level for area in areas)

    def _choose_by_suffix(self, text: str, areas: tuple[int, ...], suffix: re.Match[str]) -> AreaMatch | None:
        """Return the area of a short name with another suffix, as after a reform: 延庆县 for 延庆区."""
        level = (suffix.lastindex or 1) - 1
        if suffix.group() == "市" and not any(self.top.level[area] == CITY for area in areas):
            level = COUNTY
        if level <= self.level:
            return None
        same = tuple(area for area in areas if self.top.level[area] == level)
        found = self._choose(text, same, suffix.end(), official=bool(self.tops)) if same else None
        if found is None and not same:
            self.descend(level)
            return AreaMatch(suffix.end(), level, -1, AREA_KINDS[level])
        return found

    def _choose(self, text: str, areas: tuple[int, ...], end: int, *, official: bool) -> AreaMatch | None:
        """Return which area a name means after the ones before it, None for a short name of an area elsewhere."""
        top, levels = self.top, self.top.level
        lower = tuple(area for area in areas if levels[area] > self.level)
        if self.tops:
            known = {number for area in self.tops for number in top.chain(area)}
            inside = tuple(area for area in lower if not known.isdisjoint(top.chain(top.parent[area])))
            if not inside:
                same = [area for area in areas if area in known]
                if same and (official or self._another_follows(text, end)):
                    return self._repeat(same[0], end)
                if not official:
                    return None
                inside = lower
        else:
            inside = self._in_scope(lower) or lower
        if not inside:
            return None
        level = min(levels[area] for area in inside)
        return self._go(tuple(area for area in inside if levels[area] == level), level, end)

    def _another_follows(self, text: str, end: int) -> bool:
        """Whether an area or nothing follows a short name: 上海 in 黄浦区上海来福士广场 is the first part of another name."""
        if _TOWN_FOLLOWS.match(text, end):
            return False
        return not _HAN.match(text, end) or text[end : end + 2] in self.top.heads

    def _in_scope(self, areas: tuple[int, ...]) -> tuple[int, ...]:
        """Return the areas that contain the scope, and those that it contains."""
        if self.scope < 0 or self.gazetteer is None:
            return ()
        inside, rows, scope = self.gazetteer.is_inside, self.top.row, self.scope
        return tuple(a for a in areas if rows[a] >= 0 and (inside(scope, rows[a]) or inside(rows[a], scope)))

    def _repeat(self, area: int, end: int) -> AreaMatch:
        """Return an area that was named before; a municipality named twice is a province and its city."""
        level, row = self.top.level[area], self.top.row[area]
        if self.level == PROVINCE and self.top.name[area] in MUNICIPALITIES:
            self.level = CITY
            return AreaMatch(end, CITY, row, ElementKind.CITY)
        return AreaMatch(end, level, row, AREA_KINDS[level], repeated=True)

    def _go(self, areas: tuple[int, ...], level: int, end: int) -> AreaMatch:
        """Go down to one or several areas of a name."""
        self.tops, self.level = areas, level
        rows = [self.top.row[area] for area in areas if self.top.row[area] >= 0]
        self.within = tuple(rows[:8]) or ((self.scope,) if self.scope >= 0 else ())
        kind = AREA_KINDS[level]
        if level == COUNTY and _ZONE.search(self.top.name[areas[0]]):
            kind = ElementKind.DEVELOPMENT_ZONE
        return AreaMatch(end, level, rows[0] if len(areas) == 1 and rows else -1, kind)

    def _match_lower(self, gazetteer: Gazetteer, text: str, start: int) -> AreaMatch | None:
        """Return the town or village of the gazetteer whose name begins here."""
        levels, above = gazetteer.level, max(self.level, COUNTY) + 1
        for name in reversed(gazetteer.prefixes(text[start : start + 16])):
            if len(name) < 2 or name.isascii():
                continue
            rows = [row for within in self.within for row in gazetteer.rows_named(name, within) if levels[row] > above]
            if not rows:
                continue
            level = min(levels[row] for row in rows) - 1
            end = _lower_end(text, start, start + len(name), level)
            if end is not None:
                rows = [row for row in rows if levels[row] == level + 1]
                self.level, self.within = level, tuple(rows)
                kind = ElementKind.DEVELOPMENT_ZONE if level == TOWN and _ZONE.search(name) else AREA_KINDS[level]
                return AreaMatch(end, level, rows[0] if len(rows) == 1 else -1, kind)
        return None


def _lower_end(text: str, start: int, end: int, level: int) -> int | None:
    """Return where the name of a town or village ends with its suffix, None if it is a part of another name."""
    complete = _COMPLETE[level - TOWN].search(text, start, end) is not None
    suffix = _LOWER_SUFFIX[level - TOWN].match(text, end)
    if suffix and not (complete and suffix.group() == "村"):
        end, complete = suffix.end(), True
    elif complete and level == VILLAGE and (committee := _COMMITTEE.match(text, end)):
        end = committee.end()
    if complete:
        return None if _BIGGER_NAME.match(text, end) else end
    if (
        _ROAD_LIKE.search(text, start, end)
        or _ZONE_NAME.match(text, end)
        or _NO_AREA.match(text, end)
        or not (_AFTER_TOWN if level == TOWN else _AFTER_VILLAGE).match(text, end)
    ):
        return None
    return end


_BIGGER_NAME = re.compile(
    "[路街]|(?<=村)(?:小?组|村(?!民?[一二三四五六七八九十]|民?小?组)|民小?组)|(?:东|西|南|北|中)?(?:大道|大街|路|街)|小区|花园|小学|中学|政府|卫生院|派出所"
)
_ROAD_LIKE = re.compile("(?:路|街|道|巷|弄|里)[东南西北中]?$")
_COMMITTEE = re.compile("(?<=村)(?:民委员会|委会|委)|(?<=社区)(?:居民委员会|居委会|居委|村)")
_ZONE_NAME = re.compile("工业|产业|科技|物流|开发|创业|高新|经济|保税|集聚|示范|新城|新区|新村|国际|花园")
