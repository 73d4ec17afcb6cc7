"""Reads the names of a Chinese address by their suffixes: towns, villages, groups, zones, roads, places."""

import re

from geoservice.addresses.address_cursor import ADMINISTRATIVE, BELOW_VILLAGE, DOORS, HAN, ROOM_FOLLOWS, K
from geoservice.addresses.divisions_walk import TOWN, VILLAGE
from geoservice.addresses.elements import ElementKind
from geoservice.addresses.number_reader import NumberReader
from geoservice.addresses.poi_names import PART, is_place, name_end, place_before_road, split_place
from geoservice.addresses.relations import relation
from geoservice.addresses.suffixes import AREA_PARTS, HAMLET, LONGER_PARTS, ROAD_PART, ZONE, ZONE_NAME

_LANE_ENDS = re.compile("(?:胡同|[里街巷]?弄|巷|里|坊|条|支路)$")
_AFTER_ROAD = re.compile("[与和东南西北交]|[一二三四五六七八九十]{1,3}号")
_NUMBERED_LANE = re.compile("[一二三四五六七八九十0-9]")
_NAMED_LANE = re.compile(r"[㐀-鿿]{1,6}?(?:胡同|支弄|弄|巷|里|坊|条|支路)(?=\d|[一二三四五六七八九十]{1,3}号|甲|乙|附|$|[ ,(])")
_REMARK = re.compile(
    "原|即|曾|暂|请|送|放|快递|电话|距离?|步行|约访|门卫代|勿|不要|务必|农家乐|自建|租住|出租|搬迁|拆迁|旧址|老家|备注|空挂|集体户|廉租"
)

_NOTE = re.compile("请[放送打勿交]|到了|打电话|工作日|勿[放送]|送货|麻烦")
"""The beginning of what is said to a courier."""
_BUILDING_FOLLOWS = re.compile(r"\d{1,3}(?:号楼|幢|栋|座|#)")
_NUMBERED_VILLAGE = re.compile("[一二三四五六七八九十]村$")
_ESTATE_FOLLOWS = re.compile(r"\d{1,3}(?:幢|栋|号楼|-\d{1,3}-\d)|[A-Za-z一二三四五六七八九十东南西北]区|[一二三四五]期")
_SHORTEST, _LONGEST_REST = 2, 3


