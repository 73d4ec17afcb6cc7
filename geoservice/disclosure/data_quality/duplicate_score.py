r"""How likely two rows of the register are the same household, after Fellegi and Sunter (1969).

The register holds no name and no number of a person, so the score rests on the place, the home area, the size, the groups and
the dates. The posterior odds that rows ``a`` and ``b`` are one household are

.. math:: \frac{d \, m_L}{k_L} \prod_f w_f, \qquad
          w_f = \begin{cases} m_f / u_f & \text{f agrees} \\ (1 - m_f) / (1 - U_f) & \text{f differs} \\
          1 & \text{f is missing in a row} \end{cases}

- ``d`` is the share of rows that have a second row: one in a thousand, a cautious constant.
- ``L`` is how near the places are: the same point (five decimals of a degree, about 1 m), within 50 m, or only the same area.
  ``m_L`` is how often two rows of one household are so near, ``k_L`` how many other households are so near: of 200 flats at one
  point a given one is rarely the same household. It is estimated without the other row of the pair, and shrunk towards the mean
  of the area (a gamma prior of shape one half), so that a pair alone at a point is telling where few households share one.
- ``m_f`` is how often the rows of one household agree in a field; constants, not estimated, so that reports can be compared.
- ``u_f`` is how often two households agree by chance *in this value* (Winkler 1989): the share of the value in the register, in
  the area or within the cell of 100 m, whichever is larger. The latter two leave out the two rows and are shrunk towards the
  wider area by ten rows, so that a dormitory of one origin is no proof, nor is a pair in an empty place its own coincidence.
  ``U_f`` is the same for any value.

References: Fellegi, Sunter, "A theory for record linkage", JASA 64 (1969); Winkler, "Frequency-based matching in the
Fellegi-Sunter model of record linkage", ASA Proceedings (1989).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from geoservice.geo import Floats, Int32s, Ints, haversine_m

AGREEMENT: Mapping[str, float] = MappingProxyType({
    "home": 0.95, "persons": 0.9, "groups": 0.85, "since": 0.95, "until": 0.95,
})  # fmt: skip
"""``m`` of each field: how often two rows of one household agree in it."""
SAME_POINT, NEAR, IN_AREA = 0.7, 0.2, 0.1
"""``m`` of the place: how often two rows of one household are at one point, near each other, or only in one area."""
PRIOR = 0.001
"""Share of rows that have a second row of the same household."""
NEAR_METRES = 50.0
LEAST_CHANCE = 1e-5
MISSING = -1


@dataclass(frozen=True)
class LinkageRecords:
    """Rows to compare; arrays have shape ``(n,)``.

    Attributes
    ----------
    values
        By field of :data:`AGREEMENT`, a number for each value, -1 where it is missing.
    chance
        By field, the probability that another household agrees in the row's value.
    any_chance
        By field, the probability that two households agree in any value.
    lon, lat
        Degrees.
    point, area
        Numbers of the point and of the area of residence; a point of -1 is not used, as the household is located by its area.
    at_point, nearby, in_area
        Expected numbers of other households at the point, near it, and in the area; each at least the one before.
    """

    values: Mapping[str, Ints]
    chance: Mapping[str, Floats]
    any_chance: Mapping[str, float]
    lon: Floats
    lat: Floats
    point: Ints
    area: Int32s
    at_point: Floats
    nearby: Floats
    in_area: Floats

    def __len__(self) -> int:
        return len(self.point)


def log_odds(records: LinkageRecords, a: Ints, b: Ints) -> Floats:
    """Return the base-2 logarithm of the odds that rows ``a`` and ``b`` are the same household; shapes ``(pairs,)``.

    It is symmetric, and higher the more fields agree.

    Examples
    --------
    Two rows of one size at one point with 100 others, and one household in four has this size: 0.001 * 0.7 / 100 * 0.9 / 0.25.

    >>> two, one = np.array([0, 0]), np.ones(2)
    >>> values, chance, any_chance = {"persons": two}, {"persons": one / 4}, {"persons": 0.25}
    >>> others = [100 * one] * 3
    >>> records = LinkageRecords(values, chance, any_chance, one, one, two, two.astype(np.int32), *others)
    >>> (2 ** log_odds(records, np.array([0]), np.array([1]))).round(8).tolist()
    [2.52e-05]
    """
    score = np.log2(PRIOR) + place_weight(records, a, b)
    for name, values in records.values.items():
        score += field_weight(AGREEMENT[name], values, records.chance[name], records.any_chance[name], a, b)
    return np.asarray(score)


def best_log_odds(records: LinkageRecords) -> Floats:
    """Return the log odds of each row against a copy of itself, which no other row can exceed; shape ``(n,)``."""
    rows: Any = np.arange(len(records))
    return log_odds(records, rows, rows)


def field_weight(m: float, values: Ints, chance: Floats, any_chance: float, a: Ints, b: Ints) -> Floats:
    """Return the base-2 logarithm of a field's likelihood ratio for pairs of rows; shape ``(pairs,)``.

    >>> values, chance = np.array([5, 5, 6, -1]), np.full(4, 0.01)
    >>> field_weight(0.95, values, chance, 0.2, np.array([0, 0, 0]), np.array([1, 2, 3])).round(2).tolist()
    [6.57, -4.0, 0.0]
    """
    u = np.clip(np.maximum(chance[a], chance[b]), LEAST_CHANCE, m)
    agrees, known = values[a] == values[b], (values[a] != MISSING) & (values[b] != MISSING)
    weight = np.where(agrees, np.log2(m / u), np.log2((1 - m) / (1 - min(any_chance, m))))
    return np.where(known, weight, 0.0)


def place_weight(records: LinkageRecords, a: Ints, b: Ints) -> Floats:
    """Return the base-2 logarithm of ``m / k`` of the places of pairs of rows; shape ``(pairs,)``."""
    at_point, nearby, in_area = (np.maximum(k[a], k[b]) for k in (records.at_point, records.nearby, records.in_area))
    pa, pb = records.point[a], records.point[b]
    used = (pa != MISSING) & (pb != MISSING)
    near = haversine_m(records.lon[a], records.lat[a], records.lon[b], records.lat[b]) <= NEAR_METRES
    weight = np.select([used & (pa == pb), used & near], [SAME_POINT / at_point, NEAR / nearby], IN_AREA / in_area)
    return np.asarray(np.log2(weight))


def probability(log_odds: Floats) -> Floats:
    """Return probabilities of base-2 logarithms of odds.

    >>> probability(np.array([0.0, 2.0, -40.0])).round(3).tolist()
    [0.5, 0.8, 0.0]
    """
    return np.asarray(1.0 / (1.0 + np.exp2(-log_odds)))
