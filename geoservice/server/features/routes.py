"""OGC API Features: collections, items, one item. A request becomes a query, the query rows, the rows an answer."""

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
from geoservice.server.features.items_query import ITEM_PARAMETERS, ItemsQuery, items_query
from geoservice.server.features.paging import matched, token, turned, whole
from geoservice.server.features.table_cells import cells, headings
from geoservice.server.features.writers import WRITERS
from geoservice.server.formats import GEOJSON, HTML, JSON, MEDIA
from geoservice.server.links import Link, header, link
from geoservice.server.principal import audited
from geoservice.server.responses import answer, document

FEATURES_1, FEATURES_2 = (f"http://www.opengis.net/spec/ogcapi-features-{n}/1.0/conf" for n in (1, 2))
CONFORMS = (
    *(f"{FEATURES_1}/{name}" for name in ("core", "geojson", "html", "oas30")),
    f"{FEATURES_2}/crs",
)

router = APIRouter(tags=["features"], route_class=DirectRoute)
router.include_router(queryables.router)

Doc = Annotated[RequestContext, Depends(request_context("json", "html"))]
ItemsAsk = Annotated[RequestContext, Depends(request_context("json", "geojson", "html", *WRITERS, more=True))]
ItemAsk = Annotated[RequestContext, Depends(request_context("json", "geojson", "html", more=True))]


@router.get(
    "/collections",
    operation_id="getCollections",
    summary="The layers",
    responses=schemas.ok(schemas.COLLECTIONS, links={"layer": schemas.TO_LAYER}),
)
async def collections(ask: Doc) -> Response:
    """List every layer that may be read."""
    to = ask.urls.to
    links = [link("self", JSON, to("/collections", {"f": "json"})), link("alternate", HTML, to("/collections", {"f": "html"}))]
    found = [describe(ask, layer) for layer in ask.layers]
    every = list(dict.fromkeys(uri for c in found for uri in c["crs"]))
    return document(ask, {"links": links, "crs": every, "collections": found}, pages.WORDS[ask.language]["data"])


@router.get(
    "/collections/{layer_id}",
    operation_id="getCollection",
    summary="One layer",
    responses=schemas.ok(
        schemas.COLLECTION, missing=True, links={"items": schemas.TO_ITEMS, "queryables": schemas.TO_QUERYABLES}
    ),
)
async def collection(layer_id: str, ask: Doc) -> Response:
    """Describe one layer."""
    content = describe(ask, ask.layer(layer_id))
    return document(ask, content, content["title"])


@router.get(
    "/collections/{layer_id}/items",
    operation_id="getFeatures",
    summary="Features of a layer",
    responses=schemas.ok(schemas.FEATURES, GEOJSON, missing=True, more=schemas.FILES, links={"item": schemas.TO_ITEM}),
    openapi_extra={"parameters": schemas.ITEM_PARAMETERS},
)
def items(layer_id: str, ask: ItemsAsk) -> Response:
    """Answer with a page of features, or with all of them as a file."""
    layer = ask.layer(layer_id)
    ask = ask.only(ITEM_PARAMETERS, property_types(layer))
    if ask.format in WRITERS:
        return file_answer(ask, layer, items_query(ask, layer, default=MAX_FEATURES, most=MAX_FEATURES))
    asked = items_query(ask, layer)
    return items_answer(ask, layer, asked, ask.reader.page(layer.id, asked.query))


@router.get(
    "/collections/{layer_id}/items/{fid}",
    operation_id="getFeature",
    summary="One feature",
    responses=schemas.ok(schemas.FEATURE, GEOJSON, missing=True),
    openapi_extra={"parameters": [schemas.FID, schemas.CRS_PARAMETER]},
)
def item(layer_id: str, fid: str, ask: ItemAsk) -> Response:
    """Answer with one feature."""
    ask, layer = ask.only(["crs"]), ask.layer(layer_id)
    crs = item_crs(ask, layer)
    table = one(ask, layer, fid)
    audited(layer, 1)
    if ask.format == "html":
        return answer(ask, table_page(ask, layer, table, []), HTML, pages.HEADERS)
    content = {**geojson.features(table, crs, nowhere(ask, layer))[0], "links": item_links(ask, layer)}
    return answer(ask, orjson.dumps(content, option=geojson.TIMES), GEOJSON, content_crs(crs))


def item_crs(ask: RequestContext, layer: PublishedLayer) -> Crs:
    """Return the CRS to answer in; raises :class:`ParameterError`."""
    return parse_crs("crs", ask.query.get("crs"), layer)


def one(ask: RequestContext, layer: PublishedLayer, fid: str) -> pa.Table:
    """Return the one row of a feature that the caller may see; raises :class:`NotFound`."""
    if fid.isascii() and fid.isdigit() and len(fid) < 19:
        table = ask.reader.item(layer.id, int(fid), ask.who.within(layer))
        if table.num_rows:
            return table
    known = "" if ask.who.within(layer) is not None else f"; ids go from 1 to {layer.features}"  # how many there are elsewhere
    raise NotFound(f"layer {layer.id} has no feature {fid!r:.40}{known}")


