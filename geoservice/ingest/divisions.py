"""Recognition of China's provinces, cities and counties by code and name, for home areas outside the loaded areas."""

import re
from functools import lru_cache

from geoservice.areas import CHINESE_DIGITS, chinese_level, significant_digits
from geoservice.divisions import COUNTY_GROUPS, divisions

_SUFFIX = re.compile(r"(?:壮族|回族|维吾尔)?自治区$|特别行政区$|省$|市$|地区$|盟$")


def is_division(code: str) -> bool:
    """Whether a code is a division of the table or lies in one of its counties.

    >>> [is_division(c) for c in ("340811", "340811001003", "340000", "349999", "340811000000")]
    [True, True, True, False, True]
    """
    return chinese_level(code) is not None and significant_digits(code)[: CHINESE_DIGITS["county"]] in divisions()


@lru_cache(maxsize=1)
def _codes_by_name() -> dict[str, str | None]:
    """Return codes by every spelling of a place, with or without province and city; None for ambiguous spellings."""
    codes: dict[str, str | None] = {}
    for code, division in divisions().items():
        if division.name in COUNTY_GROUPS:
            continue
        for spelling in _spellings(code, division.name):
            codes[spelling] = code if codes.get(spelling, code) == code else None
    return codes


def _spellings(code: str, name: str) -> set[str]:
    enclosing = [divisions().get(code[:n]) for n in (2, 4) if n < len(code)]
    above = [division.name for division in enclosing if division and division.name not in COUNTY_GROUPS]
    chains = [above, above[1:], above[:1], []]
    names = {name, _SUFFIX.sub("", name)} if len(code) < 6 else {name}
    prefixes = {"".join(c) for c in chains} | {"".join(_SUFFIX.sub("", a) for a in c) for c in chains}
    return {s + n for s in prefixes for n in names if len(s + n) >= 2}


def division_of(name: str) -> str | None:
    """Return the code of a place by its name, None for an unknown or ambiguous name.

    >>> division_of("河南省周口市"), division_of("周口市"), division_of("安徽省安庆市宜秀区"), division_of("鼓楼区")
    ('4116', '4116', '340811', None)
    """
    return _codes_by_name().get(re.sub(r"[\s·,，/\-]", "", name))
