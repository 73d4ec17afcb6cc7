"""The import table of the house: who may import whom. Nothing imports upward, nothing in a circle."""

import ast
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2] / "geoservice"
BASE = {"errors", "geo"}
PRIVATE = {"ingest", "geocode", "network", "analysis", "disclosure", "workspace"}
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "settings": set(),
    "geo": {"errors"},
    "schema": BASE,
    "study": BASE | {"schema"},
    "layer": BASE | {"schema"},
    "measures": BASE,
    "number_text": BASE | {"layer", "measures"},
    "analysis": BASE | {"measures"},
    # a block of atoms is what disclosure turns into released rows; both stay pure
    "disclosure": BASE | {"analysis"},
    "network": BASE | {"schema"},
    "db": BASE,
    "workspace": BASE | {"schema", "study", "db"},
    "release": BASE | {"layer", "measures", "db"},
    "ingest": BASE | {"schema", "study", "workspace"},
    "geocode": BASE | {"schema", "study", "workspace"},
    "pipeline": BASE | PRIVATE | {"settings", "schema", "study", "layer", "measures", "db", "release"},
    "maps": BASE | {"settings", "layer", "measures", "number_text", "release"},
    "server": BASE | {"settings", "layer", "measures", "number_text", "release", "maps"},
    "demo": BASE | {"schema", "study", "ingest", "geocode", "pipeline", "workspace"},
    "bench": BASE | PRIVATE | {"settings", "schema", "study", "layer", "db", "release", "pipeline", "demo"},
    "__main__": {"cli"},
    "cli": BASE
    | PRIVATE
    | {"settings", "schema", "study", "layer", "db", "release", "pipeline", "maps", "server", "demo", "bench"},
}
PURE = ("analysis", "disclosure", "network/kernels.py")
IMPURE = {
    "os",
    "io",
    "pathlib",
    "socket",
    "sqlite3",
    "subprocess",
    "tempfile",
    "time",
    "datetime",
    "random",
    "secrets",
    "duckdb",
    "psycopg",
}


def _part(file: Path) -> str:
    first = file.relative_to(HOUSE).parts[0]
    return first.removesuffix(".py")


def _imported(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            module = node.module or ""
            names |= {f"{module}.{a.name}" for a in node.names} if module == "geoservice" else {module}
    return names


FILES = [f for f in sorted(HOUSE.rglob("*.py")) if f != HOUSE / "__init__.py" and "node_modules" not in f.parts]


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(HOUSE)))
def test_imports_only_what_its_part_may(file: Path) -> None:
    part = _part(file)
    used = {n.split(".")[1] for n in _imported(file) if n.startswith("geoservice.")} - {part, "__version__"}
    assert used <= MAY_IMPORT[part]


@pytest.mark.parametrize("file", [f for f in FILES if str(f.relative_to(HOUSE)).startswith(PURE)], ids=lambda f: f.name)
def test_pure_parts_touch_no_file_database_clock_or_environment(file: Path) -> None:
    assert not {n.split(".")[0] for n in _imported(file)} & IMPURE


def test_nothing_imports_in_a_circle() -> None:
    edges = {part: {n for n in allowed if n != part} for part, allowed in MAY_IMPORT.items()}
    done: set[str] = set()
    while len(done) < len(edges):
        ready = {p for p, needs in edges.items() if p not in done and needs <= done}
        assert ready, f"circle among {sorted(set(edges) - done)}"
        done |= ready


# asks a connection about itself, not a table: part of opening it
SETTINGS = {"SELECT current_setting(?)"}


def test_sql_text_lives_in_files_of_its_own() -> None:
    words = ("SELECT ", "INSERT INTO ", "DELETE FROM ", "CREATE TABLE ", "CREATE SCHEMA ", "DROP ")
    homes = ("workspace", "release", "server/access", "bench/serve")  # the last: a table for a peer
    allowed = {f for home in homes for f in FILES if f.is_relative_to(HOUSE / home) and "sql" in {f.stem, f.parent.name}}
    for file in set(FILES) - allowed:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in SETTINGS:
                assert not node.value.lstrip().startswith(words), f"{file.name}:{node.lineno} holds SQL"