def item_links(ask: RequestContext, layer: PublishedLayer) -> list[Link]:
    """Return the links of a feature."""
    return [
        link("self", GEOJSON, ask.urls.to(ask.path, {**ask.query, "f": "json"})),
        link("alternate", HTML, ask.urls.to(ask.path, {**ask.query, "f": "html"})),
        link("collection", JSON, ask.urls.to(f"/collections/{layer.id}", {"f": "json"})),
    ]


def content_crs(crs: Crs) -> dict[str, str]:
    """Return the header that says in which CRS the answer's coordinates are."""
    return {"Content-Crs": f"<{crs.uri}>"}


def items_links(ask: RequestContext, layer: PublishedLayer, query: ItemQuery, page: Page, amount: Amount) -> list[Link]:
    """Return the links of a page; those to files lead to the whole of what the query selects."""
    mine, given, path = ask.format.replace("geojson", "json"), ask.query, ask.path
    same, all_of_it = (ask.urls.formats(path, asked) for asked in (given, whole(given)))
    found = [link("self", kind_of(mine), same(ask.format))]
    found += [link("alternate", kind_of(f), same(f)) for f in ("json", "html") if f != mine]
    words = pages.WORDS[ask.language]
    found += [link("alternate", kind_of(f), all_of_it(f), amount.file_title(words[f])) for f in WRITERS]
    for rel, name, key, title in (("next", "after", page.after, amount.next_title), ("prev", "before", page.before, "")):
        if (text := token(layer, query, key)) is not None:
            found.append(link(rel, kind_of(mine), ask.urls.formats(path, turned(given, name, text))(ask.format), title))
    return [*found, link("collection", JSON, ask.urls.to(f"/collections/{layer.id}", {"f": "json"}))]


def kind_of(f: str) -> str:
    """Return the media type of items in a format."""
    return GEOJSON if f == "json" else MEDIA[f]


def file_answer(ask: RequestContext, layer: PublishedLayer, asked: ItemsQuery) -> Response:
    """Answer with a file."""
    file = download(ask, layer, asked)
    audited(layer, file.batches.rows)
    file.headers.update(content_crs(asked.crs))
    if (text := token(layer, asked.query, file.batches.after)) is not None:
        onward = ask.urls.to(ask.path, {**turned(ask.query, "after", text), "f": ask.format})
        file.headers["Link"] = header([link("next", kind_of(ask.format), onward)])
    return file


def items_answer(ask: RequestContext, layer: PublishedLayer, asked: ItemsQuery, page: Page) -> Response:
    """Write a page of rows in the format asked for."""
    audited(layer, page.rows.num_rows)
    amount = Amount(page.rows.num_rows, matched(ask.reader, layer, asked.query), ask.language)
    links = items_links(ask, layer, asked.query, page, amount)
    if ask.format == "html":
        return answer(ask, table_page(ask, layer, page.rows, links, amount.sentence(ask, links)), HTML, pages.HEADERS)
    found = geojson.features(page.rows, asked.crs, nowhere(ask, layer))
    body = geojson.collection(found, links, amount.matched)
    return answer(ask, body, GEOJSON, content_crs(asked.crs))


def nowhere(ask: RequestContext, layer: PublishedLayer) -> dict[str, Any] | None:
    """Return the geometry of a table's row: null, or what OGC's schema allows for whoever asks by GeoJSON's own media type."""
    return geojson.NOWHERE if ask.format == "geojson" and layer.geometry == "none" else None


def table_page(ask: RequestContext, layer: PublishedLayer, table: pa.Table, links: list[Link], amount: str = "") -> str:
    """Return rows as a page for people: how many there are, a table, the ways onward and back, and the same rows as JSON."""
    words, base = pages.WORDS[ask.language], f"/collections/{layer.id}"
    heads = ["fid", *headings(table, layer, ask.language)]
    lines = cells(table, layer, ask.language, limits_of(ask.reader.manifest.study))
    body = pages.table(heads, ([fid, *line] for fid, line in zip(table.column("fid").to_pylist(), lines, strict=True)))
    turns = [pages.anchor(i["href"], words[i["rel"]]) for i in links if i["rel"] in {"prev", "next"}]
    forms = [pages.anchor(ask.urls.to(ask.path, {**ask.query, "f": "json"}), words["json"])]
    up = pages.anchor(ask.urls.to(base, {"f": "html", "lang": ask.language}), getattr(layer.title, ask.language))
    queryables = pages.anchor(ask.urls.to(f"{base}/queryables", {"f": "html", "lang": ask.language}), words["queryables"])
    hint = f"<p>{words['hint']} {queryables}</p>"
    return pages.page(
        getattr(layer.title, ask.language), f"{amount}{hint}{pages.row(turns)}{body}{pages.row(turns)}", ask, [up, *forms]
    )
