"""Population pyramids: age groups of equal width."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geoservice.errors import InputError, ParameterError
from geoservice.geo import Floats


@dataclass(frozen=True)
class AgeGroups:
    """Age groups of equal width from age 0, the last of them open.

    Parameters
    ----------
    width : int, years
    open_from : int, years
        First age of the open group, a multiple of ``width``.

    Examples
    --------
    >>> ages = AgeGroups(5, 85)
    >>> len(ages), ages.labels[:2], ages.labels[-1], ages.span(15, 44)
    (18, ('0-4', '5-9'), '85+', slice(3, 9, None))
    """

    width: int = 5
    open_from: int = 85

    def __post_init__(self) -> None:
        if self.width < 1 or self.open_from < self.width or self.open_from % self.width:
            raise ParameterError(
                f"age groups: the open group starts at {self.open_from}, allowed are multiples of their width, {self.width}"
            )

    def __len__(self) -> int:
        """Return the number of groups."""
        return self.open_from // self.width + 1

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the usual names of the groups."""
        closed = [f"{a}-{a + self.width - 1}" if self.width > 1 else str(a) for a in range(0, self.open_from, self.width)]
        return (*closed, f"{self.open_from}+")

    def span(self, first: int, last: int | None) -> slice:
        """Return the groups that make up the ages from ``first`` to ``last``, both included; None is no upper limit.

        Raises
        ------
        ParameterError
            The ages are not those of whole groups.
        """
        stop = self.open_from if last is None else last + 1
        aligned = first % self.width == 0 and stop % self.width == 0
        inside = 0 <= first < stop <= self.open_from or (last is None and first == self.open_from)
        if not aligned or not inside:
            ages = f"{first}+" if last is None else f"{first}-{last}"
            raise ParameterError(f"ages {ages}: not made of whole age groups {', '.join(self.labels)}")
        return slice(first // self.width, len(self) if last is None else stop // self.width)

    def shares(self, first: int, last: int | None) -> Floats:
        """Return the share of each group that is from ``first`` to ``last`` years old, if its ages are equally many.

        Of the open group it is all, or nothing if the ages begin within it.

        >>> AgeGroups(5, 15).shares(0, 5).round(3).tolist(), AgeGroups(5, 15).shares(8, None).round(3).tolist()
        ([1.0, 0.2, 0.0, 0.0], [0.0, 0.4, 1.0, 1.0])
        """
        starts = np.arange(0, self.open_from + 1, self.width)
        stop = np.inf if last is None else last + 1
        inside = np.clip(np.minimum(stop, starts + self.width) - np.maximum(first, starts), 0, None) / self.width
        inside[-1] = float(last is None and first <= self.open_from)
        return np.asarray(inside, np.float64)

    def shift(self, years: int) -> int:
        """Return by how many groups a cohort moves up in a number of years.

        Raises
        ------
        ParameterError
            The years are not a multiple of the width, or more than the closed groups span.
        """
        if years < 1 or years % self.width or years > self.open_from:
            raise ParameterError(f"step of {years} years: allowed are multiples of the {self.width} years of an age group")
        return years // self.width


def check_pyramids(ages: AgeGroups, *populations: ArrayLike) -> list[Floats]:
    """Return pyramids as float64 arrays of shape ``(..., areas, sexes, ages)``.

    Raises
    ------
    InputError
        A shape does not fit the age groups, or a number is negative, infinite or missing.
    """
    arrays = [np.asarray(p, np.float64) for p in populations]
    for array in arrays:
        if array.ndim < 3 or array.shape[-1] != len(ages) or array.shape[-3:] != arrays[0].shape[-3:]:
            raise InputError(
                f"pyramid: shape {array.shape}, expected (areas, sexes, {len(ages)} age groups), equal at all dates"
            )
        if not np.isfinite(array).all() or (array < 0).any():
            raise InputError("pyramid: a number of persons is missing or negative; allowed are 0 and above")
    return arrays
