"""geoservice import --preview and --json: what is shown on a terminal, in a pipe, and as a document."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HEADER = "户编号,经度,纬度,人口,六岁以下,备注\n"
ROWS = "KEY1,116.95,30.6,2,1,张奶奶\nKEY2,116.96,30.61,三,0,李爷爷\n"


@pytest.fixture
def loaded(cli: Any, home: Path) -> Path:
    assert cli("import", "areas", home.parent / "areas.geojson", "-C", home).code == 0
    return home


@pytest.fixture
def households(tmp_path: Path) -> Path:
    file = tmp_path / "h.csv"
    file.write_text(HEADER + ROWS, encoding="utf-8")
    return file


def test_stations_are_shown_with_their_errors(cli: Any, loaded: Path, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(
        "编号,名称,经度,纬度,等级,服务项目,容量\nS1,甲,116.95,30.6,村级,体检,[多]\n", encoding="utf-8"
    )
    ended = cli("import", "stations", tmp_path / "s.csv", "--preview", "-C", loaded)
    assert ended.code == 16
    assert "[多]" in ended.out
    assert "row 2, column 容量: not a number, got '[多]', allowed: a number from 0" in ended.out
    assert "--map 'id=编号'" in ended.out
    assert "dry run: nothing was changed" in ended.out


def test_values_of_households_are_not_in_a_pipe(cli: Any, loaded: Path, households: Path) -> None:
    ended = cli("import", "households", households, "--preview", "-C", loaded)
    assert "row 3, column 人口: not a number, allowed: a whole number" in ended.out
    assert "values of households are shown on a terminal only" in ended.out
    assert not [text for text in ("张奶奶", "李爷爷", "KEY2", "116.96") if text in ended.out]


def test_values_of_households_are_on_the_terminal_of_the_steward(loaded: Path, households: Path) -> None:
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "geoservice", "import", "households", str(households), "--preview", "-C", str(loaded)]
    with subprocess.Popen(command, stdout=slave, stderr=subprocess.DEVNULL, env={**os.environ, "COLUMNS": "200"}) as process:
        os.close(slave)
        shown = b""
        while chunk := _read(master):
            shown += chunk
    os.close(master)
    assert process.returncode == 16
    assert "李爷爷" in shown.decode()


def _read(handle: int) -> bytes:
    try:
        return os.read(handle, 65536)
    except OSError:  # the other end is closed
        return b""


def test_a_document_is_all_of_the_output(cli: Any, loaded: Path, households: Path) -> None:
    ended = cli("import", "households", households, "--preview", "--json", "-C", loaded)
    document = json.loads(ended.out)
    assert (ended.code, document["status"], document["rows"]) == (16, "refused", {"read": 2, "accepted": 1, "rejected": 1})
    assert [(r["row"], [f["column"] for f in r["faults"]]) for r in document["first_rows"]] == [(2, []), (3, ["人口"])]
    assert json.loads(ended.err.splitlines()[0]) == {"stage": "read", "fraction": 0.0}
    households.write_text(HEADER + ROWS.replace("三", "3"), encoding="utf-8")
    loaded_document = json.loads(cli("import", "households", households, "--json", "-C", loaded).out)
    assert (loaded_document["status"], loaded_document["vintage"]["added"], loaded_document["first_rows"]) == ("loaded", 2, [])
    assert json.loads(cli("import", "households", households, "--json", "-C", loaded).out)["status"] == "already_loaded"


def test_an_unreadable_file_is_a_document_too(cli: Any, loaded: Path, tmp_path: Path) -> None:
    (tmp_path / "s.xlsx").write_text("no workbook")
    ended = cli("import", "stations", tmp_path / "s.xlsx", "--preview", "--json", "-C", loaded)
    document = json.loads(ended.out)
    assert (ended.code, document["status"], document["refusal"]["type"]) == (11, "refused", "UnreadableFile")
    assert "text: if it is a table" in document["refusal"]["message"]
