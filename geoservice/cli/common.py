"""What all commands share: the terminal, the progress bar, and what opens a project.

Parts are imported where they are used, here and in every command: a command loads what it needs and ``serve`` nothing private.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from geoservice.api.stores import (
    plain,
    project_is_there,
    project_of,
    refuse_workspace,
    register_is_apart,
    register_is_there,
    register_of,
    releases_of,
    settings_for,
    stores_of,
    study_of,
)
from geoservice.errors import InputError

if TYPE_CHECKING:
    from rich.progress import TaskID

__all__ = [
    "Home",
    "Yes",
    "confirm",
    "err",
    "out",
    "plain",
    "progress_bar",
    "project_is_there",
    "project_of",
    "refuse_workspace",
    "register_is_apart",
    "register_is_there",
    "register_of",
    "releases_of",
    "settings_for",
    "stores_of",
    "study_of",
]

Home = Annotated[
    Path | None, typer.Option("--home", "-C", help="Project folder (or GEOSERVICE_HOME; default: the current folder).")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]
out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)


def confirm(question: str, yes: bool) -> None:
    """Ask before something that there is no way back from; ends the command unless the answer is yes.

    Raises :class:`InputError` where nobody can be asked.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise InputError("nobody is there to confirm it, and nothing was done; --yes does it without asking")
    if not typer.confirm(question):
        out.print("nothing was done")
        raise typer.Exit(1)


@contextmanager
def progress_bar() -> Iterator[Callable[[str, float], None]]:
    """Show one bar a stage on the terminal's error stream; the function yielded takes a stage's name and a fraction."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<28}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"), TimeElapsedColumn())
    with Progress(*columns, console=err, disable=not err.is_terminal) as bar:
        stages: dict[str, TaskID] = {}

        def report(stage: str, fraction: float) -> None:
            if stage not in stages:
                stages[stage] = bar.add_task(stage, total=1.0)
            bar.update(stages[stage], completed=fraction)

        yield report
