"""Every dependency is used, and the lock pins the requirements of pyproject.toml."""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from geoservice.server.http.protocol import HttpProtocol

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
    "httptools": "uvicorn.protocols.http.httptools_impl",  # uvicorn's optional parser
}
# tools and stubs that are run or read, not imported
RUN = {"ipykernel", "mypy", "numpydoc", "pandas-stubs", "pyarrow-stubs", "pytest-xdist", "ruff", "scipy-stubs"}


def _name(requirement: str) -> str:
    return re.split(r"[\[=<>~! ;]", requirement, maxsplit=1)[0].lower()


RUNTIME = {_name(r) for r in PROJECT["dependencies"]}
OPTIONAL = {_name(r) for group in PROJECT["optional-dependencies"].values() for r in group} - RUNTIME


def _sources(*folders: str) -> str:
    return "\n".join(
        f.read_text(encoding="utf-8")
        for folder in folders
        for f in (ROOT / folder).rglob("*")
        if f.suffix in {".py", ".ipynb"} and "node_modules" not in f.parts and f != Path(__file__)
    )


PACKAGE, ALL = _sources("geoservice"), _sources("geoservice", "tests", "notebooks")


def _is_imported(name: str, text: str) -> bool:
    module = IMPORTED_AS.get(name, name.replace("-", "_"))
    call = r"import|from|files\(|find_spec\(|import_module\(|importorskip\("
    return re.search(rf"({call})\s*[\"']?{module}\b", text) is not None


@pytest.mark.parametrize("name", sorted(RUNTIME - RUN))
def test_the_package_imports_every_runtime_dependency(name: str) -> None:
    assert _is_imported(name, PACKAGE)


@pytest.mark.parametrize("name", sorted(OPTIONAL - RUN))
def test_every_optional_dependency_is_used(name: str) -> None:
    assert _is_imported(name, ALL)


def test_the_library_whose_class_is_extended_is_pinned_to_a_minor_version() -> None:
    minor = ".".join(version("uvicorn").split(".")[:2])
    assert f"uvicorn=={minor}.*" in PROJECT["dependencies"]
    assert issubclass(HttpProtocol, HttpToolsProtocol)


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
