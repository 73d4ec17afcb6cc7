"""Public docstrings have the numpydoc form; no file names a place outside the project."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from geoservice.layer import Layer, LayerColumn, Style
from geoservice.settings import Settings
from geoservice.study import Closure, DemandSources, Disclosure, Group, Projection, Service, Study, Title, Vans

ROOT = Path(__file__).parents[2]


def _tracked() -> list[Path]:
    out = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / line for line in out.splitlines() if (ROOT / line).is_file()]


TEXT = [
    f
    for f in _tracked()
    if f.suffix in {".py", ".toml", ".md", ".ts", ".tsx", ".json", ".txt", ".yml", ".yaml", ".css", ".ipynb", ""}
]


@pytest.mark.parametrize(
    "pattern", [r"(?<![\w.\"'`:/~-])/(work|home|root|Users)/\w", r"\bregistry\.\w+\.\w+", r"\.\w+/simple\b", r"--index-url"]
)
def test_no_path_of_a_machine_and_no_registry_host(pattern: str) -> None:
    guard = Path(__file__)
    found = [
        f.relative_to(ROOT) for f in TEXT if f != guard and re.search(pattern, f.read_text(encoding="utf-8", errors="ignore"))
    ]
    assert not found


def test_notebooks_store_no_outputs() -> None:
    for file in (ROOT / "notebooks").glob("*.ipynb"):
        text = file.read_text(encoding="utf-8")
        assert '"output_type"' not in text, file.name


@pytest.mark.parametrize("page", [f for f in _tracked() if f.suffix == ".md"], ids=lambda f: f.name)
def test_links_of_a_page_have_a_target(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    missing = [x for x in links if not x.startswith("http") and not (page.parent / x).exists()]
    assert not missing


def test_every_command_of_the_readme_exists() -> None:
    """The words after `geoservice` in README's code blocks are commands that the program has."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = "\n".join(re.findall(r"```\n(.*?)```", text, flags=re.DOTALL))
    named = set(re.findall(r"geoservice ([a-z]+)", blocks)) | set(re.findall(r"`geoservice ([a-z]+)", text))
    shown = subprocess.run([sys.executable, "-m", "geoservice", "--help"], capture_output=True, text=True, check=True).stdout
    assert named
    assert not {n for n in named if not re.search(rf"\b{n}\b", shown)}


CONFIGURATION = {
    "study.toml": Study,
    "Titles": Title,
    "Services": Service,
    "Groups": Group,
    "Closures": Closure,
    "Disclosure": Disclosure,
    "Projection": Projection,
    "Vans": Vans,
    "Demand": DemandSources,
    "Layer files": Layer,
    "Columns": LayerColumn,
    "Style": Style,
    "Settings": Settings,
}
PREFIX = "GEOSERVICE_"


def _configuration() -> dict[str, dict[str, str]]:
    """Return the tables of the page of configuration: by heading, the default of each key as it is written there."""
    text = (ROOT / "geoservice" / "docs" / "configuration.md").read_text(encoding="utf-8")
    sections = dict(part.split("\n", 1) for part in re.split(r"^#+ ", text, flags=re.MULTILINE)[1:])
    rows = {heading: re.findall(r"^\| `(\w+)` \| (.*?) \|", body, flags=re.MULTILINE) for heading, body in sections.items()}
    return {heading: dict(found) for heading, found in rows.items() if found}


def _said(model: type[BaseModel], field: str) -> str:
    """Return the default of a field as the page writes it: TOML for keys of files, plain words for settings."""
    info = model.model_fields[field]
    default = info.get_default(call_default_factory=True)
    if info.is_required():
        return "needed"
    if isinstance(default, BaseModel):
        return "see below"
    if model is not Settings:
        return "none" if default is None else f"`{_toml(default)}`"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    words = " ".join(default) if isinstance(default, tuple) else default
    return "none" if words in {None, ""} else f"`{words}`"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, list | tuple):
        text = f"[{', '.join(map(_toml, value))}]"
    else:
        text = f'"{value}"' if isinstance(value, str) else str(value)
    assert tomllib.loads(f"x = {text}")
    return text


def test_configuration_has_a_table_for_each_model() -> None:
    assert set(_configuration()) == set(CONFIGURATION)


@pytest.mark.parametrize("heading", CONFIGURATION)
def test_configuration_names_every_key_with_its_default_and_no_other(heading: str) -> None:
    model = CONFIGURATION[heading]
    prefix = PREFIX if model is Settings else ""
    fields = model.model_fields.items()
    keys = {prefix + (name.upper() if prefix else field.alias or name): _said(model, name) for name, field in fields}
    assert _configuration()[heading] == keys


def test_pages_name_no_setting_that_does_not_exist() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    known |= {"GEOSERVICE_SECRETS", "GEOSERVICE_REFERENCE_DATA"}  # a folder of settings; data of tests
    for page in (f for f in _tracked() if f.suffix == ".md" and f.name != "CHANGELOG.md"):
        named = set(re.findall(r"\bGEOSERVICE_[A-Z]+(?:_[A-Z]+)*", page.read_text(encoding="utf-8")))
        assert not named - known, page.name
