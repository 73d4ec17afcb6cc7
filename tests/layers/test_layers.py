"""The layer files that come with the project."""

import itertools
import re
from pathlib import Path

import pytest

from geoservice.layer import Layer, read_layer
from geoservice.measures import measure_of
from geoservice.release.base import DIMENSIONS
from geoservice.schema import LEVELS

FOLDER = Path(__file__).parents[2] / "layers"
FILES = sorted(FOLDER.glob("*.toml"))
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(params=FILES, ids=lambda f: f.stem)
def layer(request: pytest.FixtureRequest) -> Layer:
    return read_layer(request.param)


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", text))


def test_the_layers_of_the_issue_are_there() -> None:
    wanted = {"stations", "coverage", "cells", "catchments", "gaps", "uncovered", "table", "demand"}
    assert wanted <= {f.stem for f in FILES}


def test_every_label_is_in_both_languages(layer: Layer) -> None:
    for label in (layer.title, layer.description, *(c.title for c in layer.columns)):
        assert HAN.search(label.zh), label
        assert label.en, label
        assert not HAN.search(label.en), label
        assert placeholders(label.zh) == placeholders(label.en)


def test_names_are_unique_and_placeholders_are_dimensions(layer: Layer) -> None:
    names = [c.name for c in layer.columns]
    assert len(set(names)) == len(names)
    for column in layer.columns:
        dims = placeholders(column.name)
        assert dims <= set(DIMENSIONS)
        assert placeholders(column.title.en) == dims, "a title tells its dimensions and no others"
        assert not dims & set(column.where), "a dimension is fixed or expanded, not both"
        assert column.measure or not (dims or column.where), "an attribute of the unit has no dimensions"


def test_style_fits_its_column(layer: Layer) -> None:
    style = layer.style
    assert list(style.breaks) == sorted(set(style.breaks))
    assert all(
        re.fullmatch(r"#[0-9a-f]{6}", c)
        for c in (*style.colours, style.uncertain, style.no_data, *filter(None, [style.beyond]))
    )
    if style.kind == "none":
        assert layer.geometry == "none"
        return
    assert len(style.colours) == len(style.breaks) + 1
    assert style.property is None or style.property in {c.name for c in layer.columns}
    assert {"point": "circle", "line": "line", "polygon": "fill"}[layer.geometry] == style.kind


def test_zooms_and_units(layer: Layer) -> None:
    assert layer.minzoom <= layer.maxzoom
    for column in layer.columns:
        if column.measure:
            assert column.unit == measure_of(column.measure).unit, column.name


def luminance(colour: str) -> float:
    """Relative luminance of sRGB (WCAG 2.1)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_ramps_read_without_hue(layer: Layer) -> None:
    """Lightness is monotonic, or rises to a middle and falls: the order is visible without red and green."""
    light = [luminance(c) for c in (*layer.style.colours, *filter(None, [layer.style.beyond]))]
    steps = [b - a for a, b in itertools.pairwise(light)]
    turns = sum((a > 0) != (b > 0) for a, b in itertools.pairwise(steps))
    assert turns <= 1
    assert all(abs(s) > 0.015 for s in steps)


def test_areas_are_listed_from_coarse_to_fine() -> None:
    for name in ("coverage", "uncovered"):
        assert read_layer(FOLDER / f"{name}.toml").geography == LEVELS
