"""The register: all that is private. Households, the secret their ids are made with, and the budget book."""

from pathlib import Path

from geoservice.db import connect
from geoservice.register.book import Draw
from geoservice.register.store import Register

__all__ = ["Draw", "Register", "open_register"]


def open_register(folder: Path, dsn: str | None, prefix: str) -> Register:
    """Open a register: tables in ``folder/register.duckdb``, or in the schema ``<prefix>_register`` where ``dsn`` is given.

    The folder is made, 0700; secret and reject files are in it either way.
    """
    schema = None if dsn is None else f"{prefix}_register"
    return Register(folder, connect(folder / "register.duckdb", dsn), schema)
