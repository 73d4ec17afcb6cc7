"""The style of the base map for every renderer: subdued, so that the study's colours stand out."""

from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Literal, NamedTuple

from geoservice.maps.symbology import VARIANTS, Variant

INK: Mapping[Variant, str] = MappingProxyType({"day": "#4a463f", "print": "#000000", "dark": "#d3d8db"})
"""Colour of place names."""
HALO: Mapping[Variant, str] = MappingProxyType({"day": "#ffffff", "print": "#ffffff", "dark": "#101417"})
"""Halo around place names."""
FONT = "Noto Sans SC"
"""Font of place names in styles: a font family of the page, and the font stack of the glyphs that the server has."""
NAMES = MappingProxyType({"en": ("name:en", "name_en", "name"), "zh": ("name:zh", "name_zh", "name")})
"""Properties that may hold a place's name in a language, best first."""
NAME_SIZES = ((6.0, 11.0), (14.0, 15.0))
"""Text sizes of place names by zoom."""
SOURCE_LAYERS = ("boundary", "building", "green", "place", "rail", "road", "water")
EXPONENTIAL_BASE = 1.5
"""Base of the interpolation between stops, as in MapLibre's expressions."""

Stops = tuple[tuple[float, float], ...]
"""Pairs of zoom and width in pixels; widths between them are interpolated exponentially."""


class BasemapPart(NamedTuple):
    """A layer of the base map: how features of a source layer are drawn, from zoom ``minzoom`` on."""

    layer: str
    kind: Literal["fill", "line"]
    colours: tuple[str, str, str]
    widths: Stops = ()
    minzoom: int = 0
    dashes: tuple[int, ...] = ()
    suffix: str = ""
    shape: Literal["", "Polygon", "LineString"] = ""

    def colour(self, variant: Variant) -> str:
        """Return the colour of a variant."""
        return self.colours[VARIANTS.index(variant)]


BASEMAP_PARTS = (
    BasemapPart("green", "fill", ("#e3ecd8", "#f4f4f4", "#1a241e")),
    BasemapPart("water", "fill", ("#c8dbe6", "#dcdcdc", "#1c303d"), shape="Polygon"),
    BasemapPart("water", "line", ("#c8dbe6", "#dcdcdc", "#1c303d"), ((8, 0.4), (16, 4)), suffix="-line", shape="LineString"),
    BasemapPart("building", "fill", ("#e4e0d8", "#ececec", "#22282c"), minzoom=13),
    BasemapPart("rail", "line", ("#b9b4ab", "#8c8c8c", "#4b545a"), ((8, 0.4), (16, 2)), minzoom=8),
    BasemapPart("road", "line", ("#d8d3c8", "#b0b0b0", "#0f1214"), ((6, 0.3), (12, 1.2), (17, 12)), minzoom=12, suffix="-case"),
    BasemapPart("road", "line", ("#ffffff", "#ffffff", "#353d43"), ((6, 0.2), (12, 0.8), (17, 9))),
    BasemapPart("boundary", "line", ("#a79f93", "#6e6e6e", "#737c83"), ((0, 1.0),), dashes=(3, 2)),
)


def width_at(stops: Stops, zoom: float) -> float:
    """Return the width at a zoom.

    >>> [width_at(((8, 0.4), (16, 4)), z) for z in (0, 8, 16, 20)]
    [0.4, 0.4, 4.0, 4.0]
    """
    if zoom <= stops[0][0]:
        return stops[0][1]
    for (low, a), (high, b) in pairwise(stops):
        if zoom <= high:
            share = (EXPONENTIAL_BASE ** (zoom - low) - 1) / (EXPONENTIAL_BASE ** (high - low) - 1)
            return float(a + share * (b - a))
    return float(stops[-1][1])
