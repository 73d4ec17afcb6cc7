"""The register's measurement: made once, kept in the register's book and put into the project."""

from contextlib import closing
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from geoservice.api.progress import Progress
from geoservice.api.stores import register_is_apart, register_is_there, register_of
from geoservice.durable import whole_file
from geoservice.errors import InputError, NotFound

if TYPE_CHECKING:
    from geoservice.demand import Places
    from geoservice.disclosure.vintage import Measurement, Rules
    from geoservice.project import Project
    from geoservice.register import Register
    from geoservice.settings import Settings
    from geoservice.study import Study


def rules_of(study: "Study", rho: Fraction | None = None) -> "Rules":
    """Return how a study wants its register measured."""
    from geoservice.disclosure.vintage import Rules

    return Rules(
        rho=study.disclosure.budget if rho is None else rho,
        lifetime_rho=Fraction(study.disclosure.lifetime_rho),
        migrants=study.migrants is not False,
        chinese=study.chinese,
        synthetic=study.synthetic,
    )


def parse_rho(value: str | float, name: str = "rho") -> Fraction:
    """Return a privacy loss as an exact number; raises :class:`InputError` for what is none, or too large.

    >>> parse_rho("0.1"), parse_rho(0.1)
    (Fraction(1, 10), Fraction(1, 10))
    """
    try:
        rho = Fraction(Decimal(str(value)))
    except (ArithmeticError, ValueError):
        rho = Fraction(0)
    if not 0 < rho <= 8:
        raise InputError(f"{name}: got {value!r}, allowed is a number above 0 and at most 8")
    return rho


def has_register(settings: "Settings") -> bool:
    """Whether the project has a register with households in it; makes no folder."""
    if not register_is_there(settings) or register_is_apart(settings):
        return False  # the surface was made by the register's role
    with closing(register_of(settings)) as register:
        return bool(register.vintages("households"))


def measure_register(
    register: "Register", project: "Project", rules: "Rules", as_of: date | None, progress: Progress
) -> "Measurement":
    """Measure the register's households of a day unless that was done, and put the surface into the project."""
    from geoservice.disclosure.vintage import measure_vintage

    households = register.read_as_of("households", as_of)
    known = [s.digest for s in project.surfaces() if s.kind == "register"]
    done = measure_vintage(register, households, project.areas(as_of), places_of(project), rules, known, progress)
    keep_surface(project, done)
    if done.result is not None:
        _write_quality(register, done, households)
    return done


def places_of(project: "Project") -> "Places | None":
    """Return the points of the street map where people may live, None where no network was imported."""
    from geoservice.network.places import load_places

    try:
        return load_places(project.network)
    except NotFound:
        return None


def keep_surface(project: "Project", done: "Measurement") -> None:
    """Put a measured surface into the project; the same one again changes nothing."""
    from geoservice.demand import read_surface
    from geoservice.project import SurfaceInfo

    draw = done.draw
    if draw.surface_digest not in {s.digest for s in project.surfaces()}:
        facts = read_surface(done.body).description
        project.add_surface(done.body, SurfaceInfo(draw.surface_digest, "register", "register", draw.made_at, facts))


def _write_quality(register: "Register", done: "Measurement", households: object) -> None:
    """Write the steward's report beside the register."""
    from geoservice.disclosure.quality import quality_report

    assert done.result is not None
    path = register.quality_file(done.draw.number)
    text = "\n".join(quality_report(done.result, households)) + "\n"  # type: ignore[arg-type]  # a table
    with whole_file(path) as aside:
        aside.touch(mode=0o600)
        aside.write_text(text, encoding="utf-8")
