"""Syncing to disk, so that files survive a power cut."""

import os
import secrets
from pathlib import Path


def sync(path: Path) -> None:
    """Flush a file or folder to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Flush every file and folder below a folder, and the folder itself."""
    for path in sorted(folder.rglob("*")):
        sync(path)
    sync(folder)


def switch_link(link: Path, target: str) -> None:
    """Make the symbolic link ``link`` point to ``target`` in one atomic step."""
    temporary = link.with_name(f".{link.name}.{secrets.token_hex(4)}")
    temporary.symlink_to(target)
    temporary.replace(link)
    sync(link.parent)
