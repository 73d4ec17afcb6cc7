"""A layer with a column of every type and awkward rows, and random filters for it."""

import datetime as dt
import json
from typing import Any

import pyarrow as pa
import shapely
from hypothesis import strategies as st

from geoservice.cql2.operators import ARITHMETIC, ARRAYS, COMPARISONS, INTERVAL_RELATIONS, SPATIAL, TEMPORAL
from geoservice.layer import Label, Style
from geoservice.release import LayerContent, Manifest, ReleaseContent
from geoservice.release.base import TABLE, PublishedColumn, PublishedLayer

KINDS = {
    "NAME": "text",
    "other": "text",
    "beds": "integer",
    "share": "number",
    "open": "boolean",
    "day": "date",
    "at": "timestamp",
}
TEXTS = ["", "a", "A", "á", "ab%", "a_b", "a\\b", "Straße", "STRASSE", "宜秀区", "𠮷", "'", '"', "はじめ", "İ", "ΑΘΗΝΑΣ"]
INTEGERS = [0, 1, -1, 2, 3, 10, 2**53 + 1, 2**63 - 1, -(2**63)]
NUMBERS = [0.0, 0.5, -2.5, 0.1, 1e-300, 1e300, -1e300, 1e308, 7.0, 2.0**53]
DAYS = [dt.date(2020, 2, 29), dt.date(2022, 4, 16), dt.date(1, 1, 1), dt.date(9999, 12, 31), dt.date(1969, 12, 31)]
TIMES = [dt.datetime.combine(d, t) for d in DAYS for t in (dt.time(0), dt.time(10, 13, 19), dt.time(23, 59, 59, 999999))]
BOWTIE = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
OVERLAPPING = shapely.MultiPolygon([shapely.box(0, 0, 2, 2), shapely.box(1, 0, 3, 2)])
SHAPES = [
    shapely.Point(1, 1),
    shapely.box(0, 0, 2, 2),
    shapely.box(179, -1, 180, 1),
    shapely.LineString([(-1, 1), (3, 1)]),
    shapely.MultiPoint([(0, 0), (5, 5)]),
    shapely.box(0, 0, 10, 10).difference(shapely.box(1, 1, 9, 9)),
    shapely.GeometryCollection([shapely.Point(4, 4), shapely.box(0, 0, 1, 1)]),
    BOWTIE,
    OVERLAPPING,
    None,
]


def label(text: str) -> Label:
    return Label(zh=text, en=text)


def filters_layer(rows: int) -> PublishedLayer:
    columns = tuple(PublishedColumn(name=n, title=label(n), type=k) for n, k in KINDS.items())
    return PublishedLayer(
        id="things",
        title=label("t"),
        description=label("t"),
        geometry="polygon",
        role="public",
        minzoom=0,
        maxzoom=0,
        columns=columns,
        style=Style(),
        bbox=None,
        features=rows,
    )


def filters_content(rows: int = 90) -> ReleaseContent:
    def turn(values: list[Any], step: int) -> list[Any]:
        """Go through the values, every tenth or so missing."""
        return [None if (i * step) % 11 == 7 else values[(i * step) % len(values)] for i in range(rows)]

    columns = {
        "fid": pa.array(range(1, rows + 1), pa.int64()),
        "geography": pa.array(["thing"] * rows),
        "unit": pa.array([f"u{i}" for i in range(rows)]),
        "NAME": pa.array(turn(TEXTS, 1), pa.string()),
        "other": pa.array(turn(TEXTS, 3), pa.string()),
        "beds": pa.array(turn(INTEGERS, 1), pa.int64()),
        "share": pa.array(turn(NUMBERS, 1), pa.float64()),
        "open": pa.array(turn([True, False], 1), pa.bool_()),
        "day": pa.array(turn(DAYS, 1), pa.date32()),
        "at": pa.array(turn(TIMES, 1), pa.timestamp("us")),
        "geometry": pa.array([None if s is None else shapely.to_wkb(s) for s in turn(SHAPES, 1)], pa.binary()),
    }
    manifest = Manifest(code_version="1", study={}, inputs={}, parameters={}, table_digest="", layers=(), disclosure={})
    return ReleaseContent([LayerContent(filters_layer(rows), pa.table(columns))], TABLE.empty_table(), manifest)


