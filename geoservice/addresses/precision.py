"""The ladder of precisions of an answer, and what each is called in ArcGIS, by Google and among households."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Precision(NamedTuple):
    """A rung of the ladder.

    ``points`` is the score of an answer without faults. ``household`` is one of :data:`geoservice.schema.PRECISIONS`, empty
    where a household cannot be placed.
    """

    points: int
    addr_type: str
    location_type: str
    household: str
    title_zh: str
    title_en: str


PRECISIONS: Mapping[str, Precision] = MappingProxyType(
    {
        "unit": Precision(100, "Subaddress", "ROOFTOP", "building", "单元", "unit of a building"),
        "building": Precision(97, "PointAddress", "ROOFTOP", "building", "楼栋", "building"),
        "door": Precision(95, "PointAddress", "ROOFTOP", "building", "门牌", "door plate"),
        "interpolated": Precision(85, "StreetAddress", "RANGE_INTERPOLATED", "interpolated", "门牌内插", "between door plates"),
        "compound": Precision(82, "POI", "GEOMETRIC_CENTER", "building", "小区或地点", "compound or point of interest"),
        "nearest_door": Precision(
            75, "StreetAddressExt", "RANGE_INTERPOLATED", "interpolated", "邻近门牌", "nearest door plate"
        ),
        "group": Precision(72, "Locality", "GEOMETRIC_CENTER", "street", "自然村或村民组", "natural village or group"),
        "road": Precision(65, "StreetName", "GEOMETRIC_CENTER", "street", "道路", "road"),
        "village": Precision(55, "Neighborhood", "APPROXIMATE", "village", "村或社区", "village"),
        "town": Precision(40, "Locality", "APPROXIMATE", "township", "乡镇或街道", "township"),
        "county": Precision(20, "Subregion", "APPROXIMATE", "county", "县或区", "county"),
        "none": Precision(0, "", "", "", "未定位", "not placed"),
    }
)
"""Best first."""
AREA_PRECISIONS = ("none", "none", "county", "town", "village")
"""The precision of an answer that is an area, by its level."""
_ORDER: Mapping[str, int] = MappingProxyType({name: rank for rank, name in enumerate(PRECISIONS)})


def finer(one: str, other: str) -> bool:
    """Whether a precision is finer than another.

    >>> finer("door", "road"), finer("road", "road")
    (True, False)
    """
    return _ORDER[one] < _ORDER[other]


def coarser_of(one: str, other: str) -> str:
    """Return the coarser of two precisions.

    >>> coarser_of("door", "road")
    'road'
    """
    return other if finer(one, other) else one
