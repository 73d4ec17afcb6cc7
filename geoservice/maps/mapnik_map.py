"""Pictures drawn by mapnik. Nothing is shared between two pictures, so each may be drawn in a thread of its own."""

import atexit
import tempfile
from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import log2
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from geoservice.geo import MERCATOR_HALF_M
from geoservice.maps.fonts import faces
from geoservice.maps.mapnik_import import mapnik
from geoservice.maps.png import encode
from geoservice.maps.symbology import Hatch, Variant, tile
from geoservice.scratch import scratch_folder

PLANE = "epsg:3857"
BUFFER = 64
"""Pixels around a picture from which marks and words may reach into it."""

Row = tuple[bytes, Mapping[str, Any]]
"""A feature to draw: WKB in the picture's plane, and what its rules ask for."""


class MapFrame(NamedTuple):
    """What a picture shows: a box in the plane's units, and its size in pixels; ``ratio`` of them look like one of a map."""

    box: tuple[float, float, float, float]
    width: int
    height: int
    ratio: int = 1

    @property
    def unit(self) -> float:
        """Return the width of one pixel (of ratio 1) in the plane's units."""
        return (self.box[2] - self.box[0]) / self.width * self.ratio

    @property
    def zoom(self) -> float:
        """Return the zoom of map tiles of 256 pixels that are drawn at this scale."""
        return log2(2 * MERCATOR_HALF_M / 256 / self.unit)


def symbol(kind: str, content: str = "", /, **attributes: Any) -> str:
    """Return a symbolizer; everything in it is escaped.

    >>> symbol("Line", stroke="#000000", stroke_width=0.5)
    '<LineSymbolizer stroke="#000000" stroke-width="0.5"/>'
    """
    given = "".join(f" {name.replace('_', '-')}={quoteattr(str(value))}" for name, value in attributes.items())
    return f"<{kind}Symbolizer{given}>{escape(content)}</{kind}Symbolizer>" if content else f"<{kind}Symbolizer{given}/>"


def rule(symbols: Iterable[str], only: str = "") -> str:
    """Return a rule for the features that the expression ``only`` lets through."""
    condition = f"<Filter>{escape(only)}</Filter>" if only else ""
    return f"<Rule>{condition}{''.join(symbols)}</Rule>"


def text(content: str, size: float, colour: str, **attributes: Any) -> str:
    """Return a symbolizer of words: ``content`` is an expression such as ``[name]``."""
    return symbol("Text", content, fontset_name="words", size=size, fill=colour, **attributes)


class Picture:
    """A picture in the making: sheets laid on one another, then drawn at once."""

    def __init__(self, frame: MapFrame, background: str | None = None) -> None:
        self.frame, self._background = frame, background
        self._styles: list[str] = []
        self._sheets: list[tuple[str, Any]] = []

    def lay(self, rows: Iterable[Row], *rules: str) -> None:
        """Lay features on top of what there is, drawn by rules."""
        source, context = mapnik.MemoryDatasource(), mapnik.Context()
        empty = True
        for number, (shape, values) in enumerate(rows):
            if number == 0:
                for name in values:
                    context.push(name)
            feature = mapnik.Feature(context, number)
            for name, value in values.items():
                feature[name] = value
            feature.geometry = mapnik.Geometry.from_wkb(shape)
            source.add_feature(feature)
            empty = False
        if not empty:
            name = f"s{len(self._styles)}"
            self._styles.append(f'<Style name="{name}">{"".join(rules)}</Style>')
            self._sheets.append((name, source))

    def draw(self, image: Any = None) -> Any:
        """Return the picture as an image of mapnik's, on top of ``image`` if one is given."""
        frame = self.frame
        plan = mapnik.Map(frame.width, frame.height)
        fonts = "".join(f"<Font face-name={quoteattr(f)}/>" for f in faces())
        head = f'<Map srs="{PLANE}"><FontSet name="words">{fonts}</FontSet>'
        mapnik.load_map_from_string(plan, f"{head}{''.join(self._styles)}</Map>")
        if self._background:
            plan.background = mapnik.Color(self._background)
        for name, source in self._sheets:
            layer = mapnik.Layer(name, PLANE)
            layer.datasource = source
            layer.styles.append(name)
            plan.layers.append(layer)
        plan.buffer_size = BUFFER * frame.ratio
        plan.aspect_fix_mode = mapnik.aspect_fix_mode.RESPECT
        plan.zoom_to_box(mapnik.Box2d(*frame.box))
        image = image or mapnik.Image(frame.width, frame.height)
        mapnik.render(plan, image, float(frame.ratio))
        return image


def to_png(image: Any) -> bytes:
    """Return an image as a PNG file."""
    body: bytes = image.to_string("png32:z=6")
    return body


@lru_cache(maxsize=1)
def _folder() -> Path:
    """Return a folder of this process alone, removed at its end: mapnik takes patterns from files only."""
    folder = scratch_folder("geoservice-hatches")
    atexit.register(folder.cleanup)
    return Path(folder.name)


@lru_cache(maxsize=32)
def hatch_file(hatch: Hatch, variant: Variant, ratio: int) -> str:
    """Return the file of a hatch's tile; written aside and renamed, so that no other thread reads half of it."""
    path = _folder() / f"{hatch}-{variant}-{ratio}.png"
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        file.write(encode(tile(hatch, variant, ratio)))
    Path(file.name).replace(path)
    return str(path)
