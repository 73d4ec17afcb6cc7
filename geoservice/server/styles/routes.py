"""OGC API Styles: MapLibre styles of each layer and of the map with all layers, for screens, paper and dark screens."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Response

from geoservice.layer import Label
from geoservice.maps.symbology import VARIANTS, Variant
from geoservice.release.base import PublishedLayer
from geoservice.server import pages, schemas
from geoservice.server.deps import RequestContext, request_context
from geoservice.server.formats import HTML, JSON, STYLE, SVG
from geoservice.server.links import Link, link, self_links
from geoservice.server.release_pool import version_of
from geoservice.server.responses import document, respond
from geoservice.server.styles import basemap, glyphs, sprites
from geoservice.server.styles.maplibre import draw
from geoservice.server.tiles.route import BASE, BASE_ZOOMS
from geoservice.server.tiles.tilesets import layer_with_tiles

STYLES = "http://www.opengis.net/spec/ogcapi-styles-1/0.0/conf"
CONFORMS = tuple(f"{STYLES}/{name}" for name in ("core", "mapbox-styles", "html"))

router = APIRouter(tags=["styles"])

Page = Annotated[RequestContext, Depends(request_context("json", "html"))]
Sheet = Annotated[RequestContext, Depends(request_context("style", "json", "html"))]
WORLD = (-180.0, -85.0, 180.0, 85.0)
MAP = "map"
KINDS = ("fill", "line", "circle")
SUFFIX = "-"
VARIANT_TITLES = {"print": Label(en="print", zh="打印"), "dark": Label(en="dark", zh="深色")}


@dataclass(frozen=True)
class StyleId:
    """A style id with its layers and variant; ``single`` is the style of one layer."""

    id: str
    variant: Variant
    layers: tuple[PublishedLayer, ...]
    single: bool

    def title(self, context: RequestContext) -> str:
        """Return the title of the style in the language of the request."""
        study = context.reader.manifest.study.get("title") or {}
        name = getattr(self.layers[0].title, context.language) if self.single else study.get(context.language) or MAP
        variant = VARIANT_TITLES.get(self.variant)
        return f"{name} ({getattr(variant, context.language)})" if variant else name


def id_of(name: str, variant: Variant) -> str:
    """Return the id of a style.

    >>> id_of("map", "day"), id_of("coverage", "print")
    ('map', 'coverage-print')
    """
    return name if variant == "day" else name + SUFFIX + variant


def style_by_id(context: RequestContext, style_id: str) -> StyleId:
    """Return the style of an id; raises :class:`NotFound` naming the existing layers."""
    variant: Variant = next((v for v in VARIANTS if style_id.endswith(SUFFIX + v) and v != "day"), "day")
    name = style_id.removesuffix(SUFFIX + variant)
    if name == MAP:
        return StyleId(style_id, variant, tuple(drawing_order(context.layers)), single=False)
    return StyleId(style_id, variant, (layer_with_tiles(context, name),), single=True)


def drawing_order(layers: Sequence[PublishedLayer]) -> list[PublishedLayer]:
    """Return layers in drawing order: fills below lines below circles, each kind in the order of the release.

    Layers of which no feature has a place are left out.
    """
    drawable = [layer for layer in layers if layer.style.kind in KINDS and layer.bbox is not None]
    return sorted(drawable, key=lambda layer: KINDS.index(layer.style.kind))


def visible_layers(layers: Sequence[PublishedLayer]) -> list[PublishedLayer]:
    """Return the layers that are visible when a map opens: one layer of fills, and the lines and circles.

    The layer of fills is the one with the most geographies, which has content at every zoom; among equals the first. If no
    layer is to be visible, all of them are candidates.
    """
    candidates = [layer for layer in layers if layer.visible] or list(layers)
    ground = sorted((layer for layer in candidates if layer.style.kind == "fill"), key=lambda layer: -len(layer.zooms))
    return [*ground[:1], *(layer for layer in candidates if layer.style.kind != "fill")]


def source(context: RequestContext, name: str, minzoom: int, maxzoom: int, bbox: tuple[float, ...] | None) -> dict[str, Any]:
    """Return a vector source whose tile URLs have the version of the release."""
    credit = (context.reader.manifest.study.get("source") or {}).get(context.language, "")
    bounds = {"bounds": list(bbox)} if bbox else {}
    tiles = [context.urls.tiles(name, version_of(context.reader))]
    return {"type": "vector", "tiles": tiles, "minzoom": minzoom, "maxzoom": maxzoom, "attribution": credit, **bounds}


def stylesheet(context: RequestContext, style: StyleId) -> dict[str, Any]:
    """Return a self-contained MapLibre style: it refers only to tiles of this release, the sprite and glyphs.

    Without a built web page there are no glyphs: recent versions of MapLibre then draw labels with the fonts of their page.
    """
    base, layers, visible = context.reader.manifest.base_map, style.layers, visible_layers(style.layers)
    box = bounds_of(visible)
    sources = {BASE: source(context, BASE, *BASE_ZOOMS, None)} if base else {}
    sources |= {layer.id: source(context, layer.id, layer.minzoom, layer.maxzoom, layer.bbox) for layer in layers}
    ground = basemap.ground(style.variant)
    return {
        "version": 8,
        "name": style.title(context),
        "metadata": {"geoservice:release": context.reader.number, "geoservice:bounds": box},
        "center": [round((box[0] + box[2]) / 2, 5), round((box[1] + box[3]) / 2, 5)],
        "zoom": 9,
        "sprite": context.urls.to(sprites.PATH),
        **({"glyphs": context.urls.to(glyphs.TEMPLATE)} if glyphs.folder().is_dir() else {}),
        "sources": sources,
        "layers": [
            *(ground if base else ground[:1]),
            *(part for layer in layers for part in draw(layer, style.variant, visible=layer in visible)),
            *(basemap.labels(context.language, style.variant) if base else []),
        ],
    }


def bounds_of(layers: Sequence[PublishedLayer]) -> tuple[float, float, float, float]:
    """Return the bounding box of all layers that have one."""
    boxes = [layer.bbox for layer in layers if layer.bbox]
    if not boxes:
        return WORLD
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def style_entry(context: RequestContext, style: StyleId) -> dict[str, Any]:
    """Return the entry of a style in a list."""
    to, path = context.urls.to, f"/styles/{style.id}"
    links = [
        link("stylesheet", STYLE, to(path, {"f": "style"})),
        link("describedby", JSON, to(f"{path}/metadata"), "metadata"),
        link("preview", SVG, to(f"{path}/legend", {"f": "svg"}), "legend"),
    ]
    return {"id": style.id, "title": style.title(context), "links": links}


def listing(context: RequestContext, names: Sequence[str], path: str) -> dict[str, Any]:
    """Return a list of styles in every variant; the first is the default."""
    styles = [style_by_id(context, id_of(name, variant)) for name in names for variant in VARIANTS]
    links = self_links(context.urls, path)
    return {"styles": [style_entry(context, style) for style in styles], "default": names[0], "links": links}


def metadata(context: RequestContext, style: StyleId) -> dict[str, Any]:
    """Return the metadata of a style (OGC API Styles)."""
    to, path = context.urls.to, f"/styles/{style.id}"
    description = getattr(style.layers[0].description, context.language) if style.single else style.title(context)
    sheet = {
        "title": style.title(context), "version": "8", "native": True,
        "specification": "https://maplibre.org/maplibre-style-spec/",
        "link": link("stylesheet", STYLE, to(path, {"f": "style"})),
    }  # fmt: skip
    return {
        "id": style.id,
        "title": style.title(context),
        "description": description,
        "keywords": [style.variant],
        "scope": "style",
        "version": version_of(context.reader),
        "created": context.reader.manifest.created,
        "updated": context.reader.manifest.created,
        "stylesheets": [sheet],
        "layers": [_layer(context, layer) for layer in style.layers],
        "links": _links(context, path),
    }


def _layer(context: RequestContext, layer: PublishedLayer) -> dict[str, Any]:
    data = link("start", "application/geo+json", context.urls.to(f"/collections/{layer.id}/items"))
    return {"id": layer.id, "type": layer.geometry, "sampleData": data}


def _links(context: RequestContext, path: str) -> list[Link]:
    return [
        *self_links(context.urls, f"{path}/metadata"),
        link("preview", SVG, context.urls.to(f"{path}/legend", {"f": "svg"}), "legend"),
    ]


STYLE_LINKS: schemas.Schema = {
    "type": "object",
    "required": ["id", "links"],
    "properties": {"id": schemas.TEXT, "title": schemas.TEXT, "links": schemas.LINKS},
}
LIST: schemas.Schema = {
    "type": "object",
    "required": ["styles", "links"],
    "properties": {
        "styles": {"type": "array", "items": STYLE_LINKS}, "default": schemas.TEXT, "links": schemas.LINKS,
    },
}  # fmt: skip
SHEET: schemas.Schema = {"type": "object", "required": ["version", "sources", "layers"]}


@router.get("/styles", operation_id="getStyles", summary="Styles", responses=schemas.responses(LIST))
def styles(context: Page) -> Response:
    """List the styles of the map and of each layer, for screens, paper and dark screens."""
    names = [MAP, *(layer.id for layer in drawing_order(context.layers))]
    return document(context, listing(context, names, "/styles"), "Styles")


@router.get(
    "/collections/{layer_id}/styles",
    operation_id="getCollectionStyles",
    summary="Styles of a layer",
    responses=schemas.responses(LIST, missing=True),
)
def layer_styles(layer_id: str, context: Page) -> Response:
    """List the styles of a layer."""
    layer = layer_with_tiles(context, layer_id)
    return document(
        context, listing(context, [layer.id], f"/collections/{layer.id}/styles"), getattr(layer.title, context.language)
    )


@router.get(
    "/styles/{style_id}/metadata",
    operation_id="getStyleMetadata",
    summary="Metadata of a style",
    responses=schemas.responses(schemas.ANY, missing=True),
)
def style_metadata(style_id: str, context: Page) -> Response:
    """Return the metadata of a style."""
    style = style_by_id(context, style_id)
    return document(context, metadata(context, style), style.title(context))


@router.get(
    "/styles/{style_id}",
    operation_id="getStyle",
    summary="MapLibre style",
    responses=schemas.responses(SHEET, STYLE, missing=True),
)
def style(style_id: str, context: Sheet) -> Response:
    """Return a style with the base map, if there is one, and layers."""
    style_ = style_by_id(context, style_id)
    content = stylesheet(context, style_)
    if context.format == "html":
        return respond(context, pages.document(content, style_.title(context), context), HTML, pages.HEADERS)
    return respond(context, orjson.dumps(content), STYLE)
