"""The demand surface: estimated people of small public places, and the noise of the estimates.

A surface has *leaves*, the small places, and *points* on the streets or buildings of each leaf, whose weights add up to 1.
Estimates are signed and unbiased; a second, non-negative set of values is for drawing, routing and siting. Nothing in a surface
is private: it comes from a public population file, or from a differentially private measurement of a register.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np

from geoservice.geo import Float32s, Floats, Int32s, Ints, Objects

Z90 = 1.6448536269514722
"""Standard errors on either side of the mean that contain 90 % of a normal distribution."""
REPLAYS = 200
"""Number of noise draws stored with a surface; they give the standard error of a sum to about 5 %."""
CLUSTERS = 3.0
"""Number of equal groups that the people of a leaf are modelled as, each at one of its points. Calibrated on synthetic
counties, never on a register, so that in ``bench disclosure`` on other counties 86 to 94 % of values are within their 90 %
margins."""
PER_HOUSEHOLD = 1.35
"""Mean square over squared mean of household size: households add more variance than single persons would."""


Unit = Literal["households", "persons"]


class Quantity(NamedTuple):
    """An estimated quantity: ``households`` or ``persons`` of a population group (``all``, ``resident``, ``under_6`` ...)."""

    unit: Unit
    group: str = "all"

    def __str__(self) -> str:
        """Return ``unit.group``, the name of its columns on disk."""
        return f"{self.unit}.{self.group}"


@dataclass(frozen=True)
class Flows:
    """Estimated migrants by area and origin; shapes ``(cells,)``, ``noise`` ``(cells, replays)`` in persons.

    ``origin`` is an area code, ``code.rest`` for the remainder not listed below it, or ``elsewhere``. ``arrived`` is "" for all
    migrants, or one of :data:`geoservice.schema.ARRIVALS`; it is empty if time since arrival was not measured. Some rows are
    parts of others: those of an area are parts of the area above it, an origin county is part of its province, and arrivals are
    parts of all.
    """

    area: Sequence[str]
    origin: Sequence[str]
    persons: Floats
    noise: Float32s
    arrived: Sequence[str] = ()

    def margins(self) -> Floats:
        """Return the half-width of each number's 90 % confidence interval; shape ``(cells,)``."""
        return noise_margins(self.noise)


@dataclass(frozen=True)
class LocationCounts:
    """Households by area and by how well they are located, with noise.

    Attributes
    ----------
    areas : list of tuple of str
        Codes of each counted area and of those around it, the lowest first; a household is counted in one area.
    classes : tuple of str
        Names in :data:`geoservice.schema.LOCATION_CLASSES`.
    households : float64 array, shape (areas, classes)
        Signed and unbiased.
    deviation : float or float64 array, shape (areas,)
        Standard deviation of the noise of each number, by area if several registers were measured; the noises are independent.
    """

    areas: Sequence[tuple[str, ...]]
    classes: tuple[str, ...]
    households: Floats
    deviation: float | Floats

    @property
    def deviations(self) -> Floats:
        """The standard deviation of the noise of each area's numbers; shape ``(areas,)``."""
        return np.broadcast_to(np.asarray(self.deviation, float), (len(self.areas),))

    def take(self, rows: Ints) -> "LocationCounts":
        """Return the counts of some areas."""
        areas = [self.areas[row] for row in rows.tolist()]
        return LocationCounts(areas, self.classes, self.households[rows], self.deviations[rows])


def noise_margins(noise: Float32s | Floats) -> Floats:
    """Return the half-width of the 90 % confidence interval from replays of noise; ``(n, replays)`` to ``(n,)``.

    >>> noise_margins(np.array([[1, -1, 1, -1]], np.float32)).round(3).tolist()
    [1.645]
    """
    squares = np.einsum("ij,ij->i", noise, noise, dtype=np.float64)
    return np.asarray(Z90 * np.sqrt(squares / max(noise.shape[1], 1)), float)


@dataclass(frozen=True)
class DemandSurface:
    """Estimated people by leaf.

    Attributes
    ----------
    ids : list of str
        Names of the leaves, in the order of all arrays of shape ``(leaves,)``.
    geometry : object array of bytes, shape (leaves,)
        Outline of each leaf, WKB in degrees.
    values, positive : mapping of Quantity to float64 array, shape (leaves,)
        Signed, unbiased estimates, and non-negative ones for drawing, routing and siting.
    noise : float32 array, shape (leaves, replays)
        The estimator applied to pure noise of unit scale, ``replays`` times; no replays for a surface without noise.
    scales : mapping of Quantity to float64 array, shape (measurements,)
        Coefficients of each independent measurement's unit noise in a quantity. The covariance of the errors of quantities
        ``a`` and ``b`` in one place is ``scales[a] @ scales[b]`` times the mean square of the replays there.
    deviations : mapping of Quantity to float64 array, shape (leaves,)
        Standard errors stated in a population file; independent between leaves. Empty for the surface of a register.
    point_leaf, point_weight, point_lon, point_lat : arrays, shape (points,)
        Assumed locations of people in each leaf.
    flows : Flows or None
        Origins of migrants, if measured.
    locations : LocationCounts or None
        Households of a register by how well they are located; None if that was not measured, as in earlier versions.
    description : mapping
        JSON: ``kind``, and for a register ``areas``, ``rho``, ``guess``, ``caps``, ``levels``; ``parts`` if merged.
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
    locations: LocationCounts | None = None

    @property
    def leaves(self) -> int:
        """Number of leaves."""
        return len(self.ids)

    def has(self, quantity: Quantity) -> bool:
        """Return whether the surface estimates a quantity."""
        return quantity in self.values

    def groups(self) -> tuple[str, ...]:
        """Return the population groups whose persons are estimated, ``all`` first."""
        return tuple(q.group for q in self.values if q.unit == "persons")

    def has_margin(self, quantity: Quantity) -> bool:
        """Return whether the errors of a quantity are known."""
        return quantity in self.scales or quantity in self.deviations

    def location_variance(self, quantity: Quantity) -> Floats:
        """Return by how much the unknown locations of a leaf's people spread a sum, for each leaf; shape ``(leaves,)``.

        Times ``w (1 - w)`` it is the variance of the number of people at points with the share ``w`` of the leaf's weight.
        """
        if quantity not in self._location_variance:
            people = self.positive[quantity]
            self._location_variance[quantity] = np.asarray(people * people / independent_groups(self, quantity), float)
        return self._location_variance[quantity]

    @cached_property
    def _location_variance(self) -> dict[Quantity, Floats]:
        return {}


def independent_groups(surface: DemandSurface, quantity: Quantity) -> Floats:
    """Return the number of independent groups of a leaf's people: at most ``CLUSTERS``, and at most its households."""
    households = surface.positive.get(Quantity("households", quantity.group))
    if households is None:
        all_households = surface.positive.get(Quantity("households"))
        people = surface.positive[quantity]
        households = people / 2.5 if all_households is None else np.minimum(all_households, people)
    return 1 / (1 / CLUSTERS + PER_HOUSEHOLD / np.maximum(households, 0.5))
