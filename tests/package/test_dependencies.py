"""Every dependency is used, and the lock holds what pyproject.toml asks for."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
IMPORTED_AS = {
    "argon2-cffi": "argon2",
    "duckdb-extension-spatial": "duckdb_extension_spatial",
    "psycopg": "psycopg",
    "pydantic-settings": "pydantic_settings",
    "python-calamine": "python_calamine",
    "pyyaml": "yaml",
    "charset-normalizer": "charset_normalizer",
    "mapbox-vector-tile": "mapbox_vector_tile",
    "openapi-spec-validator": "openapi_spec_validator",
    "xstatic-leaflet": "xstatic",
}
# tools and stubs that are run or read, not imported
RUN = {"ipykernel", "mypy", "numpydoc", "pandas-stubs", "pyarrow-stubs", "pytest-xdist", "ruff", "scipy-stubs"}


def _name(requirement: str) -> str:
    return re.split(r"[\[=<>~! ;]", requirement, maxsplit=1)[0].lower()


ASKED = sorted({_name(r) for group in [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()] for r in group})
TEXT = "\n".join(
    f.read_text(encoding="utf-8")
    for folder in ("geoservice", "tests", "notebooks")
    for f in (ROOT / folder).rglob("*")
    if f.suffix in {".py", ".ipynb"} and "node_modules" not in f.parts and f != Path(__file__)
)


@pytest.mark.parametrize("name", [n for n in ASKED if n not in RUN])
def test_every_dependency_is_used(name: str) -> None:
    module = IMPORTED_AS.get(name, name.replace("-", "_"))
    assert re.search(rf"(import|from|files\(|find_spec\(|import_module\(|importorskip\()\s*[\"']?{module}\b", TEXT), name


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-test.txt"])
def test_the_lock_pins_by_hash_and_names_no_index(lock: str) -> None:
    text = (ROOT / "docker" / lock).read_text(encoding="utf-8")
    pinned = {line.split("==")[0].lower() for line in text.splitlines() if "==" in line and not line.startswith((" ", "#"))}
    wanted = (
        PROJECT["dependencies"]
        if lock == "requirements.txt"
        else [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]]
    )
    assert {_name(r) for r in wanted} <= pinned
    assert text.count("--hash=sha256:") >= len(pinned)
    assert "http" not in re.sub(r"http(core|x|tools)", "", text)
