"""How people were protected, as a release says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from geoservice.layer import Label


@dataclass(frozen=True)
class DisclosureStatement:
    """How people were protected.

    ``guess_probability`` is the chance that anybody, whatever they know, guesses right whether a household is in the register
    (blind: 0.5), for the privacy loss ``rho`` of the measurement; both are None where people come from public data alone.
    ``statement`` says it in both languages, ``facts`` is all that the manifest has.
    """

    rho: float | None
    guess_probability: float | None
    statement: "Label"
    facts: Mapping[str, Any]

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Self:
        """Read what a manifest says; where people come from two sources, of the one that was measured."""
        from geoservice.layer import Label

        measured: Mapping[str, Any] = next((part for part in (facts, *facts.get("parts", ())) if "rho" in part), {})
        rho = float(Fraction(measured["rho"])) if measured else None
        return cls(rho, measured.get("guess"), Label(**facts["statement"]), facts)
