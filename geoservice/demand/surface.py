"""The demand surface: estimated people by small public place, the noise they carry, and its form on disk.

A surface has *leaves*, the small places, and *points* within each leaf, on its streets or buildings, whose weights add up to 1.
Estimates are signed and unbiased; a second, non-negative set of values is for drawing, routing and siting. Nothing in a surface
is private: it comes from a public population file, or from a differentially private measurement of a register.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from geoservice.geo import Float32s, Floats, Int32s, Objects

Z90 = 1.6448536269514722
"""Standard errors to either side that hold 90 % of a normal distribution."""
REPLAYS = 200
"""Draws of the noise that are stored with a surface; the spread of a sum is known from them to one part in twenty."""


class Quantity(NamedTuple):
    """What is estimated: ``households`` or ``persons`` of a population group (``all``, ``resident``, ``under_6`` ...)."""

    unit: Literal["households", "persons"]
    group: str = "all"

    def __str__(self) -> str:
        """Return ``unit.group``, the name of its columns on disk."""
        return f"{self.unit}.{self.group}"


@dataclass(frozen=True)
class Flows:
    """Migrants by area and origin, estimated; all of shape ``(cells,)``, ``noise`` ``(cells, replays)`` in persons.

    ``origin`` is an area code, ``code.rest`` for what is not listed below it, or ``elsewhere``. Some rows are parts of others:
    an area's are parts of those of the area above it, a county's as an origin of its province's.
    """

    area: Sequence[str]
    origin: Sequence[str]
    persons: Floats
    noise: Float32s

    def margins(self) -> Floats:
        """Half-width of each number's 90 % interval; shape ``(cells,)``."""
        return np.asarray(Z90 * np.sqrt((self.noise.astype(float) ** 2).mean(axis=1)), float)


@dataclass(frozen=True)
class DemandSurface:
    """People by leaf.

    Attributes
    ----------
    ids : list of str
        Names of the leaves, in the order of all arrays of shape ``(leaves,)``.
    geometry : object array of bytes, shape (leaves,)
        Outline of each leaf, WKB in degrees.
    values, positive : mapping of Quantity to float64 array, shape (leaves,)
        Signed, unbiased estimates; and the non-negative ones for drawing, routing and siting.
    noise : float32 array, shape (leaves, replays)
        The estimator applied to pure noise of unit scale, ``replays`` times; no replays for a surface without noise.
    scales : mapping of Quantity to float64 array, shape (measurements,)
        How far each independent measurement's unit noise enters a quantity. The covariance of the errors of quantities ``a``
        and ``b`` in one place is ``scales[a] @ scales[b]`` times the mean square of the replays there.
    deviations : mapping of Quantity to float64 array, shape (leaves,)
        Standard errors that a population file states; independent between leaves. Empty for a register's surface.
    point_leaf, point_weight, point_lon, point_lat : arrays, shape (points,)
        Where in each leaf people are taken to be.
    flows : Flows or None
        Where migrants came from, if that was measured.
    description : mapping
        JSON: ``kind``, and of a register's surface ``rho``, ``guess``, ``caps``, ``levels``, ``source``.
    """

    ids: Sequence[str]
    geometry: Objects
    values: Mapping[Quantity, Floats]
    positive: Mapping[Quantity, Floats]
    noise: Float32s
    scales: Mapping[Quantity, Floats]
    deviations: Mapping[Quantity, Floats]
    point_leaf: Int32s
    point_weight: Floats
    point_lon: Floats
    point_lat: Floats
    description: Mapping[str, Any]
    flows: Flows | None = None

    @property
    def leaves(self) -> int:
        """Number of leaves."""
        return len(self.ids)

    def has(self, quantity: Quantity) -> bool:
        """Whether the surface estimates a quantity."""
        return quantity in self.values

    def groups(self) -> tuple[str, ...]:
        """Return the population groups whose persons are estimated, ``all`` first."""
        return tuple(q.group for q in self.values if q.unit == "persons")

    def has_margin(self, quantity: Quantity) -> bool:
        """Whether the errors of a quantity are known."""
        return quantity in self.scales or quantity in self.deviations
