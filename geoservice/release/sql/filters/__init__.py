"""The SQL condition of a filter: every value is bound, every name is quoted by the dialect."""

from geoservice.release.sql.filters.conditions import where

__all__ = ["where"]
