"""OGC API Features: collections, items, one item. A request becomes a query, the query rows, the rows an answer."""

from typing import Annotated

import orjson
import pyarrow as pa
from fastapi import APIRouter, Depends, Response

from geoservice.errors import NotFound
from geoservice.publish import pages, rows, schemas
from geoservice.publish.answers import answer, document
from geoservice.publish.collections import describe
from geoservice.publish.deps import COMMON, Ask, asking
from geoservice.publish.formats import CSV, GEOJSON, HTML, JSON, MEDIA
from geoservice.publish.links import Link, header, link
from geoservice.publish.params import item_query
from geoservice.release.base import ItemQuery, PublishedLayer, ReleaseReader

CHEAP = 100_000
"""Layers of at most this many features are counted through a filter; larger ones have no ``numberMatched`` then."""

RESERVED = {*COMMON, *(p["name"] for p in schemas.ITEM_PARAMETERS)} - {"filters"}
"""Parameters of items that are not properties of a layer."""

router = APIRouter(tags=["features"])

Page = Annotated[Ask, Depends(asking("json", "html"))]
ItemsPage = Annotated[Ask, Depends(asking("json", "geojson", "html", "csv", more=True))]
ItemPage = Annotated[Ask, Depends(asking("json", "geojson", "html"))]


@router.get("/collections", summary="The layers", responses=schemas.ok(schemas.COLLECTIONS))
def collections(ask: Page) -> Response:
    """List every layer that may be read."""
    to = ask.urls.to
    links = [link("self", JSON, to("/collections", {"f": "json"})), link("alternate", HTML, to("/collections", {"f": "html"}))]
    found = [describe(ask, layer) for layer in ask.layers]
    return document(ask, {"links": links, "collections": found}, pages.WORDS[ask.language]["data"])


@router.get("/collections/{layer_id}", summary="One layer", responses=schemas.ok(schemas.COLLECTION, missing=True))
def collection(layer_id: str, ask: Page) -> Response:
    """Describe one layer."""
    content = describe(ask, ask.layer(layer_id))
    return document(ask, content, content["title"])


@router.get(
    "/collections/{layer_id}/items",
    summary="Features of a layer",
    responses=schemas.ok(schemas.FEATURES, GEOJSON, missing=True),
    openapi_extra={"parameters": schemas.ITEM_PARAMETERS},
)
def items(layer_id: str, ask: ItemsPage) -> Response:
    """Answer with a page of features in order of their id, filtered by box and by equality of properties."""
    layer = ask.layer(layer_id)
    query = item_query(ask.query, RESERVED, layer)
    table, more = fetch(ask.reader, layer, query)
    return items_answer(ask, layer, query, table, more)


@router.get(
    "/collections/{layer_id}/items/{fid}", summary="One feature", responses=schemas.ok(schemas.FEATURE, GEOJSON, missing=True)
)
def item(layer_id: str, fid: str, ask: ItemPage) -> Response:
    """Answer with one feature."""
    layer = ask.layer(layer_id)
    table = ask.reader.item(layer.id, int(fid)) if fid.isascii() and fid.isdigit() and len(fid) < 19 else None
    if table is None or table.num_rows == 0:
        raise NotFound(f"layer {layer.id} has no feature {fid!r:.40}; ids go from 1 to {layer.features}")
    path = f"/collections/{layer.id}"
    links = [
        link("self", GEOJSON, ask.urls.to(ask.path, {"f": "json"})),
        link("alternate", HTML, ask.urls.to(ask.path, {"f": "html"})),
        link("collection", JSON, ask.urls.to(path, {"f": "json"})),
    ]
    if ask.format == "html":
        return answer(ask, table_page(ask, layer, table, []), HTML, pages.HEADERS)
    return answer(ask, orjson.dumps({**rows.features(table)[0], "links": links}), GEOJSON)


def fetch(reader: ReleaseReader, layer: PublishedLayer, query: ItemQuery) -> tuple[pa.Table, bool]:
    """Return a page and whether there are more: one row more than asked for is fetched, which costs less than a count."""
    wider = ItemQuery(query.limit + 1, query.after, query.bbox, query.equals, query.properties, query.geometry)
    table = reader.items(layer.id, wider)
    return table.slice(0, query.limit), table.num_rows > query.limit


def matched(reader: ReleaseReader, layer: PublishedLayer, query: ItemQuery) -> int | None:
    """Return how many features match, or None where counting would be slow."""
    if query.bbox is None and not query.equals:
        return layer.features
    return reader.count(layer.id, query) if layer.features <= CHEAP else None


def items_links(ask: Ask, layer: PublishedLayer, last: int | None) -> list[Link]:
    """Return the links of a page; ``last`` is the id to go on from."""
    found = []
    for f in ("json", "html", "csv"):
        kind = GEOJSON if f == "json" else MEDIA[f]
        same = f == ask.format.replace("geojson", "json")
        found.append(link("self" if same else "alternate", kind, ask.urls.to(ask.path, {**ask.query, "f": f})))
    if last is not None:
        kind = GEOJSON if ask.format == "json" else MEDIA[ask.format]
        found.append(link("next", kind, ask.urls.to(ask.path, {**ask.query, "f": ask.format, "after": last})))
    return [*found, link("collection", JSON, ask.urls.to(f"/collections/{layer.id}", {"f": "json"}))]


def items_answer(ask: Ask, layer: PublishedLayer, query: ItemQuery, table: pa.Table, more: bool) -> Response:
    """Write a page of rows in the format asked for."""
    links = items_links(ask, layer, table.column("fid")[-1].as_py() if more else None)
    if ask.format == "csv":
        return answer(ask, rows.to_csv(table, layer, query.geometry), CSV, {"Link": header(links)})
    if ask.format == "html":
        return answer(ask, table_page(ask, layer, table, links), HTML, pages.HEADERS)
    stamp = ask.reader.manifest.created
    return answer(ask, rows.collection(table, links, matched(ask.reader, layer, query), stamp), GEOJSON)


def table_page(ask: Ask, layer: PublishedLayer, table: pa.Table, links: list[Link]) -> str:
    """Return rows as a page for people."""
    words, kinds = pages.WORDS[ask.language], [False, *rows.measures(table, layer).values()]
    heads = ["fid", *rows.titles(table, layer, ask.language)]
    body = pages.table(heads, rows.cells(table), kinds, words["suppressed"])
    ways = [pages.anchor(ask.urls.to(ask.path, {**ask.query, "f": "json"}), words["json"])]
    ways += [pages.anchor(i["href"], words["csv"]) for i in links if i["type"] == CSV]
    onward = "".join(f"<p>{pages.anchor(i['href'], words['next'])}</p>" for i in links if i["rel"] == "next")
    return pages.page(getattr(layer.title, ask.language), body + onward, ask, ways)
