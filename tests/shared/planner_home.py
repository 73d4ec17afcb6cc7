"""A folder with the releases of another one and tokens of its own."""

import os
import shutil
from pathlib import Path

from asking import given

from geoservice.server.access import open_access


def planner_home(home: Path, folder: Path, *names: str) -> tuple[Path, list[str]]:
    """Make a folder with the releases of ``home``, whose files are linked; returns it with a planner's token for each name."""
    shutil.copytree(home / "releases", folder / "releases", symlinks=True, copy_function=os.link)
    access = open_access(folder, None, "x", owner=True)
    tokens = [given(access, name, "planner") for name in names]
    access.close()
    return folder, tokens
