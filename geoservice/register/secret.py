"""The register's folder and the secrets in it: the key of household ids, and the private key of surface files."""

import contextlib
import os
import secrets
from pathlib import Path

from geoservice.errors import InputError

BYTES = 32
SECRET, SIGNING_KEY = "secret", "signing_key"
"""Files of random bytes in the folder."""


def private_folder(folder: Path) -> Path:
    """Create the folder, readable by its owner alone, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


def read_secret(folder: Path) -> bytes | None:
    """Return the folder's secret, None if there is none; raises :class:`InputError` if its size is wrong."""
    secret = _read(folder / SECRET)
    if secret is not None and len(secret) != BYTES:
        raise secret_error(f"has {len(secret)} bytes, expected {BYTES}")
    return secret


def signing_key(folder: Path) -> bytes:
    """Return the private key of surface files, made on first use; raises :class:`InputError` if its size is wrong."""
    key = _read(folder / SIGNING_KEY)
    if key is None:
        make_secret(folder, SIGNING_KEY)
        key = (folder / SIGNING_KEY).read_bytes()
    if len(key) != BYTES:
        raise InputError(
            f"register/{SIGNING_KEY} has {len(key)} bytes, expected {BYTES}; restore it from a backup of the register, or move "
            "it away for a new one, which those who take your surfaces have to trust anew"
        )
    return key


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def secret_error(reason: str) -> InputError:
    """Return the error for a secret that is missing or damaged while data depends on it."""
    return InputError(
        f"register/secret {reason}; restore it from a backup of the register. A new one is not made: ids would no longer match "
        "those of households loaded before, and the same households could be measured again as if they were new"
    )


def new_secret() -> bytes:
    """Return random bytes for a secret."""
    return secrets.token_bytes(BYTES)


def make_secret(folder: Path, name: str = SECRET) -> None:
    """Create a secret (file mode 0600); if two processes do so concurrently, the first one wins."""
    path = folder / name
    temporary = path.with_name(f".{name}.{os.getpid()}.{secrets.token_hex(4)}")
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
