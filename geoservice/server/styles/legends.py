"""Legends of the styles: as JSON for programs, as SVG and PNG for documents."""

from html import escape
from itertools import pairwise
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from geoservice.maps.colour import blend
from geoservice.maps.drawings import LegendDrawing
from geoservice.maps.furniture import (
    HEAD,
    LEGEND_WIDTH,
    LINE,
    PAD,
    SWATCH,
    TEXT,
    LegendEntry,
    LegendGroup,
    entry_lines,
    legend_size,
    wrapped,
)
from geoservice.maps.map_document import groups
from geoservice.maps.symbology import (
    BACKGROUND,
    FRAME,
    HATCHES,
    INK,
    INKS,
    PAPER,
    SIDE,
    Hatch,
    Variant,
    graded,
    occurring,
    symbology_of,
    texts,
)
from geoservice.measures import BEYOND, REASONS, UNCERTAIN
from geoservice.number_text import Limits, limits_of, reason_label
from geoservice.release.base import PublishedLayer
from geoservice.server import schemas
from geoservice.server.deps import RequestContext, request_context, version_of
from geoservice.server.formats import PNG, SVG
from geoservice.server.rendering.renderer import Pictures
from geoservice.server.responses import answer, document
from geoservice.server.styles.maplibre import pattern
from geoservice.server.styles.routes import StyleId, named

router = APIRouter(tags=["styles"])

Legend = Annotated[RequestContext, Depends(request_context("json", "html", "svg", "png"))]
FONT = "'Noto Sans', 'Noto Sans SC', 'Noto Sans CJK SC', sans-serif"


def classes(layer: PublishedLayer, variant: Variant, limits: Limits) -> list[dict[str, Any]]:
    """Return the classes of a layer: from (inclusive), to (exclusive), colour and text; None is open.

    The class of what is beyond the time searched has its status instead of an end.
    """
    style, colours = layer.style, symbology_of(layer.style, variant).swatches
    if not graded(style):
        return [{"from": None, "to": None, "colour": colours[0], "label": layer.title.model_dump()}]
    ends: list[dict[str, Any]] = [{"from": a, "to": b} for a, b in pairwise([None, *style.breaks, None])]
    ends += [{"from": limits.minutes, "to": None, "status": BEYOND}] if style.beyond else []
    labels = zip(texts(style, "zh", limits), texts(style, "en", limits), strict=True)
    return [
        {**ends[i], "colour": colours[i], "label": {"zh": zh, "en": en}}
        for i, (zh, en) in zip(occurring(style, limits), labels, strict=True)
    ]


def legend(layer: PublishedLayer, variant: Variant, limits: Limits) -> dict[str, Any]:
    """Return a layer's legend; what is uncertain and what has no value have classes of their own, with their words."""
    name = layer.style.property
    column = next((c for c in layer.columns if c.name == name), None)
    return {
        "layer": layer.id,
        "title": layer.title.model_dump(),
        "variant": variant,
        "kind": layer.style.kind,
        "property": name,
        "propertyTitle": column.title.model_dump() if column else None,
        "unit": column.unit if column else "",
        "classes": classes(layer, variant, limits),
        **(_valueless(layer, variant, limits) if graded(layer.style) else {}),
    }


def _valueless(layer: PublishedLayer, variant: Variant, limits: Limits) -> dict[str, Any]:
    """Return the classes of what is uncertain (grey) and of what has no value (a hatch, by its name in the sprite)."""
    reasons = {r: reason_label(r, limits).model_dump() for r in REASONS if r != BEYOND or not layer.style.beyond}
    shown = symbology_of(layer.style, variant)
    grey = {"colour": shown.swatch(shown.uncertain), "label": reason_label(UNCERTAIN).model_dump()}
    empty = {"colour": shown.swatch(layer.style.no_data), "pattern": pattern("no-data", variant)}
    return {"uncertain": grey, "noData": {**empty, "label": reason_label(None).model_dump(), "reasons": reasons}}


def legend_of(ask: RequestContext, style: StyleId) -> dict[str, Any]:
    """Return the legend of a style: that of its layer, or those of all layers of the whole map."""
    limits = limits_of(ask.reader.manifest.study)
    found = [legend(layer, style.variant, limits) for layer in style.layers]
    return found[0] if style.single else {"title": style.title(ask), "variant": style.variant, "legends": found}


