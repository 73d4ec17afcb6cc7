"""A map for a document: base map, layers, names, title, legend, scale bar and sources in one picture."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import degrees
from typing import Any, NamedTuple

import numpy as np

from geoservice.geo import MERCATOR_RADIUS_M, BBox, mercator_easting, mercator_latitude, mercator_northing
from geoservice.maps import fonts
from geoservice.maps.folium_text import WORDS
from geoservice.maps.furniture import LEGEND_WIDTH, PAD, Furniture, LegendEntry, LegendGroup, furnish, legend_size
from geoservice.maps.map_features import Within, base_shapes, box_features
from geoservice.maps.mapnik_map import MapFrame, Picture, to_png
from geoservice.maps.mapnik_rules import lay_ground, lay_layer, lay_names, lay_places
from geoservice.maps.selection import DEFAULT, Selection, styled_column
from geoservice.maps.symbology import BACKGROUND, Variant, graded, has_margin, missing, occurring, symbology_of, texts
from geoservice.measures import UNCERTAIN
from geoservice.number_text import NO_LIMITS, Limits, limits_of, unit_label
from geoservice.number_text import WORDS as REASON_WORDS
from geoservice.release.base import PublishedLayer, ReleaseReader

COLON = {"en": ": ", "zh": "："}
MAX_NAMED = 60
"""Features of a layer up to which each is named."""


@dataclass(frozen=True)
class MapOptions:
    """What a document asks for: a box in degrees, size in pixels, how many of them look like one, and what is on it."""

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
    """Pixels along the sides of a picture that title, legend and sources take: what was asked for lies within."""

    left: float = 0
    top: float = 0
    right: float = 0
    bottom: float = 0


NO_MARGINS = Margins()


def frame_around(box: BBox, width: int, height: int, ratio: int, free: Margins = NO_MARGINS) -> MapFrame:
    """Return the frame that holds a box within margins: the shape of the picture stays, so the ground shown grows.

    >>> frame_around(BBox(0, 0, 1, 1), 200, 100, 1).zoom < frame_around(BBox(0, 0, 1, 1), 200, 200, 1).zoom
    True
    """
    west, east = mercator_easting(np.array([box.west, box.east])).tolist()
    south, north = mercator_northing(np.array([box.south, box.north])).tolist()
    across, down = width - free.left - free.right, height - free.top - free.bottom
    unit = max((east - west) / across, (north - south) / down, 0.01)
    left = (west + east) / 2 - unit * (free.left + across / 2)
    low = (south + north) / 2 - unit * (free.bottom + down / 2)
    return MapFrame((left, low, left + unit * width, low + unit * height), width, height, ratio)


def box_of(frame: MapFrame) -> BBox:
    """Return what a frame shows in degrees, within the world."""
    west, south, east, north = frame.box
    lon = [min(max(degrees(v / MERCATOR_RADIUS_M), -180.0), 180.0) for v in (west, east)]
    lat = [mercator_latitude(v) for v in (south, north)]
    return BBox(lon[0], lat[0], lon[1], lat[1])


def groups(
    layers: Sequence[PublishedLayer], variant: Variant, language: str, limits: Limits = NO_LIMITS
) -> tuple[LegendGroup, ...]:
    """Return the legend of layers in a language."""
    return tuple(_group(layer, variant, language, limits) for layer in layers)


def _group(layer: PublishedLayer, variant: Variant, language: str, limits: Limits) -> LegendGroup:
    style, title, drawn = layer.style, getattr(layer.title, language), symbology_of(layer.style, variant)
    marks = style.kind == "circle"
    if not graded(style):
        return LegendGroup("", (LegendEntry(title, drawn.swatches[0], round=marks),))
    column = next(c for c in layer.columns if c.name == style.property)
    unit = f" ({getattr(unit_label(column.unit), language)})" if column.unit else ""
    colours = [drawn.swatches[i] for i in occurring(style, limits)]
    named = [*zip(texts(style, language, limits), colours, strict=True)]
    if has_margin(layer):
        named.append((getattr(REASON_WORDS[UNCERTAIN], language), drawn.swatch(drawn.uncertain)))
    known = [LegendEntry(words, colour, round=marks) for words, colour in named]
    hatched = [LegendEntry(getattr(label, language), hatch="no-data", round=marks) for label in missing(style, limits)]
    return LegendGroup(f"{title}{COLON[language]}{getattr(column.title, language)}{unit}", (*known, *hatched))


def shown(reader: ReleaseReader, layers: Sequence[PublishedLayer], wanted: MapOptions) -> BBox:
    """Return the box in degrees that :func:`draw` shows: what was asked for, and what is around it."""
    what = _furniture(reader, layers, wanted, fonts.language_of(wanted.language))
    return box_of(frame_around(wanted.box, wanted.width, wanted.height, wanted.ratio, margins(what, wanted)))


def draw(reader: ReleaseReader, layers: Sequence[tuple[PublishedLayer, Within]], wanted: MapOptions) -> bytes:
    """Return a map of layers, the first lowest, as a PNG file.

    Raises :class:`geoservice.errors.TooLarge` when a layer has more features there than can be drawn. Without a font for
    Chinese the words are English. What does not fit is left out: first the legend, then title and sources.
    """
    language = fonts.language_of(wanted.language)
    what = _furniture(reader, [layer for layer, _ in layers], wanted, language)
    free = margins(what, wanted)
    frame = frame_around(wanted.box, wanted.width, wanted.height, wanted.ratio, free)
    box = box_of(frame)
    image = _map(reader, layers, wanted, frame, language)
    return to_png(furnish(image, frame, replace(what, latitude=(box.south + box.north) / 2), wanted.variant))


def margins(what: Furniture, wanted: MapOptions) -> Margins:
    """Return the room that furniture takes, none of it where the picture is small."""
    width, height = wanted.width / wanted.ratio, wanted.height / wanted.ratio
    right = legend_size(what.groups)[0] + PAD if what.groups and width >= 2.2 * LEGEND_WIDTH else 0
    top, bottom = (60, 40) if height >= 320 else (0, 0)
    r = wanted.ratio
    return Margins(0, top * r, right * r, bottom * r)


def _map(
    reader: ReleaseReader, layers: Sequence[tuple[PublishedLayer, Within]], wanted: MapOptions, frame: MapFrame, language: str
) -> Any:
    box, variant = box_of(frame), wanted.variant
    base = base_shapes(reader, frame) if reader.manifest.base_map and not wanted.transparent else {}
    picture = Picture(frame, None if wanted.transparent else BACKGROUND[variant])
    lay_ground(picture, base, variant)
    names: list[tuple[bytes, str]] = []
    for layer, within in layers:
        drawn = box_features(reader, layer, box, frame.zoom, within, language, wanted.selection)
        lay_layer(picture, layer, drawn, variant)
        if len(drawn) <= MAX_NAMED and layer.style.kind == "fill":
            names += [(d.wkb, d.name) for d in drawn if d.name]
    if names:
        lay_names(picture, names, 12, variant, placement="interior")
    else:
        lay_places(picture, base.get("place", ()), variant, language)
    return picture.draw()


def _furniture(reader: ReleaseReader, layers: Sequence[PublishedLayer], wanted: MapOptions, language: str) -> Furniture:
    study = reader.manifest.study
    title = (study.get("title") or {}).get(language, "")
    source = (study.get("source") or {}).get(language, "")
    made_up = WORDS[language]["synthetic"] if study.get("synthetic") else ""
    number = f"{WORDS[language]['release']} {reader.number}"
    legend = groups(layers, wanted.variant, language, limits_of(study)) if wanted.legend else ()
    wide, tall = legend_size(legend)
    fits = wide <= wanted.width / wanted.ratio * 0.7 and tall <= wanted.height / wanted.ratio * 0.85
    return Furniture(
        title=" · ".join(t for t in (title, *(getattr(layer.title, language) for layer in layers[:1])) if t),
        subtitle=_subtitle(layers, language),
        groups=legend if fits else (),
        source=" · ".join(t for t in (source, number, made_up) if t),
    )


def _subtitle(layers: Sequence[PublishedLayer], language: str) -> str:
    """Return what the first layer's colours tell."""
    column = styled_column(layers[0]) if layers else None
    return getattr(column.title, language) if column else ""
