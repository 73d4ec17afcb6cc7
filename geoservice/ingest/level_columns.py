"""Area tables whose headers name the level: township code, township name, county code, county name."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from geoservice.ingest.header_text import readings
from geoservice.schema import LEVELS

_WORDS = {
    "province": "省|省份|省级|state|province|prov",
    "city": "市|地市|城市|地级市|市级|州|市州|city|prefecture",
    "county": "县|区县|县区|县市区|县市|区|县级|区县级|区市县|county|district|dist|municipality|lga|woreda",
    "township": (
        "乡镇|乡|镇|街道|乡镇街道|街道乡镇|镇街|乡街|乡级|乡镇级|township|town|sub ?district|sub ?distt?|sub ?county|"
        "tehsil|taluka?|commune"
    ),
    "village": "村|社区|村社区|村居|社区村|行政村|村级|居村|village|vill|ward|barangay",
}
_ROLE_WORDS = {
    "code": "(?:统一)?(?:区划)?(?:代码|编码|代号|编号)|(?:census )?(?:code|pcode|cd|no)",
    "name_en": "(?:英文名称?|名称?英文|eng|en|name (?:in )?(?:english|eng|en))",
    "name_zh": "名称|名|名字|name|nm",
}
_LEVEL = [
    (level, role, re.compile(f"(?:{names}) ?(?:{says})"))
    for level, names in _WORDS.items()
    for role, says in _ROLE_WORDS.items()
]
_GADM = re.compile(r"(gid|nl name|name) (\d)")
_COD = re.compile(r"adm(?:in)?(\d) ?(pcode|code|(?:name ?)?(?:zh|cn|en)|name)")
_GEOBOUNDARIES = {"shape id": "code", "shape name": "name", "shape type": "level"}
_ROLES = {
    **dict.fromkeys(("gid", "pcode", "code"), "code"),
    **dict.fromkeys(("nl name", "zh", "cn", "name zh", "name cn"), "name_zh"),
}


_NAMED = (
    re.compile(r"省|province|state"),
    re.compile(r"市|city|prefecture"),
    re.compile(r"县|(?<!地|社)区(?!划|域)|county|(?<!sub )(?<!sub)district"),
    re.compile(r"乡|镇|街道|town|sub ?district|commune"),
    re.compile(r"村|社区|village|ward"),
)


def finest_level(headers: Sequence[str]) -> list[str]:
    """Return the headers that name the finest level of areas.

    >>> finest_level(["户籍省代码", "户籍县代码"])
    ['户籍县代码']
    """
    depths = [max((i for i, p in enumerate(_NAMED) if p.search(readings(h)[0].text)), default=-1) for h in headers]
    return [h for h, depth in zip(headers, depths, strict=True) if depth == max(depths)]


def names_level(header: str) -> bool:
    """Whether a header names a level of areas.

    >>> [names_level(h) for h in ("所属乡镇", "村名称", "ADM3_PCODE", "姓名")]
    [True, True, True, False]
    """
    return _level_and_role(header) is not None or any(p.search(r.text) for r in readings(header)[:1] for p in _NAMED)


class LevelColumns(NamedTuple):
    """Result for headers that name levels: our column -> header, and the level of the areas, None if a column holds it."""

    mapping: dict[str, str]
    level: str | None
    others: tuple[str, ...] = ()
    """Headers of wider levels, which do not describe these areas."""


def level_columns(headers: Sequence[str]) -> LevelColumns | None:
    """Return the columns of headers that name levels: the finest level is the areas' own, the next one their parents'.

    Supports tables in Chinese and English, and those of GADM (``GID_3``, ``NAME_3``), COD (``ADM3_PCODE``, ``ADM3_EN``) and
    geoBoundaries (``shapeID``, ``shapeType``), where the first level below the country counts as the province. None for other
    headers, and if the finest level with a name has no code.

    >>> level_columns(["乡镇代码", "乡镇名称", "县代码", "县名称"])[:2]
    ({'code': '乡镇代码', 'name_zh': '乡镇名称', 'parent': '县代码'}, 'township')
    >>> level_columns(["ADM1_PCODE", "ADM1_EN", "ADM2_PCODE", "ADM2_EN"]).mapping
    {'code': 'ADM2_PCODE', 'name_en': 'ADM2_EN', 'parent': 'ADM1_PCODE'}
    """
    columns = {_GEOBOUNDARIES[r.text]: h for h in headers for r in readings(h)[:1] if r.text in _GEOBOUNDARIES}
    if len(columns) == len(_GEOBOUNDARIES):
        return LevelColumns({"code": columns["code"], "name_en": columns["name"], "level": columns["level"]}, None)
    by_level: dict[str, dict[str, str]] = {}
    for header in headers:
        if level_role := _level_and_role(header):
            by_level.setdefault(level_role[0], {}).setdefault(level_role[1], header)
    coded = [level for level in LEVELS if "code" in by_level.get(level, {})]
    if not coded:
        return None
    if any(LEVELS.index(level) > LEVELS.index(coded[-1]) for level in by_level):
        return None
    own = by_level[coded[-1]]
    mapping: dict[str, str] = {role: own[role] for role in ("code", "name_zh", "name_en") if role in own}
    if len(mapping) < 2:  # a code alone, as in a table of households
        return None
    mapping |= {"parent": by_level[coded[-2]]["code"]} if len(coded) > 1 else {}
    others = tuple(h for roles in by_level.values() for h in roles.values() if h not in mapping.values())
    return LevelColumns(mapping, coded[-1], others)


def _level_and_role(header: str) -> tuple[str, str] | None:
    """Return the level and the role that a header names, None if it names none."""
    for reading in readings(header):
        if match := _GADM.fullmatch(reading.text):
            role, number = match[1], int(match[2])
        elif match := _COD.fullmatch(reading.text):
            role, number = match[2], int(match[1])
        else:
            level_role = next(((level, role) for level, role, p in _LEVEL if p.fullmatch(reading.text)), None)
            if level_role:
                return level_role
            continue
        return (LEVELS[number - 1], _ROLES.get(role, "name_en")) if 1 <= number <= len(LEVELS) else None
    return None
