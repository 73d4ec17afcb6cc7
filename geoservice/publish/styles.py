"""MapLibre styles and legends: one style a layer, one for the whole map."""

from collections.abc import Sequence
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Response

from geoservice.publish import basemap, pages, schemas
from geoservice.publish.answers import answer, document
from geoservice.publish.deps import Ask, asking, version_of
from geoservice.publish.formats import HTML, STYLE
from geoservice.publish.styled import colour, legend
from geoservice.publish.tiles import BASE, BASE_ZOOMS
from geoservice.publish.tilesets import mapped
from geoservice.release.base import PublishedLayer

router = APIRouter(tags=["styles"])

Page = Annotated[Ask, Depends(asking("json", "html"))]
WORLD = (-180.0, -85.0, 180.0, 85.0)


def source(ask: Ask, name: str, minzoom: int, maxzoom: int, bbox: tuple[float, ...] | None) -> dict[str, Any]:
    """Return a vector source whose tile URLs are tied to the release."""
    credit = (ask.reader.manifest.study.get("source") or {}).get(ask.language, "")
    bounds = {"bounds": list(bbox)} if bbox else {}
    tiles = [ask.urls.tiles(name, version_of(ask.reader))]
    return {"type": "vector", "tiles": tiles, "minzoom": minzoom, "maxzoom": maxzoom, "attribution": credit, **bounds}


def draw(layer: PublishedLayer, visible: bool) -> list[dict[str, Any]]:
    """Return the style layers of a published layer."""
    style, paint = layer.style, colour(layer)
    common = {
        "source": layer.id,
        "source-layer": layer.id,
        "minzoom": layer.minzoom,
        "metadata": {"geoservice:layer": layer.id},
        "layout": {"visibility": "visible" if visible else "none"},
    }
    if style.kind == "circle":
        radius = ["interpolate", ["linear"], ["zoom"], 8, 3, 14, 7]
        look = {"circle-color": paint, "circle-radius": radius, "circle-opacity": style.opacity,
                "circle-stroke-color": "#ffffff", "circle-stroke-width": 1.2}  # fmt: skip
        return [{"id": layer.id, "type": "circle", **common, "paint": look}]
    if style.kind == "line":
        return [
            {
                "id": layer.id,
                "type": "line",
                **common,
                "paint": {"line-color": paint, "line-opacity": style.opacity, "line-width": 2},
            }
        ]
    if style.kind == "fill":
        edge = {
            "line-color": "#5c5750",
            "line-opacity": style.opacity,
            "line-width": ["interpolate", ["linear"], ["zoom"], 8, 0.2, 14, 1],
        }
        fill = {"id": layer.id, "type": "fill", **common, "paint": {"fill-color": paint, "fill-opacity": style.opacity}}
        return [fill, {"id": f"{layer.id}-outline", "type": "line", **common, "paint": edge}]
    return []


def style_of(ask: Ask, layers: Sequence[PublishedLayer], name: str) -> dict[str, Any]:
    """Return a style of the base map, if there is one, and layers, of which the first fill is on and so are all circles."""
    base = ask.reader.manifest.base_map
    box = box_of(layers)
    sources = {BASE: source(ask, BASE, *BASE_ZOOMS, None)} if base else {}
    sources |= {layer.id: source(ask, layer.id, layer.minzoom, layer.maxzoom, layer.bbox) for layer in layers}
    first = layers[0].id if layers else ""
    drawn = [part for layer in layers for part in draw(layer, layer.id == first)]
    ground = basemap.ground() if base else basemap.ground()[:1]
    return {
        "version": 8,
        "name": name,
        "metadata": {"geoservice:release": ask.reader.number, "geoservice:bounds": box},
        "center": [round((box[0] + box[2]) / 2, 5), round((box[1] + box[3]) / 2, 5)],
        "zoom": 9,
        "sources": sources,
        "layers": [*ground, *drawn, *(basemap.labels(ask.language) if base else [])],
    }


def box_of(layers: Sequence[PublishedLayer]) -> tuple[float, float, float, float]:
    """Return the box of all layers that have one."""
    boxes = [layer.bbox for layer in layers if layer.bbox]
    if not boxes:
        return WORLD
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def _ordered(layers: list[PublishedLayer]) -> list[PublishedLayer]:
    """Return layers as they are drawn: fills below lines below circles, each kind in the order of the release."""
    kinds = ("fill", "line", "circle")
    return sorted((layer for layer in layers if layer.style.kind in kinds), key=lambda layer: kinds.index(layer.style.kind))


def _style(ask: Ask, layers: Sequence[PublishedLayer], name: str) -> Response:
    content = style_of(ask, layers, name)
    if ask.format == "html":
        return answer(ask, pages.document(content, name, ask), HTML, pages.HEADERS)
    return answer(ask, orjson.dumps(content), STYLE)


@router.get("/styles/map", summary="MapLibre style of the whole map", responses=schemas.ok(schemas.ANY, STYLE))
def whole(ask: Page) -> Response:
    """Answer with the style of the base map and every layer."""
    title = ask.reader.manifest.study.get("title", {}).get(ask.language, "map")
    return _style(ask, _ordered([layer for layer in ask.layers if layer.geometry != "none"]), title)


@router.get("/styles/{layer_id}", summary="MapLibre style of a layer", responses=schemas.ok(schemas.ANY, STYLE, missing=True))
def one(layer_id: str, ask: Page) -> Response:
    """Answer with the style of the base map and one layer."""
    layer = mapped(ask, layer_id)
    return _style(ask, [layer], getattr(layer.title, ask.language))


@router.get("/styles/{layer_id}/legend", summary="Legend of a layer", responses=schemas.ok(schemas.ANY, missing=True))
def legend_of(layer_id: str, ask: Page) -> Response:
    """Answer with the legend of a layer."""
    layer = ask.layer(layer_id)
    return document(ask, legend(layer), getattr(layer.title, ask.language))
