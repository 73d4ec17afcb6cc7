"""A checked filter as a condition of SQL: every value bound, every name quoted by the dialect."""

from typing import Any

from geoservice.db import Dialect
from geoservice.release.base import PublishedLayer
from geoservice.release.cql.tree import Filter


def where(dialect: Dialect, layer: PublishedLayer, wanted: Filter) -> tuple[str, list[Any]]:
    """Return the condition and its values, for the ``WHERE`` of a query on the layer's table."""
    raise NotImplementedError
