"""How a layer is drawn, for every renderer alike: classes, the two hatches, a variant for screens and one for print."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np

from geoservice.geo import Floats, Ints
from geoservice.layer import Label, Style
from geoservice.maps.colour import printed, rgb
from geoservice.maps.png import Pixels

Variant = Literal["day", "print"]
VARIANTS: tuple[Variant, ...] = ("day", "print")
Hatch = Literal["suppressed", "no-data"]
HATCHES: tuple[Hatch, ...] = ("suppressed", "no-data")
SUPPRESSED, NO_DATA = -1, -2
"""Classes of what has no value, beside 0, 1, 2, ... of what has."""

SIDE = 8
"""Side of a hatch's tile in pixels: divides a map tile's, so that hatches run on from tile to tile."""

PLAIN = "#3366aa"
MISSING: Mapping[Hatch, Label] = MappingProxyType({
    "suppressed": Label(zh="未公布（已隐去）", en="suppressed"),
    "no-data": Label(zh="无数据", en="no data"),
})  # fmt: skip


class Ink(NamedTuple):
    """Colours of a hatch: lines or dots on a ground, and how far each covers what is below (0 to 255)."""

    line: str
    ground: str
    cover: tuple[int, int]


INKS: Mapping[tuple[Hatch, Variant], Ink] = MappingProxyType({
    ("suppressed", "day"): Ink("#6b7075", "#cfcfcf", (190, 120)),
    ("no-data", "day"): Ink("#8c8f92", "#f0f0ee", (200, 150)),
    ("suppressed", "print"): Ink("#000000", "#ffffff", (255, 255)),
    ("no-data", "print"): Ink("#000000", "#ffffff", (255, 255)),
})  # fmt: skip


class Look(NamedTuple):
    """Colours of a layer's classes, and what edges them."""

    variant: Variant
    colours: tuple[str, ...]
    opacity: float
    edge: str
    edge_width: float
    edge_opacity: float
    ring: str


@lru_cache(maxsize=256)
def look(style: Style, variant: Variant) -> Look:
    """Return the look of a style: day as its file says; print opaque, edged in black, in steps that a photocopy keeps."""
    colours = style.colours or (PLAIN,)
    if variant == "day":
        return Look(variant, colours, style.opacity, "#5c5750", 0.5, 0.55, "#ffffff")
    return Look(variant, printed(colours), 1.0, "#000000", 0.6, 1.0, "#000000")


def graded(style: Style) -> bool:
    """Whether a property chooses among several classes."""
    return style.property is not None and bool(style.breaks) and len(style.colours) == len(style.breaks) + 1


def hatched(style: Style) -> tuple[Hatch, ...]:
    """Return the hatches that a style needs: none of it is withheld where nothing can be."""
    if not graded(style):
        return ()
    return HATCHES if style.withheld else ("no-data",)


def classify(style: Style, values: Floats, status: Sequence[str | None] | None) -> Ints:
    """Return the class of each value: the first whose end is above it; :data:`SUPPRESSED` or :data:`NO_DATA` for NaN.

    Parameters
    ----------
    style : Style
    values : float64 array, shape (n,)
        NaN is no value.
    status : sequence of str or None, shape (n,), or None
        What the release says of each value; None where it says nothing, which stands for suppressed if anything is withheld.

    Returns
    -------
    int64 array, shape (n,)

    Examples
    --------
    >>> style = Style(property="p", breaks=(20, 40), colours=("#d8d2a2", "#8bb5ac", "#255a80"))
    >>> classify(style, np.array([19.9, 20, 40, np.nan, np.nan]), ["released"] * 3 + ["suppressed", None]).tolist()
    [0, 1, 2, -1, -2]
    """
    if not graded(style):
        return np.zeros(len(values), np.int64)
    known = np.isfinite(values)
    withheld = np.full(len(values), style.withheld) if status is None else np.array([s == "suppressed" for s in status], bool)
    classes = np.searchsorted(np.array(style.breaks), np.where(known, values, 0), side="right")
    return np.where(known, classes, np.where(withheld, SUPPRESSED, NO_DATA)).astype(np.int64)


def tile(hatch: Hatch, variant: Variant, ratio: int = 1) -> Pixels:
    """Return a hatch's tile: slanted lines for what is suppressed, dots for no data, told apart without any colour.

    >>> tile("suppressed", "day", 2).shape
    (16, 16, 4)
    """
    side, ink = SIDE * ratio, INKS[hatch, variant]
    y, x = np.mgrid[0:side, 0:side]
    if hatch == "suppressed":
        drawn = (x + y) % side < (1.4 if variant == "day" else 1.1) * ratio
    else:
        drawn = (np.hypot(x % side - 1.5 * ratio, y % side - 1.5 * ratio) < 1.05 * ratio) | (
            np.hypot(x - 5.5 * ratio, y - 5.5 * ratio) < 1.05 * ratio
        )
    line, ground = ((*rgb(c), a) for c, a in zip((ink.line, ink.ground), ink.cover, strict=True))
    return np.where(drawn[:, :, None], np.array(line), np.array(ground)).astype(np.uint8)


def texts(style: Style, language: str) -> list[str]:
    """Return the text of each class: its bounds, the lower one inside.

    >>> texts(Style(property="p", breaks=(20, 40), colours=("#d8d2a2", "#8bb5ac", "#255a80")), "en")
    ['below 20', '20 to 40', '40 and more']
    """
    if not graded(style):
        return []
    edges = [f"{b:,g}".replace("-", "\u2212") for b in style.breaks]
    below, between, above = _BOUNDS[language]
    middle = [between.format(a, b) for a, b in pairwise(edges)]
    return [below.format(edges[0]), *middle, above.format(edges[-1])]


_BOUNDS = MappingProxyType({"en": ("below {0}", "{0} to {1}", "{0} and more"), "zh": ("低于 {0}", "{0} 至 {1}", "{0} 及以上")})
