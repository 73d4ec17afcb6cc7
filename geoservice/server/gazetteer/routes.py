"""``/search``: the places of the release's gazetteer by name."""

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Request, Response

from geoservice.addresses.search import DEFAULT_LIMIT, MAX_LIMIT, MAX_QUERY
from geoservice.addresses.search_files import SEARCH_KINDS
from geoservice.errors import ParameterError
from geoservice.server import schemas
from geoservice.server.deps import RequestContext, request_context
from geoservice.server.features.params import parse_limit
from geoservice.server.formats import GEOJSON
from geoservice.server.gazetteer.place_features import place_feature
from geoservice.server.gazetteer.searches import Searches
from geoservice.server.links import self_links
from geoservice.server.responses import document

router = APIRouter(tags=["places"])
Context = Annotated[RequestContext, Depends(request_context("json", "html", more=True, audited=False))]
QUERY = ("q", "limit", "kind")
PARAMETERS = [
    schemas.parameter(
        "q",
        "how the name begins: in Chinese characters, pinyin, its initials or English; areas may precede the name. Without it "
        "nothing is found",
        {"type": "string", "maxLength": MAX_QUERY},
    ),
    schemas.parameter(
        "limit",
        f"most places: {DEFAULT_LIMIT} by default",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    ),
    schemas.parameter(
        "kind", "kinds of places, with commas between; all by default", {"type": "array", "items": {"enum": list(SEARCH_KINDS)}}
    ) | {"style": "form", "explode": False},
]  # fmt: skip
PLACE = {**schemas.FEATURE, "properties": {**schemas.FEATURE["properties"], "id": schemas.TEXT}}
PLACES = {**schemas.FEATURES, "properties": {**schemas.FEATURES["properties"], "features": {"type": "array", "items": PLACE}}}


@router.get(
    "/search",
    operation_id="searchPlaces",
    summary="Places by name",
    responses=schemas.responses(PLACES, GEOJSON, missing=True),
    openapi_extra={"parameters": PARAMETERS},
)
async def search(context: Context, request: Request) -> Response:
    """Return the places of the gazetteer whose name begins with a text, the most probable first.

    The gazetteer of a release is public, so anybody may search, and no search is in the audit log.
    """
    context = context.with_query(QUERY)
    searches: Searches = request.app.state.searches
    limit = parse_limit(context.query.get("limit"), DEFAULT_LIMIT, MAX_LIMIT)
    query, kinds = context.query.get("q", ""), _kinds(context.query.get("kind"))
    places = await to_thread.run_sync(lambda: searches.of(context.reader).search(query, limit, kinds))
    content = {
        "type": "FeatureCollection",
        "features": [place_feature(place, context.language) for place in places],
        "numberReturned": len(places),
        "links": self_links(context.urls, "/search", context.query),
    }
    return document(context, content, "Places", GEOJSON if context.format == "json" else "")


def _kinds(text: str | None) -> list[str]:
    """Return the kinds in a parameter, none for all."""
    kinds = [] if text is None else [kind.strip() for kind in text.split(",")]
    if unknown := [kind for kind in kinds if kind not in SEARCH_KINDS]:
        raise ParameterError(f"parameter kind: got {unknown[0]!r:.40}, allowed are {', '.join(SEARCH_KINDS)}")
    return kinds
