"""One measurement per vintage: never repeated, recorded in the budget book, and refused beyond the lifetime limit."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import pyarrow as pa

from geoservice.db.arrow import digest as table_digest
from geoservice.demand import HomeSupports, Places, write_surface
from geoservice.disclosure.budget import guess_probability
from geoservice.disclosure.protect import ProtectedSurface, protect
from geoservice.disclosure.sampler import OpenDPSampler, Sampler, SeededSampler
from geoservice.errors import DisclosureError, InputError
from geoservice.progress import Progress
from geoservice.register import Draw, Register


@dataclass(frozen=True)
class Rules:
    """Settings of a measurement: rho of this one, the limit of all together, and the study's codes and classes.

    ``arrivals`` measures migrants by time since arrival. ``synthetic`` is true for registers that are declared so: their noise
    comes from a seed, which protects nobody.
    """

    rho: Fraction
    lifetime_rho: Fraction
    migrants: bool = True
    chinese: bool = True
    synthetic: bool = False
    arrivals: bool = False


@dataclass(frozen=True)
class Measurement:
    """A surface's bytes and its entry in the budget book; ``result`` is None if it was measured earlier."""

    draw: Draw
    body: bytes
    result: ProtectedSurface | None


def measure_vintage(
    register: Register,
    households: pa.Table,
    areas: pa.Table,
    places: Places | None,
    rules: Rules,
    project_surfaces: Collection[str] = (),
    progress: Progress = lambda _stage, _fraction: None,
    *,
    day: date | None = None,
    supports: HomeSupports | None = None,
) -> Measurement:
    """Return the surface of the register's households; measure it if that was not done before.

    Parameters
    ----------
    register : Register
        The register with its budget book.
    households, areas : pyarrow.Table
        The register's current rows, and the public areas.
    places : Places or None
        Points of the public map where people may live.
    rules : Rules
    project_surfaces : collection of str
        Digests of the register's surfaces in the project; one that is not in the book shows that the book was lost.
    progress : callable
    day : date, optional
        The day of the households, to which time since arrival is counted.
    supports : HomeSupports, optional
        Where homes may be of which a public gazetteer knows a road, a hamlet or a village only.

    Raises
    ------
    InputError
        If there are no households, arrivals are measured but no day is given, or the book is damaged or lost.
    DisclosureError
        If the budget is exhausted.
    """
    if not households.num_rows:
        raise InputError("households: none are loaded; load them with: geoservice import households FILE")
    book = register.book()
    check_surfaces_in_book(book, project_surfaces)
    digest = table_digest(households)
    for draw in reversed(book):
        if draw.register_digest == digest:
            return Measurement(draw, register.surface(draw.surface_digest), None)
    check_budget(book, rules)
    if rules.arrivals and day is None:
        raise InputError("arrivals: the day to which time since arrival is counted is missing")
    register.secret()  # raises if it was lost: ids would differ from those of a later import
    facts = {"vintage": len(book) + 1, "made_up": rules.synthetic}
    sampler = _sampler(rules, digest)
    result = protect(
        households, areas, places, rules.rho, sampler, migrants=rules.migrants, chinese=rules.chinese,
        arrivals_day=day if rules.arrivals else None, supports=supports, description=facts, progress=progress,
    )  # fmt: skip
    body = write_surface(result.surface)
    return Measurement(register.spend(digest, body, rules.rho, "made up" if rules.synthetic else ""), body, result)


def _sampler(rules: Rules, digest: str) -> Sampler:
    return SeededSampler(int(digest[:16], 16)) if rules.synthetic else OpenDPSampler()


def check_surfaces_in_book(book: Sequence[Draw], project_surfaces: Collection[str]) -> None:
    """Raise :class:`InputError` if the project has a surface that is not in the book."""
    in_book = {d.surface_digest for d in book}
    if missing := sorted(set(project_surfaces) - in_book):
        raise InputError(
            f"register: the project has the surface {missing[0]:.12}, which is not in the budget book; the book was lost or is "
            "another register's. Restore the register from a backup: the budget already spent must be counted"
        )


def spent_rho(book: Sequence[Draw]) -> Fraction:
    """Return the total rho of the measurements in the book."""
    return sum((Fraction(d.rho) for d in book), Fraction(0))


def check_budget(book: Sequence[Draw], rules: Rules) -> None:
    """Raise :class:`DisclosureError` if one more measurement would exceed the lifetime limit."""
    spent_before = spent_rho(book)
    spent_after = spent_before + rules.rho
    if spent_after > rules.lifetime_rho:
        right = 100 * guess_probability(spent_after)
        raise DisclosureError(
            f"budget: {len(book)} measurements have spent rho {float(spent_before):g}; one more of {float(rules.rho):g} makes "
            f"{float(spent_after):g}, the limit is {float(rules.lifetime_rho):g} (disclosure.lifetime_rho in study.toml). "
            f"A guess about a household in all of them would be right {right:.0f} times in 100 (without data: 50). "
            "Measure less often, use a smaller rho, or measure villages only with: geoservice protect --rho 0.1"
        )
