"""What makes a map a document: title, legend, scale bar and sources, laid over it in pixels from its lower left corner."""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, floor, log10, radians
from typing import Any, NamedTuple

from geoservice.maps.mapnik_map import MapFrame, Picture, hatch_file, rule, symbol, text, to_png
from geoservice.maps.symbology import BACKGROUND, EMPTY, FRAME, INK, PAPER, RING, Hatch, Variant

PAD, LINE, SWATCH = 8, 17, (22, 12)
TITLE, HEAD, TEXT, SMALL = 17, 12.5, 11.5, 9.5
LEGEND_WIDTH = 230


class LegendEntry(NamedTuple):
    """A line of the legend: a colour or a hatch, its text, and whether it is a mark on a point."""

    text: str
    colour: str = ""
    hatch: Hatch | None = None
    round: bool = False


class LegendGroup(NamedTuple):
    """A part of the legend: heading, which may be empty, and lines."""

    title: str
    entries: tuple[LegendEntry, ...]


@dataclass(frozen=True)
class Furniture:
    """What is written on a map; empty texts are left out. ``latitude`` is where the scale bar is true."""

    title: str = ""
    subtitle: str = ""
    groups: tuple[LegendGroup, ...] = ()
    source: str = ""
    latitude: float | None = None


def measure(words: str, size: float) -> float:
    """Return about how wide text is; a Chinese sign is as wide as high.

    >>> measure("水a", 10)
    15.2
    """
    return round(sum(size if ord(c) > 0x2E80 else size * (0.52 if c.islower() or c in " .,:;()" else 0.63) for c in words), 1)


def wrapped(words: str, size: float, width: float) -> list[str]:
    """Return text in lines that fit a width; Chinese may be broken anywhere, other text between words.

    >>> wrapped("one two", 10, 30)
    ['one', 'two']
    """
    lines, line = [], ""
    for piece in _pieces(words):
        if line and measure(line + piece.rstrip(), size) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(words: str) -> Iterable[str]:
    """Yield what may not be broken: a word with the space after it, or one Chinese sign."""
    piece = ""
    for sign in words:
        if sign in "（《「":  # an opening bracket stays with what it opens
            yield from [piece] if piece else []
            piece = sign
        elif ord(sign) > 0x2E80:
            joined = piece in {*"（《「"}
            yield from [piece + sign] if joined else [piece, sign] if piece else [sign]
            piece = ""
        else:
            piece += sign
            if sign == " ":
                yield piece
                piece = ""
    if piece:
        yield piece


def round_metres(limit: float) -> float:
    """Return the largest of 1, 2 and 5 times a power of ten that is not above a limit.

    >>> round_metres(730), round_metres(199)
    (500.0, 100.0)
    """
    power = 10.0 ** floor(log10(limit))
    return float(max(n * power for n in (1, 2, 5) if n * power <= limit * (1 + 1e-9)))


class TextMeasure:
    """Collects boxes, swatches and words in pixels, then lays them on a picture."""

    def __init__(self, width: float, height: float, variant: Variant) -> None:
        self.width, self.height, self.variant = width, height, variant
        self._shapes: list[tuple[bytes, str]] = []
        self._words: list[tuple[float, float, str, float, str]] = []

    def box(self, x: float, y: float, width: float, height: float, symbols: str) -> None:
        """Put a rectangle: ``x`` from the left, ``y`` from the top."""
        top, low = self.height - y, self.height - y - height
        ring = [(x, top), (x + width, top), (x + width, low), (x, low), (x, top)]
        wkb = struct.pack("<BIII", 1, 3, 1, 5) + b"".join(struct.pack("<dd", *p) for p in ring)
        self._shapes.append((wkb, symbols))

    def mark(self, x: float, y: float, symbols: str) -> None:
        """Put a mark on a point."""
        self._shapes.append((struct.pack("<BIdd", 1, 1, x, self.height - y), symbols))

    def write(self, x: float, y: float, words: str, size: float, side: str = "right") -> None:
        """Write a line whose middle is ``y`` from the top, to the right or left of ``x`` or around it."""
        self._words.append((x, y, words, size, side))

    def panel(self, x: float, y: float, width: float, height: float) -> None:
        """Put the ground of a text: paper."""
        edge = ("#000000", 0.8, 1.0) if self.variant == "print" else ("#b9b6ae", 0.6, 0.93)
        paper = symbol("Polygon", fill=PAPER[self.variant], fill_opacity=edge[2])
        self.box(x, y, width, height, paper + symbol("Line", stroke=edge[0], stroke_width=edge[1]))

    def lay(self, picture: Picture) -> None:
        """Lay all on a picture, in the order in which it was put."""
        for wkb, symbols in self._shapes:
            picture.lay([(wkb, {})], rule([symbols]))
        for x, y, words, size, side in self._words:
            place = struct.pack("<BIdd", 1, 1, x, self.height - y)
            shown = text("[t]", size, INK[self.variant], horizontal_alignment=side, vertical_alignment="middle",
                         allow_overlap="true", halo_fill=PAPER[self.variant], halo_radius=1, avoid_edges="false")  # fmt: skip
            picture.lay([(place, {"t": words})], rule([shown]))


def entry_lines(entry: LegendEntry) -> list[str]:
    """Return the text of an entry in lines that fit beside its swatch."""
    return wrapped(entry.text, TEXT, LEGEND_WIDTH - 3 * PAD - SWATCH[0])


