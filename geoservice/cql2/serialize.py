"""The canonical CQL2 JSON of a syntax tree: one form for one meaning."""

import json
from typing import Any

import shapely

from geoservice.cql2.ast import (
    Arithmetic,
    Between,
    Comparison,
    Fold,
    GeometryLiteral,
    In,
    Interval,
    IsNull,
    Like,
    Literal,
    Logic,
    Node,
    Not,
    Property,
    Scalar,
    Spatial,
    Temporal,
)
from geoservice.cql2.operators import INTERVAL_RELATIONS


def canonical(root: Node) -> str:
    """Return a filter as compact CQL2 JSON in longitudes and latitudes, which parses to the same filter."""
    return json.dumps(_json(root), ensure_ascii=False, separators=(",", ":"))


def _json(node: Node | Scalar | GeometryLiteral) -> Any:
    match node:
        case Literal():
            return _literal(node)
        case Property(name):
            return {"property": name}
        case Arithmetic(op, left, right) | Comparison(op, left, right) | Spatial(op, left, right):
            return _call(op, _json(left), _json(right))
        case Fold():
            return _fold(node)
        case GeometryLiteral(_, wkb):
            return json.loads(shapely.to_geojson(shapely.from_wkb(wkb)))
        case _:
            return _predicate(node)


def _predicate(node: Logic | Not | Like | Between | In | IsNull | Temporal) -> Any:
    match node:
        case Logic(op, parts):
            return _call(op, *map(_json, parts))
        case Not(part) | IsNull(part):
            return _call("not" if isinstance(node, Not) else "isNull", _json(part))
        case Like(text, pattern):
            return _call("like", _json(text), _json(pattern))
        case Between(value, low, high):
            return _call("between", _json(value), _json(low), _json(high))
        case In(value, options):
            return _call("in", _json(value), [_json(o) for o in options])
        case Temporal(op, left, right):
            return _call(op, *(_interval(i, op in INTERVAL_RELATIONS) for i in (left, right)))


def _call(op: str, *arguments: Any) -> dict[str, Any]:
    return {"op": op, "args": list(arguments)}


def _literal(node: Literal) -> Any:
    if node.value is None:
        return _call("/", 1, 0)
    return {node.kind: _instant(node)} if node.kind in {"date", "timestamp"} else node.value


def _instant(node: Literal) -> str:
    text = str(node.value)
    return text if node.kind == "date" else f"{text.replace(' ', 'T')}Z"


def _fold(node: Fold) -> Any:
    inner = _call("casei", _json(node.text)) if node.case else _json(node.text)
    return _call("accenti", inner) if node.accents else inner


def _interval(node: Interval, interval_only: bool) -> Any:
    if node.start == node.end and node.start is not None and not interval_only:
        return _json(node.start)
    ends = (node.start, node.end)
    return {"interval": [".." if e is None else _instant(e) if isinstance(e, Literal) else _json(e) for e in ends]}
