"""Legends of the styles as JSON, SVG and PNG."""

from html import escape
from itertools import pairwise
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from geoservice.maps.colour import blend
from geoservice.maps.drawings import LegendDrawing
from geoservice.maps.furniture import (
    HEADING,
    LEGEND_WIDTH,
    LINE,
    PAD,
    SWATCH,
    TEXT,
    LegendEntry,
    LegendGroup,
    entry_lines,
    legend_size,
    wrap_text,
)
from geoservice.maps.map_document import legend_groups
from geoservice.maps.symbology import (
    BACKGROUND,
    FRAME,
    HATCH_COLOURS,
    HATCH_PIXELS,
    HATCHES,
    INK,
    PAPER,
    Hatch,
    Variant,
    has_classes,
    legend_texts,
    occurring_classes,
    symbology_of,
)
from geoservice.measures import BEYOND, REASONS, UNCERTAIN
from geoservice.number_text import Limits, limits_of, reason_label
from geoservice.release.base import PublishedLayer
from geoservice.server import schemas
from geoservice.server.deps import RequestContext, request_context
from geoservice.server.formats import PNG, SVG
from geoservice.server.release_pool import version_of
from geoservice.server.rendering.renderer import Pictures
from geoservice.server.responses import document, respond
from geoservice.server.styles.maplibre import pattern
from geoservice.server.styles.routes import StyleId, style_by_id

router = APIRouter(tags=["styles"])

Legend = Annotated[RequestContext, Depends(request_context("json", "html", "svg", "png"))]
FONT = "'Noto Sans', 'Noto Sans SC', 'Noto Sans CJK SC', sans-serif"


def classes(layer: PublishedLayer, variant: Variant, limits: Limits) -> list[dict[str, Any]]:
    """Return the classes of a layer: from (inclusive), to (exclusive), colour and label; None is open.

    The class of places beyond the search limit has a status instead of an upper bound.
    """
    style, colours = layer.style, symbology_of(layer.style, variant).swatches
    if not has_classes(style):
        return [{"from": None, "to": None, "colour": colours[0], "label": layer.title.model_dump()}]
    ends: list[dict[str, Any]] = [{"from": a, "to": b} for a, b in pairwise([None, *style.breaks, None])]
    ends += [{"from": limits.minutes, "to": None, "status": BEYOND}] if style.beyond else []
    labels = zip(legend_texts(layer, "zh", limits), legend_texts(layer, "en", limits), strict=True)
    return [
        {**ends[i], "colour": colours[i], "label": {"zh": zh, "en": en}}
        for i, (zh, en) in zip(occurring_classes(style, limits), labels, strict=True)
    ]


def legend(layer: PublishedLayer, variant: Variant, limits: Limits) -> dict[str, Any]:
    """Return a layer's legend; uncertain and missing values have separate classes with labels."""
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
        **(_valueless(layer, variant, limits) if has_classes(layer.style) else {}),
    }


def _valueless(layer: PublishedLayer, variant: Variant, limits: Limits) -> dict[str, Any]:
    """Return the classes of uncertain values (grey) and of missing ones (a hatch, by its name in the sprite)."""
    reasons = {r: reason_label(r, limits).model_dump() for r in REASONS if r != BEYOND or not layer.style.beyond}
    symbology = symbology_of(layer.style, variant)
    grey = {"colour": symbology.swatch(symbology.uncertain), "label": reason_label(UNCERTAIN).model_dump()}
    empty = {"colour": symbology.swatch(layer.style.no_data), "pattern": pattern("no-data", variant)}
    return {"uncertain": grey, "noData": {**empty, "label": reason_label(None).model_dump(), "reasons": reasons}}


def style_legends(context: RequestContext, style: StyleId) -> dict[str, Any]:
    """Return the legend of a style: that of its layer, or those of all layers of the map."""
    limits = limits_of(context.reader.manifest.study)
    legends = [legend(layer, style.variant, limits) for layer in style.layers]
    return legends[0] if style.single else {"title": style.title(context), "variant": style.variant, "legends": legends}


def svg(parts: tuple[LegendGroup, ...], variant: Variant, title: str) -> str:
    """Return a legend as an SVG document without script or style sheet, and with all text escaped."""
    width, height = legend_size(parts)
    y, elements = float(PAD), [f'<rect width="{LEGEND_WIDTH}" height="{height:g}" fill="{PAPER[variant]}"/>']
    for part in parts:
        for line in wrap_text(part.title, HEADING, LEGEND_WIDTH - 2 * PAD):
            elements.append(_text(PAD, y, line, HEADING, "600", variant))
            y += LINE
        for entry in part.entries:
            elements.append(_sample(entry, y, variant))
            for line in entry_lines(entry):
                elements.append(_text(2 * PAD + SWATCH[0], y, line, TEXT, "400", variant))
                y += LINE
        y += PAD
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width or LEGEND_WIDTH:g}" height="{height:g}" '
        f'viewBox="0 0 {width or LEGEND_WIDTH:g} {height:g}" role="img" font-family="{FONT}">'
        f"<title>{escape(title)}</title><defs>{''.join(_hatch(h, variant) for h in HATCHES)}</defs>{''.join(elements)}</svg>"
    )


def _text(x: float, y: float, text: str, size: float, weight: str, variant: Variant) -> str:
    position = f'x="{x:g}" y="{y + LINE / 2 + size * 0.36:g}"'
    return f'<text {position} font-size="{size}" font-weight="{weight}" fill="{INK[variant]}">{escape(text)}</text>'


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
    """Return a hatch as an SVG pattern that looks like the one in the sprite."""
    ink = HATCH_COLOURS[hatch, variant]
    dot, paper = (blend(c, a / 255, BACKGROUND[variant]) for c, a in zip((ink.dot, ink.ground), ink.cover, strict=True))
    marks = "".join(f'<circle cx="{c}" cy="{c}" r="1.05" fill="{dot}"/>' for c in (1.5, 5.5))
    ground = f'<rect width="{HATCH_PIXELS}" height="{HATCH_PIXELS}" fill="{paper}"/>'
    size = f'width="{HATCH_PIXELS}" height="{HATCH_PIXELS}" patternUnits="userSpaceOnUse"'
    return f'<pattern id="{pattern(hatch, variant)}" {size}>{ground}{marks}</pattern>'


RESPONSES = schemas.responses(schemas.ANY, missing=True, more={SVG: schemas.TEXT, PNG: schemas.BINARY})


@router.get("/styles/{style_id}/legend", operation_id="getStyleLegend", summary="Legend of a style", responses=RESPONSES)
async def style_legend(style_id: str, context: Legend) -> Response:
    """Return the legend of a style."""
    style, limits = style_by_id(context, style_id), limits_of(context.reader.manifest.study)
    if context.format == "svg":
        content = svg(legend_groups(style.layers, style.variant, context.language, limits), style.variant, style.title(context))
        return respond(context, content, SVG)
    if context.format == "png":
        drawing = LegendDrawing(tuple(layer.id for layer in style.layers), style.variant, context.language)
        pictures: Pictures = context.request.app.state.pictures
        return respond(context, await pictures.get(version_of(context.reader), drawing), PNG)
    return document(context, style_legends(context, style), style.title(context))
