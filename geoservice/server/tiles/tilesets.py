"""Metadata of tiles: tilesets of OGC API Tiles for each layer and for all layers, tile matrix sets, and TileJSON."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from geoservice.errors import NotFound
from geoservice.geo import BBox
from geoservice.release.base import PublishedLayer
from geoservice.release.vector_tiles import budget
from geoservice.server import schemas
from geoservice.server.deps import RequestContext, request_context
from geoservice.server.formats import JSON, MVT
from geoservice.server.links import CRS84, REL, Link, link, self_links
from geoservice.server.release_pool import version_of
from geoservice.server.responses import document
from geoservice.server.tiles import composite
from geoservice.server.tiles.matrix_sets import MATRIX_SETS, MERCATOR, MatrixSet

TILES = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf"
TMS = "http://www.opengis.net/spec/tms/2.0/conf"
CONFORMS = (
    *(f"{TILES}/{name}" for name in (
        "core", "tileset", "tilesets-list", "dataset-tilesets", "geodata-tilesets", "collections-selection", "mvt", "oas30",
    )),
    *(f"{TMS}/{name}" for name in (
        "tilematrixset", "json-tilematrixset", "tilematrixsetlimits", "json-tilematrixsetlimits",
        "tilesetmetadata", "json-tilesetmetadata",
    )),
)  # fmt: skip
"""Conformance classes of this module and of the bare routes of tiles."""

router = APIRouter(tags=["tiles"])

Page = Annotated[RequestContext, Depends(request_context("json", "html"))]

KINDS = {"text": "String", "date": "String", "timestamp": "String", "boolean": "Boolean"}
DIMENSION = {"point": 0, "line": 1, "polygon": 2}
LAYER, ALL = schemas.responses(schemas.ANY, missing=True), schemas.responses(schemas.ANY)
DATASET = {"en": "All layers", "zh": "全部图层"}


def layer_with_tiles(context: RequestContext, layer_id: str) -> PublishedLayer:
    """Return a layer that the caller may read and that has tiles; raises :class:`NotFound`."""
    return composite.layer_with_tiles(context.reader, layer_id, context.principal)


def layers_with_tiles(context: RequestContext) -> list[PublishedLayer]:
    """Return the layers with tiles that the caller may read; raises :class:`NotFound` if there are none."""
    layers = [layer for layer in context.layers if layer.geometry != "none"]
    if not layers:
        raise NotFound("no layer of this release has tiles")
    return layers


def matrix_set_of(name: str) -> MatrixSet:
    """Return a matrix set; raises :class:`NotFound` with the names of all matrix sets."""
    if name not in MATRIX_SETS:
        raise NotFound(f"no tile matrix set {name!r:.60}; there are: {', '.join(MATRIX_SETS)}")
    return MATRIX_SETS[name]


def extent(layers: Sequence[PublishedLayer]) -> BBox | None:
    """Return the bounding box of layers, None if none has geometries."""
    boxes = [BBox(*layer.bbox) for layer in layers if layer.bbox]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return BBox(min(west), min(south), max(east), max(north))


def zooms(layers: Sequence[PublishedLayer]) -> tuple[int, int]:
    """Return the lowest and the highest zoom with tiles of any of the layers."""
    return min(layer.minzoom for layer in layers), max(layer.maxzoom for layer in layers)


def tilejson_of(context: RequestContext, layers: Sequence[PublishedLayer], title: str, description: str) -> dict[str, Any]:
    """Return TileJSON 3.0.0 of one layer or of several together; its tile URLs name the version of the release."""
    source = context.reader.manifest.study.get("source") or {}
    (low, high), box = zooms(layers), extent(layers)
    return {
        "tilejson": "3.0.0",
        "name": title,
        "description": description,
        "version": f"{context.reader.number}.0.0",
        "attribution": source.get(context.language, ""),
        "scheme": "xyz",
        "tiles": [context.urls.tiles(",".join(layer.id for layer in layers), version_of(context.reader))],
        "minzoom": low,
        "maxzoom": high,
        **({"bounds": list(box)} if box else {}),
        "byteBudget": budget_of(context),
        "vector_layers": [vector_layer(context, layer) for layer in layers],
    }


def budget_of(context: RequestContext) -> dict[str, Any]:
    """Return the byte limit of a tile, and the rule for features beyond it, in the reader's language."""
    rule = budget.budget_metadata()
    return {**rule, "rule": rule["rule"][context.language]}


def vector_layer(context: RequestContext, layer: PublishedLayer) -> dict[str, Any]:
    """Return the TileJSON description of a layer: its properties and zooms."""
    fields = {"geography": "String", "unit": "String", **{c.name: KINDS.get(c.type, "Number") for c in layer.columns}}
    about = getattr(layer.description, context.language)
    return {"id": layer.id, "description": about, "fields": fields, "minzoom": layer.minzoom, "maxzoom": layer.maxzoom}


def tileset_links(context: RequestContext, path: str, tiles: MatrixSet, tilejson: str) -> list[Link]:
    """Return the links of a tileset; only Web Mercator has TileJSON."""
    template = f"{context.urls.to(path)}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
    links = [
        *self_links(context.urls, path),
        link(f"{REL}/tiling-scheme", JSON, context.urls.to(f"/tileMatrixSets/{tiles.id}")),
        {**link("item", MVT, template), "templated": "true"},
    ]
    return links + ([link("describedby", JSON, context.urls.to(tilejson), "TileJSON")] if tiles is MERCATOR else [])


