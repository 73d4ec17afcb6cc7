"""Estimates with margins, and how an answer states them: JSON, null where a number is unknown or hidden."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from geoservice.demand import Quantity, Sums
from geoservice.geo import Floats

DIGITS = 3
"""Decimals of numbers."""


@dataclass(frozen=True)
class Estimates:
    """Estimates and the half-widths of their 90 % intervals, NaN if unknown; both of one shape."""

    value: Floats
    margin: Floats

    @classmethod
    def of(cls, sums: Sums, quantity: Quantity, *shape: int) -> "Estimates":
        """Return sums of a quantity, as arrays of a shape."""
        return cls(*(v.reshape(shape or v.shape) for v in (sums.value(quantity), sums.margin(quantity))))

    def take(self, index: Any) -> "Estimates":
        """Return the estimates at an index of both arrays."""
        return Estimates(self.value[index], self.margin[index])

    def scaled(self, factor: Floats) -> "Estimates":
        """Return the estimates multiplied by known factors."""
        return Estimates(self.value * factor, self.margin * factor)


def numbers(estimates: Estimates) -> Any:
    """Return each number with its margin, in lists of the arrays' shape.

    >>> numbers(Estimates(np.array([1.23456]), np.array([np.nan])))
    [{'value': 1.235, 'margin': None}]
    """
    return _nested(_objects(estimates), estimates.value.shape)


@dataclass(frozen=True)
class Counts:
    """Writes numbers of people; those below ``hide_below`` are null with the status ``under``."""

    hide_below: int | None = None

    def __call__(self, estimates: Estimates) -> Any:
        """Return each number of people with its margin, in lists of the arrays' shape."""
        if self.hide_below is None:
            return numbers(estimates)
        under = (estimates.value < self.hide_below).ravel().tolist()
        hidden = {"value": None, "margin": None, "status": "under"}
        shown = [hidden if u else n for u, n in zip(under, _objects(estimates), strict=True)]
        return _nested(shown, estimates.value.shape)


def ratios(counts: list[dict[str, Any]], estimates: Estimates) -> list[dict[str, Any]]:
    """Return numbers that are computed from numbers of people, such as loads; hidden where these are.

    >>> ratios([{"value": None, "margin": None, "status": "under"}], Estimates(np.array([3.0]), np.array([1.0])))
    [{'value': None, 'margin': None, 'status': 'under'}]
    """
    return [count if "status" in count else number for count, number in zip(counts, _objects(estimates), strict=True)]


def _objects(estimates: Estimates) -> list[dict[str, Any]]:
    values, margins = (_rounded(v.ravel()) for v in (estimates.value, estimates.margin))
    return [{"value": v, "margin": m} for v, m in zip(values, margins, strict=True)]


def _rounded(values: Floats) -> list[float | None]:
    rounded = np.round(values, DIGITS) + 0.0  # no -0.0
    if np.isfinite(rounded).all():
        return list(rounded.tolist())
    return [v if np.isfinite(v) else None for v in rounded.tolist()]


def _nested(items: list[dict[str, Any]], shape: tuple[int, ...]) -> Any:
    if len(shape) < 2:
        return items if shape else items[0]
    return [items[i : i + shape[1]] for i in range(0, len(items), shape[1])] if shape[1] else [[] for _ in range(shape[0])]
