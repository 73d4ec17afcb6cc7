"""Short names of Chinese areas: 大龙山 for 大龙山镇, 恩施 for 恩施土家族苗族自治州."""

import re
from collections.abc import Iterator

PEOPLES = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜|水|东乡|纳西|景颇|柯尔克孜|土|达斡尔|"
    "仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|鄂温克|德昂|保安|裕固|京|塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺"
)
"""The peoples in names of autonomous areas, without 族."""
_OF_PEOPLES = rf"(?:(?:{PEOPLES})族|蒙古|哈萨克|柯尔克孜|维吾尔|达斡尔|塔吉克|锡伯|各族)*"
VILLAGE_SUFFIX = "(?:村|社区)?(?:居民委员会|居委会|居委)|(?:行政)?(?:村民委员会|村委会|村委)|行政村|社区|村|嘎查|生活区"
"""What follows the short name of a village or an urban community."""
_SUFFIXES = (
    "省|市|特别行政区|(?:回族|维吾尔|壮族)?自治区",
    f"市|地区|盟|{_OF_PEOPLES}自治州",
    f"特区|林区|新区|矿区|区|市|县|旗|{_OF_PEOPLES}(?:自治县|自治旗|联合旗)",
    f"街道办事处|街道|地区办事处|地区|办事处|镇|{_OF_PEOPLES}(?:民族)?(?:苏木|乡)",
    VILLAGE_SUFFIX,
)
_SUFFIX = tuple(re.compile(f"(?<=..)(?:{pattern})$") for pattern in _SUFFIXES)
_PEOPLE_NAMES = {"鄂温克族": "鄂温克", "东乡族": "东乡"}
"""Areas that have the name of their only people."""
_PLAIN = (("自治州", "州"), ("自治县", "县"), ("自治旗", "旗"), ("族乡", "乡"), ("民族苏木", "苏木"))
"""Ends of the names of autonomous areas, and what is short for them: 恩施州 of 恩施土家族苗族自治州."""
_COMMITTEE = re.compile("(?:行政村|(?:行政)?村民委员会|村委会|村委|居民委员会|居委会|居委)$")
_COMMUNITY = re.compile("社区|居委|居民")
_URBAN = re.compile("(?:社区|居民委员会|居委会|居委)$")
_RURAL = re.compile("(?:村|村民委员会|村委会|村委)$")


def short_names(name: str, level: int) -> list[str]:
    """Return the other names by which people call an area, the most complete first, without the official one.

    No name has fewer than two characters: 沙 is no name of 沙县.

    Parameters
    ----------
    name : str
        The official name.
    level : int
        0 for a province to 4 for a village.

    Examples
    --------
    >>> short_names("内蒙古自治区", 0), short_names("恩施土家族苗族自治州", 1), short_names("景宁畲族自治县", 2)
    (['内蒙古'], ['恩施州', '恩施'], ['景宁县', '景宁'])
    >>> short_names("大龙山镇", 3), short_names("永兴傣族乡", 3), short_names("沙县", 2)
    (['大龙山'], ['永兴乡', '永兴'], [])
    >>> short_names("永林村委会", 4), short_names("上村村委会", 4), short_names("古城社区居委会", 4)
    (['永林村', '永林社区', '永林'], ['上村'], ['古城社区', '古城村', '古城'])
    """
    others = _village_names(name) if level == len(_SUFFIXES) - 1 else _area_names(name, level)
    return list(dict.fromkeys(other for other in others if other != name and len(other) > 1))


def shortest(name: str, level: int) -> str:
    """Return the shortest name of an area, its own if it has no shorter one; ``level`` as in :func:`short_names`.

    >>> shortest("白泽湖乡", 3), shortest("赵县", 2)
    ('白泽湖', '赵县')
    """
    return next(reversed(short_names(name, level)), name)


def _area_names(name: str, level: int) -> Iterator[str]:
    stem = _SUFFIX[level].sub("", name, count=1)
    stem = _PEOPLE_NAMES.get(stem, stem)
    plain = next((short for long, short in _PLAIN if name.endswith(long)), "")
    if plain and stem != name:
        yield stem + plain
    yield stem


def _village_names(name: str) -> Iterator[str]:
    village = _COMMITTEE.sub("", name)
    stem = _SUFFIX[-1].sub("", village, count=1)
    if village.endswith(("村", "社区", "嘎查", "生活区")):
        yield village
    if stem != village or (village != name and not village.endswith("村")):
        yield from (f"{stem}社区", f"{stem}村") if _COMMUNITY.search(name) else (f"{stem}村", f"{stem}社区")
        yield stem


def contradicts_kind(text: str, name: str) -> bool:
    """Whether one name of a village is that of a rural one, and the other that of an urban community.

    >>> contradicts_kind("永林村", "永林居委会"), contradicts_kind("永林", "永林居委会")
    (True, False)
    """
    if _URBAN.search(text):
        return _RURAL.search(name) is not None
    return _RURAL.search(text) is not None and _URBAN.search(name) is not None
