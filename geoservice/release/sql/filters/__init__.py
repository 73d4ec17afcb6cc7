"""A checked filter as a condition of SQL: every value bound, every name quoted by the dialect."""

from geoservice.release.sql.filters.conditions import where

__all__ = ["where"]
