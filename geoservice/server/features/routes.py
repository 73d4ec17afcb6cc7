"""Routes of OGC API Features: collections, items and single features."""

from typing import Annotated, Any

import orjson
import pyarrow as pa
from fastapi import APIRouter, Depends, Response

from geoservice.errors import NotFound
from geoservice.number_text import limits_of
from geoservice.release.base import ItemQuery, Page, PublishedLayer
from geoservice.release.properties import property_types
from geoservice.server import pages, schemas
from geoservice.server.deps import RequestContext, request_context
from geoservice.server.direct_route import DirectRoute
from geoservice.server.features import geojson, queryables
from geoservice.server.features.amounts import Amount
from geoservice.server.features.collections import describe
from geoservice.server.features.crs import Crs, parse_crs
from geoservice.server.features.downloads import MAX_FEATURES, download
from geoservice.server.features.file_formats import WRITERS, file_formats
from geoservice.server.features.items_query import ITEM_PARAMETERS, ItemsQuery, items_query
from geoservice.server.features.paging import count_matches, page_query, token, unpaged_query
from geoservice.server.features.table_cells import cells, headings
from geoservice.server.formats import GEOJSON, HTML, JSON, MEDIA
from geoservice.server.links import Link, link, link_header, self_links
from geoservice.server.principal import note_for_audit
from geoservice.server.responses import document, respond

FEATURES_1, FEATURES_2 = (f"http://www.opengis.net/spec/ogcapi-features-{n}/1.0/conf" for n in (1, 2))
CONFORMS = (
    *(f"{FEATURES_1}/{name}" for name in ("core", "geojson", "html", "oas30")),
    f"{FEATURES_2}/crs",
)

router = APIRouter(tags=["features"], route_class=DirectRoute)
router.include_router(queryables.router)

Doc = Annotated[RequestContext, Depends(request_context("json", "html"))]
ItemsContext = Annotated[RequestContext, Depends(request_context("json", "geojson", "html", *WRITERS, more=True))]
ItemContext = Annotated[RequestContext, Depends(request_context("json", "geojson", "html", more=True))]


@router.get(
    "/collections",
    operation_id="getCollections",
    summary="Layers",
    responses=schemas.responses(schemas.COLLECTIONS, links={"layer": schemas.TO_LAYER}),
)
async def collections(context: Doc) -> Response:
    """List the layers that the caller may read."""
    links = self_links(context.urls, "/collections")
    layers = [describe(context, layer) for layer in context.layers]
    crs = list(dict.fromkeys(uri for layer in layers for uri in layer["crs"]))
    return document(context, {"links": links, "crs": crs, "collections": layers}, pages.LABELS[context.language]["data"])


@router.get(
    "/collections/{layer_id}",
    operation_id="getCollection",
    summary="One layer",
    responses=schemas.responses(
        schemas.COLLECTION, missing=True, links={"items": schemas.TO_ITEMS, "queryables": schemas.TO_QUERYABLES}
    ),
)
async def collection(layer_id: str, context: Doc) -> Response:
    """Describe one layer."""
    content = describe(context, context.layer(layer_id))
    return document(context, content, content["title"])


@router.get(
    "/collections/{layer_id}/items",
    operation_id="getFeatures",
    summary="Features of a layer",
    responses=schemas.responses(schemas.FEATURES, GEOJSON, missing=True, more=schemas.FILES, links={"item": schemas.TO_ITEM}),
    openapi_extra={"parameters": schemas.ITEM_PARAMETERS},
)
def items(layer_id: str, context: ItemsContext) -> Response:
    """Return a page of features, or a file of all of them."""
    layer = context.layer(layer_id)
    context = context.with_query(ITEM_PARAMETERS, property_types(layer))
    if context.format in WRITERS:
        return file_answer(context, layer, items_query(context, layer, default=MAX_FEATURES, most=MAX_FEATURES))
    selection = items_query(context, layer)
    return items_answer(context, layer, selection, context.reader.page(layer.id, selection.query))


@router.get(
    "/collections/{layer_id}/items/{fid}",
    operation_id="getFeature",
    summary="One feature",
    responses=schemas.responses(schemas.FEATURE, GEOJSON, missing=True),
    openapi_extra={"parameters": [schemas.FID, schemas.CRS_PARAMETER]},
)
def item(layer_id: str, fid: str, context: ItemContext) -> Response:
    """Return one feature."""
    context, layer = context.with_query(["crs"]), context.layer(layer_id)
    crs = item_crs(context, layer)
    table = feature_row(context, layer, fid)
    note_for_audit(layer, 1)
    if context.format == "html":
        return respond(context, table_page(context, layer, table, []), HTML, pages.HEADERS)
    content = {**geojson.features(table, crs, null_geometry(context, layer))[0], "links": item_links(context, layer)}
    return respond(context, orjson.dumps(content, option=geojson.TIME_OPTIONS), GEOJSON, content_crs(crs))


def item_crs(context: RequestContext, layer: PublishedLayer) -> Crs:
    """Return the CRS of the response; raises :class:`ParameterError`."""
    return parse_crs("crs", context.query.get("crs"), layer)


