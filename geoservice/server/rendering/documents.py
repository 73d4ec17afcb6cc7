"""Maps for documents: one or several layers as a picture of any size, with title, legend, scale bar and sources."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Query, Response

from geoservice.geo import MAX_MERCATOR_LAT, BBox
from geoservice.maps.drawings import MapDrawing, selected_layer
from geoservice.maps.map_document import MapOptions
from geoservice.maps.map_document import shown_box as box_shown
from geoservice.maps.selection import Selection, colouring_properties
from geoservice.maps.symbology import Variant
from geoservice.maps.table_numbers import TABLE, coloured_by_table
from geoservice.release.base import PublishedLayer
from geoservice.release.url_numbers import is_whole_number
from geoservice.server import schemas
from geoservice.server.deps import RequestContext, request_context
from geoservice.server.features.crs import parse_crs
from geoservice.server.features.params import parameter_error, parse_bbox, parse_names
from geoservice.server.formats import JSON, PNG
from geoservice.server.links import CRS84, REL, link, self_links
from geoservice.server.release_pool import version_of
from geoservice.server.rendering.renderer import Pictures
from geoservice.server.responses import document, respond
from geoservice.server.styles.routes import bounds_of, drawing_order, visible_layers
from geoservice.server.tiles.matrix_sets import MERCATOR
from geoservice.server.tiles.tilesets import layer_with_tiles

router = APIRouter(tags=["maps"])

MIN_SIZE, MAX_SIZE, MAX_PIXELS = 16, 4096, 8_000_000
MARGIN = 0.03
"""Margin around the layers, as a share of their size."""

Image = Annotated[RequestContext, Depends(request_context("png", more=True))]
Page = Annotated[RequestContext, Depends(request_context("json", "html"))]
Bbox = Annotated[
    str | None,
    Query(description="west,south,east,north in degrees, or in the axis order of bbox-crs; by default the box of the layers"),
]
BboxCrs = Annotated[
    str | None, Query(alias="bbox-crs", description="CRS of bbox: one of the collection's crs; CRS84 by default")
]
Pixels = Annotated[int, Query(ge=MIN_SIZE, le=MAX_SIZE, description=f"pixels; width x height is at most {MAX_PIXELS}")]
Scale = Annotated[int, Query(ge=1, le=4, description="device pixel ratio: 2 or 3 for paper")]
Style = Annotated[Variant, Query(description="for screens, for paper and photocopies, or for dark screens")]
Legend = Annotated[bool, Query(description="with a legend, if there is room")]
Transparent = Annotated[bool, Query(description="transparent background, without the base map")]
Collections = Annotated[
    str | None, Query(description="layers, separated by commas; by default those that are visible when a map opens")
]
Service = Annotated[str | None, Query(description="service whose numbers are shown; by default that of the layer's style")]
Mode = Annotated[str | None, Query(description="mode of travel of the numbers")]
Tier = Annotated[str | None, Query(description="tier of the stations; by default all tiers")]
Group = Annotated[str | None, Query(description="group of people; by default everybody")]
Minutes = Annotated[int | None, Query(ge=0, le=1440, description="travel time of the numbers: one of the study's")]
Property = Annotated[
    str | None, Query(description="property that colours the layers that have it, of the same measure as that of their style")
]
Level = Annotated[str | None, Query(description="level of the areas; by default the one for the scale")]
NAMES = {
    "bbox", "bbox-crs", "width", "height", "scale", "style", "legend", "transparent", "service", "mode", "tier", "group",
    "minutes", "level", "property",
}  # fmt: skip

IMAGE_RESPONSES: dict[int | str, dict[str, Any]] = {
    **schemas.responses(schemas.ANY, missing=True),
    200: {"description": "the picture", "content": {PNG: {"schema": schemas.BINARY}}},
}


def check_parameters(context: RequestContext, more: set[str], width: int, height: int) -> None:
    """Raise :class:`ParameterError` for a parameter that is unknown or not a number, or a picture that is too large."""
    query = context.with_query(sorted(NAMES | more)).query
    for name in ("width", "height", "scale"):
        if name in query and not is_whole_number(query[name]):
            raise parameter_error(name, query[name], "a whole number of ASCII digits")
    if width * height > MAX_PIXELS:
        raise parameter_error("width", f"{width} x {height}", f"a product of width and height up to {MAX_PIXELS}")


def requested_box(layers: Sequence[PublishedLayer], bbox: str | None, crs: str | None) -> BBox:
    """Return the requested box, or that of the layers; raises :class:`ParameterError` if it crosses 180 degrees."""
    box = parse_bbox(bbox, parse_crs("bbox-crs", crs, layers[0])) if layers else None
    if box is not None:
        if box.west > box.east:
            raise parameter_error("bbox", str(bbox), "a box that does not cross 180 degrees")
        return box
    west, south, east, north = bounds_of(layers)
    x, y = (east - west) * MARGIN, (north - south) * MARGIN
    max_lat = MAX_MERCATOR_LAT
    return BBox(max(west - x, -180), max(south - y, -max_lat), min(east + x, 180), min(north + y, max_lat))


def check_selection(selection: Selection, layers: Sequence[PublishedLayer], study: Mapping[str, Any]) -> Selection:
    """Return the selection; raises :class:`ParameterError` for a value that neither the study nor the layers have."""
    dimensions = [c.dimensions for layer in layers for c in layer.columns]
    levels = [z for layer in layers if "parent" in {c.name for c in layer.columns} or len(layer.zooms) > 1 for z in layer.zooms]
    extra = {"level": levels, "tier": study.get("tiers") or (), "group": [g["id"] for g in study.get("groups") or ()]}
    extra["property"] = [name for layer in layers for name in colouring_properties(layer)]
    for name, value in selection._asdict().items():
        allowed = [*(d[name] for d in dimensions if name in d), *extra.get(name, ())]
        if value is not None and value not in allowed:
            raise parameter_error(name, str(value), f"one of {', '.join(map(str, dict.fromkeys(allowed)))}")
    return selection


async def map_response(context: RequestContext, layers: Sequence[PublishedLayer], options: MapOptions) -> Response:
    """Return a picture; its headers have the box that it shows."""
    drawing = MapDrawing(tuple((layer.id, context.principal.within(layer)) for layer in layers), options)
    layers = [selected_layer(layer, options.selection, context.reader.manifest.study) for layer in layers]
    if any(map(coloured_by_table, layers)):
        context.layer(TABLE)  # a caller who may not read the table must not see its numbers
    pictures: Pictures = context.request.app.state.pictures
    body = await pictures.get(version_of(context.reader), drawing)
    bounds = await to_thread.run_sync(box_shown, context.reader, layers, options)  # the first call searches for fonts
    bbox_text = ",".join(f"{v:.7g}" for v in bounds)
    crs = "<http://www.opengis.net/def/crs/EPSG/0/3857>"
    return respond(context, body, PNG, {"Content-Bbox": bbox_text, "Content-Crs": crs})


@router.get(
    "/collections/{layer_id}/map",
    operation_id="getCollectionMap",
    summary="A map of a layer for a document",
    responses=IMAGE_RESPONSES,
)
async def layer_map(
    layer_id: str, context: Image, bbox: Bbox = None, bbox_crs: BboxCrs = None, width: Pixels = 1200, height: Pixels = 800,
    scale: Scale = 1, style: Style = "day", legend: Legend = True, transparent: Transparent = False,
    service: Service = None, mode: Mode = None, tier: Tier = None, group: Group = None, minutes: Minutes = None,
    level: Level = None, property: Property = None,  # noqa: A002 - the name of the parameter
) -> Response:  # fmt: skip
    """Return a picture of one layer."""
    layers = [layer_with_tiles(context, layer_id)]
    check_parameters(context, set(), width, height)
    box = requested_box(layers, bbox, bbox_crs)
    selection = Selection(service, mode, minutes, level, tier, group, property)
    numbers = check_selection(selection, layers, context.reader.manifest.study)
    return await map_response(
        context, layers, MapOptions(box, width, height, scale, style, context.language, legend, transparent, numbers)
    )


@router.get("/map", operation_id="getMap", summary="A map for a document", responses=IMAGE_RESPONSES)
async def whole_map(
    context: Image, collections: Collections = None, bbox: Bbox = None, bbox_crs: BboxCrs = None, width: Pixels = 1200,
    height: Pixels = 800, scale: Scale = 1, style: Style = "day", legend: Legend = True, transparent: Transparent = False,
    service: Service = None, mode: Mode = None, tier: Tier = None, group: Group = None, minutes: Minutes = None,
    level: Level = None, property: Property = None,  # noqa: A002 - the name of the parameter
) -> Response:  # fmt: skip
    """Return a picture of several layers: polygons lowest, points on top."""
    layers = drawing_order(context.layers)
    check_parameters(context, {"collections"}, width, height)
    names = None if collections is None else parse_names("collections", collections, (layer.id for layer in layers))
    selected_layers = visible_layers(layers) if names is None else [layer for layer in layers if layer.id in names]
    box = requested_box(selected_layers, bbox, bbox_crs)
    selection = Selection(service, mode, minutes, level, tier, group, property)
    numbers = check_selection(selection, layers, context.reader.manifest.study)
    return await map_response(
        context, selected_layers, MapOptions(box, width, height, scale, style, context.language, legend, transparent, numbers)
    )


def tileset_of(context: RequestContext, layer: PublishedLayer) -> dict[str, Any]:
    """Return the tileset of a layer's map tiles."""
    path = f"/collections/{layer.id}/map/tiles/WebMercatorQuad"
    template = f"{context.urls.to(path)}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}.png?v={version_of(context.reader)}"
    low, high = (layer.bbox[:2], layer.bbox[2:]) if layer.bbox else ((), ())
    bounds = {"boundingBox": {"lowerLeft": low, "upperRight": high, "crs": CRS84}} if layer.bbox else {}
    return {
        "title": getattr(layer.title, context.language),
        "dataType": "map",
        "crs": MERCATOR.crs,
        "tileMatrixSetId": MERCATOR.id,
        "tileMatrixSetURI": MERCATOR.uri,
        "mediaTypes": [PNG],
        **bounds,
        "links": [
            *self_links(context.urls, path),
            link(f"{REL}/tiling-scheme", JSON, context.urls.to(f"/tileMatrixSets/{MERCATOR.id}", {"f": "json"})),
            {**link("item", PNG, template), "templated": "true"},
        ],
    }


@router.get(
    "/collections/{layer_id}/map/tiles",
    operation_id=".collection.map.getTileSetsList",
    summary="Tilesets of map tiles",
    responses=schemas.responses(schemas.ANY, missing=True),
)
def map_tilesets(layer_id: str, context: Page) -> Response:
    """List the tilesets of map tiles: only WebMercatorQuad."""
    layer = layer_with_tiles(context, layer_id)
    links = [link("self", JSON, context.urls.to(f"/collections/{layer.id}/map/tiles", {"f": "json"}))]
    return document(context, {"links": links, "tilesets": [tileset_of(context, layer)]}, getattr(layer.title, context.language))


@router.get(
    "/collections/{layer_id}/map/tiles/WebMercatorQuad",
    operation_id=".collection.map.getTileSet",
    summary="The tileset of map tiles of a layer",
    responses=schemas.responses(schemas.ANY, missing=True),
)
def map_tileset(layer_id: str, context: Page) -> Response:
    """Return the tileset of map tiles."""
    layer = layer_with_tiles(context, layer_id)
    return document(context, tileset_of(context, layer), getattr(layer.title, context.language))
