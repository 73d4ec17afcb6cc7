"""A filter as a client sends it, turned into one that fits the layer."""

from collections.abc import Callable

from geoservice.errors import ParameterError
from geoservice.geo import Floats
from geoservice.release.base import PublishedLayer
from geoservice.release.cql.tree import Filter

LANGS = ("cql2-text", "cql2-json")
MAX_LENGTH = 16_000

ToLonLat = Callable[[Floats], Floats]
"""Turns coordinates of the filter's CRS, shape ``(n, 2)`` in the order in which they are written, into lon and lat."""


def parse_filter(text: str, lang: str, layer: PublishedLayer, *, to_lonlat: ToLonLat | None = None) -> Filter:
    """Return the filter; raises :class:`ParameterError` when it is malformed or does not fit the layer.

    ``to_lonlat`` is for ``filter-crs``; without it, coordinates are longitude and latitude (CRS84).
    """
    raise ParameterError("filter: not built yet")
