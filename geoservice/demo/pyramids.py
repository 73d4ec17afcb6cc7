"""Made-up population pyramids of demo counties: townships by sex and five-year age group at three dates.

People move from the countryside to the town between 15 and 34, few children are born, and everybody grows older. Nothing of it
is a count: only the shape of the first pyramid is like that of an ageing Chinese county.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from geoservice.geo import Floats, Objects

YEARS = (2015, 2020, 2025)
GROUPS = 18
LABELS = (*(f"{a}-{a + 4}岁" for a in range(0, 85, 5)), "85岁及以上")
FIRST = (5.6, 5.4, 5.2, 5.4, 6.9, 8.6, 7.4, 6.8, 8.2, 9.3, 8.4, 6.1, 5.9, 4.4, 2.9, 2.1, 1.1, 0.6)
"""Percent of the people in each age group at the first date."""
LIVING = {
    "女": (0.998, 0.999, 0.999, 0.999, 0.998, 0.998, 0.997, 0.996, 0.994, 0.991, 0.986, 0.977, 0.96, 0.93, 0.87, 0.77, 0.5),
    "男": (0.998, 0.999, 0.999, 0.998, 0.997, 0.996, 0.995, 0.993, 0.988, 0.981, 0.97, 0.95, 0.92, 0.87, 0.79, 0.66, 0.4),
}
"""Share of each age group that lives five years later; the last is that of 80 and over together."""
BORN = {"女": 0.102, "男": 0.113}
"""Children of 0 to 4 for each woman of 15 to 44."""
MOVES = np.array([0.2, 0.2, 0.4, 1.0, 1.0, 0.6, 0.3, 0.15, 0.1, 0.05, 0.05, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
"""How much people of each age move, relative to the most mobile."""


def next_pyramid(people: Mapping[str, Floats], gain: Floats) -> dict[str, Floats]:
    """Return the pyramids five years later; shapes ``(townships, ages)``, ``gain`` is the net migration of each township."""
    later: dict[str, Floats] = {}
    for sex, living in LIVING.items():
        aged = people[sex][:, :-1] * np.array(living)
        aged[:, -1] += people[sex][:, -1] * living[-1]
        later[sex] = np.column_stack([np.zeros(len(gain)), aged * (1 + gain[:, None] * MOVES)])
    for sex, born in BORN.items():
        later[sex][:, 0] = born * later["女"][:, 3:9].sum(axis=1)
    return later


def township_pyramids(towns: Objects, persons: Floats, urban: Floats, rng: np.random.Generator) -> pa.Table:
    """Return pyramids of townships and of the county at three dates, with Chinese headers.

    Parameters
    ----------
    towns : object array, shape (n,)
        Codes of the townships.
    persons : float64 array, shape (n,)
        People of each at the last date.
    urban : float64 array, shape (n,)
        Share of them in the county town: people move there.
    rng : numpy.random.Generator
    """
    gain = 0.35 * urban - 0.22 * (1 - urban) + rng.normal(0, 0.03, len(towns))
    age = np.arange(GROUPS) * 5
    shape = np.array(FIRST) * np.exp(-(age - 40) / 100 * (urban[:, None] - 0.4)) * rng.lognormal(0, 0.04, (len(towns), GROUPS))
    dated = [{"女": shape * 0.49, "男": shape * 0.51}]
    for _ in YEARS[1:]:
        dated.append(next_pyramid(dated[-1], gain))
    scale = persons / (dated[-1]["女"] + dated[-1]["男"]).sum(axis=1)
    rows: list[tuple[str, int, str, str, int]] = []
    for year, people in zip(YEARS, dated, strict=True):
        for sex, numbers in people.items():
            whole = np.round(numbers * scale[:, None]).astype(int)
            for code, values in [(str(towns[0])[:6], whole.sum(axis=0)), *zip(towns, whole, strict=True)]:
                rows += [(str(code), year, sex, label, int(n)) for label, n in zip(LABELS, values, strict=True)]
    names = ("区划代码", "年份", "性别", "年龄组", "人口")
    return pa.table({name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)})
