"""The properties of a layer's features as JSON Schema: all of them, the queryables and the sortables."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from geoservice.release.base import PublishedLayer
from geoservice.server import schemas
from geoservice.server.deps import RequestContext, request_context
from geoservice.server.features.filter_examples import filter_example
from geoservice.server.features.property_schemas import columns, common_properties, geometry, identity
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
    summary="Properties of a layer's features",
    responses=schemas.ok(schemas.JSON_SCHEMA, SCHEMA, missing=True),
)
async def schema(layer_id: str, context: Doc) -> Response:
    """Return the JSON Schema of a layer's features."""
    layer = context.layer(layer_id)
    return schema_document(
        context,
        layer,
        {**identity(context, layer), **common_properties(context, layer), **geometry(layer), **columns(context, layer)},
    )


@router.get(
    "/collections/{layer_id}/queryables",
    operation_id="getQueryables",
    summary="Properties for filters and parameters",
    responses=schemas.ok(schemas.JSON_SCHEMA, SCHEMA, missing=True),
)
async def queryables(layer_id: str, context: Doc) -> Response:
    """Return the properties that ``filter`` and query parameters can use."""
    layer = context.layer(layer_id)
    properties = {**common_properties(context, layer), **geometry(layer), **columns(context, layer)}
    properties = {name: {**schema, EXAMPLE: filter_example(name, schema, layer)} for name, schema in properties.items()}
    if context.format == "html":
        texts, to = WORDS[context.language], context.urls.to
        more = [anchor(to(context.path, {**context.query, "f": "json"}), texts["json"])]
        title = f"{getattr(layer.title, context.language)} · {texts['queryables']}"
        return answer(context, page(title, queryables_table(context, layer, properties), context, more), HTML, HEADERS)
    return schema_document(context, layer, properties)


@router.get(
    "/collections/{layer_id}/sortables",
    operation_id="getSortables",
    summary="Properties for sortby",
    responses=schemas.ok(schemas.JSON_SCHEMA, SCHEMA, missing=True),
)
async def sortables(layer_id: str, context: Doc) -> Response:
    """Return the properties that ``sortby`` can use."""
    layer = context.layer(layer_id)
    return schema_document(context, layer, {**common_properties(context, layer), **columns(context, layer)})


def schema_document(context: RequestContext, layer: PublishedLayer, properties: dict[str, Any]) -> Response:
    """Return a response with the schema of an object that has these properties only."""
    title = getattr(layer.title, context.language)
    content = {
        "$schema": DIALECT,
        "$id": context.urls.to(context.path),
        "type": "object",
        "title": title,
        "description": WORDS[context.language]["null"],
        "properties": properties,
        "additionalProperties": False,
    }
    return document(context, content, title, SCHEMA)


def queryables_table(context: RequestContext, layer: PublishedLayer, properties: Mapping[str, Any]) -> str:
    """Return queryables as an HTML table: name, title, type, values, and an example filter linked to its items."""
    items, rows = f"/collections/{layer.id}/items", []
    for name, schema in properties.items():
        choices = VALUES_BETWEEN[context.language].join(choice_text(c, context.language) for c in schema.get("oneOf", ()))
        unit = schema.get("x-ogc-unit", "").strip("{}")
        type_text = " ".join(filter(None, (schema.get("format") or schema["type"], unit)))
        query = {"filter": schema[EXAMPLE], "f": "html", "lang": context.language}
        rows.append(
            [name, schema.get("title"), type_text, choices, Markup(anchor(context.urls.to(items, query), schema[EXAMPLE]))]
        )
    return table([in_language(head, context.language) for head in HEADINGS], rows)


def choice_text(choice: Mapping[str, Any], language: str) -> str:
    """Return a value with its title, if that differs.

    >>> choice_text({"const": "walk", "title": "walking"}, "en"), choice_text({"const": 1, "title": "1"}, "en")
    ('walk (walking)', '1')
    """
    value = choice["const"] if choice["const"] != "" else "''"
    return str(value) if choice["title"] == str(value) else VALUE[language].format(value, choice["title"])
