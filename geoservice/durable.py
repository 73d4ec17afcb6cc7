"""Files that survive a power cut: written, synced, then named."""

import os
import secrets
from pathlib import Path


def sync(path: Path) -> None:
    """Ask the disk to have the file or folder now."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Sync every file and folder below, and the folder itself."""
    for path in sorted(folder.rglob("*")):
        sync(path)
    sync(folder)


def point(link: Path, target: str) -> None:
    """Make ``link`` point to ``target`` by one atomic step."""
    aside = link.with_name(f".{link.name}.{secrets.token_hex(4)}")
    aside.symlink_to(target)
    aside.replace(link)
    sync(link.parent)
