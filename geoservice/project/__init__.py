"""The project: the public inputs of a study. Areas, stations, uptake, demand surfaces and the street network."""

from pathlib import Path

from geoservice.db import connect
from geoservice.project.store import Project, SurfaceInfo

__all__ = ["Project", "SurfaceInfo", "open_project"]


def open_project(folder: Path, dsn: str | None, prefix: str) -> Project:
    """Open a project: tables in ``folder/project.duckdb``, or in the schema ``<prefix>_project`` where ``dsn`` is given.

    The folder is made; the network's arrays and reject files are in it either way.
    """
    schema = None if dsn is None else f"{prefix}_project"
    return Project(folder, connect(folder / "project.duckdb", dsn), schema)
