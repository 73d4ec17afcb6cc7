"""Colours as numbers: sRGB and CIE L*a*b* (D65), a ramp that a photocopier keeps apart, and one for dark ground."""

from collections.abc import Sequence

import numpy as np

from geoservice.geo import Floats

LIGHT, DARK = 95.0, 38.0
"""Lightness (L*, 0 to 100) of the ends of a ramp for print: paper stays lighter, black outlines and hatches darker."""

MIRROR, BRIGHTEST, VIVID = 126.0, 94.0, 1.3
"""Of colours for dark ground: lightness of a colour and of its mirror together, the most that is used, the gain in chroma."""

_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
_WHITE = _XYZ.sum(axis=1)
_EDGE = 6 / 29


def rgb(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue, 0 to 255.

    >>> rgb("#ff8000")
    (255, 128, 0)
    """
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def blend(colour: str, opacity: float, ground: str) -> str:
    """Return the colour that is seen where one of an opacity (0 to 1) lies on a ground, as browsers and mapnik mix them.

    >>> blend("#000000", 0.25, "#ffffff"), blend("#255a80", 1, "#f6f5f1")
    ('#bfbfbf', '#255a80')
    """
    pairs = zip(rgb(colour), rgb(ground), strict=True)
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


def of_lab(lab: Floats) -> str:
    """Return the colour nearest to L*, a* and b*: of a chroma that screens do not have only the lightness and hue are kept.

    >>> of_lab(to_lab("#35739a"))
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


def mirrored(colours: Sequence[str]) -> tuple[str, ...]:
    """Return colours for dark ground: the hues stay, what is dark becomes light and what is light becomes dark.

    >>> [round(float(to_lab(c)[0])) for c in mirrored(["#255a80", "#8bb5ac", "#f5e8c9"])]
    [90, 55, 34]
    """
    labs = [to_lab(c) for c in colours]
    return tuple(of_lab(np.array([min(MIRROR - lab[0], BRIGHTEST), *(VIVID * lab[1:])])) for lab in labs)


def printed(colours: Sequence[str]) -> tuple[str, ...]:
    """Return a ramp for print: the hues stay, lightness runs in equal steps one way, so that greys tell the classes as well.

    It runs the way that the ramp does; one that is light in its middle runs from light to dark.

    >>> [round(float(to_lab(c)[0])) for c in printed(["#255a80", "#8bb5ac", "#eedcb4"])]
    [38, 66, 95]
    """
    if len(colours) < 2:
        return tuple(colours)
    labs = [to_lab(c) for c in colours]
    light = [float(lab[0]) for lab in labs]
    rising = light == sorted(light)
    steps = np.linspace(DARK, LIGHT, len(labs)) if rising else np.linspace(LIGHT, DARK, len(labs))
    return tuple(of_lab(np.array([at, lab[1], lab[2]])) for at, lab in zip(steps, labs, strict=True))
