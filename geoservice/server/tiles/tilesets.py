"""Tiles described: the tilesets of OGC API Tiles for each layer and for all together, the matrix sets, and TileJSON."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from geoservice.errors import NotFound
from geoservice.geo import BBox
from geoservice.release.base import PublishedLayer
from geoservice.release.vector_tiles import budget
from geoservice.server import schemas
from geoservice.server.deps import RequestContext, request_context, version_of
from geoservice.server.formats import HTML, JSON, MVT
from geoservice.server.links import CRS84, REL, Link, link
from geoservice.server.responses import document
from geoservice.server.tiles import composite
from geoservice.server.tiles.matrix_sets import MERCATOR, SETS, MatrixSet

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
"""What this module and the bare routes beside it make true."""

router = APIRouter(tags=["tiles"])

Page = Annotated[RequestContext, Depends(request_context("json", "html"))]

KINDS = {"text": "String", "date": "String", "timestamp": "String", "boolean": "Boolean"}
DIMENSION = {"point": 0, "line": 1, "polygon": 2}
LAYER, ALL = schemas.ok(schemas.ANY, missing=True), schemas.ok(schemas.ANY)
DATASET = {"en": "All layers", "zh": "全部图层"}


def mapped(ask: RequestContext, layer_id: str) -> PublishedLayer:
    """Return a layer that the caller may read and that has tiles; raises :class:`NotFound`."""
    return composite.mapped(ask.reader, layer_id, ask.who)


def drawn(ask: RequestContext) -> list[PublishedLayer]:
    """Return the layers with tiles that the caller may read; raises :class:`NotFound` when there is none."""
    layers = [layer for layer in ask.layers if layer.geometry != "none"]
    if not layers:
        raise NotFound("no layer of this release has tiles")
    return layers


def matrix_set_of(name: str) -> MatrixSet:
    """Return a matrix set; raises :class:`NotFound` naming those there are."""
    if name not in SETS:
        raise NotFound(f"no tile matrix set {name!r:.60}; there are: {', '.join(SETS)}")
    return SETS[name]


def extent(layers: Sequence[PublishedLayer]) -> BBox | None:
    """Return the box around layers, None where none has a place."""
    boxes = [BBox(*layer.bbox) for layer in layers if layer.bbox]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return BBox(min(west), min(south), max(east), max(north))


def zooms(layers: Sequence[PublishedLayer]) -> tuple[int, int]:
    """Return the first and the last zoom that any of the layers has tiles of."""
    return min(layer.minzoom for layer in layers), max(layer.maxzoom for layer in layers)


def tilejson_of(ask: RequestContext, layers: Sequence[PublishedLayer], title: str, description: str) -> dict[str, Any]:
    """Return TileJSON 3.0.0 of one layer or of several together; its tile URLs are tied to the release."""
    source = ask.reader.manifest.study.get("source") or {}
    (low, high), box = zooms(layers), extent(layers)
    return {
        "tilejson": "3.0.0",
        "name": title,
        "description": description,
        "version": f"{ask.reader.number}.0.0",
        "attribution": source.get(ask.language, ""),
        "scheme": "xyz",
        "tiles": [ask.urls.tiles(",".join(layer.id for layer in layers), version_of(ask.reader))],
        "minzoom": low,
        "maxzoom": high,
        **({"bounds": list(box)} if box else {}),
        "byteBudget": budget_of(ask),
        "vector_layers": [vector_layer(ask, layer) for layer in layers],
    }


def budget_of(ask: RequestContext) -> dict[str, Any]:
    """Return how large a tile may be and what it shows where its features are more, in the reader's language."""
    rule = budget.budget_metadata()
    return {**rule, "rule": rule["rule"][ask.language]}


def vector_layer(ask: RequestContext, layer: PublishedLayer) -> dict[str, Any]:
    """Return a layer as TileJSON describes it: its properties and zooms."""
    fields = {"geography": "String", "unit": "String", **{c.name: KINDS.get(c.type, "Number") for c in layer.columns}}
    about = getattr(layer.description, ask.language)
    return {"id": layer.id, "description": about, "fields": fields, "minzoom": layer.minzoom, "maxzoom": layer.maxzoom}


def tileset_links(ask: RequestContext, path: str, tiles: MatrixSet, tilejson: str) -> list[Link]:
    """Return the links of a tileset; TileJSON knows Web Mercator alone."""
    template = f"{ask.urls.to(path)}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
    links = [
        link("self", JSON, ask.urls.to(path, {"f": "json"})),
        link("alternate", HTML, ask.urls.to(path, {"f": "html"})),
        link(f"{REL}/tiling-scheme", JSON, ask.urls.to(f"/tileMatrixSets/{tiles.id}")),
        {**link("item", MVT, template), "templated": "true"},
    ]
    return links + ([link("describedby", JSON, ask.urls.to(tilejson), "TileJSON")] if tiles is MERCATOR else [])


