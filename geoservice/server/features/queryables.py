"""What a layer's features carry, as JSON Schema: all of it, what can be asked for, and what they can be ordered by."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from geoservice.release.base import PublishedLayer
from geoservice.server import schemas
from geoservice.server.deps import RequestContext, request_context
from geoservice.server.features.filter_examples import filter_example
from geoservice.server.features.property_schemas import base, columns, geometry, identity
from geoservice.server.formats import HTML, SCHEMA
from geoservice.server.pages import HEADERS, WORDS, Markup, anchor, page, table
from geoservice.server.responses import answer, document
from geoservice.server.translations import in_language

FEATURES_3 = "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf"
CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf"
CONFORMS = (
    *(f"{FEATURES_3}/{c}" for c in ("filter", "features-filter", "queryables", "queryables-query-parameters")),
    *(
        f"{CQL2}/{c}"
        for c in (
            "cql2-text",
            "cql2-json",
            "basic-cql2",
            "advanced-comparison-operators",
            "case-insensitive-comparison",
            "accent-insensitive-comparison",
            "basic-spatial-functions",
            "basic-spatial-functions-plus",
            "spatial-functions",
            "temporal-functions",
            "property-property",
            "arithmetic",
        )
    ),
)

router = APIRouter(tags=["features"])

Doc = Annotated[RequestContext, Depends(request_context("schema", "json", "html"))]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
EXAMPLE = "x-filter-example"
HEADINGS = ("Name", "Title", "Type", "Values", "Filter")
VALUE = {"en": "{} ({})", "zh": "{}（{}）"}
VALUES_BETWEEN = {"en": ", ", "zh": "、"}


@router.get(
    "/collections/{layer_id}/schema",
    operation_id="getSchema",
    summary="What the features of a layer carry",
    responses=schemas.ok(schemas.JSON_SCHEMA, SCHEMA, missing=True),
)
async def schema(layer_id: str, ask: Doc) -> Response:
    """Answer with the JSON Schema of a layer's features."""
    layer = ask.layer(layer_id)
    return described(ask, layer, {**identity(ask, layer), **base(ask, layer), **geometry(layer), **columns(ask, layer)})


@router.get(
    "/collections/{layer_id}/queryables",
    operation_id="getQueryables",
    summary="What filters and parameters may name",
    responses=schemas.ok(schemas.JSON_SCHEMA, SCHEMA, missing=True),
)
async def queryables(layer_id: str, ask: Doc) -> Response:
    """Answer with the properties that ``filter`` and query parameters may name."""
    layer = ask.layer(layer_id)
    found = {**base(ask, layer), **geometry(layer), **columns(ask, layer)}
    found = {name: {**schema, EXAMPLE: filter_example(name, schema, layer)} for name, schema in found.items()}
    if ask.format == "html":
        words, to = WORDS[ask.language], ask.urls.to
        more = [anchor(to(ask.path, {**ask.query, "f": "json"}), words["json"])]
        title = f"{getattr(layer.title, ask.language)} · {words['queryables']}"
        return answer(ask, page(title, queryables_table(ask, layer, found), ask, more), HTML, HEADERS)
    return described(ask, layer, found)


@router.get(
    "/collections/{layer_id}/sortables",
    operation_id="getSortables",
    summary="What sortby may name",
    responses=schemas.ok(schemas.JSON_SCHEMA, SCHEMA, missing=True),
)
async def sortables(layer_id: str, ask: Doc) -> Response:
    """Answer with the properties that ``sortby`` may name."""
    layer = ask.layer(layer_id)
    return described(ask, layer, {**base(ask, layer), **columns(ask, layer)})


def described(ask: RequestContext, layer: PublishedLayer, properties: dict[str, Any]) -> Response:
    """Answer with a schema of these properties and no others."""
    title = getattr(layer.title, ask.language)
    content = {
        "$schema": DIALECT,
        "$id": ask.urls.to(ask.path),
        "type": "object",
        "title": title,
        "description": WORDS[ask.language]["null"],
        "properties": properties,
        "additionalProperties": False,
    }
    return document(ask, content, title, SCHEMA)


def queryables_table(ask: RequestContext, layer: PublishedLayer, properties: Mapping[str, Any]) -> str:
    """Return queryables as a table: name, title, form, values, and a filter that leads to what it matches."""
    items, rows = f"/collections/{layer.id}/items", []
    for name, schema in properties.items():
        choices = VALUES_BETWEEN[ask.language].join(choice_text(c, ask.language) for c in schema.get("oneOf", ()))
        unit = schema.get("x-ogc-unit", "").strip("{}")
        form = " ".join(filter(None, (schema.get("format") or schema["type"], unit)))
        query = {"filter": schema[EXAMPLE], "f": "html", "lang": ask.language}
        rows.append([name, schema.get("title"), form, choices, Markup(anchor(ask.urls.to(items, query), schema[EXAMPLE]))])
    return table([in_language(head, ask.language) for head in HEADINGS], rows)


def choice_text(choice: Mapping[str, Any], language: str) -> str:
    """Return a value with what it is called, if that is another word.

    >>> choice_text({"const": "walk", "title": "walking"}, "en"), choice_text({"const": 1, "title": "1"}, "en")
    ('walk (walking)', '1')
    """
    value = choice["const"] if choice["const"] != "" else "''"
    return str(value) if choice["title"] == str(value) else VALUE[language].format(value, choice["title"])
