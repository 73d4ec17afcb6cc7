"""The base map's look, said once for every renderer: quiet, so that the study's colours speak."""

from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Literal, NamedTuple

from geoservice.maps.symbology import VARIANTS, Variant

INK: Mapping[Variant, str] = MappingProxyType({"day": "#4a463f", "print": "#000000", "dark": "#d3d8db"})
"""Colour of place names."""
HALO: Mapping[Variant, str] = MappingProxyType({"day": "#ffffff", "print": "#ffffff", "dark": "#101417"})
"""What keeps place names apart from the map."""
FONT = "Noto Sans SC"
"""Font of place names in styles: a family of the page, and the stack of glyphs that is served."""
NAMES = MappingProxyType({"en": ("name:en", "name_en", "name"), "zh": ("name:zh", "name_zh", "name")})
"""Where a place's name in a language is, best first."""
SIZES = ((6.0, 11.0), (14.0, 15.0))
"""Heights of place names by zoom."""
SOURCE_LAYERS = ("boundary", "building", "green", "place", "rail", "road", "water")
GROWTH = 1.5

Stops = tuple[tuple[float, float], ...]
"""Pairs of zoom and width in pixels, between which widths grow exponentially."""


class BasemapPart(NamedTuple):
    """One layer of the ground: what is drawn of which source layer, from which zoom on."""

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


GROUND = (
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
            share = (GROWTH ** (zoom - low) - 1) / (GROWTH ** (high - low) - 1)
            return float(a + share * (b - a))
    return float(stops[-1][1])
