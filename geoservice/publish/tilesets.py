"""Tiles described: TileJSON, and the tilesets of OGC API Tiles."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from geoservice.errors import NotFound
from geoservice.publish import schemas
from geoservice.publish.answers import document
from geoservice.publish.deps import Ask, asking, version_of
from geoservice.publish.formats import JSON, MVT
from geoservice.publish.links import CRS84, MERCATOR_QUAD, REL, Link, link
from geoservice.release.base import PublishedLayer

router = APIRouter(tags=["tiles"])

Page = Annotated[Ask, Depends(asking("json", "html"))]

KINDS = {"text": "String", "boolean": "Boolean"}
DIMENSION = {"point": 0, "line": 1, "polygon": 2}


def mapped(ask: Ask, layer_id: str) -> PublishedLayer:
    """Return a layer that has tiles; raises :class:`NotFound`."""
    layer = ask.layer(layer_id)
    if layer.geometry == "none":
        raise NotFound(f"layer {layer.id} is a table without tiles; its rows are at /collections/{layer.id}/items")
    return layer


def tilejson_of(ask: Ask, layer: PublishedLayer) -> dict[str, Any]:
    """Return TileJSON 3.0.0; its tile URLs are tied to the release."""
    fields = {"geography": "String", "unit": "String", **{c.name: KINDS.get(c.type, "Number") for c in layer.columns}}
    source = ask.reader.manifest.study.get("source") or {}
    return {
        "tilejson": "3.0.0",
        "name": getattr(layer.title, ask.language),
        "description": getattr(layer.description, ask.language),
        "version": f"{ask.reader.number}.0.0",
        "attribution": source.get(ask.language, ""),
        "scheme": "xyz",
        "tiles": [ask.urls.tiles(layer.id, version_of(ask.reader))],
        "minzoom": layer.minzoom,
        "maxzoom": layer.maxzoom,
        **({"bounds": list(layer.bbox)} if layer.bbox else {}),
        "vector_layers": [{"id": layer.id, "fields": fields, "minzoom": layer.minzoom, "maxzoom": layer.maxzoom}],
    }


def tileset_links(ask: Ask, layer: PublishedLayer) -> list[Link]:
    """Return the links of a tileset."""
    path = f"/collections/{layer.id}/tiles/WebMercatorQuad"
    template = f"{ask.urls.to(path)}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
    return [
        link("self", JSON, ask.urls.to(path)),
        link(f"{REL}/tiling-scheme", JSON, MERCATOR_QUAD),
        {**link("item", MVT, template), "templated": "true"},
        link("describedby", JSON, ask.urls.to(f"/collections/{layer.id}/tilejson"), "TileJSON"),
    ]


def tileset_of(ask: Ask, layer: PublishedLayer) -> dict[str, Any]:
    """Return the tileset of a layer."""
    box = layer.bbox
    bounds = {"boundingBox": {"lowerLeft": box[:2], "upperRight": box[2:], "crs": CRS84}} if box else {}
    return {
        "title": getattr(layer.title, ask.language),
        "dataType": "vector",
        "crs": "http://www.opengis.net/def/crs/EPSG/0/3857",
        "tileMatrixSetURI": MERCATOR_QUAD,
        **bounds,
        "layers": [{
            "id": layer.id, "dataType": "vector", "geometryDimension": DIMENSION[layer.geometry],
            "minTileMatrix": str(layer.minzoom), "maxTileMatrix": str(layer.maxzoom),
        }],
        "links": tileset_links(ask, layer),
    }  # fmt: skip


@router.get("/collections/{layer_id}/tilejson", summary="TileJSON of a layer", responses=schemas.ok(schemas.ANY, missing=True))
def tilejson(layer_id: str, ask: Page) -> Response:
    """Answer with TileJSON 3."""
    layer = mapped(ask, layer_id)
    return document(ask, tilejson_of(ask, layer), getattr(layer.title, ask.language))


@router.get("/collections/{layer_id}/tiles", summary="Tilesets of a layer", responses=schemas.ok(schemas.ANY, missing=True))
def tilesets(layer_id: str, ask: Page) -> Response:
    """List the tilesets: one, WebMercatorQuad."""
    layer = mapped(ask, layer_id)
    links = [link("self", JSON, ask.urls.to(f"/collections/{layer.id}/tiles"))]
    content = {"links": links, "tilesets": [tileset_of(ask, layer)]}
    return document(ask, content, getattr(layer.title, ask.language))


@router.get(
    "/collections/{layer_id}/tiles/WebMercatorQuad",
    summary="The tileset of a layer",
    responses=schemas.ok(schemas.ANY, missing=True),
)
def tileset(layer_id: str, ask: Page) -> Response:
    """Describe the tileset."""
    layer = mapped(ask, layer_id)
    return document(ask, tileset_of(ask, layer), getattr(layer.title, ask.language))
