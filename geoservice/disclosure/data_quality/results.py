"""Results of checks: marked households, preferred values and marked areas, counted by area as findings."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import nan
from typing import Literal, Protocol

import numpy as np

from geoservice.disclosure.data_quality.base import WHOLE, QualityFinding, QualityItem
from geoservice.disclosure.data_quality.quality_data import QualityData
from geoservice.disclosure.data_quality.regions import count_by_region, sum_by_region
from geoservice.geo import Bools, Floats, Int32s, Ints

LEAST_INDEX = 125.0
"""Index from which a value counts as preferred: beyond "fairly accurate" on the scale of the UN for Whipple's index."""
LEAST_DEVIATIONS = 4.0
"""Standard deviations above the expected number; by chance one of 30 000 areas is above it."""
LEAST_OBSERVED = 20


class CheckResult(Protocol):
    """The result of one item of a check."""

    def findings(self, data: QualityData) -> Iterator[QualityFinding]:
        """Yield the finding of the whole register, also if it is zero, then those of areas that have any."""


@dataclass(frozen=True)
class MarkedHouseholds:
    """The households that an item counts; if it counts all of them, there are no findings of areas.

    Attributes
    ----------
    item
        What is counted.
    rows : bool array, shape (n,)
        The households.
    of : bool array, shape (n,), or None
        Households that were examined; None for all.
    by
        Whether households count in the area where they live or in that where they are registered.
    least_share
        An area has a finding from this share on; the whole register likewise.
    expected
        Weight of each household in the number that is expected by chance; None if there is no such number.
    """

    item: QualityItem
    rows: Bools
    of: Bools | None = None
    by: Literal["residence", "home"] = "residence"
    least_share: float = 0.0
    expected: Floats | None = None

    def findings(self, data: QualityData) -> Iterator[QualityFinding]:
        """Yield the findings, see :class:`CheckResult`."""
        of = np.ones(len(self.rows), np.bool_) if self.of is None else self.of
        chance = float(self.expected[self.rows].sum()) if self.expected is not None else nan
        yield self._finding(WHOLE, "", int(self.rows.sum()), int(of.sum()), chance)
        if self.rows.all():  # a column that no file has, say; areas would repeat it
            return
        for level, position in (data.residence if self.by == "residence" else data.home).items():
            regions = data.regions.by_level[level]
            counts, totals = (count_by_region(position, mask, len(regions)) for mask in (self.rows, of))
            chances = self._chance(position, len(regions))
            for i in np.flatnonzero(counts).tolist():
                if counts[i] >= self.least_share * totals[i]:
                    yield self._finding(level, regions[i].code, int(counts[i]), int(totals[i]), float(chances[i]))

    def _finding(self, level: str, area: str, rows: int, of: int, chance: float) -> QualityFinding:
        return QualityFinding(self.item, level, area, rows if rows >= self.least_share * of else 0, of, expected=chance)

    def _chance(self, position: Int32s, regions: int) -> Floats:
        if self.expected is None:
            return np.full(regions, nan)
        return sum_by_region(position[self.rows], self.expected[self.rows], regions)


@dataclass(frozen=True)
class PreferredValue:
    """A value that occurs more often than expected: its finding counts the households above the expected number.

    Attributes
    ----------
    item
        What is counted.
    rows, of : bool arrays, shape (n,)
        Households with the value, and those that were examined.
    expected
        Returns the expected number of households in each region from the region of each household (-1 for none) and the
        number of regions.
    """

    item: QualityItem
    rows: Bools
    of: Bools
    expected: Callable[[Int32s, int], Floats]

    def findings(self, data: QualityData) -> Iterator[QualityFinding]:
        """Yield the findings, see :class:`CheckResult`."""
        yield next(self._at(WHOLE, [""], np.zeros(len(self.rows), np.int32)))
        for level, position in data.residence.items():
            codes = [region.code for region in data.regions.by_level[level]]
            yield from (finding for finding in self._at(level, codes, position) if finding.rows)

    def _at(self, level: str, codes: list[str], position: Int32s) -> Iterator[QualityFinding]:
        observed, totals = (count_by_region(position, mask, len(codes)) for mask in (self.rows, self.of))
        expected = self.expected(position, len(codes))
        for code, n, of, usual in zip(codes, observed.tolist(), totals.tolist(), expected.tolist(), strict=True):
            rows = round(n - usual) if is_preferred(n, usual) else 0
            shares = (n / of, usual / of) if of else (nan, nan)
            yield QualityFinding(self.item, level, code, rows, of, *shares)


def is_preferred(observed: int, expected: float) -> bool:
    """Whether a number is above the expected one by more than chance and by an amount that matters.

    The expected number may itself be estimated from two neighbouring values, whose variance adds a half.

    >>> is_preferred(200, 100), is_preferred(110, 100), is_preferred(10, 1)
    (True, False, False)
    """
    beyond_chance = observed - expected > LEAST_DEVIATIONS * np.sqrt(1.5 * max(expected, 1.0))
    return bool(observed >= LEAST_OBSERVED and beyond_chance and 100 * observed >= LEAST_INDEX * expected)


@dataclass(frozen=True)
class MarkedAreas:
    """The areas of each level that an item is about, with their values and the usual one.

    Attributes
    ----------
    item
        What is counted: the households of these areas.
    marked
        By level, positions of the areas.
    values, usual
        By level, the value of every area of the level, and the median or expected one.
    """

    item: QualityItem
    marked: dict[str, Ints]
    values: dict[str, Floats]
    usual: dict[str, Floats]

    def findings(self, data: QualityData) -> Iterator[QualityFinding]:
        """Yield the findings, see :class:`CheckResult`; that of the whole register counts areas of the lowest level."""
        households = {level: data.households(level) for level in self.marked}
        lowest = list(self.marked)[-1] if self.marked else None
        rows = households[lowest][self.marked[lowest]] if lowest else np.zeros(0, np.int64)
        yield QualityFinding(self.item, WHOLE, "", int(rows.sum()), len(data.columns), areas=len(rows))
        for level, positions in self.marked.items():
            regions = data.regions.by_level[level]
            for i in positions.tolist():
                n, value, usual = int(households[level][i]), float(self.values[level][i]), float(self.usual[level][i])
                yield QualityFinding(self.item, level, regions[i].code, n, n, value, usual, areas=1)
