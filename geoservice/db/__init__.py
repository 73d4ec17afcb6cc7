"""Connections to DuckDB and PostGIS, and the differences between the two.

The only SQL here opens, checks and configures connections.
"""

from geoservice.db.connect import Database, Session, connect
from geoservice.db.dialect import DUCKDB, POSTGIS, Dialect

__all__ = ["DUCKDB", "POSTGIS", "Database", "Dialect", "Session", "connect"]
