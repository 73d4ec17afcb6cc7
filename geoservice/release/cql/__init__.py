"""CQL2 (OGC 21-065): what features are wanted, as text or JSON, checked against a layer and written for either store."""

from geoservice.release.cql.parse import LANGS, parse_filter
from geoservice.release.cql.tree import Filter

__all__ = ["LANGS", "Filter", "parse_filter"]
