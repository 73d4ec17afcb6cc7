"""A made-up nation: the real provinces, cities and counties of China, with made-up townships, villages and addresses."""

import csv
import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from geoservice.divisions import COUNTY_GROUPS, divisions

TOWNS, VILLAGES = 14, 15
"""Townships of a county and villages of a township: some 665 000 places."""
_FIRST = "大小上下东西南北新老青白黄红长高石金银玉龙凤虎马牛羊松竹梅柳杨李桃王张刘陈赵周吴徐孙胡朱林何郭罗高宋郑谢韩唐冯于董"
_SECOND = "山河湖塘桥店庄湾岭坪坝沟溪泉井台寨堡屯沟坡岗洼滩洲江浦港圩埠集市场园林村家门口关城营铺堂庙塔"
_THIRD = ("", "", "", "新", "东", "西", "前", "后", "上", "下")


class Village(NamedTuple):
    """The names of a village and of the areas above it."""

    province: str
    city: str
    county: str
    town: str
    name: str


def write_nation(path: Path, towns: int = TOWNS, villages: int = VILLAGES, seed: int = 1) -> list[Village]:
    """Write a table of codes and names, and return its villages."""
    draw = random.Random(seed)  # noqa: S311 - a benchmark
    known = divisions()
    found: list[Village] = []
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["code", "name"])
        writer.writerows([code, division.name] for code, division in known.items())
        for code, county in known.items():
            if len(code) == 6 and county.name not in COUNTY_GROUPS:
                rows = list(_county(code, draw, towns, villages))
                writer.writerows(rows)
                found.extend(_villages(code, rows))
    return found


def _county(code: str, draw: random.Random, towns: int, villages: int) -> Iterator[tuple[str, str]]:
    """Yield codes and names of townships and villages; no two of one parent have the same name."""
    for t, town in enumerate(_names(draw, towns)):
        yield f"{code}{100 + t}", town + ("镇", "乡", "街道")[t % 3]
        for v, name in enumerate(_names(draw, villages)):
            yield f"{code}{100 + t}{200 + v}", name + ("村委会", "村委会", "社区居委会")[v % 3]


def _names(draw: random.Random, count: int) -> list[str]:
    names: dict[str, None] = {}
    while len(names) < count:
        names[draw.choice(_FIRST) + draw.choice(_SECOND) + draw.choice(_THIRD)] = None
    return list(names)


def _villages(code: str, rows: list[tuple[str, str]]) -> Iterator[Village]:
    known, towns = divisions(), {c: n for c, n in rows if len(c) == 9}
    above = (known[code[:2]].name, known[code[:4]].name, known[code].name)
    yield from (Village(*above, towns[c[:9]], n) for c, n in rows if len(c) == 12)


def addresses(villages: list[Village], count: int, seed: int = 2) -> list[str]:
    """Return addresses as registers have them: whole, without some levels, with other endings, and garbage among them."""
    draw = random.Random(seed)  # noqa: S311 - a benchmark
    return [_address(draw.choice(villages), draw) for _ in range(count)]


def _address(village: Village, draw: random.Random) -> str:
    city = "" if village.city in COUNTY_GROUPS else village.city
    levels = [village.province, city, village.county, village.town]
    kind = draw.random()
    if kind < 0.1:
        levels[3] = ""
    elif kind < 0.3:
        levels[0] = levels[1] = ""
    name = village.name.replace("村委会", "村").replace("社区居委会", "社区")
    rest = draw.choice(
        (
            f"{draw.choice('东西南北前后')}{draw.choice('庄湾塘岗')}组{draw.randint(1, 99)}号",
            f"{draw.randint(1, 20)}组{draw.randint(1, 99)}号",
            f"{draw.randint(1, 30)}栋{draw.randint(1, 4)}单元{draw.randint(101, 1204)}室",
            f"{draw.randint(1, 300)}号",
            f"东风组{draw.randint(1, 9)}-{draw.randint(1, 6)}-{draw.randint(101, 1204)}",
        )
    )
    return "".join(levels) + name + rest
