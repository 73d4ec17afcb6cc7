"""What messages tell people to run is there to be run."""

import ast
import re
from pathlib import Path

import pytest
import typer

from geoservice.cli import app

HOUSE = Path(__file__).parents[2] / "geoservice"
TOLD = re.compile(r"(?:: |`|with |run )geoservice ((?:[a-z]+ ?)+)")


def commands() -> dict[str, set[str]]:
    """Return the commands, each with those below it."""
    known: dict[str, set[str]] = {}
    for name, command in getattr(typer.main.get_command(app), "commands", {}).items():
        known[name] = set(getattr(command, "commands", {}))
    return known


def told() -> list[tuple[str, str]]:
    """Return every command that a text in the code or the docs names, with its file."""
    found = []
    for path in sorted(HOUSE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found += [(path.name, match[1]) for match in TOLD.finditer(node.value)]
    for path in [*sorted((HOUSE / "docs").glob("*.md")), HOUSE.parent / "README.md"]:
        found += [(path.name, match[1]) for match in TOLD.finditer(path.read_text("utf-8"))]
    return found


def test_texts_name_commands() -> None:
    assert len(told()) > 20


@pytest.mark.parametrize(("file", "text"), sorted(set(told())))
def test_a_command_that_a_text_names_exists(file: str, text: str) -> None:
    first, *rest = text.split()
    known = commands()
    assert first in known, f"{file}: geoservice {text}"
    if known[first] and rest:
        assert rest[0] in known[first], f"{file}: geoservice {text}"
