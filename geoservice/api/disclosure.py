"""The disclosure statement of a release: how people were protected."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from geoservice.layer import Label


@dataclass(frozen=True)
class DisclosureStatement:
    """How people were protected.

    ``guess_probability`` is the highest probability of a correct guess whether a household is in the register, whatever is
    known already (0.5 by chance), for the privacy loss ``rho`` of the measurement; both are None if people come from public
    data only. ``statement`` is the text in both languages, ``facts`` is everything in the manifest.
    """

    rho: float | None
    guess_probability: float | None
    statement: "Label"
    facts: Mapping[str, Any]

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Self:
        """Return the statement from a manifest's facts; of two sources of people, that of the measured one."""
        from geoservice.layer import Label

        measured: Mapping[str, Any] = next((part for part in (facts, *facts.get("parts", ())) if "rho" in part), {})
        rho = float(Fraction(measured["rho"])) if measured else None
        return cls(rho, measured.get("guess"), Label(**facts["statement"]), facts)
