"""The front door: landing page, conformance, API description."""

from contextlib import asynccontextmanager
from typing import Annotated, Any

import orjson
from anyio import to_thread
from fastapi import APIRouter, Depends, Request, Response

from geoservice.server import pages, schemas
from geoservice.server.deps import LANGUAGE_QUERY, RequestContext, common_parameters, format_query, request_context
from geoservice.server.features import queryables
from geoservice.server.features import routes as features
from geoservice.server.formats import HTML, JSON, OPENAPI, PNG, STYLE, choose_format
from geoservice.server.links import REL, Link, link
from geoservice.server.openapi import document_3_0
from geoservice.server.responses import answer, document
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
"""What this module makes true; every module with routes says so for its own."""

PARTS = (features, queryables, styles, tilesets)

router = APIRouter(tags=["service"])

Front = Annotated[RequestContext, Depends(request_context("json", "html"))]
Asked = Annotated[str | None, format_query("json", "html")]
Language = Annotated[str | None, LANGUAGE_QUERY]
Description = Annotated[RequestContext, Depends(request_context("openapi", "json", "html"))]


def front_links(ask: RequestContext) -> list[Link]:
    """Return the ways on from the landing page."""
    to = ask.urls.to
    return [
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
        link(f"{REL}/tiling-schemes", JSON, to("/tileMatrixSets"), "how the world is cut into tiles"),
        link(f"{REL}/styles", JSON, to("/styles"), "styles"),
        link("stylesheet", STYLE, to("/styles/map"), "map style"),
        link(f"{REL}/map", PNG, to("/map"), "map for a document"),
    ]


@router.get("/", operation_id="getLandingPage", summary="Landing page", responses=schemas.ok(schemas.LANDING))
async def landing(request: Request, f: Asked = None, lang: Language = None) -> Response:
    """Answer with the planner's map for browsers, and with the OGC landing page for everybody else.

    The map's page is there before the first release is: it says itself that there is none.
    """
    chosen = choose_format(f, request.headers.get("accept", ""), ("json", "html"))
    common_parameters(request, chosen)
    if chosen == "html":
        return await to_thread.run_sync(page_file, "index.html", request.headers.get("if-none-match", ""))
    async with asynccontextmanager(request_context("json"))(request, "json", lang) as ask:
        return document(ask, front(ask), "")


def front(ask: RequestContext) -> dict[str, Any]:
    """Return the OGC landing page."""
    study = ask.reader.manifest.study
    title = study.get("title", {}).get(ask.language) or study.get("id", "geoservice")
    layers = ", ".join(getattr(layer.title, ask.language) for layer in ask.layers)
    synthetic = f" {pages.WORDS[ask.language]['synthetic']}" if study.get("synthetic") else ""
    protection = " ".join(["", *pages.statement(ask)])
    return {"title": title, "description": f"{layers}.{synthetic}{protection}", "links": front_links(ask)}


@router.get(
    "/conformance", operation_id="getConformance", summary="Conformance classes", responses=schemas.ok(schemas.CONFORMANCE)
)
async def conformance(ask: Front) -> Response:
    """Answer with the OGC conformance classes that hold."""
    return document(ask, {"conformsTo": classes()}, "Conformance")


def classes() -> list[str]:
    """Return the conformance classes of all modules of routes."""
    return sorted({name for part in (CONFORMS, *(getattr(m, "CONFORMS", ()) for m in PARTS)) for name in part})


@router.get("/api", operation_id="getApi", summary="This description", responses=schemas.ok(schemas.ANY, OPENAPI))
def api(request: Request, ask: Description) -> Response:
    """Answer with the OpenAPI 3.0 document of this API."""
    content = document_3_0(request.app.openapi(), ask.urls.base, [layer.id for layer in ask.layers])
    if ask.format == "html":
        return answer(ask, pages.page("API", _operations(content, ask.language), ask), HTML, pages.HEADERS)
    return answer(ask, orjson.dumps(content), JSON if ask.format == "json" else OPENAPI)


def _operations(content: dict[str, Any], language: str) -> str:
    """Return the operations of an OpenAPI document as a table for people, in a language."""
    rows = []
    for path, methods in content["paths"].items():
        for operation in methods.values():
            names = ", ".join(p["name"] for p in operation["parameters"])
            rows.append([path, in_language(operation["summary"], language), names])
    return pages.table(["GET", in_language("Purpose", language), in_language("Parameters", language)], rows)
