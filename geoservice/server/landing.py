"""Landing page, conformance classes and API description."""

from contextlib import asynccontextmanager
from typing import Annotated, Any

import orjson
from anyio import to_thread
from fastapi import APIRouter, Depends, Request, Response

from geoservice.server import pages, schemas
from geoservice.server.deps import LANGUAGE_QUERY, RequestContext, common_parameters, format_query, request_context
from geoservice.server.features import queryables
from geoservice.server.features import routes as features
from geoservice.server.formats import GEOJSON, HTML, JSON, OPENAPI, PNG, STYLE, choose_format
from geoservice.server.gazetteer.searches import has_gazetteer
from geoservice.server.links import REL, Link, link
from geoservice.server.openapi import document_3_0
from geoservice.server.processes import routes as processes
from geoservice.server.responses import document, respond
from geoservice.server.scenarios.scenario import is_reader
from geoservice.server.static_files import page_file
from geoservice.server.styles import routes as styles
from geoservice.server.tiles import tilesets
from geoservice.server.translations import in_language

CONFORMS = (
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/landing-page",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/json",
)
"""Conformance classes of this module; other modules with routes have their own ``CONFORMS``."""

ROUTE_MODULES = (features, queryables, styles, tilesets, processes)

router = APIRouter(tags=["service"])

Landing = Annotated[RequestContext, Depends(request_context("json", "html"))]
Format = Annotated[str | None, format_query("json", "html")]
Language = Annotated[str | None, LANGUAGE_QUERY]
Description = Annotated[RequestContext, Depends(request_context("openapi", "json", "html"))]


def landing_links(context: RequestContext) -> list[Link]:
    """Return the links of the landing page."""
    to = context.urls.to
    scenarios = [link("related", JSON, to("/scenarios"), "stored scenarios")] if is_reader(context.principal) else []
    search = [link("search", GEOJSON, to("/search") + "?q={q}", "places by name")] if has_gazetteer(context.reader) else []
    return [
        *scenarios,
        *search,
        link("self", JSON, to("/", {"f": "json"})),
        link("alternate", HTML, to("/", {"f": "html"}), "map"),
        link("service-desc", OPENAPI, to("/api"), "API description"),
        link("service-doc", HTML, to("/api", {"f": "html"}), "API description"),
        link("service-doc", HTML, to("/clients", {"f": "html"}), "examples for other programs"),
        link("conformance", JSON, to("/conformance", {"f": "json"})),
        link("http://www.opengis.net/def/rel/ogc/1.0/conformance", JSON, to("/conformance", {"f": "json"})),
        link("data", JSON, to("/collections", {"f": "json"}), "layers"),
        link("data", HTML, to("/collections", {"f": "html"}), "layers"),
        link("describedby", JSON, to("/manifest", {"f": "json"}), "the release"),
        link(f"{REL}/tilesets-vector", JSON, to("/tiles"), "tiles of all layers together"),
        link(f"{REL}/tiling-schemes", JSON, to("/tileMatrixSets"), "tile matrix sets"),
        link(f"{REL}/styles", JSON, to("/styles"), "styles"),
        link("stylesheet", STYLE, to("/styles/map"), "map style"),
        link(f"{REL}/map", PNG, to("/map"), "map for a document"),
        link(f"{REL}/processes", JSON, to("/processes"), "live questions"),
        link(f"{REL}/job-list", JSON, to("/jobs"), "jobs"),
    ]


@router.get("/", operation_id="getLandingPage", summary="Landing page", responses=schemas.responses(schemas.LANDING))
async def landing(request: Request, f: Format = None, lang: Language = None) -> Response:
    """Return the planner's map for browsers, and the OGC landing page for all other clients.

    The map page is also served before the first release; it shows itself that nothing is published yet.
    """
    output_format = choose_format(f, request.headers.get("accept", ""), ("json", "html"))
    common_parameters(request, output_format)
    if output_format == "html":
        return await to_thread.run_sync(page_file, "index.html", request.headers.get("if-none-match", ""))
    async with asynccontextmanager(request_context("json"))(request, "json", lang) as context:
        return document(context, landing_document(context), "")


def landing_document(context: RequestContext) -> dict[str, Any]:
    """Return the OGC landing page."""
    study = context.reader.manifest.study
    title = study.get("title", {}).get(context.language) or study.get("id", "geoservice")
    layers = ", ".join(getattr(layer.title, context.language) for layer in context.layers)
    synthetic = f" {pages.LABELS[context.language]['synthetic']}" if study.get("synthetic") else ""
    protection = " ".join(["", *pages.statement(context)])
    return {"title": title, "description": f"{layers}.{synthetic}{protection}", "links": landing_links(context)}


@router.get(
    "/conformance",
    operation_id="getConformance",
    summary="Conformance classes",
    responses=schemas.responses(schemas.CONFORMANCE),
)
async def conformance(context: Landing) -> Response:
    """Return the OGC conformance classes of the API."""
    return document(context, {"conformsTo": classes()}, "Conformance")


def classes() -> list[str]:
    """Return the conformance classes of all modules with routes."""
    return sorted({name for part in (CONFORMS, *(getattr(m, "CONFORMS", ()) for m in ROUTE_MODULES)) for name in part})


@router.get("/api", operation_id="getApi", summary="This description", responses=schemas.responses(schemas.ANY, OPENAPI))
def api(request: Request, context: Description) -> Response:
    """Return the OpenAPI 3.0 document of this API."""
    content = document_3_0(request.app.openapi(), context.urls.base, [layer.id for layer in context.layers])
    if context.format == "html":
        return respond(context, pages.page("API", _operations(content, context.language), context), HTML, pages.HEADERS)
    return respond(context, orjson.dumps(content), JSON if context.format == "json" else OPENAPI)


def _operations(content: dict[str, Any], language: str) -> str:
    """Return the operations of an OpenAPI document as an HTML table, in a language."""
    rows = []
    for path, methods in content["paths"].items():
        for method, operation in methods.items():
            names = ", ".join(p["name"] for p in operation["parameters"])
            rows.append([method.upper(), path, in_language(operation["summary"], language), names])
    return pages.table([in_language(t, language) for t in ("Method", "Path", "Purpose", "Parameters")], rows)
