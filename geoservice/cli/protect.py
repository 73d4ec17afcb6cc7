"""geoservice protect, geoservice budget: measure the register once a vintage, and what that has spent."""

from collections.abc import Callable
from contextlib import closing
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated

import typer

from geoservice.cli.access import written_down
from geoservice.cli.common import Home, out, progress_bar, project_of, register_is_apart, register_of, settings_for, study_of
from geoservice.errors import InputError, NotFound

if TYPE_CHECKING:
    from geoservice.demand import Places
    from geoservice.disclosure.vintage import Measurement, Rules
    from geoservice.project import Project
    from geoservice.register import Register
    from geoservice.settings import Settings
    from geoservice.study import Study

Progress = Callable[[str, float], None]


def rules_of(study: "Study", rho: Fraction | None = None) -> "Rules":
    """Return how a study wants its register measured."""
    from geoservice.disclosure.vintage import Rules

    return Rules(
        rho=study.disclosure.budget if rho is None else rho,
        lifetime_rho=Fraction(study.disclosure.lifetime_rho),
        migrants=study.migrants is not False,
        chinese=study.chinese,
        made_up=study.synthetic,
    )


def has_register(settings: "Settings") -> bool:
    """Whether the project has a register with households in it; makes no folder."""
    if not settings.dsn and not settings.register_dsn and not (settings.home / "register").is_dir():
        return False
    if register_is_apart(settings):
        return False  # the surface was made by the register's role
    with closing(register_of(settings)) as register:
        return bool(register.vintages("households"))


def measure_register(settings: "Settings", rules: "Rules", as_of: date | None, progress: Progress) -> "Measurement":
    """Measure the register's households of a day unless that was done, and put the surface into the project."""
    from geoservice.disclosure.vintage import measure_vintage

    with closing(register_of(settings)) as register, closing(project_of(settings)) as project:
        households = register.read_as_of("households", as_of)
        known = [s.digest for s in project.surfaces() if s.kind == "register"]
        areas = project.areas(as_of)
        done = measure_vintage(register, households, areas, places_of(project), rules, known, progress)
        keep_surface(project, done)
        if done.made is not None:
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

    assert done.made is not None
    path = register.folder / f"quality-{done.draw.number}.csv"
    path.touch(mode=0o600)
    path.write_text("\n".join(quality_report(done.made, households)) + "\n", encoding="utf-8")  # type: ignore[arg-type]  # a table


def protect(
    rho: Annotated[str | None, typer.Option(help="Privacy loss of this measurement, instead of the study's; e.g. 0.1.")] = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Print the margins to expect, from public data alone; spends nothing.")
    ] = False,
    home: Home = None,
) -> None:
    """Measure the register once with differential privacy; the same households again cost nothing."""
    settings = settings_for(home)
    study = study_of(settings)
    rules = rules_of(study, None if rho is None else _fraction(rho))
    if plan:
        print_plan(settings, study, rules)
        return
    with written_down(settings, "protect", study.id) as told, progress_bar() as progress:
        done = measure_register(settings, rules, study.as_of, progress)
        told["draw"] = done.draw.number
    if done.made is None:
        out.print(
            f"these households were measured before, on {done.draw.made_at}: the stored surface is used, nothing is spent"
        )
        return
    with closing(register_of(settings)) as register:
        day = register.day_of("households", study.as_of)
    places, digest = done.made.surface.leaves, done.draw.surface_digest[:12]
    out.print(f"measured: the households of {day}, {places} places, rho {done.draw.rho}; surface {digest}")
    out.print(f"how far it is from the register: register/quality-{done.draw.number}.csv (private)")
    print_budget(settings, rules)


def _fraction(text: str) -> Fraction:
    try:
        value = Fraction(Decimal(text))
    except ArithmeticError:
        value = Fraction(0)
    if not 0 < value <= 8:
        raise InputError(f"--rho: got {text!r}, allowed is a number above 0 and at most 8")
    return value


def print_plan(settings: "Settings", study: "Study", rules: "Rules") -> None:
    """Print the margins to expect by level of area."""
    from rich.table import Table

    from geoservice.disclosure.budget import guess_probability
    from geoservice.disclosure.plan import expected_margins

    with closing(project_of(settings)) as project:
        areas = project.areas(study.as_of)
        rows = expected_margins(areas, places_of(project), rules.rho, study.group_ids, migrants=rules.migrants)
    guess = 100 * guess_probability(rules.rho)
    out.print(
        f"rho {float(rules.rho):g}: a guess whether a household is in the register is right at most {guess:.0f} times in 100"
    )
    table = Table("90 % margin, median", *(f"{row.level} ({row.places})" for row in rows), box=None, pad_edge=False)
    for quantity in rows[0].margins:
        table.add_row(str(quantity), *(f"± {row.margins[quantity]:.0f}" for row in rows))
    out.print(table)
    out.print("margins are at most so wide; nothing was read of the register and nothing is spent")


def print_budget(settings: "Settings", rules: "Rules") -> None:
    """Print the book: every measurement, and what all of them together could reveal."""
    from rich.table import Table

    from geoservice.disclosure.budget import guess_probability
    from geoservice.disclosure.vintage import spent

    with closing(register_of(settings)) as register:
        book = register.book()
    table = Table("no", "made at", "rho", "surface", "note", box=None, pad_edge=False)
    for draw in book:
        table.add_row(str(draw.number), draw.made_at, draw.rho, draw.surface_digest[:12], draw.note)
    if book:
        out.print(table)
    total = spent(book)
    out.print(f"spent: rho {float(total):g} of {float(rules.lifetime_rho):g}")
    if book:
        right = 100 * guess_probability(total)
        seen = "the measurement" if len(book) == 1 else f"all {len(book)} measurements"
        out.print(
            f"whoever sees {seen} guesses whether a household is in the register right at most {right:.0f} times in 100 "
            "(blind: 50)"
        )


def budget(home: Home = None) -> None:
    """Show what the measurements of the register have spent, and what is left."""
    settings = settings_for(home)
    print_budget(settings, rules_of(study_of(settings)))


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(protect)
    app.command()(budget)
