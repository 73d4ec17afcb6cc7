"""Addresses as people write them: the noise of registers, from a seed."""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import NamedTuple

from pypinyin import lazy_pinyin

_PARTS = re.compile(
    r"(?P<province>[^省]+省)(?P<city>[^市]+市)(?P<county>.+?区)(?P<town>.+?(?:街道|[镇乡]))"
    r"(?P<place>.+?)(?P<number>\d+)号"
)
_VILLAGE = re.compile(r"(.+?)(村|社区)")
_NUMERALS = "零一二三四五六七八九"
_COUNTIES = ("怀宁县", "潜山市", "迎江区", "大观区", "太湖县")
_CITIES = ("池州市", "铜陵市", "合肥市")
_TYPING_ERRORS = ("homophone", "homophone", "other", "exchanged", "missing", "twice")


FAMILIES: Mapping[str, Sequence[str]] = {
    "missing levels": ("missing levels", "missing township"),
    "wrong levels": ("wrong township", "wrong county or city"),
    "typing errors": ("typing error",),
    "old names": ("old name", "other kind of area", "short names"),
    "numerals": ("other numerals", "repeated levels"),
}
"""Kinds of noise by family: those of a mixture."""
_SHARE = 0.15


class Written(NamedTuple):
    """The parts of an address; ``place`` is a village with or without a hamlet, or a street."""

    province: str
    city: str
    county: str
    town: str
    place: str
    number: str

    @property
    def text(self) -> str:
        """The address."""
        return "".join(self[:-1]) + (f"{self.number}号" if self.number[-1] != "号" else self.number)


def written(address: str) -> Written:
    """Return the parts of an address of the Yixiu demo."""
    match = _PARTS.fullmatch(address)
    assert match, address
    return Written(**match.groupdict())


def village_of(place: str) -> str | None:
    """Return the name of the village that an address states, without its kind; None for a street."""
    match = _VILLAGE.match(place)
    return match[1] if match else None


@cache
def _characters() -> tuple[str, ...]:
    """The 3 755 most common characters: the first level of GB 2312."""
    codes = [(row, cell) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF)]
    return tuple(bytes(code).decode("gb2312") for code in codes if code < (0xD7, 0xFA))


@cache
def _homophones() -> Mapping[str, Sequence[str]]:
    def syllable(character: str) -> str:
        return lazy_pinyin(character)[0]

    characters = sorted(_characters(), key=syllable)
    return {text: tuple(group) for text, group in groupby(characters, key=syllable)}


def misspelt(name: str, rng: random.Random) -> str:
    """Return a name with one typing error: a homophone, another character, two exchanged, one missing or one twice."""
    error, i = rng.choice(_TYPING_ERRORS), rng.randrange(len(name))
    if error == "exchanged" and len(name) > 1:
        i = min(i, len(name) - 2)
        return name[:i] + name[i + 1] + name[i] + name[i + 2 :]
    if error == "missing" and len(name) > 2:
        return name[:i] + name[i + 1 :]
    if error == "twice":
        return name[: i + 1] + name[i:]
    others: Sequence[str] = _homophones().get(lazy_pinyin(name[i])[0], ()) if error == "homophone" else _characters()
    others = [other for other in others if other != name[i]] or _characters()
    return name[:i] + rng.choice(others) + name[i + 1 :]


class Noise:
    """Kinds of noise, each a function of an address and of random numbers.

    Parameters
    ----------
    towns : sequence of str
        The townships of the county.
    former : mapping of str to str
        Former names of townships.
    """

    def __init__(self, towns: Sequence[str], former: Mapping[str, str]) -> None:
        self._towns, self._former = towns, former
        self.kinds: Mapping[str, Callable[[Written, random.Random], Written]] = {
            "missing levels": self.missing_levels,
            "missing township": lambda w, _: w._replace(town=""),
            "wrong township": self.wrong_township,
            "wrong county or city": self.wrong_county,
            "typing error": self.typing_error,
            "typing error in village or street": lambda w, rng: w._replace(place=misspelt(w.place, rng)),
            "typing error in township": lambda w, rng: w._replace(town=misspelt(w.town, rng)),
            "old name": lambda w, _: w._replace(town=self._former.get(w.town, w.town)),
            "other numerals": self.numerals,
            "repeated levels": lambda w, _: w._replace(province=w.province + w.city + w.county + w.province),
            "other kind of area": self.other_kind,
            "short names": self.short_names,
        }

    def missing_levels(self, w: Written, rng: random.Random) -> Written:
        """Leave out one to three of province, city and county."""
        left_out = rng.sample(("province", "city", "county"), rng.randint(1, 3))
        return w._replace(**dict.fromkeys(left_out, ""))

    def wrong_township(self, w: Written, rng: random.Random) -> Written:
        """State another township of the county."""
        return w._replace(town=rng.choice([town for town in self._towns if town != w.town]))

    def wrong_county(self, w: Written, rng: random.Random) -> Written:
        """State another county of the city, or another city of the province."""
        if rng.random() < 0.5:
            return w._replace(county=rng.choice(_COUNTIES))
        return w._replace(city=rng.choice(_CITIES))

    def typing_error(self, w: Written, rng: random.Random) -> Written:
        """Misspell one of the names, the longer ones more often."""
        names = [field for field in w._fields[:-1] for _ in getattr(w, field)]
        field = rng.choice(names) if names else "place"
        return w._replace(**{field: misspelt(getattr(w, field), rng)})

    def numerals(self, w: Written, rng: random.Random) -> Written:
        """Write the number in Chinese, digit by digit or counted, or in wide digits."""
        n, style = int(w.number), rng.randrange(3)
        if style == 0 or n > 99:
            return w._replace(number=w.number.translate(str.maketrans("0123456789", "０１２３４５６７８９")))
        if style == 1:
            return w._replace(number="".join(_NUMERALS[int(digit)] for digit in w.number))
        tens, ones = divmod(n, 10)
        ten = ("" if tens == 1 else _NUMERALS[tens]) + "十" if tens else ""
        return w._replace(number=ten + (_NUMERALS[ones] if ones or not tens else ""))

    def other_kind(self, w: Written, rng: random.Random) -> Written:
        """Write 村委会 or 居委会 for 村 or 社区, or 镇 for 乡."""
        if village_of(w.place) and rng.random() < 0.5:
            other = {"村": ("村委会", "行政村"), "社区": ("居委会", "村", "社区居委会")}
            return w._replace(place=_VILLAGE.sub(lambda m: m[1] + rng.choice(other[m[2]]), w.place, count=1))
        return w._replace(town=re.sub("乡$", "镇", w.town))

    def short_names(self, w: Written, rng: random.Random) -> Written:
        """Leave out what names end in: 安徽安庆宜秀, 大龙山, or 永林 before a hamlet or a number."""
        if rng.random() < 0.5:
            return w._replace(province=w.province[:-1], city=w.city[:-1], town=re.sub("街道$|[镇乡]$", "", w.town))
        return w._replace(place=_VILLAGE.sub(r"\1", w.place, count=1))

    def noisy(self, address: Written, kind: str, rng: random.Random) -> Written:
        """Return an address with noise of one kind."""
        return self.kinds[kind](address, rng)

    def mixed(self, address: Written, rng: random.Random) -> Written:
        """Return an address as in a register: each family of noise with a probability of 15 %, at most two of them."""
        drawn = [family for family in FAMILIES if rng.random() < _SHARE]
        for family in rng.sample(drawn, min(2, len(drawn))):
            address = self.noisy(address, rng.choice(FAMILIES[family]), rng)
        return address
