"""A page of items asked for, checked and turned into a condition with bound values."""

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


def chosen(layer: PublishedLayer, properties: Sequence[str] | None) -> list[str]:
    """Return the properties asked for in the layer's order, or all; raises :class:`ParameterError` for an unknown one."""
    known = property_types(layer)
    for name in properties or ():
        _known(layer, name, known)
    return [n for n in known if properties is None or n in properties]


def _known(layer: PublishedLayer, name: str, known: dict[str, str]) -> None:
    if name not in known:
        raise ParameterError(f"property {name!r:.80}: layer {layer.id} does not have it, allowed are {', '.join(known)}")


def condition(dialect: Dialect, layer: PublishedLayer, query: ItemQuery) -> tuple[str, list[Any]]:
    """Return the condition of a query, paging aside, and its values; raises :class:`ParameterError`."""
    known = property_types(layer)
    parts: list[str] = ["true"]
    values: list[Any] = []
    for name, value in query.equals.items():
        _known(layer, name, known)
        parts.append(sql.equal(dialect, name))
        values.append(_value(name, known[name], value))
    if query.bbox is not None:
        either = [sql.inside(dialect, box) for box in _boxes(query.bbox)]
        parts.append(f"({' OR '.join(text for text, _ in either)})")
        values.extend(v for _, bound in either for v in bound)
    if query.filter is not None:
        text, bound = cql_sql.where(dialect, layer, query.filter)
        parts.append(text)
        values.extend(bound)
    if query.ids is not None:
        wanted = ids_of(query.ids)
        parts.append(sql.one_of(dialect, len(wanted)))
        values.extend(wanted)
    if query.within is not None:
        text, bound = scope(dialect, query.within)
        parts.append(text)
        values.extend(bound)
    return " AND ".join(parts), values


def plain(query: ItemQuery) -> bool:
    """Whether a query asks for every feature."""
    asked = (query.bbox, query.filter, query.ids, query.within)
    return not query.equals and all(part is None for part in asked)


def scope(dialect: Dialect, within: Sequence[str]) -> tuple[str, list[Any]]:
    """Return the condition that a feature lies in any of these areas, and its values; without an area nothing does."""
    sought = [s for s in map(areas.path_prefix, within) if s is not None]
    return sql.in_areas(dialect, len(sought)), sought


def limit_of(query: ItemQuery) -> int:
    """Return ``limit``, checked."""
    if not 0 <= query.limit <= ALL:
        raise ParameterError(f"limit: got {query.limit!r:.40}, allowed are whole numbers from 0 to {ALL}")
    return query.limit


def check_offset(query: ItemQuery) -> None:
    """Raise :class:`ParameterError` for an offset that is none, or that goes backwards."""
    if not 0 <= query.offset <= MAX_INT:
        raise ParameterError(f"offset: got {query.offset!r:.40}, allowed are whole numbers from 0 to {MAX_INT}")
    if query.offset and query.before is not None:
        raise ParameterError("before and offset: both are given, allowed is one of them")


def ids_of(ids: Sequence[int]) -> list[int]:
    """Return the ids asked for that a feature may have, each once; raises :class:`ParameterError` for too many."""
    if len(ids) > MAX_IDS:
        raise ParameterError(f"ids: got {len(ids)}, allowed are at most {MAX_IDS}")
    return [i for i in dict.fromkeys(ids) if 0 < i <= MAX_INT]


def _boxes(box: BBox) -> list[BBox]:
    """Return one box, or two where it crosses the 180th meridian (west is greater than east)."""
    if not all(math.isfinite(v) for v in box) or not (abs(box.west) <= 180 and abs(box.east) <= 180):
        raise ParameterError(f"bbox: got {tuple(box)}, allowed are longitudes from -180 to 180 in west and east")
    if not -90 <= box.south <= box.north <= 90:
        raise ParameterError(f"bbox: got south {box.south} and north {box.north}, allowed are -90 <= south <= north <= 90")
    if box.west <= box.east:
        return [box]
    return [BBox(box.west, box.south, 180.0, box.north), BBox(-180.0, box.south, box.east, box.north)]


def _value(name: str, kind: str, value: str | float | bool) -> str | float | bool:
    """Return a value in the type of its property; text is read as that type, as it comes from a URL."""
    readers: dict[str, Callable[[str | float | bool], str | float | bool]]
    readers = {
        "text": _text, "integer": _integer, "number": _number, "boolean": _boolean, "date": _date, "timestamp": _moment,
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
    value.encode()  # a lone surrogate is no text to a database
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


def _moment(value: str | float | bool) -> str:
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
    known = property_types(layer)
    fields = [("fid", pa.int64()), *((n, TYPES[known[n]]) for n in properties)]
    return pa.schema(fields + ([("geometry", pa.binary())] if geometry else []))
