"""The register's folder and the secret in it: what the ids of households are made with."""

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


def read_secret(folder: Path) -> bytes | None:
    """Return the folder's secret, None where there is none; raises :class:`InputError` for one of the wrong size."""
    path = folder / "secret"
    if not path.exists():
        return None
    secret = path.read_bytes()
    if len(secret) != BYTES:
        raise lost(f"has {len(secret)} bytes, expected {BYTES}")
    return secret


def lost(why: str) -> InputError:
    """Return the error of a secret that is gone or damaged while something depends on it."""
    return InputError(
        f"register/secret {why}; restore it from a backup of the register. A new one is not made: ids would no longer match "
        "those of households loaded before, and the same households could be measured again as if they were new"
    )


def new_secret() -> bytes:
    """Return random bytes that may become a secret."""
    return secrets.token_bytes(BYTES)


def make_secret(folder: Path) -> None:
    """Make a secret (file 0600); of two processes that do so at once, the first counts."""
    path = folder / "secret"
    aside = path.with_name(f".secret.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:  # which writes all of it or fails
            file.write(new_secret())
            file.flush()
            os.fsync(handle)
        with contextlib.suppress(FileExistsError):  # another process was first: its secret counts
            path.hardlink_to(aside)
    finally:
        aside.unlink()
