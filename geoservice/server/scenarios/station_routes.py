"""The stations of a scenario as a collection of OGC API Features."""

from typing import Annotated, Any
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Depends, Response

from geoservice.geo import BBox
from geoservice.server import pages, schemas
from geoservice.server.deps import RequestContext, request_context
from geoservice.server.features.params import parse_bbox, parse_limit, parse_offset
from geoservice.server.features.times import parse_datetime
from geoservice.server.formats import GEOJSON, HTML, JSON, SCHEMA
from geoservice.server.links import CRS84, Link, link, self_links
from geoservice.server.responses import document, respond
from geoservice.server.scenarios import openapi_parts as parts
from geoservice.server.scenarios.requests import (
    PATH,
    STATIONS,
    allowed_of,
    scenario_stations,
    scenarios_of,
    with_etag,
)
from geoservice.server.scenarios.scenario import Scenario
from geoservice.server.scenarios.stations import Feature, feature_etag
from geoservice.server.scenarios.texts import DESCRIPTION, HEADS, STATUS, TITLES

FEATURES_1, FEATURES_4 = (f"http://www.opengis.net/spec/ogcapi-features-{n}/1.0/conf" for n in (1, 4))
CONFORMS_TO = (
    *(f"{FEATURES_1}/{name}" for name in ("core", "geojson", "html", "oas30")),
    *(f"{FEATURES_4}/{name}" for name in ("create-replace-delete", "features", "optimistic-locking-etags", "update")),
)
"""Conformance classes of the resources below a scenario; the release's own collections cannot be written to."""
ROOT = PATH + "/{scenario_id}"
COLLECTION, ITEMS, ITEM = f"{ROOT}/{STATIONS}", f"{ROOT}/{STATIONS}/items", f"{ROOT}/{STATIONS}/items/{{station:path}}"

router = APIRouter(tags=["scenarios"])
Document = Annotated[RequestContext, Depends(request_context("json", "html", cached=False))]
ItemsContext = Annotated[RequestContext, Depends(request_context("json", "geojson", "html", more=True, cached=False))]
ItemContext = Annotated[RequestContext, Depends(request_context("json", "geojson", "html", cached=False))]
SchemaContext = Annotated[RequestContext, Depends(request_context("schema", "json", "html", cached=False))]


@router.get(
    f"{ROOT}/conformance",
    operation_id="getScenarioConformance",
    summary="Conformance classes of a scenario",
    responses=parts.responses(schemas.CONFORMANCE),
)
def conformance(scenario_id: str, context: Document) -> Response:
    """Return the OGC conformance classes of the resources of a scenario."""
    scenarios_of(context).store.get(scenario_id)
    return document(context, {"conformsTo": sorted(CONFORMS_TO)}, TITLES["conformance"][context.language])


def collection_document(context: RequestContext, scenario: Scenario) -> dict[str, Any]:
    """Return the collection object of the stations of a scenario."""
    path, to = f"{PATH}/{scenario.id}/{STATIONS}", context.urls.to
    points = [f["geometry"]["coordinates"] for f in scenario_stations(context, scenario).features() if f["geometry"]]
    box = [f(p[i] for p in points) for f in (min, max) for i in (0, 1)] if points else None
    return {
        "id": "stations",
        "title": f"{TITLES['stations'][context.language]}: {scenario.name}",
        "description": DESCRIPTION[context.language],
        "itemType": "feature",
        "crs": [CRS84],
        "storageCrs": CRS84,
        **({"extent": {"spatial": {"bbox": [box], "crs": CRS84}}} if box else {}),
        "links": [
            *self_links(context.urls, path),
            link("items", GEOJSON, to(f"{path}/items")),
            link("items", HTML, to(f"{path}/items", {"f": "html"})),
            link("describedby", SCHEMA, to(f"{path}/schema")),
            link("up", JSON, to(f"{PATH}/{scenario.id}")),
        ],
    }


@router.get(
    f"{ROOT}/collections",
    operation_id="getScenarioCollections",
    summary="Collections of a scenario",
    responses=parts.responses(schemas.COLLECTIONS),
)
def collections(scenario_id: str, context: Document) -> Response:
    """List the one collection of a scenario."""
    scenario = scenarios_of(context).store.get(scenario_id)
    links = self_links(context.urls, f"{PATH}/{scenario_id}/collections")
    content = {"links": links, "crs": [CRS84], "collections": [collection_document(context, scenario)]}
    return document(context, content, scenario.name)


@router.get(
    COLLECTION,
    operation_id="getScenarioStations",
    summary="The stations of a scenario as a collection",
    responses=parts.responses(schemas.COLLECTION),
)
def collection(scenario_id: str, context: Document) -> Response:
    """Describe the stations of a scenario."""
    content = collection_document(context, scenarios_of(context).store.get(scenario_id))
    return document(context, content, content["title"])


