"""Column names of population groups: age groups in every usual notation, other groups from the vocabulary."""

import re

from geoservice.ingest.header_vocabulary import Names, vocabulary
from geoservice.schema import GROUP_PREFIX
from geoservice.study import Group

_DIGITS = "零一二三四五六七八九"


def group_names(group: Group) -> Names:
    """Return the names that files use for the column of a group.

    >>> from geoservice.study import Title
    >>> group_names(Group(id="under_6", title=Title(zh="幼儿", en="Infants")))["names"][:2]
    ['under_6, group_under_6', '幼儿, infants']
    """
    titles = ", ".join(t.replace(",", " ").lower() for t in (group.title.zh, group.title.en))
    names = [f"{group.id}, {GROUP_PREFIX}{group.id}", titles]
    if by_age := _ages(group.id):
        names.append(by_age)
    if synonyms := vocabulary()["groups"].get(group.id):
        names.append(synonyms)
    ages = vocabulary()["ages"]
    return {"names": names, "before": ages["before"], "after": ages["after"], "never": ages["never"]}


def _ages(group: str) -> str:
    """Return the usual notations of ``under_6`` or ``over_65``; empty for other groups."""
    match = re.fullmatch(r"(under|over)_(\d{1,2})", group)
    if not match:
        return ""
    n = int(match[2])
    texts = vocabulary()["ages"][match[1]]
    notations = [texts.format(n=w, m=m) for w, m in ((str(n), str(n - 1)), (chinese_number(n), chinese_number(n - 1)))]
    return ", ".join([*notations, *(w.replace("岁", "周岁").replace("years", "yrs") for w in notations)])


def chinese_number(n: int) -> str:
    """Return a number below 100 in Chinese.

    >>> [chinese_number(n) for n in (6, 15, 60, 65)]
    ['六', '十五', '六十', '六十五']
    """
    tens, ones = divmod(max(n, 0), 10)
    if not tens:
        return _DIGITS[ones]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")