def _op(op: str, *arguments: Any) -> dict[str, Any]:
    return {"op": op, "args": list(arguments)}


def _named(*kinds: str) -> st.SearchStrategy[Any]:
    return st.sampled_from([{"property": n} for n, k in KINDS.items() if k in kinds])


def _call(op: st.SearchStrategy[str], *arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(_op, op, *arguments)


_text = st.sampled_from(TEXTS)
_words = st.recursive(_named("text") | _text, lambda x: _call(st.sampled_from(["casei", "accenti"]), x), max_leaves=2)
_plain_number = st.sampled_from([*INTEGERS, *NUMBERS]) | st.integers(-100, 100)
_numbers = st.recursive(
    _named("integer", "number") | _plain_number,
    lambda x: _call(st.sampled_from(ARITHMETIC), x, x),
    max_leaves=5,
)
_day = st.sampled_from(DAYS).map(str)
_time = st.sampled_from(TIMES).map(lambda t: f"{t.isoformat()}Z")
_instants = [
    st.builds(lambda v: {"date": v}, _day) | _named("date"),
    st.builds(lambda v: {"timestamp": v}, _time) | _named("timestamp"),
]
_kinds = [_words, _numbers, _named("boolean") | st.booleans(), *_instants]
_compare = st.sampled_from(COMPARISONS)
_pattern = st.text("aAá%_\\ß区", max_size=5)
_patterns = st.recursive(_pattern, lambda x: _call(st.sampled_from(["casei", "accenti"]), x), max_leaves=2)


def _comparisons(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        _call(_compare, values, values),
        _call(st.just("between"), values, values, values),
        _call(st.just("in"), values, st.lists(values, max_size=3)),
        _call(st.just("isNull"), values),
        _call(st.sampled_from(ARRAYS), *[st.lists(values, max_size=2)] * 2),
    )


_start = st.sampled_from([str(d) for d in DAYS[2:3]] + [f"{t.isoformat()}Z" for t in TIMES[6:8]] + [".."]) | _named(
    "date", "timestamp"
)
_end = st.sampled_from([str(d) for d in DAYS[:2]] + [f"{t.isoformat()}Z" for t in TIMES[3:6]] + [".."]) | _named(
    "date", "timestamp"
)
_interval = st.builds(lambda a, b: {"interval": [a, b]}, _start, _end)
_any_time = st.one_of(*_instants, _interval)
_relations = st.sampled_from(TEMPORAL)
_of_intervals = st.sampled_from(INTERVAL_RELATIONS)
_boxes = st.sampled_from([[0, 0, 1, 1], [1, 1, 1, 1], [0, 1, 3, 1], [170, -5, -170, 5], [-180, -90, 180, 90], [2, 2, 9, 9]])
_literal_shapes = st.builds(lambda b: {"bbox": b}, _boxes) | st.sampled_from(
    [json.loads(shapely.to_geojson(s)) for s in SHAPES[:6] if s is not None]
)
_geometry = st.just({"property": "geometry"})
_spatial = st.sampled_from(list(SPATIAL))
_conditions = st.one_of(
    st.one_of([_comparisons(k) for k in _kinds]),
    _call(st.just("like"), _words, _patterns),
    _call(_relations, _any_time, _any_time),
    _call(_of_intervals, _interval, _interval),
    _call(_spatial, _geometry, _literal_shapes | _geometry),
    _call(_spatial, _literal_shapes, _geometry),
    _call(st.just("isNull"), _geometry),
    _named("boolean") | st.booleans(),
)
filters: st.SearchStrategy[Any] = st.recursive(
    _conditions,
    lambda x: _call(st.sampled_from(["and", "or"]), x, x) | _call(st.sampled_from(["not", "isNull"]), x),
    max_leaves=4,
)
"""CQL2 JSON that the layer of :func:`filters_layer` takes."""
