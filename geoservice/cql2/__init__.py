"""CQL2 (OGC 21-065): filters in text or JSON, parsed and checked against the properties of a layer."""

from geoservice.cql2.ast import Filter
from geoservice.cql2.parse import LANGS, parse_filter

__all__ = ["LANGS", "Filter", "parse_filter"]
