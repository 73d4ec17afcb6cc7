"""Keys of keyset paging: the order of features, the key of a feature in it, and that key as text for a URL.

A key has the values of the sort properties and the ``fid``. Features without a value come last and ties are broken by ``fid``,
so every feature has a unique position in every order, and no page depends on the number of features before it.
"""

import base64
import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import orjson

from geoservice.errors import ParameterError
from geoservice.release.base import ItemQuery, Key, PublishedLayer, Sort
from geoservice.release.properties import property_types

MAX_INT = 2**63 - 1
MAX_SORTS = 8
_CHECKSUM_BYTES = 8
_PYTHON: dict[str, type] = {
    "text": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "date": date,
    "timestamp": datetime,
}


@dataclass(frozen=True)
class Order:
    """The sort properties of a page and their types, the key after which it begins (None: at the start), its direction."""

    sortby: tuple[Sort, ...]
    types: tuple[str, ...]
    key: Key | None
    forward: bool


def order_of(layer: PublishedLayer, query: ItemQuery) -> Order:
    """Return the order of a query; raises :class:`ParameterError` unless it is valid."""
    types = sort_types(layer, query.sortby)
    if query.before is not None and query.after not in {0, None}:
        raise ParameterError("before and after: got both, allowed is one of them")
    name, position = ("after", query.after) if query.before is None else ("before", query.before)
    key = (position,) if isinstance(position, int) else position
    if name == "after" and position == 0:  # the default: at the start of any order
        key = None
    if key is not None:
        _check(name, types, key)
    return Order(tuple(query.sortby), types, key, name == "after")


def sort_types(layer: PublishedLayer, sortby: Sequence[Sort]) -> tuple[str, ...]:
    """Return the types of the sort properties; raises :class:`ParameterError` with the allowed ones."""
    if not sortby:
        return ()
    types = property_types(layer)
    names = [s.property for s in sortby]
    for name in names:
        if name not in types:
            raise ParameterError(f"sortby {name!r:.80}: layer {layer.id} does not have it, allowed are {', '.join(types)}")
    if len(set(names)) < len(names) or len(names) > MAX_SORTS:
        raise ParameterError(f"sortby: got {names}, allowed are at most {MAX_SORTS} properties, each once")
    return tuple(types[n] for n in names)


def _check(name: str, types: Sequence[str], key: Key) -> None:
    if len(key) != len(types) + 1 or not all(_fits(v, t) for v, t in zip(key, types, strict=False)):
        raise ParameterError(f"{name}: got a key of another order, allowed are keys of this one")
    fid = key[-1]
    if type(fid) is not int or not 0 <= fid <= MAX_INT:
        raise ParameterError(f"{name}: got {fid!r:.40}, allowed are whole numbers from 0 to {MAX_INT}")


def _is_text(value: str) -> bool:
    return "\0" not in value and not any("\ud800" <= c <= "\udfff" for c in value)


def _fits(value: Any, kind: str) -> bool:
    """Whether a value has the exact type of a property: in Python True is an int and a datetime a date."""
    if value is None or value.__class__ is not _PYTHON[kind]:
        return value is None
    return kind not in _ALLOWED or _ALLOWED[kind](value)


_ALLOWED: dict[str, Callable[[Any], bool]] = {
    "text": _is_text,
    "integer": lambda value: abs(value) <= MAX_INT,
    "number": math.isfinite,
}


def encode_key(layer: PublishedLayer, sortby: Sequence[Sort], key: Key) -> str:
    """Return a key as URL-safe text; raises :class:`ParameterError` for a key of another order."""
    _check("key", sort_types(layer, sortby), key)
    plain = [v.isoformat() if isinstance(v, date) else v for v in key]
    body = orjson.dumps(plain)
    return _as_text(_checksum(layer, sortby, body) + body)


def _as_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode_key(layer: PublishedLayer, sortby: Sequence[Sort], token: str) -> Key:
    """Return the key that :func:`encode_key` encoded.

    Raises :class:`ParameterError` for any other text, or a key of another layer or order. The checksum is not a secret: the
    values of a forged key are checked and bound like any others, and it shows nothing that its maker may not see.
    """
    types = sort_types(layer, sortby)
    try:
        key = _decode(layer, sortby, types, token)
    except (ValueError, TypeError, KeyError):
        allowed = "allowed are the values in links to other pages"
        raise ParameterError(f"page {token!r:.40}: not a page of this layer and order, {allowed}") from None
    _check("page", types, key)
    return key


def _decode(layer: PublishedLayer, sortby: Sequence[Sort], types: Sequence[str], token: str) -> Key:
    raw = base64.b64decode(token.encode("ascii") + b"=" * (-len(token) % 4), b"-_", validate=True)
    checksum, body = raw[:_CHECKSUM_BYTES], raw[_CHECKSUM_BYTES:]
    if checksum != _checksum(layer, sortby, body) or token != _as_text(raw):  # base64 has several texts for the same bytes
        raise ValueError(token)
    values = orjson.loads(body)
    return (*(_read(v, t) for v, t in zip(values, types, strict=False)), *values[len(types) :])


def _read(value: Any, kind: str) -> Any:
    readers = {"date": date.fromisoformat, "timestamp": datetime.fromisoformat}
    return value if value is None or kind not in readers else readers[kind](value)


def _checksum(layer: PublishedLayer, sortby: Sequence[Sort], body: bytes) -> bytes:
    return hashlib.sha256(_order(layer.id, tuple(sortby)) + body).digest()[:_CHECKSUM_BYTES]


@lru_cache(maxsize=256)
def _order(layer_id: str, sortby: tuple[Sort, ...]) -> bytes:
    return orjson.dumps([layer_id, [[s.property, bool(s.descending)] for s in sortby]]) + b"\n"
