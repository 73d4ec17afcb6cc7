"""Symbology of layers for every renderer: classes, the hatch, and variants for light screens, dark screens and print."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np

from geoservice.geo import Floats, Ints
from geoservice.layer import Label, Style
from geoservice.maps.colour import blend, dark_ramp, print_ramp, rgb
from geoservice.maps.png import Pixels
from geoservice.measures import BEYOND, UNCERTAIN
from geoservice.number_text import NO_LIMITS, Limits, class_label, reason_label
from geoservice.release.base import PublishedLayer

Variant = Literal["day", "print", "dark"]
VARIANTS: tuple[Variant, ...] = ("day", "print", "dark")
BACKGROUND: Mapping[Variant, str] = MappingProxyType({"day": "#f6f5f1", "print": "#ffffff", "dark": "#15191d"})
"""Colour of land on the base map, below the layers."""
PAPER: Mapping[Variant, str] = MappingProxyType({"day": "#ffffff", "print": "#ffffff", "dark": "#1b2126"})
"""Background of titles, legends and sources."""
INK: Mapping[Variant, str] = MappingProxyType({"day": "#1d2830", "print": "#1d2830", "dark": "#e6eaed"})
"""Colour of texts on :data:`PAPER`."""
FRAME: Mapping[Variant, str] = MappingProxyType({"day": "#5c5750", "print": "#000000", "dark": "#8c959c"})
"""Outline of a legend's swatches."""
RING: Mapping[Variant, str] = MappingProxyType({"day": "#ffffff", "print": "#000000", "dark": "#101417"})
"""Outline of points."""
NO_VALUE: Mapping[Variant, str] = MappingProxyType({"day": "#4d4d4d", "print": "#000000", "dark": "#a4acb2"})
"""Outlines of points and dashes of lines without a value."""
Hatch = Literal["no-data"]
HATCHES: tuple[Hatch, ...] = ("no-data",)
UNCERTAIN_CLASS, NO_DATA_CLASS = -1, -2
"""Classes of uncertain and of missing values; the others are 0, 1, 2, ..."""

HATCH_PIXELS = 8
"""Side of a hatch's tile in pixels; a divisor of a map tile's, so that hatches are continuous across tiles."""

DEFAULT_COLOUR = "#3366aa"
DARK_UNCERTAIN = "#a6a6a6"
"""Colour of uncertain values on a dark background."""
FAINT = 0.16
"""Opacity of areas beyond the selected minutes, on the planner's page."""


class HatchColours(NamedTuple):
    """Colours of a hatch: dots, their background, and the alpha of each (0 to 255)."""

    dot: str
    ground: str
    cover: tuple[int, int]


HATCH_COLOURS: Mapping[tuple[Hatch, Variant], HatchColours] = MappingProxyType({
    ("no-data", "day"): HatchColours("#8c8f92", "#f0f0ee", (200, 150)),
    ("no-data", "print"): HatchColours("#000000", "#ffffff", (255, 255)),
    ("no-data", "dark"): HatchColours("#7d858b", "#23292e", (200, 150)),
})  # fmt: skip


class Symbology(NamedTuple):
    """Colours of a layer's classes, last that of values beyond the search limit, and its outlines."""

    variant: Variant
    colours: tuple[str, ...]
    uncertain: str
    opacity: float
    edge: str
    edge_width: float
    edge_opacity: float
    ring: str

    def swatch(self, colour: str, opacity: float | None = None) -> str:
        """Return a colour of the layer as it appears on the map, for every legend."""
        return blend(colour, self.opacity if opacity is None else opacity, BACKGROUND[self.variant])

    @property
    def swatches(self) -> tuple[str, ...]:
        """Return the colour of each class as it appears on the map."""
        return tuple(map(self.swatch, self.colours))


@lru_cache(maxsize=256)
def symbology_of(style: Style, variant: Variant) -> Symbology:
    """Return the symbology of a style.

    ``day`` has the colours of the layer's file; ``dark`` inverts the lightness; ``print`` is opaque with black
    outlines, in steps of lightness that a photocopy preserves.
    """
    colours = (*(style.colours or (DEFAULT_COLOUR,)), *_beyond_colour(style))
    if variant == "day":
        return Symbology(variant, colours, style.uncertain, style.opacity, "#5c5750", 0.5, 0.55, RING[variant])
    if variant == "dark":
        classes = dark_ramp(colours) if has_classes(style) else colours
        return Symbology(variant, classes, DARK_UNCERTAIN, style.opacity, "#9aa3aa", 0.5, 0.5, RING[variant])
    return Symbology(variant, print_ramp(colours), style.uncertain, 1.0, "#000000", 0.6, 1.0, RING[variant])


def _beyond_colour(style: Style) -> tuple[str, ...]:
    return (style.beyond,) if style.beyond and has_classes(style) else ()


def has_classes(style: Style) -> bool:
    """Whether a property determines the class of a feature."""
    return style.property is not None and bool(style.breaks) and len(style.colours) == len(style.breaks) + 1


def reasons(style: Style) -> tuple[str, ...]:
    """Return the reasons for missing values in a layer that are drawn as no data.

    >>> reasons(Style(property="p", breaks=(20,), colours=("#d8d2a2", "#255a80"), reasons=("beyond", "nobody")))
    ('beyond', 'nobody')
    """
    if not has_classes(style):
        return ()
    return tuple(r for r in style.reasons if r != BEYOND or style.beyond is None)