def tileset_of(
    context: RequestContext, layers: Sequence[PublishedLayer], tiles: MatrixSet, path: str, title: str
) -> dict[str, Any]:
    """Return the tileset of one layer or of several together, below ``path``."""
    box, (low, high) = extent(layers), zooms(layers)
    bounds = {"boundingBox": {"lowerLeft": box[:2], "upperRight": box[2:], "crs": CRS84}} if box else {}
    limits = {"tileMatrixSetLimits": tiles.limits(box, low, high)} if box else {}
    tilejson = path.removesuffix("/tiles") + "/tilejson"
    return {
        "title": title,
        "dataType": "vector",
        "crs": tiles.crs,
        "tileMatrixSetId": tiles.id,
        "tileMatrixSetURI": tiles.uri,
        "mediaTypes": [MVT],
        "byteBudget": budget_of(context),
        **limits,
        **bounds,
        "layers": [layer_of(context, layer) for layer in layers],
        "links": tileset_links(context, f"{path}/{tiles.id}", tiles, tilejson),
    }


def layer_of(context: RequestContext, layer: PublishedLayer) -> dict[str, Any]:
    """Return the description of a layer in a tileset."""
    return {
        "id": layer.id,
        "title": getattr(layer.title, context.language),
        "description": getattr(layer.description, context.language),
        "dataType": "vector",
        "geometryDimension": DIMENSION[layer.geometry],
        "minTileMatrix": str(layer.minzoom),
        "maxTileMatrix": str(layer.maxzoom),
    }


def tilesets_response(context: RequestContext, layers: Sequence[PublishedLayer], path: str, title: str) -> Response:
    """Return the tilesets of one layer or of several together, one for each matrix set, as the response."""
    sets = [tileset_of(context, layers, tiles, path, title) for tiles in MATRIX_SETS.values()]
    links = [
        *self_links(context.urls, path),
        link(f"{REL}/tiling-schemes", JSON, context.urls.to("/tileMatrixSets")),
    ]
    return document(context, {"links": links, "tilesets": sets}, title)


@router.get("/collections/{layer_id}/tilejson", operation_id="getTileJson", summary="TileJSON of a layer", responses=LAYER)
async def tilejson(layer_id: str, context: Page) -> Response:
    """Return TileJSON 3 of a layer."""
    layer = layer_with_tiles(context, layer_id)
    title = getattr(layer.title, context.language)
    return document(context, tilejson_of(context, [layer], title, getattr(layer.description, context.language)), title)


@router.get(
    "/collections/{layer_id}/tiles",
    operation_id=".collection.vector.getTileSetsList",
    summary="Tilesets of a layer",
    responses=LAYER,
)
async def tilesets(layer_id: str, context: Page) -> Response:
    """Return the tilesets of a layer, one for each matrix set."""
    layer = layer_with_tiles(context, layer_id)
    return tilesets_response(context, [layer], f"/collections/{layer.id}/tiles", getattr(layer.title, context.language))


@router.get(
    "/collections/{layer_id}/tiles/{tileMatrixSetId}",
    operation_id=".collection.vector.getTileSet",
    summary="A tileset of a layer",
    responses=LAYER,
)
async def tileset(layer_id: str, tileMatrixSetId: str, context: Page) -> Response:
    """Return a tileset of a layer."""
    layer, tiles = layer_with_tiles(context, layer_id), matrix_set_of(tileMatrixSetId)
    title = getattr(layer.title, context.language)
    return document(context, tileset_of(context, [layer], tiles, f"/collections/{layer.id}/tiles", title), title)


@router.get("/tilejson", operation_id="getDatasetTileJson", summary="TileJSON of all layers together", responses=ALL)
async def dataset_tilejson(context: Page) -> Response:
    """Return TileJSON 3 of the tiles of all layers."""
    title = DATASET[context.language]
    return document(context, tilejson_of(context, layers_with_tiles(context), title, title), title)


@router.get("/tiles", operation_id=".dataset.vector.getTileSetsList", summary="Tilesets of all layers together", responses=ALL)
async def dataset_tilesets(context: Page) -> Response:
    """Return the tilesets of all layers together, one for each matrix set."""
    return tilesets_response(context, layers_with_tiles(context), "/tiles", DATASET[context.language])


@router.get(
    "/tiles/{tileMatrixSetId}",
    operation_id=".dataset.vector.getTileSet",
    summary="A tileset of all layers together",
    responses=LAYER,
)
async def dataset_tileset(tileMatrixSetId: str, context: Page) -> Response:
    """Return a tileset of all layers together."""
    title = DATASET[context.language]
    return document(
        context, tileset_of(context, layers_with_tiles(context), matrix_set_of(tileMatrixSetId), "/tiles", title), title
    )


@router.get("/tileMatrixSets", operation_id="getTileMatrixSetsList", summary="Tile matrix sets", responses=ALL)
async def matrix_sets(context: Page) -> Response:
    """Return the list of tile matrix sets."""
    sets = [
        {
            "id": s.id, "title": s.title, "uri": s.uri, "crs": s.crs,
            "links": [link("self", JSON, context.urls.to(f"/tileMatrixSets/{s.id}"))],
        }
        for s in MATRIX_SETS.values()
    ]  # fmt: skip
    return document(context, {"tileMatrixSets": sets}, "Tile matrix sets")


@router.get("/tileMatrixSets/{tileMatrixSetId}", operation_id="getTileMatrixSet", summary="A tile matrix set", responses=LAYER)
async def matrix_set(tileMatrixSetId: str, context: Page) -> Response:
    """Return a tile matrix set."""
    tiles = matrix_set_of(tileMatrixSetId)
    return document(context, tiles.document(), tiles.title)
