"""Decides what the names between the commas of an address are: places, districts, cities or regions."""

import re

from geoservice.addresses.road_reader import RoadReader
from geoservice.addresses.street_cursor import K, Span
from geoservice.addresses.street_words import DISTRICT_WORD

_PART_OF_TOWN = re.compile(r" (?:an der|am|im|bei|sur|upon|ob) |^(?:Bad|St\.|Sankt) ")
TRAILING_REGION = re.compile(r"(?<=\w)[ -]+([A-Z]{2}|NSW|VIC|QLD|TAS|ACT)$")
_ANCHORS = (K.ROAD, K.NUMBER, K.PO_BOX)


class StreetNamesReader(RoadReader):
    """Decides what names are, when everything else is known."""

    def settle_names(self) -> None:
        """Places are before the road, districts and the city after it, regions at the end."""
        anchors = [element.start for element in self.elements if element.kind in _ANCHORS]
        anchors = anchors or [element.start for element in self.elements if element.kind is K.UNIT]
        after = [span for span in self.names if anchors and span[0] > min(anchors)]
        before = [span for span in self.names if span not in after]
        if not any(self.has(kind) for kind in (K.ROAD, K.POSTCODE, K.PO_BOX, K.NUMBER)):
            self._settle_bare(before or after)
            return
        if before and not after and not self.has(K.POSTCODE) and self.has(K.NUMBER) and self._is_one_word(before[-1]):
            self.add(K.CITY, *before.pop())  # Zakopane, ul. Krupówki 12
        city = next((element.start for element in self.elements if element.kind is K.CITY), None)
        if city is None and before and not after and self.has(K.POSTCODE) and (len(before) == 1 or not self.has_road):
            city = before[-1][0]
            self.add(K.CITY, *before.pop())
        for span in before:
            self._settle_before(span, city)
        self._settle_after(after, city)

    def _is_one_word(self, span: Span) -> bool:
        return re.fullmatch(r"[^\W\d_]+", self.text[slice(*span)]) is not None

    def _settle_before(self, span: Span, city: int | None) -> None:
        if city is not None and span[0] > city:
            self.add(K.REGION if self.is_region(span) else K.DISTRICT, *span)
        else:
            self.add(K.DISTRICT if self.has_road and _PART_OF_TOWN.search(self.text[slice(*span)]) else K.POI, *span)

    def _settle_after(self, after: list[Span], city: int | None) -> None:
        """Decide what the names behind the road are."""
        regions = [span for span in after if self.is_region(span) or (city is None and self._is_behind_city(span, after))]
        others = [span for span in after if span not in regions]
        if city is None and not others and regions:
            others = [regions.pop(0)]
        for span in regions:
            self.add(K.REGION, *span)
        for span in others:
            if city is None and span == others[-1]:
                self._add_city(span)
            else:
                self.add(K.REGION if self._is_region_after(span, city) else K.DISTRICT, *span)

    def _is_behind_city(self, span: Span, after: list[Span]) -> bool:
        """Whether a name is in brackets behind another one, as in Montréal (Québec)."""
        return self.text[span[0] - 1] == "(" and span != after[0]

    def _is_region_after(self, span: Span, city: int | None) -> bool:
        """Whether a name is a region because it is behind the city: in brackets in Spain, after a comma elsewhere."""
        start, name = span[0], self.text[slice(*span)]
        if city is None or start < city or self.text[start - 2 : start] == "- ":
            return False
        return self.spanish if self.text[start - 1] == "(" else not DISTRICT_WORD.match(name)

    def _add_city(self, span: Span) -> None:
        start, end = span
        region = TRAILING_REGION.search(self.text[start:end])
        if region:
            self.add(K.REGION, start + region.start(1), end)
            end = start + region.start()
        self.add(K.CITY, start, end)

    def _settle_bare(self, names: list[Span]) -> None:
        """Settle an address of names alone, which is no address if there is only one."""
        if len(names) + len(self.elements) > 1:
            for span in names:
                last = span == names[-1]
                self.add(K.REGION if self.is_region(span) else K.CITY if last else K.POI, *span)
