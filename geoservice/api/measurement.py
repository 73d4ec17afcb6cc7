"""The measurement of the register: made once, recorded in the register's budget book, its surface added to the project."""

from contextlib import closing
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from geoservice.api.stores import register_exists, register_has_own_role, register_of
from geoservice.durable import atomic_write
from geoservice.errors import InputError, NotFound
from geoservice.progress import Progress

if TYPE_CHECKING:
    import pyarrow as pa

    from geoservice.demand import HomeSupports, Places
    from geoservice.disclosure.vintage import Measurement, Rules
    from geoservice.project import Project
    from geoservice.register import Register
    from geoservice.settings import Settings
    from geoservice.study import Study


def rules_of(study: "Study", rho: Fraction | None = None) -> "Rules":
    """Return the study's rules for measuring its register."""
    from geoservice.disclosure.vintage import Rules

    return Rules(
        rho=study.disclosure.budget if rho is None else rho,
        lifetime_rho=Fraction(study.disclosure.lifetime_rho),
        migrants=study.migrants is not False,
        chinese=study.chinese,
        synthetic=study.synthetic,
        arrivals=study.arrivals,
    )


def parse_rho(value: str | float, name: str = "rho") -> Fraction:
    """Return a privacy loss as an exact number; raises :class:`InputError` unless it is a number in the allowed range.

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
    """Whether the project has a register with households that this role can read; creates no folder."""
    if not register_exists(settings) or register_has_own_role(settings):
        return False  # the register's role has made the surface
    with closing(register_of(settings)) as register:
        return bool(register.vintages("households"))


def measure_register(
    register: "Register", project: "Project", rules: "Rules", study: "Study", progress: Progress
) -> "Measurement":
    """Measure the register's households of the study's day, unless that was done, and add the surface to the project."""
    from geoservice.disclosure.vintage import measure_vintage

    households = register.read_as_of("households", study.as_of)
    digests = own_surfaces(project)
    day = register.day_of("households", study.as_of)
    areas, places = project.areas(study.as_of, study.code_system), places_of(project)
    supports = home_supports_of(project, places)
    measurement = measure_vintage(register, households, areas, places, rules, digests, progress, day=day, supports=supports)
    keep_surface(project, measurement)
    if measurement.result is not None:
        _write_quality(register, measurement, households)
    return measurement


def own_surfaces(project: "Project") -> list[str]:
    """Return the digests of the project's surfaces of its own register."""
    return [s.digest for s in project.surfaces() if s.kind == "register" and s.signature is None]


def places_of(project: "Project") -> "Places | None":
    """Return the points of the street map where people may live, None if no network was imported."""
    from geoservice.network.places import load_places

    try:
        return load_places(project.network)
    except NotFound:
        return None


def home_supports_of(project: "Project", places: "Places | None") -> "HomeSupports | None":
    """Return where homes may be by the public gazetteer, None if none was built or there is no map."""
    from geoservice.addresses.current import current_gazetteer
    from geoservice.geocode.home_supports import home_supports

    try:
        return None if places is None else home_supports(current_gazetteer(project.gazetteer).public, places)
    except NotFound:
        return None


def keep_surface(project: "Project", measurement: "Measurement") -> None:
    """Add a measured surface to the project, unless it is there already."""
    from geoservice.demand import read_surface
    from geoservice.project import SurfaceInfo

    draw = measurement.draw
    if draw.surface_digest not in {s.digest for s in project.surfaces()}:
        facts = read_surface(measurement.body).description
        project.add_surface(measurement.body, SurfaceInfo(draw.surface_digest, "register", "register", draw.made_at, facts))


def _write_quality(register: "Register", measurement: "Measurement", households: "pa.Table") -> None:
    """Write the steward's quality report into the register's folder."""
    from geoservice.disclosure.quality import quality_report

    assert measurement.result is not None
    path = register.quality_file(measurement.draw.number)
    text = "\n".join(quality_report(measurement.result, households)) + "\n"
    with atomic_write(path) as temporary:
        temporary.touch(mode=0o600)
        temporary.write_text(text, encoding="utf-8")
