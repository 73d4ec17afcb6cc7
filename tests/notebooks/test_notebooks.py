"""Every notebook runs from top to bottom; tests/package checks that none is stored with outputs."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

DEMOS = {"02-migrants": "yixiu_home", "03-stations": "demo_home", "04-addresses": "yixiu_home"}
"""Notebooks that read a published demo, and its fixture; others make their own."""
NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


@pytest.mark.slow
@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda f: f.stem)
@pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
def test_notebook_runs(file: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if file.stem in DEMOS:
        monkeypatch.setenv("GEOSERVICE_HOME", str(request.getfixturevalue(DEMOS[file.stem])))
    notebook = nbformat.read(file, as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    printed = [o for cell in notebook.cells for o in cell.get("outputs", [])]
    assert not [o for o in printed if o["output_type"] == "error"]
    assert any("text/html" in o.get("data", {}) for o in printed), "a cell shows released rows"
