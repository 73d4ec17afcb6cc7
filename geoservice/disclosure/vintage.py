"""One measurement a vintage: what the budget book says is done once, and refused when its limit is met."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction

import pyarrow as pa

from geoservice.db.arrow import digest as table_digest
from geoservice.demand import Places, write_surface
from geoservice.disclosure.budget import guess_probability
from geoservice.disclosure.protect import Made, protect
from geoservice.disclosure.sampler import OpenDPSampler, Sampler, SeededSampler
from geoservice.errors import DisclosureError, InputError
from geoservice.register import Draw, Register

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Rules:
    """How a register is measured: rho of one measurement, of all together, and what the study says of it.

    ``made_up`` is true for registers that say so: their noise comes from a seed and so is no protection.
    """

    rho: Fraction
    lifetime_rho: Fraction
    migrants: bool = True
    chinese: bool = True
    made_up: bool = False


@dataclass(frozen=True)
class Measurement:
    """A surface's bytes and its entry in the book; ``made`` is there when it was measured just now."""

    draw: Draw
    body: bytes
    made: Made | None


def measure_vintage(
    register: Register,
    households: pa.Table,
    areas: pa.Table,
    places: Places | None,
    rules: Rules,
    known: Collection[str] = (),
    progress: Progress = lambda _stage, _fraction: None,
) -> Measurement:
    """Return the surface of the register's households, measured now if it never was.

    Parameters
    ----------
    register : Register
        Keeps the book.
    households, areas : pyarrow.Table
        The register's current rows, and the public areas.
    places : Places or None
        Points of the public map where people may live.
    rules : Rules
    known : collection of str
        Digests of the register's surfaces that the project holds; one that is not in the book means that the book was lost.
    progress : callable

    Raises
    ------
    InputError
        There are no households, or the book is damaged or lost.
    DisclosureError
        The budget is used up.
    """
    if not households.num_rows:
        raise InputError("households: none are loaded; load them with: geoservice import households FILE")
    book = register.book()
    check_known(book, known)
    digest = table_digest(households)
    for draw in reversed(book):
        if draw.register_digest == digest:
            return Measurement(draw, register.surface(draw.surface_digest), None)
    check_budget(book, rules)
    register.secret()  # raises where it was lost: the ids would not be those of a later import
    facts = {"vintage": len(book) + 1, "made_up": rules.made_up}
    sampler = _sampler(rules, digest)
    made = protect(
        households, areas, places, rules.rho, sampler, migrants=rules.migrants, chinese=rules.chinese, description=facts,
        progress=progress,
    )  # fmt: skip
    body = write_surface(made.surface)
    return Measurement(register.spend(digest, body, rules.rho, "made up" if rules.made_up else ""), body, made)


def _sampler(rules: Rules, digest: str) -> Sampler:
    return SeededSampler(int(digest[:16], 16)) if rules.made_up else OpenDPSampler()


def check_known(book: Sequence[Draw], known: Collection[str]) -> None:
    """Raise :class:`InputError` when the project holds a surface that the book does not know."""
    written = {d.surface_digest for d in book}
    if lost := sorted(set(known) - written):
        raise InputError(
            f"register: the project holds the surface {lost[0]:.12}, which is not in the budget book; the book was lost or is "
            "another register's. Restore the register from a backup: what was spent before must not be forgotten"
        )


def spent(book: Sequence[Draw]) -> Fraction:
    """Rho of all measurements in the book together."""
    return sum((Fraction(d.rho) for d in book), Fraction(0))


def check_budget(book: Sequence[Draw], rules: Rules) -> None:
    """Raise :class:`DisclosureError` when one more measurement would spend more than the lifetime limit."""
    before = spent(book)
    after = before + rules.rho
    if after > rules.lifetime_rho:
        raise DisclosureError(
            f"budget: {len(book)} measurements have spent rho {float(before):g}; one more of {float(rules.rho):g} makes "
            f"{float(after):g}, allowed are {float(rules.lifetime_rho):g} (disclosure.lifetime_rho in study.toml). A household "
            f"that is in all of them could be guessed right {100 * guess_probability(after):.0f} times in 100 (blind: 50). "
            "Measure less often, use a smaller rho, or take one of villages alone with: geoservice protect --rho 0.1"
        )
