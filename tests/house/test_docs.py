"""Public docstrings have the numpydoc form; no file names a place outside the project."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

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
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
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