def feature_row(context: RequestContext, layer: PublishedLayer, fid: str) -> pa.Table:
    """Return the row of a feature that the caller may see; raises :class:`NotFound`."""
    if fid.isascii() and fid.isdigit() and len(fid) < 19:
        table = context.reader.item(layer.id, int(fid), context.principal.within(layer))
        if table.num_rows:
            return table
    limited = context.principal.within(layer) is not None  # must not learn the number of features in other areas
    ids = "" if limited else f"; ids go from 1 to {layer.features}"
    raise NotFound(f"layer {layer.id} has no feature {fid!r:.40}{ids}")


def item_links(context: RequestContext, layer: PublishedLayer) -> list[Link]:
    """Return the links of a feature."""
    return [
        link("self", GEOJSON, context.urls.to(context.path, {**context.query, "f": "json"})),
        link("alternate", HTML, context.urls.to(context.path, {**context.query, "f": "html"})),
        link("collection", JSON, context.urls.to(f"/collections/{layer.id}", {"f": "json"})),
    ]


def content_crs(crs: Crs) -> dict[str, str]:
    """Return the header with the CRS of the response's coordinates."""
    return {"Content-Crs": f"<{crs.uri}>"}


def items_links(context: RequestContext, layer: PublishedLayer, query: ItemQuery, page: Page, amount: Amount) -> list[Link]:
    """Return the links of a page; links to files have all features that the query selects."""
    own_format, path = context.format.replace("geojson", "json"), context.path
    this_page, all_pages = (context.urls.formats(path, q) for q in (context.query, unpaged_query(context.query)))
    links = [link("self", media_type(own_format), this_page(context.format))]
    links += [link("alternate", media_type(f), this_page(f)) for f in ("json", "html") if f != own_format]
    texts = pages.LABELS[context.language]
    links += [link("alternate", media_type(f), all_pages(f), amount.file_title(texts[f])) for f in file_formats(layer)]
    for rel, name, key, title in (("next", "after", page.after, amount.next_title), ("prev", "before", page.before, "")):
        if (text := token(layer, query, key)) is not None:
            adjacent = context.urls.formats(path, page_query(context.query, name, text))
            links.append(link(rel, media_type(own_format), adjacent(context.format), title))
    return [*links, link("collection", JSON, context.urls.to(f"/collections/{layer.id}", {"f": "json"}))]


def media_type(f: str) -> str:
    """Return the media type of items in a format."""
    return GEOJSON if f == "json" else MEDIA[f]


def file_answer(context: RequestContext, layer: PublishedLayer, selection: ItemsQuery) -> Response:
    """Return a file of features; its header Link has the next one if a limit cut it short."""
    file = download(context, layer, selection)
    note_for_audit(layer, file.batches.rows)
    file.headers.update(content_crs(selection.crs))
    if (text := token(layer, selection.query, file.batches.after)) is not None:
        next_url = context.urls.to(context.path, {**page_query(context.query, "after", text), "f": context.format})
        file.headers["Link"] = link_header([link("next", media_type(context.format), next_url)])
    return file


def items_answer(context: RequestContext, layer: PublishedLayer, selection: ItemsQuery, page: Page) -> Response:
    """Return a page of rows in the requested format."""
    note_for_audit(layer, page.rows.num_rows)
    amount = Amount(page.rows.num_rows, count_matches(context.reader, layer, selection.query), context.language)
    links = items_links(context, layer, selection.query, page, amount)
    if context.format == "html":
        return respond(
            context, table_page(context, layer, page.rows, links, amount.sentence(context, links)), HTML, pages.HEADERS
        )
    features = geojson.features(page.rows, selection.crs, null_geometry(context, layer))
    body = geojson.collection(features, links, amount.matched)
    return respond(context, body, GEOJSON, content_crs(selection.crs))


def null_geometry(context: RequestContext, layer: PublishedLayer) -> dict[str, Any] | None:
    """Return the geometry of a table's row: null, or an empty one, as OGC's schema requires, for ``application/geo+json``."""
    return geojson.EMPTY_GEOMETRY if context.format == "geojson" and layer.geometry == "none" else None


def table_page(context: RequestContext, layer: PublishedLayer, table: pa.Table, links: list[Link], amount: str = "") -> str:
    """Return rows as an HTML page: their number, a table, links to other pages, and a link to the same rows as JSON."""
    texts, base = pages.LABELS[context.language], f"/collections/{layer.id}"
    head = ["fid", *headings(table, layer, context.language)]
    lines = cells(table, layer, context.language, limits_of(context.reader.manifest.study))
    body = pages.table(head, ([fid, *line] for fid, line in zip(table.column("fid").to_pylist(), lines, strict=True)))
    paging = pages.navigation([pages.anchor(i["href"], texts[i["rel"]]) for i in links if i["rel"] in {"prev", "next"}])
    as_json = pages.anchor(context.urls.to(context.path, {**context.query, "f": "json"}), texts["json"])
    up = pages.anchor(context.urls.to(base, {"f": "html", "lang": context.language}), getattr(layer.title, context.language))
    queryables = pages.anchor(
        context.urls.to(f"{base}/queryables", {"f": "html", "lang": context.language}), texts["queryables"]
    )
    hint = f"<p>{texts['hint']} {queryables}</p>"
    return pages.page(getattr(layer.title, context.language), f"{amount}{hint}{paging}{body}{paging}", context, [up, as_json])
