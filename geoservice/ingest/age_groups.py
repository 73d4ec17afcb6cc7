"""What strangers call groups of people: those of an age by any usual way to write it, others by the vocabulary."""

import re

from geoservice.ingest.vocabulary import Names, vocabulary
from geoservice.schema import GROUP_PREFIX
from geoservice.study import Group

_DIGITS = "零一二三四五六七八九"
_UNDER = (
    "{n}岁以下, {n}岁及以下, {n}岁以内, 不满{n}岁, 未满{n}岁, 小于{n}岁, 0 {m}岁, 0 {n}岁, 0岁 {m}岁, 0至{m}岁, 0至{n}岁, 0到{m}岁, <{n}岁, under {n}, u{n}, below {n}, "
    "less than {n}, younger than {n}, <{n}, < {n}, 0 {m}, 0 to {m}, 0 {m} years, moins de {n}, menores de {n}, menores {n}, unter {n}, lt{n}"
)
_OVER = (
    "o{n}, {n}岁以上, {n}岁及以上, {n}岁含以上, {n}岁与以上, 满{n}岁, 大于{n}岁, 超过{n}岁, >={n}岁, ≥{n}岁, >{n}岁, over {n}, {n}+, {n} plus, "
    "{n} and over, {n} and above, {n} and older, {n} or over, {n} or older, {n} or more, {n} or above, above {n}, older than {n}, "
    ">={n}, ≥{n}, >{n}, {n} years and over, {n} years and older, {n} years and above, {n} years or older, {n} years or over, "
    "{n} years old and above, plus de {n}, mayores de {n}, ab {n}, {n}ymas, {n} y mas, {n} anos ou mais, {n} ans et plus, gt{n}"
)
_BEFORE = (
    "其中, 家庭, 户内, 家中, 年龄, 常住, 老年人, 老人, 儿童, 人口, 人数, number of, no of, num, n, nb, count, total, children, child, kids, persons, "
    "person, people, members, member, population, pop, residents, aged, age, ages, elderly, seniors, adults, enfants de, enfants, ninos, "
    "criancas, p, 有"
)
_AFTER = (
    "的, 儿童, 婴幼儿, 幼儿, 老年人, 老年人口, 老人, 老年, 人口, 人口数, 人数, 人, 数, 数量, 个数, 成员, 家庭成员, 孩子, 居民, 含, 有, 及以上, years, year, "
    "yrs, yr, olds, old, of age, children, persons, people, population, pop, count, num, number, n, total, ans, anos, jahre"
)
_NEVER = "男, 女, 男性, 女性, male, female, males, females, boys, girls, 户籍, 流动, 独居, 空巢, 失能"


def group_names(group: Group) -> Names:
    """Return what files call the column of a group.

    >>> from geoservice.study import Title
    >>> group_names(Group(id="under_6", title=Title(zh="幼儿", en="Infants")))["names"][:2]
    ['under_6, group_under_6', '幼儿, infants']
    """
    titles = ", ".join(t.replace(",", " ").lower() for t in (group.title.zh, group.title.en))
    names = [f"{group.id}, {GROUP_PREFIX}{group.id}", titles]
    if ages := _ages(group.id):
        names.append(ages)
    if known := vocabulary()["groups"].get(group.id):
        names.append(known)
    return {"names": names, "before": _BEFORE, "after": _AFTER, "never": _NEVER}


def _ages(group: str) -> str:
    """Return the usual ways to write ``under_6`` or ``over_65``; empty for other groups."""
    found = re.fullmatch(r"(under|over)_(\d{1,2})", group)
    if not found:
        return ""
    n = int(found[2])
    texts = _UNDER if found[1] == "under" else _OVER
    ways = [texts.format(n=w, m=m) for w, m in ((str(n), str(n - 1)), (in_chinese(n), in_chinese(n - 1)))]
    return ", ".join([*ways, *(w.replace("岁", "周岁") for w in ways)])


def in_chinese(n: int) -> str:
    """Return a number below 100 in Chinese.

    >>> in_chinese(6), in_chinese(15), in_chinese(60), in_chinese(65)
    ('六', '十五', '六十', '六十五')
    """
    tens, ones = divmod(max(n, 0), 10)
    if not tens:
        return _DIGITS[ones]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")
