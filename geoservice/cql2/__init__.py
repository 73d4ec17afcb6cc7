"""CQL2 (OGC 21-065): what features are wanted, as text or JSON, checked against a layer and written for either store."""

from geoservice.cql2.ast import Filter
from geoservice.cql2.parse import LANGS, parse_filter

__all__ = ["LANGS", "Filter", "parse_filter"]
