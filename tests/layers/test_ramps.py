"""Ramps of every layer file are distinct for colour-blind readers and on photocopies.

Colour vision without red (protanopia), green (deuteranopia) and blue (tritanopia) cones is simulated in linear RGB with the
matrices of severity 1.0 of Machado, Oliveira and Fernandes (2009), "A physiologically-based model for simulation of color
vision deficiency", IEEE TVCG 15(6), tables 1 to 3. Distances are CIE 1976 (Euclidean in L*a*b*, D65); about 2.3 is just
noticeable; neighbouring classes must be at least 7 apart, which is plain on a map where they touch.
"""

from pathlib import Path

import numpy as np
import pytest

from geoservice.layer import Layer, read_layers
from geoservice.maps.colour import print_ramp
from geoservice.maps.symbology import VARIANTS, Variant, symbology_of

LAYERS = [x for x in read_layers(Path(__file__).parents[2] / "layers") if len(x.style.colours) > 1]
NEIGHBOURS, ANY_TWO, GREY_STEP = 7.0, 7.0, 6.0
MACHADO = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])


def ramp(layer: Layer) -> tuple[str, ...]:
    """Return the colours of a layer's classes, including the one beyond the search limit."""
    return (*layer.style.colours, *([layer.style.beyond] if layer.style.beyond else []))


def seen(colours: tuple[str, ...], sight: str) -> np.ndarray:
    """Return L*a*b* of colours under a colour vision deficiency, shape (n, 3)."""
    srgb = np.array([[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in colours])
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear @ np.array(MACHADO[sight]).T, 0, 1)
    t = linear @ XYZ.T / (XYZ @ np.ones(3))
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.column_stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])])


def distances(colours: tuple[str, ...], sight: str) -> np.ndarray:
    lab = seen(colours, sight)
    return np.linalg.norm(lab[:, None] - lab[None], axis=2)


@pytest.mark.parametrize("layer", LAYERS, ids=lambda x: x.id)
@pytest.mark.parametrize("sight", MACHADO)
@pytest.mark.parametrize("variant", VARIANTS)
def test_classes_differ_for_every_kind_of_colour_vision(layer: Layer, sight: str, variant: Variant) -> None:
    colours = symbology_of(layer.style, variant).colours
    apart = distances(colours, sight)
    neighbours = np.diagonal(apart, 1)
    assert neighbours.min() >= NEIGHBOURS, neighbours.round(1)
    assert apart[np.triu_indices(len(colours), 1)].min() >= ANY_TWO, "two classes that are not neighbours look alike"


@pytest.mark.parametrize("layer", LAYERS, ids=lambda x: x.id)
def test_lightness_is_monotonic_or_diverging(layer: Layer) -> None:
    steps = np.diff(seen(ramp(layer), "normal")[:, 0])
    turns = int((np.diff(np.sign(steps)) != 0).sum())
    assert turns <= 1
    assert turns == 0 or layer.id in {"balance", "catchments", "fairness", "hotspot_catchments", "hotspots", "projections"}, (
        "a sequential ramp is monotone"
    )


@pytest.mark.parametrize("layer", [x for x in LAYERS if x.id != "cells"], ids=lambda x: x.id)  # whose times are exact
@pytest.mark.parametrize("sight", MACHADO)
@pytest.mark.parametrize("variant", ["day", "dark"])
def test_the_grey_of_uncertain_numbers_differs_from_every_class(layer: Layer, sight: str, variant: Variant) -> None:
    drawn = symbology_of(layer.style, variant)
    assert distances((drawn.uncertain, *drawn.colours), sight)[0, 1:].min() >= NEIGHBOURS


@pytest.mark.parametrize("layer", LAYERS, ids=lambda x: x.id)
def test_dark_colours_are_light_on_a_dark_background(layer: Layer) -> None:
    day, dark = (seen(symbology_of(layer.style, v).colours, "normal")[:, 0] for v in ("day", "dark"))
    assert np.argsort(day).tolist() == np.argsort(-dark).tolist()
    assert dark.min() >= 25, "no class is lost in the ground"


@pytest.mark.parametrize("layer", LAYERS, ids=lambda x: x.id)
def test_print_classes_differ_in_greyscale(layer: Layer) -> None:
    steps = np.diff(seen(print_ramp(ramp(layer)), "normal")[:, 0])
    assert (np.sign(steps) == np.sign(steps[0])).all()
    assert np.abs(steps).min() >= GREY_STEP


def test_the_check_finds_a_ramp_that_fails() -> None:
    red_green = ("#c23b3b", "#5d8a3c")
    assert distances(red_green, "normal")[0, 1] > 60
    assert distances(red_green, "deuteranopia")[0, 1] < distances(red_green, "normal")[0, 1] / 3
