"""Temporary folders locked by a process stay, those of ended processes are removed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from geoservice import scratch
from geoservice.scratch import scratch_folder, sweep


def test_folders_of_a_killed_process_are_removed(tmp_path: Path) -> None:
    code = f"import os; from pathlib import Path; from geoservice.scratch import scratch_folder; \
f = scratch_folder('tiles', Path({str(tmp_path)!r})); (Path(f.name) / 'half').touch(); os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", code], check=False)
    (left,) = tmp_path.iterdir()
    assert (left / "half").exists()
    with scratch_folder("other", tmp_path), scratch_folder("tiles", tmp_path) as one, scratch_folder("tiles", tmp_path) as two:
        assert not left.exists()
        assert Path(one).exists()
        assert one != two
        assert f"-{os.getpid()}-" in one
        assert Path(one).stat().st_mode & 0o077 == 0
    assert not list(tmp_path.iterdir())


def test_a_reused_process_id_does_not_protect_a_folder(tmp_path: Path) -> None:
    left = tmp_path / "tiles-1-killed"  # 1 is always alive
    left.mkdir()
    (left / "half").touch()
    with scratch_folder("tiles", tmp_path) as folder:
        assert [str(f) for f in tmp_path.iterdir()] == [folder]


def test_a_locked_folder_is_returned_and_stays(tmp_path: Path) -> None:
    with scratch_folder("tiles", tmp_path) as one:
        (tmp_path / "tiles-x").mkdir()
        assert [str(f) for f in sweep("tiles", tmp_path)] == [one]
        assert [str(f) for f in tmp_path.iterdir()] == [one]
    assert sweep("tiles", tmp_path) == []


def test_a_folder_swept_before_it_was_locked_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock, calls = scratch._lock, []

    def too_late(folder: Path) -> int | None:
        calls.append(folder)
        if len(calls) == 1:
            shutil.rmtree(folder)
        return lock(folder)

    monkeypatch.setattr(scratch, "_lock", too_late)
    with scratch_folder("tiles", tmp_path) as folder:
        assert Path(folder).is_dir()
        assert len(calls) == 2
    assert not list(tmp_path.iterdir())
