"""geoservice protect, geoservice budget: measure the register once a vintage, and what that has spent."""

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
        bool, typer.Option("--plan", help="Print the margins to expect, from public data alone; spends nothing.")
    ] = False,
    home: Home = None,
) -> None:
    """Measure the register once with differential privacy; the same households again cost nothing."""
    from geoservice.api.project import ProjectFolder

    settings = settings_for(home)
    study = study_of(settings)
    rules = rules_of(study, None if rho is None else parse_rho(rho, "--rho"))
    with ProjectFolder(settings, COMMAND_LINE) as project:
        if plan:
            print_plan(project.expected_margins(rho), rules)
            return
        with progress_bar() as progress:
            done = project.protect(rho, progress)
    if done.result is None:
        out.print(
            f"these households were measured before, on {done.draw.made_at}: the stored surface is used, nothing is spent"
        )
        return
    with closing(register_of(settings)) as register:
        day = register.day_of("households", study.as_of)
    places, digest = done.result.surface.leaves, done.draw.surface_digest[:12]
    out.print(f"measured: the households of {day}, {places} places, rho {done.draw.rho}; surface {digest}")
    out.print(f"how far it is from the register: register/quality-{done.draw.number}.csv (private)")
    print_budget(settings, rules)


def print_plan(rows: "Sequence[ExpectedMargins]", rules: "Rules") -> None:
    """Print the margins to expect by level of area."""
    from rich.table import Table

    from geoservice.disclosure.budget import guess_probability

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
