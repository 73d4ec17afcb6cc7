"""OGC API Styles: a MapLibre style for each layer and for the whole map, each for screens, for paper and for dark screens."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Response

from geoservice.layer import Label
from geoservice.maps.symbology import VARIANTS, Variant
from geoservice.release.base import PublishedLayer
from geoservice.server import pages, schemas
from geoservice.server.deps import RequestContext, request_context, version_of
from geoservice.server.formats import HTML, JSON, STYLE, SVG
from geoservice.server.links import Link, link
from geoservice.server.responses import answer, document
from geoservice.server.styles import basemap, glyphs, sprites
from geoservice.server.styles.maplibre import draw
from geoservice.server.tiles.route import BASE, BASE_ZOOMS
from geoservice.server.tiles.tilesets import mapped

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
    """A style by its id: of which layers, in which variant; ``single`` is that of one layer alone."""

    id: str
    variant: Variant
    layers: tuple[PublishedLayer, ...]
    single: bool

    def title(self, ask: RequestContext) -> str:
        """Return what a reader calls it."""
        study = ask.reader.manifest.study.get("title") or {}
        name = getattr(self.layers[0].title, ask.language) if self.single else study.get(ask.language) or MAP
        words = VARIANT_TITLES.get(self.variant)
        return f"{name} ({getattr(words, ask.language)})" if words else name


def id_of(name: str, variant: Variant) -> str:
    """Return the id of a style.

    >>> id_of("map", "day"), id_of("coverage", "print")
    ('map', 'coverage-print')
    """
    return name if variant == "day" else name + SUFFIX + variant


def named(ask: RequestContext, wanted: str) -> StyleId:
    """Return the style of an id; raises :class:`NotFound` naming the layers there are."""
    variant: Variant = next((v for v in VARIANTS if wanted.endswith(SUFFIX + v) and v != "day"), "day")
    name = wanted.removesuffix(SUFFIX + variant)
    if name == MAP:
        return StyleId(wanted, variant, tuple(ordered(ask.layers)), single=False)
    return StyleId(wanted, variant, (mapped(ask, name),), single=True)


def ordered(layers: Sequence[PublishedLayer]) -> list[PublishedLayer]:
    """Return layers as they are drawn: fills below lines below circles, each kind in the order of the release."""
    drawn = [layer for layer in layers if layer.style.kind in KINDS and layer.geometry != "none"]
    return sorted(drawn, key=lambda layer: KINDS.index(layer.style.kind))


def shown(layers: Sequence[PublishedLayer]) -> list[PublishedLayer]:
    """Return the layers that are on when a map opens: one that covers the ground, and what lies on top of it.

    Of several the one of the most geographies is chosen, for it has something to say at every zoom; then the first.
    """
    ground = sorted((layer for layer in layers if layer.style.kind == "fill"), key=lambda layer: -len(layer.zooms))
    return [*ground[:1], *(layer for layer in layers if layer.style.kind != "fill")]


def source(ask: RequestContext, name: str, minzoom: int, maxzoom: int, bbox: tuple[float, ...] | None) -> dict[str, Any]:
    """Return a vector source whose tile URLs are tied to the release."""
    credit = (ask.reader.manifest.study.get("source") or {}).get(ask.language, "")
    bounds = {"bounds": list(bbox)} if bbox else {}
    tiles = [ask.urls.tiles(name, version_of(ask.reader))]
    return {"type": "vector", "tiles": tiles, "minzoom": minzoom, "maxzoom": maxzoom, "attribution": credit, **bounds}


def stylesheet(ask: RequestContext, style: StyleId) -> dict[str, Any]:
    """Return a MapLibre style that needs nothing but what it names: tiles of this release, the sprite, glyphs.

    Without a built page there are no glyphs: newer MapLibre then draws labels with the fonts of its page.
    """
    base, layers, on = ask.reader.manifest.base_map, style.layers, shown(style.layers)
    box = box_of(layers)
    sources = {BASE: source(ask, BASE, *BASE_ZOOMS, None)} if base else {}
    sources |= {layer.id: source(ask, layer.id, layer.minzoom, layer.maxzoom, layer.bbox) for layer in layers}
    ground = basemap.ground(style.variant)
    return {
        "version": 8,
        "name": style.title(ask),
        "metadata": {"geoservice:release": ask.reader.number, "geoservice:bounds": box},
        "center": [round((box[0] + box[2]) / 2, 5), round((box[1] + box[3]) / 2, 5)],
        "zoom": 9,
        "sprite": ask.urls.to(sprites.PATH),
        **({"glyphs": ask.urls.to(glyphs.TEMPLATE)} if glyphs.folder().is_dir() else {}),
        "sources": sources,
        "layers": [
            *(ground if base else ground[:1]),
            *(part for layer in layers for part in draw(layer, style.variant, visible=layer in on)),
            *(basemap.labels(ask.language, style.variant) if base else []),
        ],
    }


def box_of(layers: Sequence[PublishedLayer]) -> tuple[float, float, float, float]:
    """Return the box of all layers that have one."""
    boxes = [layer.bbox for layer in layers if layer.bbox]
    if not boxes:
        return WORLD
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def entry(ask: RequestContext, style: StyleId) -> dict[str, Any]:
    """Return how a list speaks of a style."""
    to, path = ask.urls.to, f"/styles/{style.id}"
    links = [
        link("stylesheet", STYLE, to(path, {"f": "style"})),
        link("describedby", JSON, to(f"{path}/metadata"), "metadata"),
        link("preview", SVG, to(f"{path}/legend", {"f": "svg"}), "legend"),
    ]
    return {"id": style.id, "title": style.title(ask), "links": links}


def listing(ask: RequestContext, names: Sequence[str], path: str) -> dict[str, Any]:
    """Return a list of styles in every variant; the first is the default."""
    found = [named(ask, id_of(name, variant)) for name in names for variant in VARIANTS]
    to = ask.urls.to
    links = [link("self", JSON, to(path, {"f": "json"})), link("alternate", HTML, to(path, {"f": "html"}))]
    return {"styles": [entry(ask, style) for style in found], "default": names[0], "links": links}


def metadata(ask: RequestContext, style: StyleId) -> dict[str, Any]:
    """Return what OGC API Styles says of a style."""
    to, path = ask.urls.to, f"/styles/{style.id}"
    about = getattr(style.layers[0].description, ask.language) if style.single else style.title(ask)
    sheet = {
        "title": style.title(ask), "version": "8", "native": True,
        "specification": "https://maplibre.org/maplibre-style-spec/",
        "link": link("stylesheet", STYLE, to(path, {"f": "style"})),
    }  # fmt: skip
    return {
        "id": style.id,
        "title": style.title(ask),
        "description": about,
        "keywords": [style.variant],
        "scope": "style",
        "version": version_of(ask.reader),
        "created": ask.reader.manifest.created,
        "updated": ask.reader.manifest.created,
        "stylesheets": [sheet],
        "layers": [_layer(ask, layer) for layer in style.layers],
        "links": _links(ask, path),
    }


def _layer(ask: RequestContext, layer: PublishedLayer) -> dict[str, Any]:
    data = link("start", "application/geo+json", ask.urls.to(f"/collections/{layer.id}/items"))
    return {"id": layer.id, "type": layer.geometry, "sampleData": data}


def _links(ask: RequestContext, path: str) -> list[Link]:
    to = ask.urls.to
    return [
        link("self", JSON, to(f"{path}/metadata", {"f": "json"})),
        link("alternate", HTML, to(f"{path}/metadata", {"f": "html"})),
        link("preview", SVG, to(f"{path}/legend", {"f": "svg"}), "legend"),
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


@router.get("/styles", operation_id="getStyles", summary="Styles", responses=schemas.ok(LIST))
def styles(ask: Page) -> Response:
    """List the styles: of the whole map and of each layer, for screens, for paper and for dark screens."""
    names = [MAP, *(layer.id for layer in ordered(ask.layers))]
    return document(ask, listing(ask, names, "/styles"), "Styles")


@router.get(
    "/collections/{layer_id}/styles",
    operation_id="getCollectionStyles",
    summary="Styles of a layer",
    responses=schemas.ok(LIST, missing=True),
)
def layer_styles(layer_id: str, ask: Page) -> Response:
    """List the styles of a layer."""
    layer = mapped(ask, layer_id)
    return document(ask, listing(ask, [layer.id], f"/collections/{layer.id}/styles"), getattr(layer.title, ask.language))


@router.get(
    "/styles/{style_id}/metadata",
    operation_id="getStyleMetadata",
    summary="Metadata of a style",
    responses=schemas.ok(schemas.ANY, missing=True),
)
def style_metadata(style_id: str, ask: Page) -> Response:
    """Answer with what there is to know of a style."""
    style = named(ask, style_id)
    return document(ask, metadata(ask, style), style.title(ask))


@router.get(
    "/styles/{style_id}", operation_id="getStyle", summary="MapLibre style", responses=schemas.ok(SHEET, STYLE, missing=True)
)
def style(style_id: str, ask: Sheet) -> Response:
    """Answer with a style of the base map, if there is one, and layers."""
    found = named(ask, style_id)
    content = stylesheet(ask, found)
    if ask.format == "html":
        return answer(ask, pages.document(content, found.title(ask), ask), HTML, pages.HEADERS)
    return answer(ask, orjson.dumps(content), STYLE)
