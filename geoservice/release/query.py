"""Validation of an item query, and its SQL condition with bound values."""

import math
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa

from geoservice.db import Dialect
from geoservice.errors import ParameterError
from geoservice.geo import BBox
from geoservice.release import areas, sql
from geoservice.release.base import ALL, ItemQuery, PublishedLayer
from geoservice.release.layer_columns import TYPES
from geoservice.release.paging_keys import MAX_INT
from geoservice.release.properties import property_types
from geoservice.release.sql import filters as cql_sql
from geoservice.release.url_numbers import real_number, whole_number

MAX_IDS = 10_000


def requested_properties(layer: PublishedLayer, properties: Sequence[str] | None) -> list[str]:
    """Return the requested properties in the layer's order, by default all; raises :class:`ParameterError` for unknown ones."""
    types = property_types(layer)
    for name in properties or ():
        _check_property(layer, name, types)
    return [n for n in types if properties is None or n in properties]


def _check_property(layer: PublishedLayer, name: str, types: dict[str, str]) -> None:
    if name not in types:
        raise ParameterError(f"property {name!r:.80}: layer {layer.id} does not have it, allowed are {', '.join(types)}")


def condition(dialect: Dialect, layer: PublishedLayer, query: ItemQuery) -> tuple[str, list[Any]]:
    """Return the condition of a query, without paging, and its values; raises :class:`ParameterError`."""
    types = property_types(layer)
    parts: list[str] = ["true"]
    values: list[Any] = []
    for name, value in query.equals.items():
        _check_property(layer, name, types)
        parts.append(sql.equal(dialect, name))
        values.append(_value(name, types[name], value))
    if query.bbox is not None:
        either = [sql.intersects_box(dialect, box) for box in _boxes(query.bbox)]
        parts.append(f"({' OR '.join(text for text, _ in either)})")
        values.extend(v for _, bound in either for v in bound)
    if query.filter is not None:
        text, bound = cql_sql.where(dialect, layer, query.filter)
        parts.append(text)
        values.extend(bound)
    if query.ids is not None:
        ids = ids_of(query.ids)
        parts.append(sql.id_in(dialect, len(ids)))
        values.extend(ids)
    if query.within is not None:
        text, bound = areas_condition(dialect, query.within)
        parts.append(text)
        values.extend(bound)
    if query.area is not None:
        parts.append(sql.path_begins(dialect))
        values.extend(areas.path_range(query.area))
    return " AND ".join(parts), values


def is_unfiltered(query: ItemQuery) -> bool:
    """Whether a query matches every feature."""
    restrictions = (query.bbox, query.filter, query.ids, query.within, query.area)
    return not query.equals and all(part is None for part in restrictions)


def areas_condition(dialect: Dialect, within: Sequence[str]) -> tuple[str, list[Any]]:
    """Return the condition that a feature is in any of these areas, and its values; false without an area."""
    paths = [s for s in map(areas.path_prefix, within) if s is not None]
    return sql.in_areas(dialect, len(paths)), paths


def limit_of(query: ItemQuery) -> int:
    """Return ``limit``; raises :class:`ParameterError` unless it is valid."""
    if not 0 <= query.limit <= ALL:
        raise ParameterError(f"limit: got {query.limit!r:.40}, allowed are whole numbers from 0 to {ALL}")
    return query.limit


def check_offset(query: ItemQuery) -> None:
    """Raise :class:`ParameterError` for an invalid offset, or one that is combined with ``before``."""
    if not 0 <= query.offset <= MAX_INT:
        raise ParameterError(f"offset: got {query.offset!r:.40}, allowed are whole numbers from 0 to {MAX_INT}")
    if query.offset and query.before is not None:
        raise ParameterError("before and offset: got both, allowed is one of them")


def ids_of(ids: Sequence[int]) -> list[int]:
    """Return the requested ids that a feature may have, without duplicates; raises :class:`ParameterError` for too many."""
    if len(ids) > MAX_IDS:
        raise ParameterError(f"ids: got {len(ids)}, allowed are at most {MAX_IDS}")
    return [i for i in dict.fromkeys(ids) if 0 < i <= MAX_INT]


def _boxes(box: BBox) -> list[BBox]:
    """Return one box, or two if it crosses the 180th meridian (west is greater than east)."""
    if not all(math.isfinite(v) for v in box) or not (abs(box.west) <= 180 and abs(box.east) <= 180):
        raise ParameterError(f"bbox: got {tuple(box)}, allowed are longitudes from -180 to 180 in west and east")
    if not -90 <= box.south <= box.north <= 90:
        raise ParameterError(f"bbox: got south {box.south} and north {box.north}, allowed are -90 <= south <= north <= 90")
    if box.west <= box.east:
        return [box]
    return [BBox(box.west, box.south, 180.0, box.north), BBox(-180.0, box.south, box.east, box.north)]


def _value(name: str, kind: str, value: str | float | bool) -> str | float | bool:
    """Return a value in the type of its property; text, as in a URL, is parsed."""
    readers: dict[str, Callable[[str | float | bool], str | float | bool]]
    readers = {
        "text": _text, "integer": _integer, "number": _number, "boolean": _boolean, "date": _date, "timestamp": _timestamp,
    }  # fmt: skip
    try:
        return readers[kind](value)
    except (ValueError, OverflowError):
        allowed = {"integer": f"whole numbers within {MAX_INT}", "number": "finite numbers", "boolean": "true or false",
                   "date": "dates as 2026-01-31", "timestamp": "times as 2026-01-31T08:00:00Z"}  # fmt: skip
        raise ParameterError(
            f"property {name}: got {value!r:.80}, allowed are {allowed.get(kind, 'text without NUL')}"
        ) from None


def _text(value: str | float | bool) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(value)
    value.encode()  # databases reject lone surrogates
    return value


def _integer(value: str | float | bool) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError(value)
    number = whole_number(value) if isinstance(value, str) else int(value)
    if abs(number) > MAX_INT:
        raise ValueError(value)
    return number


def _number(value: str | float | bool) -> float:
    number = real_number(value) if isinstance(value, str) else float(value)
    if isinstance(value, bool) or not math.isfinite(number):
        raise ValueError(value)
    return number


def _date(value: str | float | bool) -> str:
    return date.fromisoformat(_text(value)).isoformat()


def _timestamp(value: str | float | bool) -> str:
    moment = datetime.fromisoformat(_text(value))
    return (moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment).isoformat()


def _boolean(value: str | float | bool) -> bool:
    if isinstance(value, bool):
        return value
    if value not in {"true", "false"}:
        raise ValueError(value)
    return value == "true"


def result_schema(layer: PublishedLayer, properties: Sequence[str], geometry: bool) -> pa.Schema:
    """Return the Arrow schema of a page."""
    types = property_types(layer)
    fields = [("fid", pa.int64()), *((n, TYPES[types[n]]) for n in properties)]
    return pa.schema(fields + ([("geometry", pa.binary())] if geometry else []))
