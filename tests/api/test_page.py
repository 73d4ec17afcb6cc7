"""The examples of docs/python.md have the results that the page shows."""

import doctest
import shutil
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "geoservice" / "docs" / "python.md"


def test_the_examples_of_the_page_run(town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(town, tmp_path / "town")
    monkeypatch.chdir(tmp_path)
    examples = doctest.DocTestParser().get_doctest(PAGE.read_text("utf-8").replace("```", ""), {}, PAGE.name, str(PAGE), 0)
    said: list[str] = []
    done = doctest.DocTestRunner().run(examples, out=said.append)
    assert (done.failed, said) == (0, [])
    assert done.attempted > 30
    assert (tmp_path / "coverage.html").stat().st_size > 100_000
