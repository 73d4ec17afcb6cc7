"""Tables of areas whose headers name the level: township code, township name, county code, county name."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from geoservice.schema import LEVELS

_CHINESE = {
    "province": "省|省份|省级",
    "city": "市|地市|城市|地级市|市级|州",
    "county": "县|区县|县区|县市区|区|县级|区县级",
    "township": "乡镇|乡|镇|街道|乡镇街道|街道乡镇|乡级|乡镇级",
    "village": "村|社区|村社区|村居|行政村|村级",
}
_OF_CHINESE = [(level, re.compile(f"(?:{words})(代码|编码|区划代码|名称|名|名字)")) for level, words in _CHINESE.items()]
_GADM = re.compile(r"(gid|nl_name|name)_(\d)")
_COD = re.compile(r"adm(\d)_(pcode|zh|cn|en|name)")
_GEOBOUNDARIES = {"shapeid": "code", "shapename": "name", "shapetype": "level"}
_ROLES = {
    **dict.fromkeys(("代码", "编码", "区划代码", "gid", "pcode"), "code"),
    **dict.fromkeys(("名称", "名", "名字", "nl_name", "zh", "cn"), "name_zh"),
    **dict.fromkeys(("name", "en"), "name_en"),
}


class LevelColumns(NamedTuple):
    """What the headers say: our column -> header, and the level of the areas, None where a column has it."""

    mapping: dict[str, str]
    level: str | None
    others: tuple[str, ...] = ()
    """Headers of wider levels, which say nothing of these areas."""


def level_columns(headers: Sequence[str]) -> LevelColumns | None:
    """Return what headers that name levels mean: the finest level is the areas' own, the next one their parents'.

    Read are Chinese tables, and those of GADM (``GID_3``, ``NAME_3``), COD (``ADM3_PCODE``, ``ADM3_EN``) and geoBoundaries
    (``shapeID``, ``shapeType``), whose first level below the country is taken as the province. None for any other headers.

    >>> level_columns(["乡镇代码", "乡镇名称", "县代码", "县名称"])[:2]
    ({'code': '乡镇代码', 'name_zh': '乡镇名称', 'parent': '县代码'}, 'township')
    >>> level_columns(["ADM1_PCODE", "ADM1_EN", "ADM2_PCODE", "ADM2_EN"]).mapping
    {'code': 'ADM2_PCODE', 'name_en': 'ADM2_EN', 'parent': 'ADM1_PCODE'}
    """
    named = {_GEOBOUNDARIES[h.lower()]: h for h in headers if h.lower() in _GEOBOUNDARIES}
    if len(named) == len(_GEOBOUNDARIES):
        return LevelColumns({"code": named["code"], "name_en": named["name"], "level": named["level"]}, None)
    found: dict[str, dict[str, str]] = {}
    for header in headers:
        if said := _read(header):
            found.setdefault(said[0], {}).setdefault(said[1], header)
    coded = [level for level in LEVELS if "code" in found.get(level, {})]
    if not coded:
        return None
    own = found[coded[-1]]
    mapping: dict[str, str] = {role: own[role] for role in ("code", "name_zh", "name_en") if role in own}
    if len(mapping) < 2:  # a code alone, as in a table of households
        return None
    mapping |= {"parent": found[coded[-2]]["code"]} if len(coded) > 1 else {}
    others = tuple(h for roles in found.values() for h in roles.values() if h not in mapping.values())
    return LevelColumns(mapping, coded[-1], others)


def _read(header: str) -> tuple[str, str] | None:
    """Return the level and the role that a header names."""
    plain = header.strip().lower()
    for level, pattern in _OF_CHINESE:
        if match := pattern.fullmatch(plain):
            return level, _ROLES[match[1]]
    if match := _GADM.fullmatch(plain):
        role, number = match[1], int(match[2])
    elif match := _COD.fullmatch(plain):
        role, number = match[2], int(match[1])
    else:
        return None
    return (LEVELS[number - 1], _ROLES[role]) if 1 <= number <= len(LEVELS) else None