class NameReader(NumberReader):
    """Reads names."""

    def read_relation(self) -> bool:
        """Read a word of relation such as 对面."""
        if not self.elements and not self.brackets:
            return False
        found = relation(self.text, self.position)
        if found is None:
            return False
        kind, end = found
        if self.before in ADMINISTRATIVE and HAN.match(self.text, end) and end - self.position < 3:
            return False
        if (
            kind is K.INTERSECTION
            and self.before not in (K.ROAD, K.LANE, K.DIRECTION)
            and self.text[self.position : end] in ("口", "交叉", "相交")
        ):
            return False
        return self.add(kind, end)

    def read_named(self) -> bool:
        """Read a town, village, group, zone, road or lane by its suffix."""
        text, start, kinds = self.text, self.position, self.kinds
        if text[start] < "㐀":
            return False
        part = PART.match(text, start)
        if part and self.follows_place() and self.elements:
            return self.add(K.SUB_POI, part.end())
        if self.before in (K.ROAD, K.LANE) and self._read_lane():
            return True
        if self.before in DOORS or (K.POI in kinds and K.NUMBER in kinds):
            road = ROAD_PART.match(text, start)
            return road is not None and self._is_numbered(road.end()) and self._add_road(road.end())
        match = ZONE.match(text, start) or AREA_PARTS.match(text, start)
        if match is None:
            return False
        return self._add_named(*self._longer(K(match.lastgroup or K.DEVELOPMENT_ZONE), match.end()))

    def _read_lane(self) -> bool:
        """Read a lane after its road."""
        lane = _NAMED_LANE.match(self.text, self.position)
        road = ROAD_PART.match(self.text, self.position)
        return lane is not None and (road is None or road.end() >= lane.end()) and self.add(K.LANE, lane.end())

    def _longer(self, kind: ElementKind, end: int) -> tuple[ElementKind, int]:
        """Return the kind and the end of a name; one of two characters may be the first part of a longer one: 马路溪村."""
        text, start = self.text, self.position
        if end - start > _SHORTEST or not HAN.match(text, end) or (kind is K.ROAD and _AFTER_ROAD.match(text, end)):
            return kind, end
        longer = LONGER_PARTS.match(text, start)
        if longer and (
            kind is K.ROAD or (kind is K.TOWN and longer.lastgroup == "town" and longer.end() - end <= _LONGEST_REST)
        ):
            return K(longer.lastgroup or ""), longer.end()
        return kind, end

    def _is_numbered(self, end: int) -> bool:
        rest = self.text[end : end + 4]
        return (
            not rest
            or rest[0].isdigit()
            or rest[0] in "与和,() 甲"
            or re.match("[一二三四五六七八九十]{1,3}号|交|口", rest) is not None
        )

    def _add_named(self, kind: ElementKind, end: int) -> bool:
        name, late = self.text[self.position : end], not self.kinds.isdisjoint(BELOW_VILLAGE)
        if kind is K.ROAD:
            return self._add_road(end)
        if kind is K.TOWN:
            return not late and self._add_town(name, end)
        if kind is K.COMMUNITY:
            return self._add_community(name, end, late=late)
        return self._add_group(name, end, late=late) if kind is K.GROUP else self.add(kind, end)

    def _add_town(self, name: str, end: int) -> bool:
        if K.TOWN not in self.kinds:
            self.walk.descend(TOWN)
            return self.add(K.TOWN, end)
        repeated = any(element.kind is K.TOWN and element.text == name for element in self.elements)
        return repeated and self.add(K.REDUNDANT, end)

    def _add_group(self, name: str, end: int, *, late: bool) -> bool:
        """Add a villagers' group; a brigade or hamlet without village is one itself."""
        inside = not self.kinds.isdisjoint((K.TOWN, K.COMMUNITY, K.DISTRICT))
        if late or not (inside or end == len(self.text) or self.text[end].isdigit()):
            return False
        if name.endswith(("大队", "屯")) and K.COMMUNITY not in self.kinds:
            self.walk.descend(VILLAGE)
            return self.add(K.COMMUNITY, end)
        return self.add(K.GROUP, end)

    def _add_community(self, name: str, end: int, *, late: bool) -> bool:
        """Add a village or urban community; 新村 in a town is an estate, and a village in a village is a group."""
        kinds, text = self.kinds, self.text
        estate = name.endswith("新村") or (_NUMBERED_VILLAGE.search(name) is not None and K.TOWN not in kinds)
        rural = any(element.kind is K.TOWN and element.text.endswith(("镇", "乡")) for element in self.elements)
        if estate and (late or not rural or _ESTATE_FOLLOWS.match(text, end)):
            return self._add_place(end)
        if late and not name.endswith(("社区", "委会")):
            known = kinds.isdisjoint((K.GROUP, K.COMMUNITY, K.NUMBER, K.POI))
            return self.add(K.COMMUNITY, end) if known else self._add_place(end)
        if K.COMMUNITY in kinds:
            return self.add(K.GROUP if K.GROUP not in kinds else K.POI, end)
        self.walk.descend(VILLAGE)
        return self.add(K.COMMUNITY, end)

    def _add_road(self, end: int) -> bool:
        """Add a road or lane, after a place whose name may run into it: 珠江新城海安路."""
        text, start = self.text, self.position
        name = text[start:end]
        cut = place_before_road(text, start, end)
        if cut > start:
            self.add(K.DEVELOPMENT_ZONE if ZONE_NAME.fullmatch(text, start, cut) else K.POI, cut)
            return relation(text, cut) is not None or self.add(K.ROAD, end)  # 桃花源山庄东侧花园路
        if name.endswith("弄") or (_LANE_ENDS.search(name) and (K.ROAD in self.kinds or self._is_village_lane(name))):
            return self.add(K.LANE, end)
        return self.add(K.ROAD, end)

    def _is_village_lane(self, name: str) -> bool:
        return not self.kinds.isdisjoint((K.COMMUNITY, K.GROUP)) and _NUMBERED_LANE.search(name) is not None

    def read_place(self) -> None:
        """Read what has no suffix of an area or road: a hamlet after a village, else the name of a place."""
        text, start = self.text, self.position
        end = name_end(text, start)
        if self.elements and _NOTE.match(text, start):
            self.add(K.REDUNDANT, len(text))
            return
        if self.brackets and _REMARK.match(text, start):
            close = text.find(")", start)
            self.add(K.REDUNDANT, close if close > 0 else len(text))
            return
        name = text[start:end]
        remark = self.brackets and text[start - 1] == "(" and text[end : end + 1] == ")"
        if (
            (remark or (self.before in ROOM_FOLLOWS and text[start - 1] in " ,;" and end == len(text)))
            and not is_place(name)
            and not PART.fullmatch(name)
        ):
            self.add(K.REDUNDANT, end)
            return
        if self.before in (K.COMMUNITY, K.GROUP) or (self.before is K.TOWN and K.COMMUNITY not in self.kinds):
            hamlet = HAMLET.fullmatch(name)
            if (
                self.before is not K.TOWN
                and K.GROUP not in self.kinds
                and 0 < len(name) < 7
                and (hamlet or not is_place(name))
                and not (name.endswith("楼") or (is_place(name) and _BUILDING_FOLLOWS.match(text, end)))
            ):
                self.add(K.GROUP, end)
                return
        self._add_place(end)

    def _add_place(self, end: int) -> bool:
        text = self.text
        start = self.position
        if not HAN.search(text, start, end) and not any(c.isalpha() for c in text[start:end]):
            self.position = end
            return True
        for first, last, part in split_place(text, start, end):
            second = (
                first > start
                or self.before in (K.POI, K.SUB_POI, K.ROOM, K.FLOOR, K.UNIT)
                or (self.before is K.BUILDING and K.POI in self.kinds)
            )
            if not part and ZONE_NAME.fullmatch(text, first, last):
                self.add_span(K.DEVELOPMENT_ZONE, first, last)
                continue
            self.add_span(K.SUB_POI if part or second else K.POI, first, last)
        self.position = max(self.position, end)
        return True
