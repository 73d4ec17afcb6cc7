"""How a layer is drawn, for every renderer alike: classes, the hatch, and variants for screens, dark screens and print."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np

from geoservice.geo import Floats, Ints
from geoservice.layer import Label, Style
from geoservice.maps.colour import blend, mirrored, printed, rgb
from geoservice.maps.png import Pixels
from geoservice.measures import BEYOND, UNCERTAIN
from geoservice.number_text import NO_LIMITS, Limits, reason_label
from geoservice.release.base import PublishedLayer

Variant = Literal["day", "print", "dark"]
VARIANTS: tuple[Variant, ...] = ("day", "print", "dark")
BACKGROUND: Mapping[Variant, str] = MappingProxyType({"day": "#f6f5f1", "print": "#ffffff", "dark": "#15191d"})
"""The land of the base map, on which layers lie."""
PAPER: Mapping[Variant, str] = MappingProxyType({"day": "#ffffff", "print": "#ffffff", "dark": "#1b2126"})
"""The ground of texts: titles, legends, sources."""
INK: Mapping[Variant, str] = MappingProxyType({"day": "#1d2830", "print": "#1d2830", "dark": "#e6eaed"})
"""Colour of texts on :data:`PAPER`."""
FRAME: Mapping[Variant, str] = MappingProxyType({"day": "#5c5750", "print": "#000000", "dark": "#8c959c"})
"""Edge of a legend's swatches."""
RING: Mapping[Variant, str] = MappingProxyType({"day": "#ffffff", "print": "#000000", "dark": "#101417"})
"""What keeps a point apart from the ground."""
EMPTY: Mapping[Variant, str] = MappingProxyType({"day": "#4d4d4d", "print": "#000000", "dark": "#a4acb2"})
"""Rings and dashes of points and lines without a value."""
Hatch = Literal["no-data"]
HATCHES: tuple[Hatch, ...] = ("no-data",)
UNCERTAIN_CLASS, NO_DATA_CLASS = -1, -2
"""Classes of what is uncertain and of what has no value, beside 0, 1, 2, ... of the rest."""

SIDE = 8
"""Side of a hatch's tile in pixels: divides a map tile's, so that hatches run on from tile to tile."""

PLAIN = "#3366aa"
DARK_UNCERTAIN = "#a6a6a6"
"""Grey of what is uncertain on dark ground."""
FAINT = 0.16
"""Opacity of ground beyond the minutes chosen, on the planner's page."""


class Symbol(NamedTuple):
    """Colours of a hatch: dots on a ground, and how far each covers what is below (0 to 255)."""

    dot: str
    ground: str
    cover: tuple[int, int]


INKS: Mapping[tuple[Hatch, Variant], Symbol] = MappingProxyType({
    ("no-data", "day"): Symbol("#8c8f92", "#f0f0ee", (200, 150)),
    ("no-data", "print"): Symbol("#000000", "#ffffff", (255, 255)),
    ("no-data", "dark"): Symbol("#7d858b", "#23292e", (200, 150)),
})  # fmt: skip


class Symbology(NamedTuple):
    """Colours of a layer's classes, what is beyond the time searched being the last, and what edges them."""

    variant: Variant
    colours: tuple[str, ...]
    uncertain: str
    opacity: float
    edge: str
    edge_width: float
    edge_opacity: float
    ring: str

    def swatch(self, colour: str, opacity: float | None = None) -> str:
        """Return a colour of the layer as it is seen on the map, for legends: every legend takes its colours from here."""
        return blend(colour, self.opacity if opacity is None else opacity, BACKGROUND[self.variant])

    @property
    def swatches(self) -> tuple[str, ...]:
        """Return the colour of each class as it is seen on the map."""
        return tuple(map(self.swatch, self.colours))


@lru_cache(maxsize=256)
def symbology_of(style: Style, variant: Variant) -> Symbology:
    """Return the look of a style.

    Day is as its file says; dark mirrors the lightness, so that what stands out on light ground stands out on dark ground;
    print is opaque, edged in black, in steps that a photocopy keeps.
    """
    colours = (*(style.colours or (PLAIN,)), *_farther(style))
    if variant == "day":
        return Symbology(variant, colours, style.uncertain, style.opacity, "#5c5750", 0.5, 0.55, RING[variant])
    if variant == "dark":
        classes = mirrored(colours) if graded(style) else colours
        return Symbology(variant, classes, DARK_UNCERTAIN, style.opacity, "#9aa3aa", 0.5, 0.5, RING[variant])
    return Symbology(variant, printed(colours), style.uncertain, 1.0, "#000000", 0.6, 1.0, RING[variant])


def _farther(style: Style) -> tuple[str, ...]:
    return (style.beyond,) if style.beyond and graded(style) else ()


def graded(style: Style) -> bool:
    """Whether a property chooses among several classes."""
    return style.property is not None and bool(style.breaks) and len(style.colours) == len(style.breaks) + 1


