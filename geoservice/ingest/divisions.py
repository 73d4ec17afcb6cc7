"""China's provinces, cities and counties by code and by name, to know a home area that is not among the areas loaded.

Codes and names: National Bureau of Statistics of China, statistical division codes as of 30 June 2023.
"""

import csv
import re
from functools import lru_cache
from importlib.resources import files

from geoservice.areas import CHINESE_DIGITS, chinese_level, significant_digits

_OWN = re.compile(r"(?:壮族|回族|维吾尔)?自治区$|特别行政区$|省$|市$|地区$|盟$")
_NO_PLACE = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")
"""Names that the table gives to groups of counties; nobody comes from there."""


@lru_cache(maxsize=1)
def divisions() -> dict[str, str]:
    """Return name by code, of 2 digits for provinces, 4 for cities, 6 for counties."""
    text = files(__package__).joinpath("divisions.csv").read_text("utf-8")
    return {row["code"]: row["name"] for row in csv.DictReader(text.splitlines())}


def is_division(code: str) -> bool:
    """Whether a code is of a division of the table, or lies in one of its counties.

    >>> [is_division(c) for c in ("340811", "340811001003", "340000", "349999", "340811000000")]
    [True, True, True, False, True]
    """
    return chinese_level(code) is not None and significant_digits(code)[: CHINESE_DIGITS["county"]] in divisions()


@lru_cache(maxsize=1)
def _codes_by_name() -> dict[str, str | None]:
    """Code of every way to write a place from the province, the city or the county on; None where two places are written so."""
    found: dict[str, str | None] = {}
    for code, name in divisions().items():
        if name in _NO_PLACE:
            continue
        for written in _written(code, name):
            found[written] = code if found.get(written, code) == code else None
    return found


def _written(code: str, name: str) -> set[str]:
    known = divisions()
    above = [known[code[:n]] for n in (2, 4) if n < len(code) and known.get(code[:n], _NO_PLACE[0]) not in _NO_PLACE]
    chains = [above, above[1:], above[:1], []]
    names = {name, _OWN.sub("", name)} if len(code) < 6 else {name}
    starts = {"".join(c) for c in chains} | {"".join(_OWN.sub("", a) for a in c) for c in chains}
    return {s + n for s in starts for n in names if len(s + n) >= 2}


def division_of(name: str) -> str | None:
    """Return the code of a place by its name, None for a name that no division or several bear.

    >>> division_of("河南省周口市"), division_of("周口市"), division_of("安徽省安庆市宜秀区"), division_of("鼓楼区")
    ('4116', '4116', '340811', None)
    """
    return _codes_by_name().get(re.sub(r"[\s·,，/\-]", "", name))
