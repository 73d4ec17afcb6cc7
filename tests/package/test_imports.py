"""The import table of the package: nothing imports upward, and there are no cycles."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "geoservice"
ARCHITECTURE = PACKAGE / "docs" / "architecture.md"
BASE = {"errors", "geo"}
STORES = {"vintages", "register", "project", "release"}
PARTS = {"ingest", "geocode", "network", "analysis", "disclosure"}
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "settings": set(),
    "scratch": set(),
    "durable": {"errors"},
    "byte_lru": set(),
    "icalendar": set(),
    "progress": set(),
    "spreadsheet": set(),
    "geo": {"errors"},
    "geoparquet": {"geo"},
    "datasets": BASE | {"durable", "geoparquet"},
    "toml_file": {"errors"},
    "schema": BASE,
    "areas": BASE | {"schema"},
    "divisions": set(),
    "age_labels": set(),
    "study": BASE | {"age_labels", "modes", "schema", "toml_file"},
    "layer": BASE | {"schema", "toml_file"},
    "modes": {"layer"},
    "labels": BASE | {"layer", "modes"},
    "measures": BASE,
    "demand": BASE,
    "surface_files": {"demand", "durable", "errors", "toml_file"},
    "number_text": BASE | {"layer", "measures"},
    "analysis": BASE | {"age_labels", "demand", "measures", "modes", "progress"},
    "disclosure": BASE | {"areas", "demand", "divisions", "schema", "db", "register", "progress", "spreadsheet"},
    "network": BASE | {"durable", "modes", "progress", "schema", "scratch", "demand", "toml_file"},
    "db": BASE | {"durable"},
    "vintages": BASE | {"schema", "db"},
    # register and project never import one another
    "register": BASE | {"durable", "schema", "db", "vintages"},
    "project": BASE | {"schema", "db", "vintages"},
    "cql2": BASE,
    "addresses": BASE | {"divisions"},
    "crosswalk": BASE | {"addresses", "areas", "divisions", "schema"},
    "release": BASE | {"byte_lru", "cql2", "durable", "scratch", "layer", "measures", "db"},
    "ingest": BASE
    | {
        "addresses",
        "age_labels",
        "durable",
        "scratch",
        "areas",
        "crosswalk",
        "datasets",
        "demand",
        "divisions",
        "progress",
        "schema",
        "spreadsheet",
        "study",
        "register",
        "project",
        "vintages",
    },
    "geocode": BASE
    | {
        "addresses",
        "areas",
        "demand",
        "divisions",
        "durable",
        "ingest",
        "network",
        "project",
        "schema",
        "scratch",
        "spreadsheet",
    }
    | {"progress", "study", "vintages"},
    "live": BASE | {"analysis", "demand", "durable", "measures", "network", "schema"},
    "siting": BASE | {"analysis", "areas", "demand", "labels", "layer", "live", "network", "progress"},
    "pipeline": BASE
    | {"areas", "demand", "measures", "modes", "schema", "study", "labels", "layer", "db", "network", "analysis", "project"}
    | {
        "addresses",
        "crosswalk",
        "datasets",
        "divisions",
        "durable",
        "live",
        "progress",
        "release",
        "scratch",
        "siting",
        "toml_file",
    },
    "maps": BASE | {"durable", "labels", "scratch", "settings", "layer", "measures", "number_text", "release"},
    "server": BASE
    | {"byte_lru", "cql2", "db", "durable", "labels", "layer", "maps", "measures", "number_text", "release", "scratch"}
    | {"addresses", "geoparquet", "icalendar", "live", "settings", "siting"},
    "static_site": {"durable", "errors", "layer", "maps", "release", "server", "settings"},
    "demo": BASE | {"divisions", "schema", "study", "ingest", "network", "geocode", "pipeline", "progress"},
    "bench": BASE
    | PARTS
    | STORES
    | {
        "api",
        "addresses",
        "areas",
        "demand",
        "divisions",
        "settings",
        "schema",
        "study",
        "labels",
        "layer",
        "live",
        "db",
        "pipeline",
        "progress",
        "demo",
        "maps",
    },
    "api": BASE
    | STORES
    | {
        "addresses",
        "areas",
        "cql2",
        "crosswalk",
        "datasets",
        "db",
        "demand",
        "disclosure",
        "geocode",
        "icalendar",
        "ingest",
        "layer",
        "live",
        "maps",
        "measures",
        "network",
        "pipeline",
        "progress",
        "schema",
        "settings",
        "siting",
        "spreadsheet",
        "study",
        "surface_files",
        "toml_file",
    }
    | {"durable", "static_site"}
    | {"server"},  # its audit log
    "__main__": {"cli"},
    "cli": BASE
    | PARTS
    | STORES
    | {"addresses", "api", "areas", "datasets", "demand", "divisions", "durable", "scratch", "settings", "schema", "study"}
    | {
        "crosswalk",
        "labels",
        "layer",
        "db",
        "pipeline",
        "maps",
        "server",
        "demo",
        "bench",
        "siting",
        "static_site",
        "surface_files",
    },
}
PURE = ("analysis", "demand", "network/kernels.py")
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
    first = file.relative_to(PACKAGE).parts[0]
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


FILES = [f for f in sorted(PACKAGE.rglob("*.py")) if f != PACKAGE / "__init__.py" and "node_modules" not in f.parts]


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(PACKAGE)))
def test_imports_only_what_its_part_may(file: Path) -> None:
    part = _part(file)
    used = {n.split(".")[1] for n in _imported(file) if n.startswith("geoservice.")} - {part, "__version__"}
    assert used <= MAY_IMPORT[part]


@pytest.mark.parametrize("file", [f for f in FILES if str(f.relative_to(PACKAGE)).startswith(PURE)], ids=lambda f: f.name)
def test_pure_parts_use_no_file_database_clock_or_environment(file: Path) -> None:
    assert not {n.split(".")[0] for n in _imported(file)} & IMPURE


def test_only_api_and_command_line_import_the_data_quality_report() -> None:
    """It has exact counts: the pipeline, the server and the maps may not reach it by any module."""
    importing = {_part(f) for f in FILES if any(n.startswith("geoservice.disclosure.data_quality") for n in _imported(f))}
    assert importing == {"api", "cli", "disclosure"}
    above = {part for part, allowed in MAY_IMPORT.items() if allowed & {"api", "cli", "disclosure"}}
    assert not above & {"analysis", "pipeline", "server", "maps", "release", "project"}


def test_there_are_no_import_cycles() -> None:
    edges = {part: {n for n in allowed if n != part} for part, allowed in MAY_IMPORT.items()}
    done: set[str] = set()
    while len(done) < len(edges):
        ready = {p for p, needs in edges.items() if p not in done and needs <= done}
        assert ready, f"circle among {sorted(set(edges) - done)}"
        done |= ready


def test_architecture_page_has_the_same_import_table() -> None:
    """The rows of MAY_IMPORT in their order; the message is what the page should hold."""
    rows = [f"| {part} | {', '.join(sorted(allowed)) or 'none of ours'} |" for part, allowed in MAY_IMPORT.items()]
    table = "\n".join(["| part | may import |", "|---|---|", *rows, ""])
    assert f"\n\n{table}\n" in ARCHITECTURE.read_text(encoding="utf-8"), f"{ARCHITECTURE.name} should hold:\n{table}"


# asks a connection about itself, not a table: part of opening it
SETTINGS = {"SELECT current_setting(?)"}


def test_sql_text_lives_in_files_of_its_own() -> None:
    words = ("SELECT ", "INSERT INTO ", "DELETE FROM ", "CREATE TABLE ", "CREATE SCHEMA ", "DROP ")
    homes = ("vintages", "release", "server/access", "server/processes", "server/scenarios", "bench/serve")  # last: for a peer
    allowed = {f for home in homes for f in FILES if f.is_relative_to(PACKAGE / home) and "sql" in (f.stem, *f.parts)}
    for file in set(FILES) - allowed:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in SETTINGS:
                assert not node.value.lstrip().startswith(words), f"{file.name}:{node.lineno} holds SQL"