def missing_labels(style: Style, limits: Limits = NO_LIMITS) -> list[Label]:
    """Return the legend's labels of features that are drawn as no data: each reason that occurs, then no data."""
    return [reason_label(r, limits) for r in (*reasons(style), None)] if has_classes(style) else []


def has_margin(layer: PublishedLayer) -> bool:
    """Whether the property that colours a layer has a margin, so that its values may be uncertain."""
    return any(c.margin_of is not None and c.margin_of == layer.style.property for c in layer.columns)


def classify(style: Style, values: Floats, status: Sequence[str | None] | None) -> Ints:
    """Return the class of each value: the first whose upper bound is above it.

    Values beyond the search limit are in a class after the last one if the style has a colour for it, uncertain values in
    :data:`UNCERTAIN_CLASS`, other missing values in :data:`NO_DATA_CLASS`.

    Parameters
    ----------
    style : Style
    values : float64 array, shape (n,)
        Values; NaN is missing.
    status : sequence of str or None, shape (n,), or None
        Status of each value in the release, None if it has none.

    Returns
    -------
    int64 array, shape (n,)

    Examples
    --------
    >>> style = Style(property="p", breaks=(20, 40), colours=("#d8d2a2", "#8bb5ac", "#255a80"), beyond="#102030")
    >>> status = ["ok", "ok", "ok", "uncertain", "beyond", "nobody", None]
    >>> classify(style, np.array([19.9, 20, 40, 50, np.nan, np.nan, np.nan]), status).tolist()
    [0, 1, 2, -1, 3, -2, -2]
    """
    if not has_classes(style):
        return np.zeros(len(values), np.int64)
    has_value = np.isfinite(values)
    statuses = np.array([None] * len(values) if status is None else list(status), object)
    classes = np.searchsorted(np.array(style.breaks), np.where(has_value, values, 0), side="right")
    classes = np.where(has_value, np.where(statuses == UNCERTAIN, UNCERTAIN_CLASS, classes), NO_DATA_CLASS)
    return np.where((statuses == BEYOND) & ~has_value & bool(style.beyond), len(style.colours), classes).astype(np.int64)


def hatch_tile(hatch: Hatch, variant: Variant, ratio: int = 1) -> Pixels:
    """Return a hatch's tile: dots, which differ from every class even without colour.

    >>> hatch_tile("no-data", "day", 2).shape
    (16, 16, 4)
    """
    side, ink = HATCH_PIXELS * ratio, HATCH_COLOURS[hatch, variant]
    y, x = np.mgrid[0:side, 0:side]
    is_dot = (np.hypot(x % side - 1.5 * ratio, y % side - 1.5 * ratio) < 1.05 * ratio) | (
        np.hypot(x - 5.5 * ratio, y - 5.5 * ratio) < 1.05 * ratio
    )
    dot, ground = ((*rgb(c), a) for c, a in zip((ink.dot, ink.ground), ink.cover, strict=True))
    return np.where(is_dot[:, :, None], np.array(dot), np.array(ground)).astype(np.uint8)


def occurring_classes(style: Style, limits: Limits = NO_LIMITS) -> list[int]:
    """Return the classes that can occur: not those above the search limit if times beyond it have a class of their own.

    >>> style = Style(property="p", breaks=(20, 45), colours=("#d8d2a2", "#8bb5ac", "#255a80"), beyond="#102030")
    >>> occurring_classes(style, Limits(minutes=45)), occurring_classes(style, Limits(minutes=60))
    ([0, 1, 3], [0, 1, 2, 3])
    """
    if not (style.beyond and limits.minutes):
        return [*range(len(style.colours) + bool(style.beyond))]
    lower_bounds = (float("-inf"), *style.breaks)
    return [*(i for i, low in enumerate(lower_bounds) if low < limits.minutes), len(style.colours)]


def class_texts(style: Style, language: str, limits: Limits = NO_LIMITS) -> list[str]:
    """Return the text of each class that can occur: its bounds, of which the lower one is included, or beyond the search limit.

    >>> class_texts(Style(property="p", breaks=(20, 40), colours=("#d8d2a2", "#8bb5ac", "#255a80")), "en")
    ['below 20', '20 to 40', '40 and more']
    """
    if not has_classes(style):
        return []
    edges = [f"{b:,g}".replace("-", "\u2212") for b in style.breaks]
    below, between, above = _BOUNDS[language]
    inner = [between.format(a, b) for a, b in pairwise(edges)]
    beyond = [getattr(reason_label(BEYOND, limits), language)] if style.beyond else []
    class_names = [below.format(edges[0]), *inner, above.format(edges[-1]), *beyond]
    return [class_names[i] for i in occurring_classes(style, limits)]


def legend_texts(layer: PublishedLayer, language: str, limits: Limits = NO_LIMITS) -> list[str]:
    """Return the text of each class that can occur in a layer: the name of a class of the measure, otherwise its bounds."""
    style = layer.style
    measure = next((c.measure for c in layer.columns if c.name == style.property), None)
    middles = (style.breaks[0] - 0.5, *(b + 0.5 for b in style.breaks)) if has_classes(style) else ()
    names = [class_label(measure or "", m) for m in middles]
    return [getattr(n, language) for n in names if n] if names and all(names) else class_texts(style, language, limits)


_BOUNDS = MappingProxyType({"en": ("below {0}", "{0} to {1}", "{0} and more"), "zh": ("低于 {0}", "{0} 至 {1}", "{0} 及以上")})
