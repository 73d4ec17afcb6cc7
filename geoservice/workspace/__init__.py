"""The private store: households, stations, areas, uptake and the street network. Nothing here may be published as it is."""

from pathlib import Path

from geoservice.db import connect
from geoservice.workspace.base import Source, Vintage, Workspace
from geoservice.workspace.store import SqlWorkspace

__all__ = ["Source", "Vintage", "Workspace", "open_workspace"]


def open_workspace(folder: Path, dsn: str | None, prefix: str) -> Workspace:
    """Open a workspace: tables in ``folder/private.duckdb``, or in the schema ``<prefix>_private`` where ``dsn`` is given.

    The folder is made, 0700; secret, network and reject files are in it either way.
    """
    schema = None if dsn is None else f"{prefix}_private"
    return SqlWorkspace(folder, connect(folder / "private.duckdb", dsn), schema)
