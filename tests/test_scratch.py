"""Temporary folders of this process stay, those of processes that ended go."""

import os
import subprocess
import sys
from pathlib import Path

from geoservice.scratch import scratch_folder


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
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
