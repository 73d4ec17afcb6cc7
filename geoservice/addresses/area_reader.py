"""Reads the areas of a Chinese address: those of the tables, and by their suffixes those that no table has."""

from geoservice.addresses.address_cursor import AREAS_AND_REDUNDANT, BELOW_VILLAGE, DOORS, AddressCursor, K
from geoservice.addresses.divisions_walk import TOWN, AreaWalk
from geoservice.addresses.elements import AREA_KINDS
from geoservice.addresses.suffixes import (
    AREA_PARTS,
    CORPS,
    COUNTRY,
    COUNTY_GROUP,
    DIVISION,
    FARM_PART,
    STATE_FARM,
    TOP_SUFFIX,
)
from geoservice.addresses.top_areas import CITY, COUNTY, PROVINCE


class AreaReader(AddressCursor):
    """Reads areas."""

    def read_area(self) -> bool:
        """Read an area, or the country."""
        text, start, walk = self.text, self.position, self.walk
        if (
            text[start] < "㐀"
            or (self.kinds and self.before in DOORS and text[start - 1] not in " ,;(/:")
            or self.before in (K.ROAD, K.LANE)
        ):
            return False
        if self._read_special():
            return True
        if not self.kinds.isdisjoint(DOORS) or K.ROAD in self.kinds or K.POI in self.kinds:
            return self._read_late_area()
        found = walk.match(text, start)
        if found is not None:
            return self.add(K.REDUNDANT if found.repeated else found.kind, found.end, found.row)
        if self.before in (K.PROVINCE, K.CITY) and (group := COUNTY_GROUP.match(text, start)):
            return self.add(K.REDUNDANT, group.end())
        return walk.level < COUNTY and self._read_top_suffix()

    def _read_special(self) -> bool:
        """Read the country, or the corps of Xinjiang and its divisions, which are a province and cities."""
        text, start, walk = self.text, self.position, self.walk
        if not self.elements and (country := COUNTRY.match(text, start)) and self._begins_address(country.end()):
            return self.add(K.COUNTRY, country.end())
        if text[start] in "新生兵" and not self.kinds & BELOW_VILLAGE and (corps := CORPS.match(text, start)):
            walk.descend(PROVINCE)
            return self.add(K.REDUNDANT if K.PROVINCE in self.kinds else K.PROVINCE, corps.end())
        if self.before in (None, K.PROVINCE, K.REDUNDANT, K.DISTRICT) and (division := DIVISION.match(text, start)):
            walk.descend(CITY)
            return self.add(K.CITY, division.end())
        return False

    def _begins_address(self, start: int) -> bool:
        rest = self.text[start : start + 3].strip(" ,;:")
        return not rest or rest[:2] in self.walk.top.heads or TOP_SUFFIX[0].match(self.text, start) is not None

    def _read_top_suffix(self) -> bool:
        """Read a province, city or county that no table has."""
        walk, text, start = self.walk, self.text, self.position
        best: tuple[int, int] | None = None
        for level in range(walk.level + 1, COUNTY + 1):
            match = TOP_SUFFIX[level].match(text, start)
            if match and (best is None or match.end() < best[1]):
                best = level, match.end()
        if best is None:
            return False
        level, end = best
        smaller = AREA_PARTS.match(text, start)
        if smaller and smaller.end() < end:
            return False
        walk.descend(level)
        return self.add(AREA_KINDS[level], end)

    def _read_late_area(self) -> bool:
        """Read an area after a road or a place: only one that was named before, or begins a second address."""
        if self.text[self.position - 1] not in " ,;(/:" and self.before not in AREAS_AND_REDUNDANT:
            return False
        if self.before in AREAS_AND_REDUNDANT:
            found = self.walk.match(self.text, self.position)
        else:
            walk = AreaWalk(self.walk.gazetteer, self.walk.scope)
            found = walk.match(self.text, self.position)
            if found is not None and self._is_stated(found.end):
                return self.add(K.REDUNDANT, found.end)
            if found is not None and not self.brackets:
                self.walk, self.kinds = walk, set()
        if found is None:
            return False
        kind = K.REDUNDANT if found.repeated or (self.brackets and found.kind in self.kinds) else found.kind
        return self.add(kind, found.end, found.row)

    def _is_stated(self, end: int) -> bool:
        name = self.text[self.position : end]
        return any(element.text == name and element.kind in AREA_KINDS for element in self.elements)

    def read_farm(self) -> bool:
        """Read a state farm or a part of it, and what is no place on land."""
        text, start, kinds = self.text, self.position, self.kinds
        if self.no_place is not None and start == self.no_place.start():
            return self.add(K.OTHER, self.no_place.end())
        if K.COMMUNITY in kinds or kinds & BELOW_VILLAGE:
            return False
        if K.TOWN in kinds:
            part = FARM_PART.match(text, start)
            return part is not None and self.add(K.COMMUNITY, part.end())
        farm = STATE_FARM.match(text, start)
        if (
            farm is None
            or not self.is_shortest(farm.end())
            or (self.walk.level < COUNTY and text[start : start + 2] in self.walk.top.heads)
        ):
            return False
        self.walk.descend(TOWN)
        return self.add(K.TOWN, farm.end())
