"""The register's folder and the secret in it, the key of household ids."""

import contextlib
import os
import secrets
from pathlib import Path

from geoservice.errors import InputError

BYTES = 32


def private_folder(folder: Path) -> Path:
    """Create the folder, readable by its owner alone, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


def read_secret(folder: Path) -> bytes | None:
    """Return the folder's secret, None if there is none; raises :class:`InputError` if its size is wrong."""
    path = folder / "secret"
    if not path.exists():
        return None
    secret = path.read_bytes()
    if len(secret) != BYTES:
        raise secret_error(f"has {len(secret)} bytes, expected {BYTES}")
    return secret


def secret_error(reason: str) -> InputError:
    """Return the error for a secret that is missing or damaged while data depends on it."""
    return InputError(
        f"register/secret {reason}; restore it from a backup of the register. A new one is not made: ids would no longer match "
        "those of households loaded before, and the same households could be measured again as if they were new"
    )


def new_secret() -> bytes:
    """Return random bytes for a secret."""
    return secrets.token_bytes(BYTES)


def make_secret(folder: Path) -> None:
    """Create a secret (file mode 0600); if two processes do so concurrently, the first one wins."""
    path = folder / "secret"
    temporary = path.with_name(f".secret.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:  # unlike os.write, this writes all bytes or raises
            file.write(new_secret())
            file.flush()
            os.fsync(handle)
        with contextlib.suppress(FileExistsError):  # another process was first
            path.hardlink_to(temporary)
    finally:
        temporary.unlink()
