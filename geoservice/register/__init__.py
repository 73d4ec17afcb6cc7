"""The register, which holds all private data: households, the secret of their ids, and the budget book."""

from pathlib import Path

from geoservice.db import connect
from geoservice.register.book import Draw
from geoservice.register.store import Register

__all__ = ["Draw", "Register", "open_register"]


def open_register(folder: Path, dsn: str | None, prefix: str) -> Register:
    """Open a register: tables in ``folder/register.duckdb``, or in the schema ``<prefix>_register`` of ``dsn``.

    The folder is created with mode 0700; it holds the secret and the rejects files in either case.
    """
    schema = None if dsn is None else f"{prefix}_register"
    return Register(folder, connect(folder / "register.duckdb", dsn), schema)
