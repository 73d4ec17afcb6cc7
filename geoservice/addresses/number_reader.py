"""Reads the numbers of a Chinese address; what a number is depends on what is before it."""

import re

from geoservice.addresses.address_cursor import BIG_AREAS, DOORS, HAN, ROOM_FOLLOWS, K
from geoservice.addresses.area_reader import AreaReader
from geoservice.addresses.door_parts import (
    DASHED,
    LETTERED,
    NUMBERS,
    PLAIN,
    STARTS,
    numbered_road,
    plain_kind,
    split_dashed,
)
from geoservice.addresses.elements import ElementKind
from geoservice.addresses.relations import relation
from geoservice.addresses.suffixes import NUMBERED_ROAD

_POSTCODE = re.compile(r"[1-9]\d{5}(?!\d|号|室|房)|0[1-7]\d{4}(?!\d|号|室|房)")


class NumberReader(AreaReader):
    """Reads numbers."""

    def read_number(self) -> bool:
        """Read a number with its suffix, one with hyphens, or a bare one."""
        text, start = self.text, self.position
        first = text[start]
        if first not in STARTS and not ("A" <= first <= "z"):
            return False
        if (
            first.isdigit()
            and not self._touches_digit(start)
            and (postcode := _POSTCODE.match(text, start))
            and self._is_postcode(postcode)
        ):
            return self.add(K.POSTCODE, postcode.end())
        road = numbered_road(text, start)
        if road > 0 and (self.before not in ROOM_FOLLOWS or text[road : road + 1].isdigit()):
            return self.add(K.ROAD, road)
        if self._read_dashed():
            return True
        match = NUMBERS.match(text, start)
        if match and self._add_number(K(match.lastgroup or ""), match):
            return True
        return self._read_plain()

    def _touches_digit(self, start: int) -> bool:
        return start > 0 and (self.text[start - 1].isalnum() and self.text[start - 1].isascii())

    def _is_postcode(self, match: re.Match[str]) -> bool:
        end = match.end()
        return match.start() == 0 or end == len(self.text) or self.text[end] in " ,)" or self.text[match.start() - 1] in " ,("

    def _read_dashed(self) -> bool:
        match = DASHED.match(self.text, self.position)
        if not match:
            return False
        if (
            match["suffix"] is None
            and self.text[match.end() : match.end() + 1] in ("米", "期", "区", "公")
            and match.end() < len(self.text)
        ):
            return False
        before = self.before
        if before is K.SUB_POI and K.BUILDING not in self.kinds:
            before = K.POI
        for kind, start, end in split_dashed(match, before):
            self.add_span(kind, start, end)
        self.position = match.end()
        return True

    def _add_number(self, kind: ElementKind, match: re.Match[str]) -> bool:
        """Add a number with its suffix; what it is depends on what is before it."""
        before, end, text = self.before, match.end(), match.group()
        if kind is K.NUMBER:
            return self.add(self._kind_of_number(text), end)
        if kind is K.GROUP:
            if before in (K.ROAD, K.LANE, *DOORS) or (before in (K.POI, K.SUB_POI) and K.TOWN not in self.kinds):
                return False
            if K.COMMUNITY not in self.kinds and text.endswith("大队"):
                kind = K.COMMUNITY
        elif kind is K.LANE:
            if text.endswith(("胡同", "巷")) and not self.kinds & {K.ROAD, K.COMMUNITY, K.GROUP, K.TOWN}:
                kind = K.ROAD
        elif (
            (kind is K.FLOOR and text.endswith("楼") and not self.follows_place())
            or (
                kind is K.SUB_POI
                and not (self.kinds & {K.POI, K.DEVELOPMENT_ZONE, K.NUMBER, K.ROAD, K.COMMUNITY, K.TOWN, K.DISTRICT})
            )
            or (
                kind in (K.UNIT, K.SUB_POI, K.BUILDING, K.OTHER)
                and before in BIG_AREAS
                and not text[0].isdigit()
                and HAN.match(self.text, end)
            )
        ):
            return False
        elif kind is K.BUILDING and text.endswith("#") and before in (K.ROAD, K.LANE, K.COMMUNITY, K.GROUP):
            kind = K.NUMBER
        elif kind is K.BUILDING and text[0] in "东西南北主副裙附前后" and not self.follows_place():
            return False
        return self.add(kind, end)

    def _kind_of_number(self, text: str) -> ElementKind:
        """Return what a number with 号 is: a room after a building, unit or floor, or if it has the digits of a flat."""
        if self.before in ROOM_FOLLOWS:
            return K.ROOM
        digits = sum(character.isdigit() for character in text)
        if self.before in (K.POI, K.SUB_POI) and (digits > 3 or (self.kinds & {K.NUMBER, K.BUILDING} and digits > 2)):
            return K.ROOM
        if self.before is K.NUMBER and digits > 2:
            return K.ROOM
        return K.NUMBER

    def _read_plain(self) -> bool:
        text, start = self.text, self.position
        match = PLAIN.match(text, start)
        if match:
            end = match.end()
            following = text[end : end + 1]
            if following and HAN.match(following) and not (relation(text, end) or following in "与和约处的"):
                street = self.before in (K.ROAD, K.LANE) and not (
                    following in "路街道国省县乡" or NUMBERED_ROAD.match(text, start)
                )
                if not street and (self.before not in ROOM_FOLLOWS or len(match.group()) < 3):
                    return False
            kind = plain_kind(match.group(), self.before, has_number=not self.kinds.isdisjoint((K.NUMBER, K.BUILDING)))
            return kind is not None and self.add(kind, end)
        if (letters := LETTERED.match(text, start)) and self.before in (K.NUMBER, K.POI, K.SUB_POI):
            return self.add(K.BUILDING, letters.end())
        if self.before in ROOM_FOLLOWS and (letters := LETTERED.match(text, start)):
            return self.add(K.ROOM, letters.end())
        return False
