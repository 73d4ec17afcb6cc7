"""Places that a search found as GeoJSON."""

from collections.abc import Sequence
from typing import Any

from geoservice.addresses.search import AreaAbove, FoundPlace

KIND_TITLES = {
    "area": {"zh": "区划", "en": "area"},
    "station": {"zh": "站点", "en": "station"},
    "group": {"zh": "自然村", "en": "hamlet"},
    "road": {"zh": "道路", "en": "road"},
    "compound": {"zh": "小区", "en": "residential compound"},
    "poi": {"zh": "地点", "en": "place"},
    "building": {"zh": "建筑", "en": "building"},
}
LEVEL_TITLES = {
    "province": {"zh": "省级", "en": "province"},
    "city": {"zh": "地级", "en": "city"},
    "county": {"zh": "县级", "en": "county"},
    "township": {"zh": "乡级", "en": "township"},
    "village": {"zh": "村级", "en": "village"},
}


def place_feature(place: FoundPlace, language: str) -> dict[str, Any]:
    """Return a place as a feature; its geometry is null if its position is unknown."""
    titles = LEVEL_TITLES[place.level] if place.level else KIND_TITLES[place.kind]
    position = None if place.lon is None else {"type": "Point", "coordinates": [place.lon, place.lat]}
    return {
        "type": "Feature",
        "id": place.id,
        "geometry": position,
        **({"bbox": list(place.bbox)} if place.bbox else {}),
        "properties": {
            "name": name_in(place, language),
            "name_zh": place.name,
            "name_en": place.name_en,
            "kind": place.kind,
            "level": place.level,
            "kind_title": titles[language],
            "code": place.code,
            "within": within(place.areas, language),
            "areas": [
                {"level": a.level, "code": a.code, "name": name_in(a, language), "name_zh": a.name, "name_en": a.name_en}
                for a in place.areas
            ],
        },
    }


def name_in(place: FoundPlace | AreaAbove, language: str) -> str:
    """Return the name in a language: the official one where there is no other."""
    return place.name_en or place.name if language == "en" else place.name


def within(areas: Sequence[AreaAbove], language: str) -> str:
    """Return the areas above a place as people write them: in Chinese from the largest, otherwise from the smallest.

    >>> areas = [AreaAbove("city", "3408", "安庆市", "Anqing"), AreaAbove("county", "340811", "宜秀区", "Yixiu District")]
    >>> within(areas, "zh"), within(areas, "en")
    ('安庆市 宜秀区', 'Yixiu District, Anqing')
    """
    names = [name_in(area, language) for area in areas]
    return ", ".join(names[::-1]) if language == "en" else " ".join(names)
