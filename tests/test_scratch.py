"""Temporary folders of this process stay, those of processes that ended go."""

import subprocess
import sys
from pathlib import Path

from geoservice.scratch import ScratchFolder


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    code = f"import os; from pathlib import Path; from geoservice.scratch import ScratchFolder; \
f = ScratchFolder('tiles', Path({str(tmp_path)!r})); (f.path / 'half').touch(); os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", code], check=False)
    (left,) = tmp_path.iterdir()
    assert (left / "half").exists()
    with ScratchFolder("other", tmp_path), ScratchFolder("tiles", tmp_path) as one, ScratchFolder("tiles", tmp_path) as two:
        assert not left.exists()
        assert one.exists()
        assert one != two
        assert one.stat().st_mode & 0o077 == 0
    assert not list(tmp_path.iterdir())
