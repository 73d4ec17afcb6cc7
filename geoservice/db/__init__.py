"""Connections to DuckDB and PostGIS, and what differs between them. No statement of ours but what sets a connection up."""

from geoservice.db.connect import Database, Session, connect
from geoservice.db.dialect import DUCKDB, POSTGIS, Dialect

__all__ = ["DUCKDB", "POSTGIS", "Database", "Dialect", "Session", "connect"]
