"""Labels of age groups: sex, first and last year of age, from the name of a column."""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

_FEMALE = frozenset({"female", "females", "women", "girls", "f", "w"})
_MALE = frozenset({"male", "males", "men", "boys", "m"})
_OTHER_WORDS = frozenset({
    "age", "ages", "aged", "group", "years", "year",
    "yrs", "old", "to", "and", "or", "over", "older", "more", "above", "plus", "p", "under", "below", "less", "than", "of",
    "pop", "population", "persons", "people", "residents", "total", "both", "sexes", "number", "all", "t",
})  # fmt: skip
"""Words that a column of an age group may have; a name with others, such as ``beds_10_20``, is not one."""
_HAN, _KNOWN_HAN = re.compile("[\u4e00-\u9fff]"), frozenset("男女性岁周及以上下至到年龄组段不满未人口数合计小共总常住户籍")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)年?")
_DASHES = re.compile("[‐-―−－—~]+")
_AGE = r"(\d{1,3})(?: ?(?:周?岁))?"
_OPEN = re.compile(
    rf"{_AGE}[ _]?(?:\+|p(?![a-z])|plus|及?以上|(?:and|or) (?:over|older|more|above)|over)|(?:over|≥|>=)[ _]?{_AGE}"
)
_UPPER = re.compile(rf"(?:under|below|less than|不满|未满|<)[ _]?{_AGE}|{_AGE}以下")
_CLOSED = re.compile(rf"{_AGE} ?(?:[-_]|to|至|到| ) ?{_AGE}")
_SINGLE = re.compile(_AGE)


class AgeLabel(NamedTuple):
    """An age group: ``sex`` is female, male or all; ``last`` is None for an open group."""

    sex: str
    first: int
    last: int | None


def age_label(name: str) -> AgeLabel | None:
    """Return the age group that a column name states, in English or Chinese; None if it states none.

    Examples
    --------
    >>> tuple(age_label("AGES_1-4")), tuple(age_label("男 85岁及以上")), tuple(age_label("under 5"))
    (('all', 1, 4), ('male', 85, None), ('all', 0, 4))
    >>> tuple(age_label("women 15 to 49 (2020)")), tuple(age_label("F_100P")), age_label("persons"), age_label("beds_10_20")
    (('female', 15, 49), ('female', 100, None), None, None)
    """
    text = _YEAR.sub(" ", _DASHES.sub("-", unicodedata.normalize("NFKC", name).lower()))
    words = set(re.findall("[a-z]+", text))
    if words - _FEMALE - _MALE - _OTHER_WORDS or set(_HAN.findall(text)) - _KNOWN_HAN:
        return None
    sex = "female" if words & _FEMALE or "女" in text else "male" if words & _MALE or "男" in text else "all"
    if match := _OPEN.search(text):
        return AgeLabel(sex, int(match[1] or match[2]), None)
    if match := _UPPER.search(text):
        return AgeLabel(sex, 0, int(match[1] or match[2]) - 1)
    if match := _CLOSED.search(text):
        first, last = int(match[1]), int(match[2])
        return AgeLabel(sex, first, last) if first <= last else None
    match = _SINGLE.search(text)
    return None if match is None else AgeLabel(sex, int(match[1]), int(match[1]))


def stated_year(name: str) -> str | None:
    """Return the year in a column name.

    >>> stated_year("pop2020_f_15_19"), stated_year("0-4")
    ('2020', None)
    """
    match = _YEAR.search(unicodedata.normalize("NFKC", name))
    return match and match[1]


def narrowest_groups(labels: Iterable[AgeLabel]) -> tuple[list[AgeLabel], str | None]:
    """Return the narrowest groups that follow one another from age 0 to an open group, and the first gap, None for none.

    Examples
    --------
    >>> groups = [AgeLabel("all", 0, 14), AgeLabel("all", 0, 4), AgeLabel("all", 5, 9), AgeLabel("all", 10, None)]
    >>> [(g.first, g.last) for g in narrowest_groups(groups)[0]], narrowest_groups(groups[:3])[1]
    ([(0, 4), (5, 9), (10, None)], 'the ages from 10')
    """
    known = list(labels)
    chosen: list[AgeLabel] = []
    age: int | None = 0
    while age is not None:
        starting = [label for label in known if label.first == age]
        if not starting:
            return chosen, f"the ages from {age}"
        chosen.append(min(starting, key=lambda label: 999 if label.last is None else label.last))
        age = None if chosen[-1].last is None else chosen[-1].last + 1
    return chosen, None