def tileset_of(
    ask: RequestContext, layers: Sequence[PublishedLayer], tiles: MatrixSet, path: str, title: str
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
        "byteBudget": budget_of(ask),
        **limits,
        **bounds,
        "layers": [layer_of(ask, layer) for layer in layers],
        "links": tileset_links(ask, f"{path}/{tiles.id}", tiles, tilejson),
    }


def layer_of(ask: RequestContext, layer: PublishedLayer) -> dict[str, Any]:
    """Return a layer as a tileset lists it."""
    return {
        "id": layer.id,
        "title": getattr(layer.title, ask.language),
        "description": getattr(layer.description, ask.language),
        "dataType": "vector",
        "geometryDimension": DIMENSION[layer.geometry],
        "minTileMatrix": str(layer.minzoom),
        "maxTileMatrix": str(layer.maxzoom),
    }


def listed(ask: RequestContext, layers: Sequence[PublishedLayer], path: str, title: str) -> Response:
    """Answer with the tilesets of one layer or of several together, one for each matrix set."""
    sets = [tileset_of(ask, layers, tiles, path, title) for tiles in SETS.values()]
    links = [
        link("self", JSON, ask.urls.to(path, {"f": "json"})),
        link("alternate", HTML, ask.urls.to(path, {"f": "html"})),
        link(f"{REL}/tiling-schemes", JSON, ask.urls.to("/tileMatrixSets")),
    ]
    return document(ask, {"links": links, "tilesets": sets}, title)


@router.get("/collections/{layer_id}/tilejson", operation_id="getTileJson", summary="TileJSON of a layer", responses=LAYER)
async def tilejson(layer_id: str, ask: Page) -> Response:
    """Answer with TileJSON 3."""
    layer = mapped(ask, layer_id)
    title = getattr(layer.title, ask.language)
    return document(ask, tilejson_of(ask, [layer], title, getattr(layer.description, ask.language)), title)


@router.get(
    "/collections/{layer_id}/tiles",
    operation_id=".collection.vector.getTileSetsList",
    summary="Tilesets of a layer",
    responses=LAYER,
)
async def tilesets(layer_id: str, ask: Page) -> Response:
    """List the tilesets, one for each matrix set."""
    layer = mapped(ask, layer_id)
    return listed(ask, [layer], f"/collections/{layer.id}/tiles", getattr(layer.title, ask.language))


@router.get(
    "/collections/{layer_id}/tiles/{tileMatrixSetId}",
    operation_id=".collection.vector.getTileSet",
    summary="A tileset of a layer",
    responses=LAYER,
)
async def tileset(layer_id: str, tileMatrixSetId: str, ask: Page) -> Response:
    """Describe the tileset."""
    layer, tiles = mapped(ask, layer_id), matrix_set_of(tileMatrixSetId)
    title = getattr(layer.title, ask.language)
    return document(ask, tileset_of(ask, [layer], tiles, f"/collections/{layer.id}/tiles", title), title)


@router.get("/tilejson", operation_id="getDatasetTileJson", summary="TileJSON of all layers together", responses=ALL)
async def dataset_tilejson(ask: Page) -> Response:
    """Answer with TileJSON 3 of the composite tiles."""
    title = DATASET[ask.language]
    return document(ask, tilejson_of(ask, drawn(ask), title, title), title)


@router.get("/tiles", operation_id=".dataset.vector.getTileSetsList", summary="Tilesets of all layers together", responses=ALL)
async def dataset_tilesets(ask: Page) -> Response:
    """List the tilesets of composite tiles, one for each matrix set."""
    return listed(ask, drawn(ask), "/tiles", DATASET[ask.language])


@router.get(
    "/tiles/{tileMatrixSetId}",
    operation_id=".dataset.vector.getTileSet",
    summary="A tileset of all layers together",
    responses=LAYER,
)
async def dataset_tileset(tileMatrixSetId: str, ask: Page) -> Response:
    """Describe the tileset of composite tiles."""
    title = DATASET[ask.language]
    return document(ask, tileset_of(ask, drawn(ask), matrix_set_of(tileMatrixSetId), "/tiles", title), title)


@router.get("/tileMatrixSets", operation_id="getTileMatrixSetsList", summary="Tile matrix sets", responses=ALL)
async def matrix_sets(ask: Page) -> Response:
    """List the ways in which the world is cut into tiles."""
    found = [
        {
            "id": s.id, "title": s.title, "uri": s.uri, "crs": s.crs,
            "links": [link("self", JSON, ask.urls.to(f"/tileMatrixSets/{s.id}"))],
        }
        for s in SETS.values()
    ]  # fmt: skip
    return document(ask, {"tileMatrixSets": found}, "Tile matrix sets")


@router.get("/tileMatrixSets/{tileMatrixSetId}", operation_id="getTileMatrixSet", summary="A tile matrix set", responses=LAYER)
async def matrix_set(tileMatrixSetId: str, ask: Page) -> Response:
    """Answer with the whole tile matrix set."""
    tiles = matrix_set_of(tileMatrixSetId)
    return document(ask, tiles.document(), tiles.title)
