"""Map furniture: title, legend, scale bar and sources, drawn over a map in pixels."""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, floor, log10, radians
from typing import Any, NamedTuple

from geoservice.maps.mapnik_map import MapFrame, Picture, hatch_file, rule, symbol, text, to_png
from geoservice.maps.symbology import BACKGROUND, FRAME, INK, NO_VALUE, PAPER, RING, Hatch, Variant

PAD, LINE, SWATCH = 8, 17, (22, 12)
TITLE, HEADING, TEXT, SMALL = 17, 12.5, 11.5, 9.5
LEGEND_WIDTH = 230


class LegendEntry(NamedTuple):
    """An entry of the legend: a colour or a hatch, its text, and whether its swatch is a point marker (``round``)."""

    text: str
    colour: str = ""
    hatch: Hatch | None = None
    round: bool = False


class LegendGroup(NamedTuple):
    """A part of the legend: a heading, which may be empty, and entries."""

    title: str
    entries: tuple[LegendEntry, ...]


@dataclass(frozen=True)
class Furniture:
    """The texts, legend and scale bar of a map; empty texts are left out. The scale bar is true at ``latitude``."""

    title: str = ""
    subtitle: str = ""
    groups: tuple[LegendGroup, ...] = ()
    source: str = ""
    latitude: float | None = None


def text_width(text: str, size: float) -> float:
    """Return the approximate width of text; a Chinese character is as wide as high.

    >>> text_width("水a", 10)
    15.2
    """
    return round(sum(size if ord(c) > 0x2E80 else size * (0.52 if c.islower() or c in " .,:;()" else 0.63) for c in text), 1)


def wrap_text(text: str, size: float, width: float) -> list[str]:
    """Return text as lines that fit a width; Chinese may break anywhere, other text between words.

    >>> wrap_text("one two", 10, 30)
    ['one', 'two']
    """
    lines, line = [], ""
    for piece in _unbreakable_parts(text):
        if line and text_width(line + piece.rstrip(), size) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def _unbreakable_parts(text: str) -> Iterable[str]:
    """Yield the parts between which a line may break: a word with the space after it, or one Chinese character."""
    piece = ""
    for character in text:
        if character in "（《「":  # an opening bracket stays on the line of the next character
            yield from [piece] if piece else []
            piece = character
        elif ord(character) > 0x2E80:
            opened = piece in {*"（《「"}
            yield from [piece + character] if opened else [piece, character] if piece else [character]
            piece = ""
        else:
            piece += character
            if character == " ":
                yield piece
                piece = ""
    if piece:
        yield piece


def round_metres(limit: float) -> float:
    """Return the largest number up to a limit that is 1, 2 or 5 times a power of ten.

    >>> round_metres(730), round_metres(199)
    (500.0, 100.0)
    """
    power = 10.0 ** floor(log10(limit))
    return float(max(n * power for n in (1, 2, 5) if n * power <= limit * (1 + 1e-9)))


class PixelCanvas:
    """A canvas in pixels: collects boxes, markers and texts, then draws them on a picture."""

    def __init__(self, width: float, height: float, variant: Variant) -> None:
        self.width, self.height, self.variant = width, height, variant
        self._shapes: list[tuple[bytes, str]] = []
        self._texts: list[tuple[float, float, str, float, str]] = []

    def box(self, x: float, y: float, width: float, height: float, symbols: str) -> None:
        """Add a rectangle: ``x`` from the left, ``y`` from the top."""
        top, bottom = self.height - y, self.height - y - height
        ring = [(x, top), (x + width, top), (x + width, bottom), (x, bottom), (x, top)]
        wkb = struct.pack("<BIII", 1, 3, 1, 5) + b"".join(struct.pack("<dd", *p) for p in ring)
        self._shapes.append((wkb, symbols))

    def mark(self, x: float, y: float, symbols: str) -> None:
        """Add a point marker."""
        self._shapes.append((struct.pack("<BIdd", 1, 1, x, self.height - y), symbols))

    def write(self, x: float, y: float, line: str, size: float, side: str = "right") -> None:
        """Add a line of text whose middle is ``y`` from the top; ``side`` is its alignment at ``x``."""
        self._texts.append((x, y, line, size, side))

    def panel(self, x: float, y: float, width: float, height: float) -> None:
        """Add a background for text."""
        edge = ("#000000", 0.8, 1.0) if self.variant == "print" else ("#b9b6ae", 0.6, 0.93)
        paper = symbol("Polygon", fill=PAPER[self.variant], fill_opacity=edge[2])
        self.box(x, y, width, height, paper + symbol("Line", stroke=edge[0], stroke_width=edge[1]))

    def draw_on(self, picture: Picture) -> None:
        """Add everything to a picture: boxes and markers, then texts, each in the order of addition."""
        for wkb, symbols in self._shapes:
            picture.add([(wkb, {})], rule([symbols]))
        for x, y, line, size, side in self._texts:
            point = struct.pack("<BIdd", 1, 1, x, self.height - y)
            symbolizer = text("[t]", size, INK[self.variant], horizontal_alignment=side, vertical_alignment="middle",
                              allow_overlap="true",
                              avoid_edges="false", halo_fill=PAPER[self.variant], halo_radius=1)  # fmt: skip
            picture.add([(point, {"t": line})], rule([symbolizer]))


def entry_lines(entry: LegendEntry) -> list[str]:
    """Return the text of an entry as lines that fit beside its swatch."""
    return wrap_text(entry.text, TEXT, LEGEND_WIDTH - 3 * PAD - SWATCH[0])