def legend_size(groups: Sequence[LegendGroup]) -> tuple[float, float]:
    """Return width and height of a legend, 0 without groups."""
    if not groups:
        return 0, 0
    lines = sum(
        len(wrapped(g.title, HEAD, LEGEND_WIDTH - 2 * PAD)) + sum(len(entry_lines(e)) for e in g.entries) for g in groups
    )
    return LEGEND_WIDTH, lines * LINE + (len(groups) - 1) * PAD + 2 * PAD


def furnish(image: Any, frame: MapFrame, what: Furniture, variant: Variant) -> Any:
    """Draw furniture over a map that is drawn already."""
    width, height = frame.width / frame.ratio, frame.height / frame.ratio
    desk = TextMeasure(width, height, variant)
    foot = _source(desk, what.source)
    _title(desk, what)
    _legend(desk, what.groups, foot, frame.ratio)
    if what.latitude is not None and width >= 160 and height >= 80:
        _scale(desk, frame.unit * cos(radians(what.latitude)), foot)
    picture = Picture(MapFrame((0, 0, width, height), frame.width, frame.height, frame.ratio))
    desk.lay(picture)
    return picture.draw(image)


def _title(desk: TextMeasure, what: Furniture) -> None:
    widest = desk.width - 4 * PAD
    lines: list[tuple[str, float]] = [(line, TITLE) for line in wrapped(what.title, TITLE, widest)]
    lines += [(line, TEXT) for line in wrapped(what.subtitle, TEXT, widest)]
    tall = sum(size * 1.45 for _, size in lines) + PAD
    if not lines or tall > desk.height / 3:
        return
    desk.panel(PAD, PAD, min(max(measure(*line) for line in lines) + 2 * PAD, desk.width - 2 * PAD), tall)
    y = PAD * 1.5
    for line, size in lines:
        desk.write(2 * PAD, y + size * 0.72, line, size)
        y += size * 1.45


def _legend(desk: TextMeasure, groups: Sequence[LegendGroup], foot: float, ratio: int, margin: float = PAD) -> None:
    width, height = legend_size(groups)
    if not groups:
        return
    x, y = desk.width - width - margin, desk.height - height - margin - foot
    desk.panel(x, y, width, height)
    y += PAD
    for group in groups:
        for line in wrapped(group.title, HEAD, width - 2 * PAD):
            desk.write(x + PAD, y + LINE / 2, line, HEAD)
            y += LINE
        for entry in group.entries:
            _entry(desk, entry, x + PAD, y + LINE / 2, ratio)
            y += LINE * len(entry_lines(entry))
        y += PAD


def _entry(desk: TextMeasure, entry: LegendEntry, x: float, y: float, ratio: int) -> None:
    wide, tall = SWATCH
    edge = symbol("Line", stroke=FRAME[desk.variant], stroke_width=0.6)
    if entry.round:
        ring = EMPTY[desk.variant] if entry.hatch else RING[desk.variant]
        size = 6 if entry.hatch == "no-data" else 11
        fill = entry.colour or PAPER[desk.variant]
        desk.mark(x + wide / 2, y, symbol("Markers", fill=fill, width=size, height=size, stroke=ring,
                                          stroke_width=1.4, allow_overlap="true"))  # fmt: skip
    elif entry.hatch:
        pattern = symbol("PolygonPattern", file=hatch_file(entry.hatch, desk.variant, ratio), alignment="global")
        desk.box(x, y - tall / 2, wide, tall, symbol("Polygon", fill=BACKGROUND[desk.variant]) + pattern + edge)
    else:
        desk.box(x, y - tall / 2, wide, tall, symbol("Polygon", fill=entry.colour) + edge)
    for at, line in enumerate(entry_lines(entry)):
        desk.write(x + wide + PAD, y + at * LINE, line, TEXT)


def _scale(desk: TextMeasure, metres: float, foot: float) -> None:
    """Draw a bar of a round length: half black, half white, told with and without colour."""
    length = round_metres(metres * min(140, desk.width / 4))
    words = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    wide, y = length / metres, desk.height - foot - 2.2 * PAD
    edge = symbol("Line", stroke="#000000", stroke_width=0.8)
    for at, fill in ((0, "#000000"), (0.5, "#ffffff")):
        desk.box(PAD * 1.5 + at * wide, y, wide / 2, 5, symbol("Polygon", fill=fill) + edge)
    desk.write(PAD * 1.5 + wide + 5, y + 2.5, words, TEXT)


def _source(desk: TextMeasure, words: str) -> float:
    """Write where the data are from along the lower edge; returns the height of that."""
    lines = wrapped(words, SMALL, desk.width - 2 * PAD)
    tall = len(lines) * SMALL * 1.4 + 4
    if not lines or tall > desk.height / 4:
        return 0
    desk.box(0, desk.height - tall, desk.width, tall, symbol("Polygon", fill=PAPER[desk.variant], fill_opacity=0.88))
    for at, line in enumerate(lines):
        desk.write(PAD, desk.height - tall + 2 + (at + 0.5) * SMALL * 1.4, line, SMALL)
    return tall


def legend_picture(groups: Sequence[LegendGroup], variant: Variant, ratio: int = 2) -> bytes:
    """Return a legend alone as a PNG file, of twice the pixels so that it prints well."""
    width, height = (max(v, 1) for v in legend_size(groups))
    desk = TextMeasure(width, height, variant)
    _legend(desk, groups, 0, ratio, margin=0)
    size = (round(width * ratio), round(height * ratio))
    picture = Picture(MapFrame((0, 0, width, height), *size, ratio), PAPER[variant])
    desk.lay(picture)
    return to_png(picture.draw())
