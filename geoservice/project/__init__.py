"""The project, which holds the public inputs of a study: areas, stations, uptake, demand surfaces, the street network."""

from pathlib import Path

from geoservice.db import connect
from geoservice.project.store import Project, SurfaceInfo, SurfaceSignature

__all__ = ["Project", "SurfaceInfo", "SurfaceSignature", "open_project"]


def open_project(folder: Path, dsn: str | None, prefix: str) -> Project:
    """Open a project: tables in ``folder/project.duckdb``, or in the schema ``<prefix>_project`` of ``dsn``.

    The folder is created; it holds the network's arrays and the rejects files in either case.
    """
    schema = None if dsn is None else f"{prefix}_project"
    return Project(folder, connect(folder / "project.duckdb", dsn), schema)
