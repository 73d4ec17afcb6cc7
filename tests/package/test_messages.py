"""Commands, pages and addresses that messages name exist."""

import ast
import re
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import typer

from geoservice.cli import app
from geoservice.release import open_store
from geoservice.server.access.store import access_store
from geoservice.server.app import create_api
from geoservice.server.lanes import bare_route
from geoservice.server.operations import health
from geoservice.server.operations.metrics import Metrics
from geoservice.server.processes.jobs.databases import temporary_jobs
from geoservice.server.processes.jobs.runner import JobRunner
from geoservice.server.processes.pool import question_pool
from geoservice.server.release_pool import ReleasePool
from geoservice.server.rendering.pool import drawing_pool
from geoservice.server.rendering.renderer import Pictures
from geoservice.server.scenarios.store import ScenarioStore
from geoservice.settings import Settings

PACKAGE = Path(__file__).parents[2] / "geoservice"
ROOT = PACKAGE.parent
TOLD = re.compile(r"(?:: |`|with |run )geoservice ((?:[a-z][a-z-]* ?)+)")


def commands() -> dict[str, set[str]]:
    """Return the commands, each with those below it."""
    known: dict[str, set[str]] = {}
    for name, command in getattr(typer.main.get_command(app), "commands", {}).items():
        known[name] = set(getattr(command, "commands", {}))
    return known


@lru_cache(maxsize=1)
def texts() -> tuple[tuple[str, str], ...]:
    """Return every text of the code with its file, and the pages of documentation."""
    found = [
        (path.name, node.value)
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    pages = [*sorted((PACKAGE / "docs").glob("*.md")), ROOT / "README.md"]
    return (*found, *((path.name, path.read_text("utf-8")) for path in pages))


def told() -> list[tuple[str, str]]:
    """Return every command that a text names, with its file."""
    return [(file, match[1]) for file, text in texts() for match in TOLD.finditer(text)]


def test_texts_name_commands() -> None:
    assert len(told()) > 20


@pytest.mark.parametrize(("file", "text"), sorted(set(told())))
def test_a_command_that_a_text_names_exists(file: str, text: str) -> None:
    first, *rest = text.split()
    known = commands()
    assert first in known, f"{file}: geoservice {text}"
    if known[first] and rest:
        assert rest[0] in known[first], f"{file}: geoservice {text}"


PAGE = re.compile(r"[\w./-]*\w\.md\b")
ADDRESS = re.compile(r"(?:`(?:GET )?|127\.0\.0\.1:8080|\band )(/(?!run/)[a-zA-Z][^\s`]*)")
"""A path of the server in backticks, in a URL or in a sentence; /run is a folder."""


def named(pattern: re.Pattern[str], code_alone: bool) -> list[tuple[str, str]]:
    """Return what texts name, each with its file."""
    return sorted(
        {(file, name) for file, text in texts() if not (code_alone and file.endswith(".md")) for name in pattern.findall(text)}
    )


def test_the_template_names_pages() -> None:
    assert {name for file, name in named(PAGE, code_alone=True) if file == "template.py"} == {
        "geoservice/docs/configuration.md",
        "geoservice/docs/disclosure.md",
        "geoservice/docs/streets.md",
        "geoservice/docs/vans.md",
    }


@pytest.mark.parametrize(("file", "page"), named(PAGE, code_alone=True))
def test_a_page_that_a_text_names_exists(file: str, page: str) -> None:
    """Named from the root of the project; a name alone is that of a page in the program's own folder of pages."""
    assert (ROOT / page).is_file() or (file == "page.py" and (PACKAGE / "docs" / page).is_file()), f"{file}: {page}"


@lru_cache(maxsize=1)
def served() -> list[re.Pattern[str]]:
    """Return the paths that the server's description of itself has, and those of operations, which are not in it."""
    with TemporaryDirectory() as folder, closing(open_store(Path(folder), None, "geoservice", read_only=False)) as store:
        current = ReleasePool(store)
        running = health.Running(Metrics(None), None)
        settings = Settings(home=Path(folder), steward_project=Path(folder))
        pictures, questions = Pictures(drawing_pool(store, settings)), question_pool(store, settings)
        runner, stored = JobRunner(temporary_jobs(None), questions, questions, {}), ScenarioStore(access_store(settings))
        paths = create_api(settings, current, running, pictures, questions, runner, stored).openapi()["paths"]
        runner.store.close()
    return [re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)) + r"\Z") for path in (*paths, *health.PATHS)]


@pytest.mark.parametrize(("file", "address"), named(ADDRESS, code_alone=False))
def test_an_address_that_a_text_names_is_served(file: str, address: str) -> None:
    path = address.partition("?")[0].replace("/...", "/{z}/{x}/{y}.mvt").replace("[@2x]", "").rstrip(".,;)/") or "/"
    path = re.sub(r"\{\w+\}", "WebMercatorQuad", re.sub(r"\{(?:z|x|y|row|col)\}", "1", path))
    assert bare_route(path) or any(p.match(path) for p in served()), f"{file}: {address}"