def reasons(style: Style) -> tuple[str, ...]:
    """Return the reasons that a layer's features have instead of a value and that are drawn as no data.

    >>> reasons(Style(property="p", breaks=(20,), colours=("#d8d2a2", "#255a80"), reasons=("beyond", "nobody")))
    ('beyond', 'nobody')
    """
    if not graded(style):
        return ()
    return tuple(r for r in style.reasons if r != BEYOND or style.beyond is None)


def missing(style: Style, limits: Limits = NO_LIMITS) -> list[Label]:
    """Return what the legend says of features that are drawn as no data: each reason there is, then that nothing is known."""
    return [reason_label(r, limits) for r in (*reasons(style), None)] if graded(style) else []


def has_margin(layer: PublishedLayer) -> bool:
    """Whether the property that colours a layer has a margin, so that a feature may be uncertain."""
    return any(c.margin_of is not None and c.margin_of == layer.style.property for c in layer.columns)


def classify(style: Style, values: Floats, status: Sequence[str | None] | None) -> Ints:
    """Return the class of each value: the first whose end is above it.

    What is beyond the time searched is of the class behind the last where the style has a colour for it; what is uncertain of
    :data:`UNCERTAIN_CLASS`; all else without a value of :data:`NO_DATA_CLASS`.

    Parameters
    ----------
    style : Style
    values : float64 array, shape (n,)
        NaN is no value.
    status : sequence of str or None, shape (n,), or None
        What the release says of each value; None where it says nothing.

    Returns
    -------
    int64 array, shape (n,)

    Examples
    --------
    >>> style = Style(property="p", breaks=(20, 40), colours=("#d8d2a2", "#8bb5ac", "#255a80"), beyond="#102030")
    >>> told = ["ok", "ok", "ok", "uncertain", "beyond", "nobody", None]
    >>> classify(style, np.array([19.9, 20, 40, 50, np.nan, np.nan, np.nan]), told).tolist()
    [0, 1, 2, -1, 3, -2, -2]
    """
    if not graded(style):
        return np.zeros(len(values), np.int64)
    known = np.isfinite(values)
    told = np.array([None] * len(values) if status is None else list(status), object)
    classes = np.searchsorted(np.array(style.breaks), np.where(known, values, 0), side="right")
    classes = np.where(known, np.where(told == UNCERTAIN, UNCERTAIN_CLASS, classes), NO_DATA_CLASS)
    return np.where((told == BEYOND) & ~known & bool(style.beyond), len(style.colours), classes).astype(np.int64)


def tile(hatch: Hatch, variant: Variant, ratio: int = 1) -> Pixels:
    """Return a hatch's tile: dots, which are told from every class without any colour.

    >>> tile("no-data", "day", 2).shape
    (16, 16, 4)
    """
    side, ink = SIDE * ratio, INKS[hatch, variant]
    y, x = np.mgrid[0:side, 0:side]
    drawn = (np.hypot(x % side - 1.5 * ratio, y % side - 1.5 * ratio) < 1.05 * ratio) | (
        np.hypot(x - 5.5 * ratio, y - 5.5 * ratio) < 1.05 * ratio
    )
    dot, ground = ((*rgb(c), a) for c, a in zip((ink.dot, ink.ground), ink.cover, strict=True))
    return np.where(drawn[:, :, None], np.array(dot), np.array(ground)).astype(np.uint8)


def occurring(style: Style, limits: Limits = NO_LIMITS) -> list[int]:
    """Return the classes that can occur: those that begin beyond the time searched cannot, where that is a class of its own.

    >>> style = Style(property="p", breaks=(20, 45), colours=("#d8d2a2", "#8bb5ac", "#255a80"), beyond="#102030")
    >>> occurring(style, Limits(minutes=45)), occurring(style, Limits(minutes=60))
    ([0, 1, 3], [0, 1, 2, 3])
    """
    if not (style.beyond and limits.minutes):
        return [*range(len(style.colours) + bool(style.beyond))]
    begins = (float("-inf"), *style.breaks)
    return [*(i for i, low in enumerate(begins) if low < limits.minutes), len(style.colours)]


def texts(style: Style, language: str, limits: Limits = NO_LIMITS) -> list[str]:
    """Return the text of each class that can occur: its bounds, the lower one inside; last, if any, what is beyond the search.

    >>> texts(Style(property="p", breaks=(20, 40), colours=("#d8d2a2", "#8bb5ac", "#255a80")), "en")
    ['below 20', '20 to 40', '40 and more']
    """
    if not graded(style):
        return []
    edges = [f"{b:,g}".replace("-", "\u2212") for b in style.breaks]
    below, between, above = _BOUNDS[language]
    middle = [between.format(a, b) for a, b in pairwise(edges)]
    farther = [getattr(reason_label(BEYOND, limits), language)] if style.beyond else []
    every = [below.format(edges[0]), *middle, above.format(edges[-1]), *farther]
    return [every[i] for i in occurring(style, limits)]


_BOUNDS = MappingProxyType({"en": ("below {0}", "{0} to {1}", "{0} and more"), "zh": ("低于 {0}", "{0} 至 {1}", "{0} 及以上")})