def svg(parts: tuple[LegendGroup, ...], variant: Variant, title: str) -> str:
    """Return a legend as an SVG document: no script, no style sheet, every text escaped."""
    width, height = legend_size(parts)
    y, drawn = float(PAD), [f'<rect width="{LEGEND_WIDTH}" height="{height:g}" fill="{PAPER[variant]}"/>']
    for part in parts:
        for line in wrapped(part.title, HEAD, LEGEND_WIDTH - 2 * PAD):
            drawn.append(_words(PAD, y, line, HEAD, "600", variant))
            y += LINE
        for entry in part.entries:
            drawn.append(_sample(entry, y, variant))
            for line in entry_lines(entry):
                drawn.append(_words(2 * PAD + SWATCH[0], y, line, TEXT, "400", variant))
                y += LINE
        y += PAD
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width or LEGEND_WIDTH:g}" height="{height:g}" '
        f'viewBox="0 0 {width or LEGEND_WIDTH:g} {height:g}" role="img" font-family="{FONT}">'
        f"<title>{escape(title)}</title><defs>{''.join(_hatch(h, variant) for h in HATCHES)}</defs>{''.join(drawn)}</svg>"
    )


def _words(x: float, y: float, words: str, size: float, weight: str, variant: Variant) -> str:
    place = f'x="{x:g}" y="{y + LINE / 2 + size * 0.36:g}"'
    return f'<text {place} font-size="{size}" font-weight="{weight}" fill="{INK[variant]}">{escape(words)}</text>'


def _sample(entry: LegendEntry, y: float, variant: Variant) -> str:
    wide, tall = SWATCH
    edge = f'stroke="{FRAME[variant]}" stroke-width="0.6"'
    fill = f"url(#{pattern(entry.hatch, variant)})" if entry.hatch else escape(entry.colour)
    if entry.round:
        radius = 3 if entry.hatch else 5.5
        fill = PAPER[variant] if entry.hatch else fill
        return f'<circle cx="{PAD + wide / 2:g}" cy="{y + LINE / 2:g}" r="{radius:g}" fill="{fill}" {edge}/>'
    return f'<rect x="{PAD}" y="{y + (LINE - tall) / 2:g}" width="{wide}" height="{tall}" fill="{fill}" {edge}/>'


def _hatch(hatch: Hatch, variant: Variant) -> str:
    """Return a hatch as a pattern, the same form as in the sprite."""
    ink = INKS[hatch, variant]
    dot, paper = (blend(c, a / 255, BACKGROUND[variant]) for c, a in zip((ink.dot, ink.ground), ink.cover, strict=True))
    marks = "".join(f'<circle cx="{c}" cy="{c}" r="1.05" fill="{dot}"/>' for c in (1.5, 5.5))
    ground = f'<rect width="{SIDE}" height="{SIDE}" fill="{paper}"/>'
    size = f'width="{SIDE}" height="{SIDE}" patternUnits="userSpaceOnUse"'
    return f'<pattern id="{pattern(hatch, variant)}" {size}>{ground}{marks}</pattern>'


FOUND = schemas.ok(schemas.ANY, missing=True, more={SVG: schemas.TEXT, PNG: schemas.BINARY})


@router.get("/styles/{style_id}/legend", operation_id="getStyleLegend", summary="Legend of a style", responses=FOUND)
async def style_legend(style_id: str, ask: Legend) -> Response:
    """Answer with the legend of a style."""
    style, limits = named(ask, style_id), limits_of(ask.reader.manifest.study)
    if ask.format == "svg":
        drawn = svg(groups(style.layers, style.variant, ask.language, limits), style.variant, style.title(ask))
        return answer(ask, drawn, SVG)
    if ask.format == "png":
        drawing = LegendDrawing(tuple(layer.id for layer in style.layers), style.variant, ask.language)
        pictures: Pictures = ask.request.app.state.pictures
        return answer(ask, await pictures.get(version_of(ask.reader), drawing), PNG)
    return document(ask, legend_of(ask, style), style.title(ask))
