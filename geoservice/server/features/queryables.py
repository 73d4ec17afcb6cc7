"""What a layer's features carry, as JSON Schema: all of it, what can be asked for, and what they can be ordered by."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from geoservice.measures import measure_of
from geoservice.release.base import PublishedColumn, PublishedLayer
from geoservice.server import schemas
from geoservice.server.answers import answer, document
from geoservice.server.deps import Ask, asking
from geoservice.server.features.coded_values import ValueTitles
from geoservice.server.features.filter_examples import filter_example
from geoservice.server.features.times import time_column
from geoservice.server.formats import HTML, SCHEMA
from geoservice.server.pages import HEADERS, WORDS, Markup, anchor, page, table
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

Doc = Annotated[Ask, Depends(asking("schema", "json", "html"))]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TYPES: dict[str, dict[str, str]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "timestamp": {"type": "string", "format": "date-time"},
}
GEOMETRIES = {
    "point": "geometry-point-or-multipoint",
    "line": "geometry-linestring-or-multilinestring",
    "polygon": "geometry-polygon-or-multipolygon",
}
UCUM = {"%": "%", "min": "min", "m": "m", "km": "km", "s": "s", "h": "h"}
"""Units that UCUM has a code for; it writes all others as remarks in braces."""
EXAMPLE = "x-filter-example"
HEADINGS = ("Name", "Title", "Type", "Values", "Filter")
VALUE = {"en": "{const} ({title})", "zh": "{const}（{title}）"}
VALUES_BETWEEN = {"en": ", ", "zh": "、"}
BASE = {
    "geography": {"en": "kind of area or place", "zh": "地理单元类型"},
    "unit": {"en": "code of the area or place", "zh": "地理单元代码"},
}


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
        title = f"{getattr(layer.title, ask.language)}: {WORDS[ask.language]['queryables']}"
        return answer(ask, page(title, queryables_table(ask, layer, found), ask), HTML, HEADERS)
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


def described(ask: Ask, layer: PublishedLayer, properties: dict[str, Any]) -> Response:
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


def identity(ask: Ask, layer: PublishedLayer) -> dict[str, Any]:
    """Return the schema of a feature's id; how many there are is not said to who may see some areas only."""
    most = {"maximum": max(layer.features, 1)} if ask.who.within(layer) is None else {}
    return {"fid": {"type": "integer", "minimum": 1, **most, "x-ogc-role": "id"}}


def base(ask: Ask, layer: PublishedLayer) -> dict[str, Any]:
    """Return the schemas of what every feature has."""
    found = {name: {"title": titles[ask.language], "type": "string"} for name, titles in BASE.items()}
    found["geography"] |= ValueTitles({}).schema("geography", layer.geographies, ask.language)
    return found


def geometry(layer: PublishedLayer) -> dict[str, Any]:
    """Return the schema of the geometry; a table has none."""
    if layer.geometry == "none":
        return {}
    return {"geometry": {"x-ogc-role": "primary-geometry", "format": GEOMETRIES[layer.geometry]}}


def columns(ask: Ask, layer: PublishedLayer) -> dict[str, Any]:
    """Return the schemas of the layer's own properties."""
    time, titles = time_column(layer), ValueTitles(ask.reader.manifest.study)
    roles = {} if time is None else {time.name: {"x-ogc-role": "primary-instant"}}
    return {c.name: {**column(c, ask.language, titles), **roles.get(c.name, {})} for c in layer.columns}


def column(found: PublishedColumn, language: str, titles: ValueTitles) -> dict[str, Any]:
    """Return the schema of a property."""
    unit = {"x-ogc-unit": UCUM.get(found.unit, f"{{{found.unit}}}")} if found.unit else {}
    values = titles.schema(found.name, found.values, language)
    return {"title": getattr(found.title, language), **TYPES[found.type], **unit, **values, **least(found)}


def least(found: PublishedColumn) -> dict[str, int]:
    """Return the least value that a property can have, where that is known: estimates of people may be below zero."""
    kind = None if found.measure is None else measure_of(found.measure).kind
    if found.margin_of or kind == "minutes" or found.name == "margin":
        return {"minimum": 0}
    return {"minimum": 1} if kind == "rank" else {}


def queryables_table(ask: Ask, layer: PublishedLayer, properties: Mapping[str, Any]) -> str:
    """Return queryables as a table: name, title, form, values, and a filter that leads to what it matches."""
    items, rows = f"/collections/{layer.id}/items", []
    for name, schema in properties.items():
        choices = VALUES_BETWEEN[ask.language].join(VALUE[ask.language].format(**c) for c in schema.get("oneOf", ()))
        form = schema.get("format") or schema.get("type", "")
        query = {"filter": schema[EXAMPLE], "f": "html", "lang": ask.language}
        rows.append([name, schema.get("title"), form, choices, Markup(anchor(ask.urls.to(items, query), schema[EXAMPLE]))])
    return table([in_language(head, ask.language) for head in HEADINGS], rows)
