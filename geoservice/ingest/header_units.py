"""Units in headers: 建筑面积（㎡）, 人口（万人）, error_m; a column in another unit than ours is not mapped."""

import re
import unicodedata

from geoservice.ingest.header_vocabulary import split_terms, vocabulary

_KIND: dict[str, str] = {
    unicodedata.normalize("NFKC", w): kind for kind, listed in vocabulary()["units"].items() for w in split_terms(listed)
}
_ALLOWED = {
    "persons": {"person"},
    "capacity": {"person", "bed"},
    "staff": {"person"},
    "served": {"person"},
    "eligible": {"person"},
    "persons_margin": {"person"},
    "households": {"household", "person"},
    "floor_area_m2": {"m2"},
    "uncertainty_m": {"m"},
    "start_delay_s": {"s"},
}
_COUNTED = {"person"}
_NUMBER_UNITS = {"m2", "m", "s", "other"}
_UNIT_LABEL = re.compile(r"^单位\s*[:：]?\s*|^in\s+", re.IGNORECASE)
_AT_END = re.compile(r"^(.*[^\s/_])(?:\s*/\s*|_)([^/_]+)$")
_GLUED = re.compile(r"^(.*(?:\w[ _]|[\u4e00-\u9fff]))(sq ?k?m|m2|km2|sqft|ha|km|m|min|mins|pct|percent)$", re.IGNORECASE)


def unit_in_brackets(text: str) -> str:
    """Return the kind of the unit in brackets, empty if it is no unit.

    >>> unit_in_brackets("单位：万人"), unit_in_brackets("人次/天"), unit_in_brackets("必填")
    ('other', 'person', '')
    """
    bare = _UNIT_LABEL.sub("", unicodedata.normalize("NFKC", text).strip()).lower()
    return _KIND.get(bare, "") or _KIND.get(bare.split("/")[0].strip(), "")


def unit_at_end(text: str) -> tuple[str, str] | None:
    """Return a header without the unit at its end, and the kind of that unit; None if there is no unit.

    >>> unit_at_end("建筑面积/㎡"), unit_at_end("area_sqkm"), unit_at_end("City/Town")
    (('建筑面积', 'm2'), ('area', 'other'), None)
    """
    for pattern in (_AT_END, _GLUED):
        match = pattern.match(text)
        if match and (kind := _KIND.get(unicodedata.normalize("NFKC", match[2]).strip().lower(), "")):
            return match[1].rstrip(" _"), kind
    return None


def unit_fits(field: str, unit: str) -> bool:
    """Whether a unit is allowed for a column; group columns count persons."""
    if not unit:
        return True
    allowed = _ALLOWED.get(field, _COUNTED if field.startswith("group_") else None)
    return unit in allowed if allowed is not None else unit not in _NUMBER_UNITS
