"""What all commands share: the terminal, the progress bar, and what opens a project.

Parts are imported where they are used, here and in every command: a command loads what it needs and ``serve`` nothing private.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from geoservice.api.stores import (
    plain,
    project_of,
    refuse_workspace,
    register_is_apart,
    register_of,
    releases_of,
    settings_for,
    study_of,
)

if TYPE_CHECKING:
    from rich.progress import TaskID

__all__ = [
    "Home",
    "err",
    "out",
    "plain",
    "progress_bar",
    "project_of",
    "refuse_workspace",
    "register_is_apart",
    "register_of",
    "releases_of",
    "settings_for",
    "study_of",
]

Home = Annotated[
    Path | None, typer.Option("--home", "-C", help="Project folder (or GEOSERVICE_HOME; default: the current folder).")
]
out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)


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
