"""Conversion of FastAPI's OpenAPI 3.1 to 3.0, which OGC API Features requires; the two differ in their schemas."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

VERSION = "3.0.3"


def _null_free(options: list[Any]) -> tuple[list[Any], bool]:
    """Return the options of an ``anyOf`` without null, and whether null was among them."""
    rest = [o for o in options if o != {"type": "null"}]
    return rest, len(rest) < len(options)


def schema_3_0(schema: Any) -> Any:
    """Return a JSON Schema (2020-12) as an OpenAPI 3.0 schema; raises ValueError for keywords without an equivalent.

    >>> schema_3_0({"anyOf": [{"type": "integer", "exclusiveMinimum": 0}, {"type": "null"}]})
    {'type': 'integer', 'minimum': 0, 'exclusiveMinimum': True, 'nullable': True}
    >>> schema_3_0({"const": "x", "examples": ["x"]})
    {'enum': ['x'], 'example': 'x'}
    """
    if isinstance(schema, list):
        return [schema_3_0(s) for s in schema]
    if not isinstance(schema, Mapping):
        return schema
    if unsupported := {"prefixItems", "$defs", "if", "patternProperties", "unevaluatedProperties"} & schema.keys():
        raise ValueError(f"schema keyword {sorted(unsupported)} has no equivalent in OpenAPI {VERSION}")
    out: dict[str, Any] = {}
    for key, value in schema.items():
        out.update(_convert_keyword(key, value))
    return out


def _any_of(options: list[Any]) -> dict[str, Any]:
    rest, nullable = _null_free(options)
    inner = schema_3_0(rest[0]) if len(rest) == 1 else {"anyOf": schema_3_0(rest)}
    return {**inner, **({"nullable": True} if nullable else {})}


def _type(types: Any) -> dict[str, Any]:
    if not isinstance(types, list):
        return {"type": types}
    return {"type": next(t for t in types if t != "null"), **({"nullable": True} if "null" in types else {})}


def _properties(schemas: Mapping[str, Any]) -> dict[str, Any]:
    return {"properties": {name: schema_3_0(s) for name, s in schemas.items()}}


def _inner(key: str, schema: Any) -> dict[str, Any]:
    return {key: schema_3_0(schema)}


CONVERTERS: Mapping[str, Callable[[Any], dict[str, Any]]] = MappingProxyType(
    {
        "anyOf": _any_of,
        "type": _type,
        "properties": _properties,
        "const": lambda value: {"enum": [value]},
        "examples": lambda values: {"example": values[0]},
        "exclusiveMinimum": lambda bound: {"minimum": bound, "exclusiveMinimum": True},
        "exclusiveMaximum": lambda bound: {"maximum": bound, "exclusiveMaximum": True},
        **{key: partial(_inner, key) for key in ("items", "allOf", "oneOf", "not", "additionalProperties")},
    }
)
"""Converters of keywords that differ in 3.0 or contain schemas; all other keywords stay as they are."""


def _convert_keyword(key: str, value: Any) -> dict[str, Any]:
    """Return one keyword converted to 3.0."""
    return CONVERTERS[key](value) if key in CONVERTERS else {key: value}


def _parameter(parameter: Mapping[str, Any]) -> dict[str, Any]:
    """Return a parameter: not nullable, as a URL has no null, and arrays with commas."""
    schema = {k: v for k, v in schema_3_0(parameter["schema"]).items() if k != "nullable"}
    commas = {"style": "form", "explode": False} if parameter["in"] == "query" else {}
    return {**commas, **parameter, "schema": schema}


def _unique(parameters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the converted parameters, one for each name; of duplicates the last."""
    return list({(p["in"], p["name"]): _parameter(p) for p in parameters}.values())


def _with_layers(parameters: list[dict[str, Any]], layers: Sequence[str]) -> list[dict[str, Any]]:
    """Return parameters in which ``layer_id`` lists the existing layers."""
    enum = {"schema": {"type": "string", "enum": list(layers)}} if layers else {}
    return [{**p, **enum} if p["name"] == "layer_id" and p["in"] == "path" else p for p in parameters]


def document_3_0(document: Mapping[str, Any], server: str, layers: Sequence[str]) -> dict[str, Any]:
    """Return an OpenAPI 3.1 document as 3.0.3, with the URL of the server and the layers that the caller may read.

    FastAPI's own 422 is removed, because it is never sent.
    """
    paths: dict[str, Any] = {}
    for path, methods in document["paths"].items():
        paths[path] = {}
        for method, operation in methods.items():
            responses = {code: r for code, r in operation["responses"].items() if code != "422"}
            parameters = _with_layers(_unique(operation.get("parameters", [])), layers)
            paths[path][method] = {**operation, "responses": responses, "parameters": parameters}
    info = {k: v for k, v in document["info"].items() if k != "summary"}
    return {"openapi": VERSION, "info": info, "servers": [{"url": server}], "paths": paths}
