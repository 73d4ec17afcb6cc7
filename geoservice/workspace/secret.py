"""The workspace's folder and the secret in it: what the register's keys are hashed with."""

import contextlib
import os
import secrets
from pathlib import Path

from geoservice.errors import InputError

BYTES = 32


def private_folder(folder: Path) -> Path:
    """Make the folder, readable by its owner alone."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


def read_secret(folder: Path) -> bytes:
    """Return the folder's secret, made on first use; two processes that ask at once get the same one."""
    path = folder / "secret"
    if not path.exists():
        _make(path)
    secret = path.read_bytes()
    if len(secret) != BYTES:
        raise InputError(f"{path.name}: got {len(secret)} bytes, expected {BYTES}; restore it from a backup of the workspace")
    return secret


def _make(path: Path) -> None:
    aside = path.with_name(f".secret.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, secrets.token_bytes(BYTES))
        os.fsync(handle)
    finally:
        os.close(handle)
    with contextlib.suppress(FileExistsError):  # another process was first: its secret counts
        path.hardlink_to(aside)
    aside.unlink()