def legend_size(groups: Sequence[LegendGroup]) -> tuple[float, float]:
    """Return width and height of a legend, 0 without groups."""
    if not groups:
        return 0, 0
    lines = sum(
        len(wrap_text(g.title, HEADING, LEGEND_WIDTH - 2 * PAD)) + sum(len(entry_lines(e)) for e in g.entries) for g in groups
    )
    return LEGEND_WIDTH, lines * LINE + (len(groups) - 1) * PAD + 2 * PAD


def draw_furniture(image: Any, frame: MapFrame, furniture: Furniture, variant: Variant) -> Any:
    """Draw furniture over a map and return the image."""
    width, height = frame.width / frame.ratio, frame.height / frame.ratio
    canvas = PixelCanvas(width, height, variant)
    foot = _source(canvas, furniture.source)
    _title(canvas, furniture)
    _legend(canvas, furniture.groups, foot, frame.ratio)
    if furniture.latitude is not None and width >= 160 and height >= 80:
        _scale(canvas, frame.unit * cos(radians(furniture.latitude)), foot)
    picture = Picture(MapFrame((0, 0, width, height), frame.width, frame.height, frame.ratio))
    canvas.draw_on(picture)
    return picture.draw(image)


def _title(canvas: PixelCanvas, furniture: Furniture) -> None:
    widest = canvas.width - 4 * PAD
    lines: list[tuple[str, float]] = [(line, TITLE) for line in wrap_text(furniture.title, TITLE, widest)]
    lines += [(line, TEXT) for line in wrap_text(furniture.subtitle, TEXT, widest)]
    tall = sum(size * 1.45 for _, size in lines) + PAD
    if not lines or tall > canvas.height / 3:
        return
    canvas.panel(PAD, PAD, min(max(text_width(*line) for line in lines) + 2 * PAD, canvas.width - 2 * PAD), tall)
    y = PAD * 1.5
    for line, size in lines:
        canvas.write(2 * PAD, y + size * 0.72, line, size)
        y += size * 1.45


def _legend(canvas: PixelCanvas, groups: Sequence[LegendGroup], foot: float, ratio: int, margin: float = PAD) -> None:
    width, height = legend_size(groups)
    if not groups:
        return
    x, y = canvas.width - width - margin, canvas.height - height - margin - foot
    canvas.panel(x, y, width, height)
    y += PAD
    for group in groups:
        for line in wrap_text(group.title, HEADING, width - 2 * PAD):
            canvas.write(x + PAD, y + LINE / 2, line, HEADING)
            y += LINE
        for entry in group.entries:
            _entry(canvas, entry, x + PAD, y + LINE / 2, ratio)
            y += LINE * len(entry_lines(entry))
        y += PAD


def _entry(canvas: PixelCanvas, entry: LegendEntry, x: float, y: float, ratio: int) -> None:
    wide, tall = SWATCH
    edge = symbol("Line", stroke=FRAME[canvas.variant], stroke_width=0.6)
    if entry.round:
        ring = NO_VALUE[canvas.variant] if entry.hatch else RING[canvas.variant]
        size = 6 if entry.hatch == "no-data" else 11
        fill = entry.colour or PAPER[canvas.variant]
        canvas.mark(x + wide / 2, y, symbol("Markers", fill=fill, width=size, height=size, stroke=ring,
                                          stroke_width=1.4, allow_overlap="true"))  # fmt: skip
    elif entry.hatch:
        pattern = symbol("PolygonPattern", file=hatch_file(entry.hatch, canvas.variant, ratio), alignment="global")
        canvas.box(x, y - tall / 2, wide, tall, symbol("Polygon", fill=BACKGROUND[canvas.variant]) + pattern + edge)
    else:
        canvas.box(x, y - tall / 2, wide, tall, symbol("Polygon", fill=entry.colour) + edge)
    for i, line in enumerate(entry_lines(entry)):
        canvas.write(x + wide + PAD, y + i * LINE, line, TEXT)


def _scale(canvas: PixelCanvas, metres: float, foot: float) -> None:
    """Draw a bar of a round length: half black, half white, so that it shows on any background."""
    length = round_metres(metres * min(140, canvas.width / 4))
    label = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    wide, y = length / metres, canvas.height - foot - 2.2 * PAD
    edge = symbol("Line", stroke="#000000", stroke_width=0.8)
    for start, fill in ((0, "#000000"), (0.5, "#ffffff")):
        canvas.box(PAD * 1.5 + start * wide, y, wide / 2, 5, symbol("Polygon", fill=fill) + edge)
    canvas.write(PAD * 1.5 + wide + 5, y + 2.5, label, TEXT)


def _source(canvas: PixelCanvas, source: str) -> float:
    """Write the sources of the data along the lower edge and return the height of that text."""
    lines = wrap_text(source, SMALL, canvas.width - 2 * PAD)
    tall = len(lines) * SMALL * 1.4 + 4
    if not lines or tall > canvas.height / 4:
        return 0
    canvas.box(0, canvas.height - tall, canvas.width, tall, symbol("Polygon", fill=PAPER[canvas.variant], fill_opacity=0.88))
    for i, line in enumerate(lines):
        canvas.write(PAD, canvas.height - tall + 2 + (i + 0.5) * SMALL * 1.4, line, SMALL)
    return tall


def legend_picture(groups: Sequence[LegendGroup], variant: Variant, ratio: int = 2) -> bytes:
    """Return a legend without a map as a PNG file, by default at twice the resolution so that it prints well."""
    width, height = (max(v, 1) for v in legend_size(groups))
    canvas = PixelCanvas(width, height, variant)
    _legend(canvas, groups, 0, ratio, margin=0)
    size = (round(width * ratio), round(height * ratio))
    picture = Picture(MapFrame((0, 0, width, height), *size, ratio), PAPER[variant])
    canvas.draw_on(picture)
    return to_png(picture.draw())
