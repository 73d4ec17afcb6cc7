"""Maps for documents: the whole map or one layer as a picture of any size, with title, legend, scale bar and sources."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Query, Response

from geoservice.geo import MAX_MERCATOR_LAT, BBox
from geoservice.maps.drawings import MapDrawing, selected
from geoservice.maps.map_document import MapOptions
from geoservice.maps.map_document import shown as box_shown
from geoservice.maps.selection import Selection
from geoservice.maps.symbology import Variant
from geoservice.maps.table_numbers import TABLE, from_table
from geoservice.release.base import PublishedLayer
from geoservice.release.url_numbers import is_whole_number
from geoservice.server import schemas
from geoservice.server.deps import RequestContext, request_context, version_of
from geoservice.server.features.crs import parse_crs
from geoservice.server.features.params import fault, names_of, parse_bbox
from geoservice.server.formats import HTML, JSON, PNG
from geoservice.server.links import CRS84, REL, link
from geoservice.server.rendering.renderer import Pictures
from geoservice.server.responses import answer, document
from geoservice.server.styles.routes import box_of, ordered, shown
from geoservice.server.tiles.matrix_sets import MERCATOR
from geoservice.server.tiles.tilesets import mapped

router = APIRouter(tags=["maps"])

LEAST, MOST, MOST_PIXELS = 16, 4096, 8_000_000
MARGIN = 0.03
"""Share of a layer's size that is shown around it."""

Image = Annotated[RequestContext, Depends(request_context("png", more=True))]
Page = Annotated[RequestContext, Depends(request_context("json", "html"))]
Bbox = Annotated[
    str | None, Query(description="west,south,east,north in degrees, or in the axes of bbox-crs; all of the layers without it")
]
BboxCrs = Annotated[
    str | None, Query(alias="bbox-crs", description="CRS of bbox: one of the collection's crs; CRS84 by default")
]
Pixels = Annotated[int, Query(ge=LEAST, le=MOST, description=f"pixels; width x height at most {MOST_PIXELS}")]
Scale = Annotated[int, Query(ge=1, le=4, description="pixels that look like one: 2 or 3 for paper")]
Style = Annotated[Variant, Query(description="for screens, for paper and photocopies, or for dark screens")]
Legend = Annotated[bool, Query(description="with a legend, where there is room")]
Clear = Annotated[bool, Query(description="clear ground, without the base map")]
Some = Annotated[str | None, Query(description="layers wanted, with commas; without it those that are on when a map opens")]
Service = Annotated[str | None, Query(description="service whose numbers are shown; by default the one of the layer's file")]
Mode = Annotated[str | None, Query(description="way of travel of the numbers shown")]
Tier = Annotated[str | None, Query(description="tier of the stations that numbers are of; without it all of them")]
Group = Annotated[str | None, Query(description="group of people that numbers are of; without it everybody")]
Minutes = Annotated[int | None, Query(ge=0, le=1440, description="minutes of the numbers shown: one of the study's")]
Level = Annotated[str | None, Query(description="level of the areas shown; by default that of the scale")]
NAMES = {
    "bbox", "bbox-crs", "width", "height", "scale", "style", "legend", "transparent", "service", "mode", "tier", "group",
    "minutes", "level",
}  # fmt: skip

FOUND: dict[int | str, dict[str, Any]] = {
    **schemas.ok(schemas.ANY, missing=True),
    200: {"description": "the picture", "content": {PNG: {"schema": schemas.BINARY}}},
}


def check(ask: RequestContext, more: set[str], width: int, height: int) -> None:
    """Raise :class:`ParameterError` for a parameter that is unknown or no number, or a picture that is too large."""
    given = ask.only(sorted(NAMES | more)).query
    for name in ("width", "height", "scale"):
        if name in given and not is_whole_number(given[name]):
            raise fault(name, given[name], "a whole number of ASCII digits")
    if width * height > MOST_PIXELS:
        raise fault("width", f"{width} x {height}", f"a product of width and height up to {MOST_PIXELS}")


def box_asked(layers: Sequence[PublishedLayer], bbox: str | None, crs: str | None) -> BBox:
    """Return the box asked for, or the one around the layers; raises :class:`ParameterError` for one across 180 degrees."""
    given = parse_bbox(bbox, parse_crs("bbox-crs", crs, layers[0])) if layers else None
    if given is not None:
        if given.west > given.east:
            raise fault("bbox", str(bbox), "a box that does not cross 180 degrees")
        return given
    west, south, east, north = box_of(layers)
    x, y = (east - west) * MARGIN, (north - south) * MARGIN
    most = MAX_MERCATOR_LAT
    return BBox(max(west - x, -180), max(south - y, -most), min(east + x, 180), min(north + y, most))


def checked(selection: Selection, layers: Sequence[PublishedLayer], study: Mapping[str, Any]) -> Selection:
    """Return a selection; raises :class:`ParameterError` for a value that neither study nor layers have."""
    dimensions = [c.dimensions for layer in layers for c in layer.columns]
    levels = [z for layer in layers if "parent" in {c.name for c in layer.columns} or len(layer.zooms) > 1 for z in layer.zooms]
    own = {"level": levels, "tier": study.get("tiers") or (), "group": [g["id"] for g in study.get("groups") or ()]}
    for name, value in selection._asdict().items():
        known = [*(d[name] for d in dimensions if name in d), *own.get(name, ())]
        if value is not None and value not in known:
            raise fault(name, str(value), f"one of {', '.join(map(str, dict.fromkeys(known)))}")
    return selection


