"""Conversion of colours between sRGB and CIE L*a*b* (D65), and colour ramps for print and for a dark background."""

from collections.abc import Sequence

import numpy as np

from geoservice.geo import Floats

LIGHTEST_PRINT, DARKEST_PRINT = 95.0, 38.0
"""Lightness (L*, 0 to 100) of the ends of a print ramp: paper is lighter, black outlines and hatches are darker."""

LIGHTNESS_SUM, MAX_LIGHTNESS, CHROMA_GAIN = 126.0, 94.0, 1.3
"""For a dark background: sum of the lightness of a colour and its counterpart, maximum lightness, factor of the chroma."""

_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
_WHITE = _XYZ.sum(axis=1)
_EDGE = 6 / 29


def rgb(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue, 0 to 255.

    >>> rgb("#ff8000")
    (255, 128, 0)
    """
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def blend(colour: str, opacity: float, background: str) -> str:
    """Return the visible colour of one with an opacity (0 to 1) on a background, as browsers and mapnik blend them.

    >>> blend("#000000", 0.25, "#ffffff"), blend("#255a80", 1, "#f6f5f1")
    ('#bfbfbf', '#255a80')
    """
    pairs = zip(rgb(colour), rgb(background), strict=True)
    return "#" + "".join(f"{round(opacity * above + (1 - opacity) * below):02x}" for above, below in pairs)


def to_lab(colour: str) -> Floats:
    """Return L*, a* and b* of a colour.

    >>> to_lab("#ffffff").round(3).tolist()
    [100.0, 0.0, 0.0]
    """
    part = np.array(rgb(colour)) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    t = _XYZ @ linear / _WHITE
    f = np.where(t > _EDGE**3, np.cbrt(t), t / (3 * _EDGE**2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def from_lab(lab: Floats) -> str:
    """Return the sRGB colour of L*, a* and b*; outside the gamut, chroma is reduced at the same lightness and hue.

    >>> from_lab(to_lab("#35739a"))
    '#35739a'
    """
    linear = _linear(lab)
    while ((linear < -1e-6) | (linear > 1 + 1e-6)).any() and np.abs(lab[1:]).max() > 0.5:
        lab = lab * [1, 0.95, 0.95]
        linear = _linear(lab)
    linear = np.clip(linear, 0, 1)
    part = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(v):02x}" for v in part * 255)


def _linear(lab: Floats) -> Floats:
    y = (lab[0] + 16) / 116
    f = np.array([y + lab[1] / 500, y, y - lab[2] / 200])
    t = np.where(f > _EDGE, f**3, 3 * _EDGE**2 * (f - 4 / 29))
    return np.asarray(np.linalg.solve(_XYZ, t * _WHITE), float)


def dark_ramp(colours: Sequence[str]) -> tuple[str, ...]:
    """Return colours for a dark background: the same hues with inverted lightness.

    >>> [round(float(to_lab(c)[0])) for c in dark_ramp(["#255a80", "#8bb5ac", "#f5e8c9"])]
    [90, 55, 34]
    """
    labs = [to_lab(c) for c in colours]
    return tuple(from_lab(np.array([min(LIGHTNESS_SUM - lab[0], MAX_LIGHTNESS), *(CHROMA_GAIN * lab[1:])])) for lab in labs)


def print_ramp(colours: Sequence[str]) -> tuple[str, ...]:
    """Return a ramp for print: the same hues with lightness in equal steps, so that classes differ in a photocopy too.

    The direction is that of the ramp; a ramp that is not monotonic runs from light to dark.

    >>> [round(float(to_lab(c)[0])) for c in print_ramp(["#255a80", "#8bb5ac", "#eedcb4"])]
    [38, 66, 95]
    """
    if len(colours) < 2:
        return tuple(colours)
    labs = [to_lab(c) for c in colours]
    lightness_values = [float(lab[0]) for lab in labs]
    ascending = lightness_values == sorted(lightness_values)
    steps = (
        np.linspace(DARKEST_PRINT, LIGHTEST_PRINT, len(labs))
        if ascending
        else np.linspace(LIGHTEST_PRINT, DARKEST_PRINT, len(labs))
    )
    return tuple(from_lab(np.array([lightness, lab[1], lab[2]])) for lightness, lab in zip(steps, labs, strict=True))
