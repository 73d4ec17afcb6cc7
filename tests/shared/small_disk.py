"""A real disk of a few megabytes, for tests of full disks."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


class SmallDisk:
    """A file system in memory at ``path``."""

    def __init__(self, path: Path) -> None:
        self.path, self._filler = path, path / "filler"

    def fill(self, left: int = 0) -> None:
        """Leave so many bytes free."""
        space = os.statvfs(self.path)
        with self._filler.open("ab") as file:
            file.write(bytes(max(space.f_bavail * space.f_frsize - left, 0) // space.f_frsize * space.f_frsize))

    def make_room(self) -> None:
        """Take away what :meth:`fill` put there."""
        self._filler.unlink()


@contextmanager
def small_disk(path: Path, megabytes: int = 64) -> Iterator[SmallDisk]:
    """Mount a small disk while in a ``with``, or skip."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    path.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", path], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this machine, perhaps a container, lets nobody mount a small disk")
    try:
        yield SmallDisk(path)
    finally:
        subprocess.run(["umount", "--lazy", path], check=True)
