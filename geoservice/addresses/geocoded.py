"""What geocoding finds of an address."""

from dataclasses import dataclass
from typing import NamedTuple

from geoservice.addresses.precision import PRECISIONS


class MatchedArea(NamedTuple):
    """An area of the gazetteer that contains the place; ``level`` is province, city, county, town or village."""

    level: str
    code: str
    name: str


class GeocodeCandidate(NamedTuple):
    """A place that fits as well; ``lon`` and ``lat`` are None if the gazetteer has no position of it; ``row`` is its row."""

    name: str
    lon: float | None
    lat: float | None
    precision: str
    score: int
    row: int


@dataclass(frozen=True)
class Geocoded:
    """Where an address is. No text of the address is in it, only names of the gazetteer.

    Attributes
    ----------
    status : str
        ``matched``; ``ambiguous`` if several places fit, the answer is then the area that contains them all; ``none``.
    reason : str
        Why there is no position: ``not_an_address``, ``outside_scope``, ``not_found``, ``too_coarse`` if only the province or
        the city is known, or ``ambiguous``; else empty.
    row : int
        The place in the gazetteer, -1 if none.
    areas : tuple of MatchedArea
        From the province down.
    matched : str
        Names of the areas and of the place.
    lon, lat : float or None
        In degrees; the representative point of an area where the precision is an area's; None if unknown.
    precision, addr_type, location_type : str
        See :data:`geoservice.addresses.precision.PRECISIONS`.
    score : int
        From 0 to 100.
    uncertainty_m : float or None
        Radius that holds the true place in nine cases of ten.
    faults : tuple of str
        Codes of :data:`geoservice.addresses.faults.FAULTS`.
    candidates : tuple of GeocodeCandidate
        The places that fit equally well, the best first, at most five; empty if there is one.
    """

    status: str
    reason: str = ""
    row: int = -1
    areas: tuple[MatchedArea, ...] = ()
    matched: str = ""
    lon: float | None = None
    lat: float | None = None
    precision: str = "none"
    score: int = 0
    uncertainty_m: float | None = None
    faults: tuple[str, ...] = ()
    candidates: tuple[GeocodeCandidate, ...] = ()

    @property
    def addr_type(self) -> str:
        """What ArcGIS calls the precision."""
        return PRECISIONS[self.precision].addr_type

    @property
    def location_type(self) -> str:
        """What Google calls the precision."""
        return PRECISIONS[self.precision].location_type

    @property
    def household_precision(self) -> str:
        """What households call the precision; empty if there is no position."""
        return PRECISIONS[self.precision].household
