"""Pictures drawn by mapnik. Pictures share nothing, so each may be drawn in a thread of its own."""

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
from geoservice.maps.symbology import Hatch, Variant, hatch_tile
from geoservice.scratch import scratch_folder

CRS = "epsg:3857"
BUFFER = 64
"""Pixels around a picture in which markers and texts are drawn too, as they may reach into it."""

Row = tuple[bytes, Mapping[str, Any]]
"""A feature to draw: WKB in the picture's CRS, and the attributes that its rules use."""


class MapFrame(NamedTuple):
    """The extent of a picture: a box in the units of its CRS, its size in pixels, and the device pixel ratio."""

    box: tuple[float, float, float, float]
    width: int
    height: int
    ratio: int = 1

    @property
    def unit(self) -> float:
        """Return the width of a CSS pixel in the units of the CRS."""
        return (self.box[2] - self.box[0]) / self.width * self.ratio

    @property
    def zoom(self) -> float:
        """Return the zoom at which map tiles of 256 pixels have this scale."""
        return log2(2 * MERCATOR_HALF_M / 256 / self.unit)


def symbol(kind: str, content: str = "", /, **attributes: Any) -> str:
    """Return a symbolizer as XML, escaped.

    >>> symbol("Line", stroke="#000000", stroke_width=0.5)
    '<LineSymbolizer stroke="#000000" stroke-width="0.5"/>'
    """
    attributes_xml = "".join(f" {name.replace('_', '-')}={quoteattr(str(value))}" for name, value in attributes.items())
    name = f"{kind}Symbolizer"
    return f"<{name}{attributes_xml}>{escape(content)}</{name}>" if content else f"<{name}{attributes_xml}/>"


def rule(symbols: Iterable[str], condition: str = "") -> str:
    """Return a rule for the features that match the expression ``condition``, by default all."""
    filter_xml = f"<Filter>{escape(condition)}</Filter>" if condition else ""
    return f"<Rule>{filter_xml}{''.join(symbols)}</Rule>"


def text(content: str, size: float, colour: str, **attributes: Any) -> str:
    """Return a text symbolizer; ``content`` is an expression such as ``[name]``."""
    return symbol("Text", content, fontset_name="text", size=size, fill=colour, **attributes)


class Picture:
    """A picture: layers are added from the bottom up, then drawn together."""

    def __init__(self, frame: MapFrame, background: str | None = None) -> None:
        self.frame, self._background = frame, background
        self._styles: list[str] = []
        self._layers: list[tuple[str, Any]] = []

    def add(self, rows: Iterable[Row], *rules: str) -> None:
        """Add a layer of features on top, drawn by rules."""
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
            self._layers.append((name, source))

    def draw(self, image: Any = None) -> Any:
        """Return the picture as a mapnik image, drawn over ``image`` if there is one."""
        frame = self.frame
        canvas = mapnik.Map(frame.width, frame.height)
        fonts = "".join(f"<Font face-name={quoteattr(f)}/>" for f in faces())
        header = f'<Map srs="{CRS}"><FontSet name="text">{fonts}</FontSet>'
        mapnik.load_map_from_string(canvas, f"{header}{''.join(self._styles)}</Map>")
        if self._background:
            canvas.background = mapnik.Color(self._background)
        for name, source in self._layers:
            layer = mapnik.Layer(name, CRS)
            layer.datasource = source
            layer.styles.append(name)
            canvas.layers.append(layer)
        canvas.buffer_size = BUFFER * frame.ratio
        canvas.aspect_fix_mode = mapnik.aspect_fix_mode.RESPECT
        canvas.zoom_to_box(mapnik.Box2d(*frame.box))
        image = image or mapnik.Image(frame.width, frame.height)
        mapnik.render(canvas, image, float(frame.ratio))
        return image


def to_png(image: Any) -> bytes:
    """Return an image as a PNG file."""
    body: bytes = image.to_string("png32:z=6")
    return body


@lru_cache(maxsize=1)
def _folder() -> Path:
    """Return a folder of this process, removed at its end, because mapnik reads patterns from files only."""
    folder = scratch_folder("geoservice-hatches")
    atexit.register(folder.cleanup)
    return Path(folder.name)


@lru_cache(maxsize=32)
def hatch_file(hatch: Hatch, variant: Variant, ratio: int) -> str:
    """Return the path of a hatch's tile; it is written to a temporary file and renamed, so that no thread reads half of it."""
    path = _folder() / f"{hatch}-{variant}-{ratio}.png"
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        file.write(encode(hatch_tile(hatch, variant, ratio)))
    Path(file.name).replace(path)
    return str(path)
