"""Parse a client's filter and check it against the layer."""

import json
from typing import Any

from geoservice.cql2.ast import Filter
from geoservice.cql2.check import Checker
from geoservice.cql2.geometries import ToLonLat
from geoservice.cql2.parser import read_text
from geoservice.cql2.queryables import Queryables
from geoservice.cql2.serialize import canonical
from geoservice.errors import ParameterError

LANGS = ("cql2-text", "cql2-json")
MAX_LENGTH = 16_000


def parse_filter(text: str, lang: str, queryables: Queryables, *, to_lonlat: ToLonLat | None = None) -> Filter:
    """Return the filter; raises :class:`ParameterError` when it is malformed or does not fit the layer.

    ``to_lonlat`` is for ``filter-crs``; without it, coordinates are longitude and latitude (CRS84).
    """
    if lang not in LANGS:
        raise ParameterError(f"filter-lang: got {lang!r:.80}, allowed are {', '.join(LANGS)}")
    if len(text) > MAX_LENGTH:
        raise ParameterError(f"filter: got {len(text)} characters, at most {MAX_LENGTH} are allowed")
    checker = Checker(queryables, to_lonlat)
    try:
        root = checker.predicate(read_text(text) if lang == "cql2-text" else _read_json(text))
        return Filter(root, canonical(root), tuple(checker.used))
    except RecursionError:
        raise ParameterError("filter: nested too deep") from None


def _read_json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_reject_constant)
    except json.JSONDecodeError as e:
        raise ParameterError(f"filter: not valid JSON at character {e.pos + 1}: {e.msg}") from None
    except ValueError:  # a number of more than 4300 digits
        raise ParameterError("filter: its JSON holds a number that is too long") from None


def _reject_constant(name: str) -> None:
    raise ParameterError(f"filter: got {name}, allowed are finite numbers")
