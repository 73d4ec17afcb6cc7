"""Helpers of all commands: the terminal, the progress bar, and the functions that open a project.

Every command imports parts where it uses them: it loads only what it needs, and ``serve`` nothing private.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console

from geoservice.api.stores import (
    connection_string,
    project_exists,
    project_of,
    register_exists,
    register_has_own_role,
    register_of,
    reject_old_workspace,
    releases_of,
    settings_for,
    standards_of,
    stores_of,
    study_of,
)
from geoservice.errors import InputError

if TYPE_CHECKING:
    from rich.progress import TaskID

__all__ = [
    "Home",
    "Lang",
    "Language",
    "Yes",
    "checked_language",
    "confirm",
    "connection_string",
    "err",
    "json_progress",
    "out",
    "progress_bar",
    "project_exists",
    "project_of",
    "register_exists",
    "register_has_own_role",
    "register_of",
    "reject_old_workspace",
    "releases_of",
    "settings_for",
    "standards_of",
    "stores_of",
    "study_of",
]

Home = Annotated[
    Path | None, typer.Option("--home", "-C", help="Project folder (or GEOSERVICE_HOME; default: the current folder).")
]
Lang = Annotated[str, typer.Option("--lang", "--language", help="zh or en.")]
Language = Literal["zh", "en"]
Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]
out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)


def checked_language(language: str, option: str = "--lang") -> Language:
    """Return the language of an option; raises :class:`InputError` for another one."""
    if language not in ("zh", "en"):
        raise InputError(f"{option}: got {language!r:.20}, allowed are zh and en")
    return "zh" if language == "zh" else "en"


def confirm(question: str, yes: bool) -> None:
    """Ask for confirmation of something irreversible; ends the command unless the answer is yes.

    Raises :class:`InputError` if there is no terminal to ask on.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise InputError("there is no terminal for the confirmation, and nothing was done; --yes does it without asking")
    if not typer.confirm(question):
        out.print("nothing was done")
        raise typer.Exit(1)


@contextmanager
def progress_bar() -> Iterator[Callable[[str, float], None]]:
    """Show a progress bar per stage on the error stream; yields a function of a stage's name and its completed fraction."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<28}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"), TimeElapsedColumn())
    with Progress(*columns, console=err, disable=not err.is_terminal) as bar:
        stages: dict[str, TaskID] = {}

        def report(stage: str, fraction: float) -> None:
            if stage not in stages:
                stages[stage] = bar.add_task(stage, total=1.0)
            bar.update(stages[stage], completed=fraction)

        yield report


def json_progress(stage: str, fraction: float) -> None:
    """Write the progress of a stage to the error stream as one JSON object, for a program that waits for the result."""
    sys.stderr.write(json.dumps({"stage": stage, "fraction": round(fraction, 3)}) + "\n")
    sys.stderr.flush()
