"""Every column of a table is used or declared as unused, which an import reports."""

import ast
from pathlib import Path

import pytest

from geoservice.schema import TABLES, TableName

HOUSE = Path(__file__).parents[1] / "geoservice"
USERS = ("disclosure", "demand", "network", "analysis", "pipeline", "vintages", "project", "areas.py", "schema.py")

WORDS = {"source", "date"}
"""Unused columns whose names have other meanings elsewhere, like those of the key of uptake."""


def named() -> set[str]:
    """Return every string in the code behind the stores, without the definitions of the columns."""
    texts = set()
    for user in USERS:
        paths = [HOUSE / user] if user.endswith(".py") else sorted((HOUSE / user).rglob("*.py"))
        for path in paths:
            tree = ast.parse(path.read_text("utf-8"))
            own = {
                id(c)
                for n in ast.walk(tree)
                if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "SchemaColumn"
                for c in n.args
            }
            texts |= {
                n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in own and isinstance(n.value, str)
            }
    return texts


@pytest.mark.parametrize("name", TABLES)
def test_used_columns_are_those_named_in_the_code(name: TableName) -> None:
    known = named()
    table = TABLES[name]
    used, idle = ({c.name for c in table.columns if c.used == flag} for flag in (True, False))
    assert used <= known, "these are used by nothing: say so with used=False"
    assert not (idle & known) - set(table.key) - WORDS, "these are used now"
