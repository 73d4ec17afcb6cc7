"""kill -9 at random moments of import, measurement, purge and publish leaves nothing half done, on both stores."""

import subprocess
import sys
from pathlib import Path

import pytest

KILLS = 30


@pytest.mark.slow
def test_killed_writers_leave_nothing_half_done(tmp_path: Path, dsn: str | None) -> None:
    command = [sys.executable, str(Path(__file__).with_name("killed.py")), str(tmp_path), str(KILLS), *([dsn] if dsn else [])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr
    assert f"{KILLS} kills" in done.stdout