@router.get(
    f"{COLLECTION}/schema",
    operation_id="getScenarioStationSchema",
    summary="Properties of the stations of a scenario",
    responses=parts.responses(schemas.JSON_SCHEMA, SCHEMA),
)
def schema(scenario_id: str, context: SchemaContext) -> Response:
    """Return the JSON Schema of a station's properties: what can be stated, and what the study allows."""
    scenarios_of(context).store.get(scenario_id)
    allowed, heads = allowed_of(context.reader), HEADS[context.language]
    properties = {name: {"title": heads[name], **part} for name, part in parts.STATION_PROPERTIES.items()}
    if allowed.tiers:
        properties["tier"] = {**properties["tier"], "enum": list(allowed.tiers)}
    if allowed.services:
        properties["services"] = {**properties["services"], "items": {"type": "string", "enum": list(allowed.services)}}
    content = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": context.urls.to(f"{PATH}/{scenario_id}/{STATIONS}/schema"),
        "type": "object",
        "title": TITLES["stations"][context.language],
        "properties": {
            "geometry": {"format": "geometry-point", "x-ogc-role": "primary-geometry"},
            **properties,
            "status": {"title": heads["status"], **parts.STATUS},
        },
        "additionalProperties": False,
    }
    return document(context, content, str(content["title"]), "" if context.format == "json" else SCHEMA)


def within(feature: Feature, box: BBox) -> bool:
    """Whether a station is in a box; one without a position is in none."""
    if feature["geometry"] is None:
        return False
    lon, lat = feature["geometry"]["coordinates"]
    inside: bool = box.west <= lon <= box.east if box.west <= box.east else lon >= box.west or lon <= box.east
    return inside and bool(box.south <= lat <= box.north)


@router.get(
    ITEMS,
    operation_id="getScenarioStationItems",
    summary="Stations of a scenario",
    responses=parts.responses(parts.STATIONS, GEOJSON),
    openapi_extra={"parameters": parts.ITEMS_PARAMETERS},
)
def items(scenario_id: str, context: ItemsContext) -> Response:
    """Return a page of the open stations of a scenario."""
    context = context.with_query(["limit", "offset", "bbox", "datetime"])
    scenario, query = scenarios_of(context).store.get(scenario_id), context.query
    limit, offset, box = parse_limit(query.get("limit")), parse_offset(query.get("offset")), parse_bbox(query.get("bbox"))
    parse_datetime("datetime", query.get("datetime"))
    features = [f for f in scenario_stations(context, scenario).features() if box is None or within(f, box)]
    page, path = features[offset : offset + limit], f"{PATH}/{scenario_id}/{STATIONS}"
    to = context.urls.formats(f"{path}/items", query)
    links = [link("self", GEOJSON, to("json")), link("alternate", HTML, to("html"))]
    for rel, start in (("next", offset + limit), ("prev", max(offset - limit, 0))):
        if start < len(features) if rel == "next" else offset:
            kind, f = (HTML, "html") if context.format == "html" else (GEOJSON, "json")
            links.append(link(rel, kind, context.urls.to(f"{path}/items", {**query, "limit": limit, "offset": start, "f": f})))
    links.append(link("collection", JSON, context.urls.to(path)))
    title = f"{TITLES['stations'][context.language]}: {scenario.name}"
    if context.format == "html":
        return respond(context, pages.page(title, _table(context, page, links), context), HTML, pages.HEADERS)
    content = {
        "type": "FeatureCollection", "features": page, "links": links, "numberMatched": len(features),
        "numberReturned": len(page),
    }  # fmt: skip
    return respond(context, orjson.dumps(content), GEOJSON)


def _table(context: RequestContext, features: list[Feature], links: list[Link]) -> str:
    names = ("id", "name", "status", "tier", "services", "capacity", "lon", "lat")

    def line(feature: Feature) -> list[Any]:
        values = {**feature["properties"], "id": feature["id"]}
        values["services"] = ", ".join(values["services"])
        values["status"] = STATUS[context.language][values["status"]]
        values["lon"], values["lat"] = (feature["geometry"] or {"coordinates": (None, None)})["coordinates"]
        return [values[name] for name in names]

    texts = pages.LABELS[context.language]
    following = [pages.anchor(i["href"], texts[i["rel"]]) for i in links if i["rel"] in {"next", "prev"}]
    table = pages.table([HEADS[context.language][name] for name in names], map(line, features))
    return pages.navigation(following) + table + pages.navigation(following)


def station_url(context: RequestContext, scenario_id: str, station: str) -> str:
    """Return the URL of a station, whose id may have slashes."""
    return f"{context.urls.to(f'{PATH}/{scenario_id}/{STATIONS}/items')}/{quote(station, safe='')}"


def station_document(context: RequestContext, scenario_id: str, feature: Feature) -> Feature:
    """Return a station of a scenario with its links."""
    path = f"{PATH}/{scenario_id}/{STATIONS}"
    own = station_url(context, scenario_id, str(feature["id"]))
    return {
        **feature,
        "links": [
            link("self", GEOJSON, f"{own}?f=json"),
            link("alternate", HTML, f"{own}?f=html"),
            link("collection", JSON, context.urls.to(path)),
        ],
    }


@router.get(
    ITEM,
    operation_id="getScenarioStation",
    summary="A station of a scenario",
    responses=parts.responses(parts.STATION, GEOJSON),
)
def item(scenario_id: str, station: str, context: ItemContext) -> Response:
    """Return an open station of a scenario."""
    scenario = scenarios_of(context).store.get(scenario_id)
    feature = scenario_stations(context, scenario).feature(station)
    content = station_document(context, scenario_id, feature)
    return document(with_etag(context, feature_etag(feature)), content, str(feature["properties"]["name"]), GEOJSON)
