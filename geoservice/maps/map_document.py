"""A map for a document: one picture with base map, layers, names, title, legend, scale bar and sources."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import degrees
from typing import Any, NamedTuple

import numpy as np

from geoservice.geo import MERCATOR_RADIUS_M, BBox, mercator_easting, mercator_latitude, mercator_northing
from geoservice.maps import fonts
from geoservice.maps.folium_text import WORDS
from geoservice.maps.furniture import LEGEND_WIDTH, PAD, Furniture, LegendEntry, LegendGroup, draw_furniture, legend_size
from geoservice.maps.map_features import Within, base_shapes, box_features
from geoservice.maps.mapnik_map import MapFrame, Picture, to_png
from geoservice.maps.mapnik_rules import add_base_map_layers, add_layer, add_names, add_place_names
from geoservice.maps.selection import DEFAULT, Selection, styled_column
from geoservice.maps.symbology import (
    BACKGROUND,
    Variant,
    has_classes,
    has_margin,
    legend_texts,
    missing_labels,
    occurring_classes,
    symbology_of,
)
from geoservice.measures import UNCERTAIN
from geoservice.number_text import NO_LIMITS, Limits, limits_of, unit_label
from geoservice.number_text import WORDS as REASON_WORDS
from geoservice.release.base import PublishedLayer
from geoservice.release.protocols import ReleaseReader

COLON = {"en": ": ", "zh": "："}
MAX_NAMES = 60
"""Largest number of features of a layer whose names are drawn."""


@dataclass(frozen=True)
class MapOptions:
    """Options of a map for a document: a box in degrees, its size in pixels, the device pixel ratio, and what it shows."""

    box: BBox
    width: int
    height: int
    ratio: int = 1
    variant: Variant = "day"
    language: str = "en"
    legend: bool = True
    transparent: bool = False
    selection: Selection = DEFAULT


class Margins(NamedTuple):
    """Pixels along the sides of a picture for title, legend and sources; the requested box is within them."""

    left: float = 0
    top: float = 0
    right: float = 0
    bottom: float = 0


NO_MARGINS = Margins()


def frame_around(box: BBox, width: int, height: int, ratio: int, margins: Margins = NO_MARGINS) -> MapFrame:
    """Return the frame that shows a box within margins, enlarged to the picture's aspect ratio.

    >>> frame_around(BBox(0, 0, 1, 1), 200, 100, 1).zoom < frame_around(BBox(0, 0, 1, 1), 200, 200, 1).zoom
    True
    """
    west, east = mercator_easting(np.array([box.west, box.east])).tolist()
    south, north = mercator_northing(np.array([box.south, box.north])).tolist()
    across, down = width - margins.left - margins.right, height - margins.top - margins.bottom
    unit = max((east - west) / across, (north - south) / down, 0.01)
    left = (west + east) / 2 - unit * (margins.left + across / 2)
    low = (south + north) / 2 - unit * (margins.bottom + down / 2)
    return MapFrame((left, low, left + unit * width, low + unit * height), width, height, ratio)


def frame_box(frame: MapFrame) -> BBox:
    """Return the extent of a frame in degrees, within the world."""
    west, south, east, north = frame.box
    lon = [min(max(degrees(v / MERCATOR_RADIUS_M), -180.0), 180.0) for v in (west, east)]
    lat = [mercator_latitude(v) for v in (south, north)]
    return BBox(lon[0], lat[0], lon[1], lat[1])


def legend_groups(
    layers: Sequence[PublishedLayer], variant: Variant, language: str, limits: Limits = NO_LIMITS
) -> tuple[LegendGroup, ...]:
    """Return the legend of layers."""
    return tuple(_group(layer, variant, language, limits) for layer in layers)


def _group(layer: PublishedLayer, variant: Variant, language: str, limits: Limits) -> LegendGroup:
    style, title, symbology = layer.style, getattr(layer.title, language), symbology_of(layer.style, variant)
    is_point = style.kind == "circle"
    if not has_classes(style):
        return LegendGroup("", (LegendEntry(title, symbology.swatches[0], round=is_point),))
    column = next(c for c in layer.columns if c.name == style.property)
    unit = f" ({getattr(unit_label(column.unit), language)})" if column.unit else ""
    colours = [symbology.swatches[i] for i in occurring_classes(style, limits)]
    labels = [*zip(legend_texts(layer, language, limits), colours, strict=True)]
    if has_margin(layer):
        labels.append((getattr(REASON_WORDS[UNCERTAIN], language), symbology.swatch(symbology.uncertain)))
    classes = [LegendEntry(text, colour, round=is_point) for text, colour in labels]
    hatched = [
        LegendEntry(getattr(label, language), hatch="no-data", round=is_point) for label in missing_labels(style, limits)
    ]
    return LegendGroup(f"{title}{COLON[language]}{getattr(column.title, language)}{unit}", (*classes, *hatched))


def shown_box(reader: ReleaseReader, layers: Sequence[PublishedLayer], options: MapOptions) -> BBox:
    """Return the box in degrees that :func:`draw_document` shows: the requested box and its surroundings."""
    furniture = _furniture(reader, layers, options, fonts.picture_language(options.language))
    return frame_box(
        frame_around(options.box, options.width, options.height, options.ratio, furniture_margins(furniture, options))
    )


def draw_document(reader: ReleaseReader, layers: Sequence[tuple[PublishedLayer, Within]], options: MapOptions) -> bytes:
    """Return a map of layers, from the bottom up, as a PNG file.

    Raises :class:`geoservice.errors.TooLarge` if a layer has too many features in the box. Without a Chinese font the text
    is English. Furniture without room is left out: first the legend, then title and sources.
    """
    language = fonts.picture_language(options.language)
    furniture = _furniture(reader, [layer for layer, _ in layers], options, language)
    margins = furniture_margins(furniture, options)
    frame = frame_around(options.box, options.width, options.height, options.ratio, margins)
    box = frame_box(frame)
    image = _map(reader, layers, options, frame, language)
    return to_png(draw_furniture(image, frame, replace(furniture, latitude=(box.south + box.north) / 2), options.variant))


def furniture_margins(furniture: Furniture, options: MapOptions) -> Margins:
    """Return the margins for furniture; a small picture has none."""
    width, height = options.width / options.ratio, options.height / options.ratio
    right = legend_size(furniture.groups)[0] + PAD if furniture.groups and width >= 2.2 * LEGEND_WIDTH else 0
    top, bottom = (60, 40) if height >= 320 else (0, 0)
    r = options.ratio
    return Margins(0, top * r, right * r, bottom * r)


def _map(
    reader: ReleaseReader, layers: Sequence[tuple[PublishedLayer, Within]], options: MapOptions, frame: MapFrame, language: str
) -> Any:
    box, variant = frame_box(frame), options.variant
    base = base_shapes(reader, frame) if reader.manifest.base_map and not options.transparent else {}
    picture = Picture(frame, None if options.transparent else BACKGROUND[variant])
    add_base_map_layers(picture, base, variant)
    names: list[tuple[bytes, str]] = []
    for layer, within in layers:
        features = box_features(reader, layer, box, frame.zoom, within, language, options.selection)
        add_layer(picture, layer, features, variant)
        if len(features) <= MAX_NAMES and layer.style.kind == "fill":
            names += [(f.wkb, f.name) for f in features if f.name]
    if names:
        add_names(picture, names, 12, variant, placement="interior")
    else:
        add_place_names(picture, base.get("place", ()), variant, language)
    return picture.draw()


def _furniture(reader: ReleaseReader, layers: Sequence[PublishedLayer], options: MapOptions, language: str) -> Furniture:
    study = reader.manifest.study
    title = (study.get("title") or {}).get(language, "")
    source = (study.get("source") or {}).get(language, "")
    synthetic = WORDS[language]["synthetic"] if study.get("synthetic") else ""
    number = f"{WORDS[language]['release']} {reader.number}"
    legend = legend_groups(layers, options.variant, language, limits_of(study)) if options.legend else ()
    width, height = legend_size(legend)
    fits = width <= options.width / options.ratio * 0.7 and height <= options.height / options.ratio * 0.85
    return Furniture(
        title=" · ".join(t for t in (title, *(getattr(layer.title, language) for layer in layers[:1])) if t),
        subtitle=_subtitle(layers, language),
        groups=legend if fits else (),
        source=" · ".join(t for t in (source, number, synthetic) if t),
    )


def _subtitle(layers: Sequence[PublishedLayer], language: str) -> str:
    """Return the title of the column that colours the first layer."""
    column = styled_column(layers[0]) if layers else None
    return getattr(column.title, language) if column else ""
