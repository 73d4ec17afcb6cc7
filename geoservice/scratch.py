"""Temporary folders named for their process, so that those of a killed process are removed by the next one."""

import os
import shutil
import tempfile
from pathlib import Path


def scratch_folder(purpose: str, inside: Path | None = None) -> "tempfile.TemporaryDirectory[str]":
    """Make a temporary folder for this user alone, and remove those of the same purpose whose process has ended.

    Parameters
    ----------
    purpose
        How its name begins.
    inside
        Where it is made; by default where the system keeps temporary files.
    """
    parent = inside or Path(tempfile.gettempdir())
    for old in parent.glob(f"{purpose}-*-*"):
        pid = old.name.removeprefix(f"{purpose}-").split("-")[0]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists() and old.stat().st_uid == os.getuid():
            shutil.rmtree(old, ignore_errors=True)
    return tempfile.TemporaryDirectory(prefix=f"{purpose}-{os.getpid()}-", dir=parent, ignore_cleanup_errors=True)
