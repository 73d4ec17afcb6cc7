"""geoservice protect and geoservice budget: measure each vintage of the register once, and show the privacy budget."""

from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from geoservice.api.audit import COMMAND_LINE
from geoservice.api.measurement import parse_rho, rules_of
from geoservice.cli.common import Home, out, progress_bar, register_of, settings_for, study_of

if TYPE_CHECKING:
    from geoservice.disclosure.plan import ExpectedMargins
    from geoservice.disclosure.vintage import Rules
    from geoservice.settings import Settings


def protect(
    rho: Annotated[str | None, typer.Option(help="Privacy loss of this measurement, instead of the study's; e.g. 0.1.")] = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Print the expected margins, from public data only; spends nothing.")
    ] = False,
    home: Home = None,
) -> None:
    """Measure the register with differential privacy; measuring the same households again costs nothing."""
    from geoservice.api.project import ProjectFolder

    settings = settings_for(home)
    study = study_of(settings)
    rules = rules_of(study, None if rho is None else parse_rho(rho, "--rho"))
    with ProjectFolder(settings, COMMAND_LINE) as project:
        if plan:
            print_plan(project.expected_margins(rho), rules)
            return
        with progress_bar() as progress:
            measurement = project.protect(rho, progress)
    draw = measurement.draw
    if measurement.result is None:
        out.print(f"these households were measured before, on {draw.made_at}: the stored surface is used, nothing is spent")
        return
    with closing(register_of(settings)) as register:
        day = register.day_of("households", study.as_of)
    places, digest = measurement.result.surface.leaves, draw.surface_digest[:12]
    out.print(f"measured: the households of {day}, {places} places, rho {draw.rho}; surface {digest}")
    out.print(f"differences from the register: register/quality-{draw.number}.csv (private)")
    print_budget(settings, rules)


def print_plan(rows: "Sequence[ExpectedMargins]", rules: "Rules") -> None:
    """Print the expected margins by level of area."""
    from rich.table import Table

    from geoservice.demand import Z90
    from geoservice.disclosure.budget import divide_rho, guess_probability
    from geoservice.disclosure.location_classes import location_deviation

    guess = 100 * guess_probability(rules.rho)
    out.print(
        f"rho {float(rules.rho):g}: a guess whether a household is in the register is right at most {guess:.0f} times in 100"
    )
    table = Table("90 % margin, median", *(f"{row.level} ({row.places})" for row in rows), box=None, pad_edge=False)
    for quantity in rows[0].margins:
        table.add_row(str(quantity), *(f"± {row.margins[quantity]:.0f}" for row in rows))
    out.print(table)
    located = Z90 * location_deviation(divide_rho(rules.rho, migrants=rules.migrants).locations)
    out.print(f"households by how well they are located: ± {located:.0f} each in a township")
    out.print("these are upper limits of the margins; the register was not read and nothing is spent")


def print_budget(settings: "Settings", rules: "Rules") -> None:
    """Print the budget book: every measurement, and what all of them together could reveal."""
    from rich.table import Table

    from geoservice.disclosure.budget import guess_probability
    from geoservice.disclosure.vintage import spent_rho

    with closing(register_of(settings)) as register:
        book = register.book()
    table = Table("no", "made at", "rho", "surface", "note", box=None, pad_edge=False)
    for draw in book:
        table.add_row(str(draw.number), draw.made_at, draw.rho, draw.surface_digest[:12], draw.note)
    if book:
        out.print(table)
    total = spent_rho(book)
    out.print(f"spent: rho {float(total):g} of {float(rules.lifetime_rho):g}")
    if book:
        percent = 100 * guess_probability(total)
        source = "the measurement" if len(book) == 1 else f"all {len(book)} measurements"
        out.print(
            f"with {source}, a guess whether a household is in the register is right at most {percent:.0f} times in 100 "
            "(by chance: 50)"
        )


def budget(home: Home = None) -> None:
    """Show the privacy budget that the measurements of the register have spent, and its limit."""
    settings = settings_for(home)
    print_budget(settings, rules_of(study_of(settings)))


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(protect)
    app.command()(budget)