async def picture(ask: RequestContext, layers: Sequence[PublishedLayer], wanted: MapOptions) -> Response:
    """Answer with a picture; its headers say which box it shows."""
    drawing = MapDrawing(tuple((layer.id, ask.who.within(layer)) for layer in layers), wanted)
    layers = [selected(layer, wanted.selection, ask.reader.manifest.study) for layer in layers]
    if any(map(from_table, layers)):
        ask.layer(TABLE)  # who may not read the table sees none of its numbers
    pictures: Pictures = ask.request.app.state.pictures
    body = await pictures.get(version_of(ask.reader), drawing)
    seen = await to_thread.run_sync(box_shown, ask.reader, layers, wanted)  # it looks for fonts, the first time
    box = ",".join(f"{v:.7g}" for v in seen)
    crs = "<http://www.opengis.net/def/crs/EPSG/0/3857>"
    return answer(ask, body, PNG, {"Content-Bbox": box, "Content-Crs": crs})


@router.get(
    "/collections/{layer_id}/map", operation_id="getCollectionMap", summary="A map of a layer for a document", responses=FOUND
)
async def layer_map(
    layer_id: str, ask: Image, bbox: Bbox = None, bbox_crs: BboxCrs = None, width: Pixels = 1200, height: Pixels = 800,
    scale: Scale = 1, style: Style = "day", legend: Legend = True, transparent: Clear = False,
    service: Service = None, mode: Mode = None, tier: Tier = None, group: Group = None, minutes: Minutes = None,
    level: Level = None,
) -> Response:  # fmt: skip
    """Answer with a picture of one layer."""
    layers = [mapped(ask, layer_id)]
    check(ask, set(), width, height)
    box = box_asked(layers, bbox, bbox_crs)
    numbers = checked(Selection(service, mode, minutes, level, tier, group), layers, ask.reader.manifest.study)
    return await picture(ask, layers, MapOptions(box, width, height, scale, style, ask.language, legend, transparent, numbers))


@router.get("/map", operation_id="getMap", summary="A map for a document", responses=FOUND)
async def whole_map(
    ask: Image, collections: Some = None, bbox: Bbox = None, bbox_crs: BboxCrs = None, width: Pixels = 1200,
    height: Pixels = 800, scale: Scale = 1, style: Style = "day", legend: Legend = True, transparent: Clear = False,
    service: Service = None, mode: Mode = None, tier: Tier = None, group: Group = None, minutes: Minutes = None,
    level: Level = None,
) -> Response:  # fmt: skip
    """Answer with a picture of several layers: those that cover the ground lowest, points on top."""
    layers = ordered(ask.layers)
    check(ask, {"collections"}, width, height)
    names = None if collections is None else names_of("collections", collections, (layer.id for layer in layers))
    chosen = shown(layers) if names is None else [layer for layer in layers if layer.id in names]
    box = box_asked(chosen, bbox, bbox_crs)
    numbers = checked(Selection(service, mode, minutes, level, tier, group), layers, ask.reader.manifest.study)
    return await picture(ask, chosen, MapOptions(box, width, height, scale, style, ask.language, legend, transparent, numbers))


def tileset_of(ask: RequestContext, layer: PublishedLayer) -> dict[str, Any]:
    """Return the tileset of a layer's map tiles."""
    path = f"/collections/{layer.id}/map/tiles/WebMercatorQuad"
    template = f"{ask.urls.to(path)}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}.png?v={version_of(ask.reader)}"
    low, high = (layer.bbox[:2], layer.bbox[2:]) if layer.bbox else ((), ())
    bounds = {"boundingBox": {"lowerLeft": low, "upperRight": high, "crs": CRS84}} if layer.bbox else {}
    return {
        "title": getattr(layer.title, ask.language),
        "dataType": "map",
        "crs": MERCATOR.crs,
        "tileMatrixSetId": MERCATOR.id,
        "tileMatrixSetURI": MERCATOR.uri,
        "mediaTypes": [PNG],
        **bounds,
        "links": [
            link("self", JSON, ask.urls.to(path, {"f": "json"})),
            link("alternate", HTML, ask.urls.to(path, {"f": "html"})),
            link(f"{REL}/tiling-scheme", JSON, ask.urls.to(f"/tileMatrixSets/{MERCATOR.id}", {"f": "json"})),
            {**link("item", PNG, template), "templated": "true"},
        ],
    }


@router.get(
    "/collections/{layer_id}/map/tiles",
    operation_id=".collection.map.getTileSetsList",
    summary="Tilesets of map tiles",
    responses=schemas.ok(schemas.ANY, missing=True),
)
def map_tilesets(layer_id: str, ask: Page) -> Response:
    """List the tilesets of pictures: one, WebMercatorQuad."""
    layer = mapped(ask, layer_id)
    links = [link("self", JSON, ask.urls.to(f"/collections/{layer.id}/map/tiles", {"f": "json"}))]
    return document(ask, {"links": links, "tilesets": [tileset_of(ask, layer)]}, getattr(layer.title, ask.language))


@router.get(
    "/collections/{layer_id}/map/tiles/WebMercatorQuad",
    operation_id=".collection.map.getTileSet",
    summary="The tileset of map tiles of a layer",
    responses=schemas.ok(schemas.ANY, missing=True),
)
def map_tileset(layer_id: str, ask: Page) -> Response:
    """Describe the tileset of pictures."""
    layer = mapped(ask, layer_id)
    return document(ask, tileset_of(ask, layer), getattr(layer.title, ask.language))
