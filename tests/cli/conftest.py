"""The command line run in this process: its output and its exit code."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from district import AREAS

from geoservice.cli import main

STUDY = """\
id = "test"
title = { zh = "试验", en = "Test" }

[[services]]
id = "checkup"
title = { zh = "体检", en = "Check-up" }

[[services]]
id = "care"
title = { zh = "照护", en = "Care" }

[[groups]]
id = "under_6"
title = { zh = "六岁以下", en = "Under six" }
"""


@dataclass(frozen=True)
class Ended:
    """Exit code and what was written to the two streams."""

    code: int
    out: str
    err: str


Cli = Callable[..., Ended]


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Call ``geoservice`` as a shell would; an error that the command line does not know how to tell fails the test."""

    def go(*words: object) -> Ended:
        monkeypatch.setattr("sys.argv", ["geoservice", *map(str, words)])
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        return Ended(code, *capsys.readouterr())

    return go


@pytest.fixture(scope="session")
def district_home() -> Callable[[Path], Path]:
    """Make a project folder as a user has it after editing study.toml, and a file of areas beside it."""

    def make(above: Path) -> Path:
        folder = above / "project"
        folder.mkdir()
        (folder / "study.toml").write_text(STUDY, encoding="utf-8")
        (above / "areas.geojson").write_text(AREAS, encoding="utf-8")
        return folder

    return make


@pytest.fixture
def home(tmp_path: Path, district_home: Callable[[Path], Path]) -> Path:
    return district_home(tmp_path)
