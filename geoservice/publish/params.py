"""Query parameters of items, parsed into an :class:`ItemQuery`; a fault names the parameter, what was got, what is allowed."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from geoservice.errors import ParameterError
from geoservice.geo import BBox
from geoservice.release.base import ItemQuery, PublishedLayer
from geoservice.release.properties import property_types

MAX_LIMIT = 10_000

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d))?", re.IGNORECASE | re.ASCII)


def fault(name: str, got: str, allowed: str) -> ParameterError:
    """Return the error of a parameter."""
    return ParameterError(f"parameter {name!s:.60}: got {got!r:.80}, allowed is {allowed}")


def parse_limit(text: str | None) -> int:
    """Return the page size; more than the maximum is taken as the maximum, as OGC API Features says.

    >>> parse_limit(None), parse_limit("25"), parse_limit("99999")
    (10, 25, 10000)
    """
    if text is None:
        return 10
    if not re.fullmatch(r"\+?\d{1,18}", text, re.ASCII) or int(text) < 1:
        raise fault("limit", text, f"a whole number from 1 to {MAX_LIMIT}")
    return min(int(text), MAX_LIMIT)


def parse_after(text: str | None) -> int:
    """Return the ``fid`` to go on from."""
    if text is None:
        return 0
    if not re.fullmatch(r"\d{1,18}", text, re.ASCII):
        raise fault("after", text, "the value in a next link")
    return int(text)


def parse_bbox(text: str | None) -> BBox | None:
    """Return the box; heights of a six-number box are read over, and ``west > east`` means across 180 degrees.

    >>> parse_bbox("24,60,25,61")
    BBox(west=24.0, south=60.0, east=25.0, north=61.0)
    >>> parse_bbox("170,-50,-170,-40").west
    170.0
    """
    if text is None:
        return None
    allowed = "west,south,east,north in degrees, longitudes -180 to 180, latitudes -90 to 90, south <= north"
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        raise fault("bbox", text, allowed) from None
    if len(numbers) == 6:
        numbers = [numbers[i] for i in (0, 1, 3, 4)]
    if len(numbers) != 4 or not all(map(math.isfinite, numbers)):
        raise fault("bbox", text, allowed)
    box = BBox(*numbers)
    if max(abs(box.west), abs(box.east)) > 180 or max(abs(box.south), abs(box.north)) > 90 or box.south > box.north:
        raise fault("bbox", text, allowed)
    return box


def check_datetime(text: str | None) -> None:
    """Check the syntax only: features without a time match every time (OGC API Features, 7.15.4).

    >>> check_datetime("2024-01-01T00:00:00Z/..")
    """
    if text is None:
        return
    parts = text.split("/")
    try:
        instants = [_instant(p) for p in parts if p not in {"", ".."}]
    except ValueError:
        instants = []
    if len(parts) > 2 or not instants or instants != sorted(instants):
        raise fault("datetime", text, "an RFC 3339 date or instant, or an interval of two with .. for an open end")


def _instant(text: str) -> datetime:
    """Return an RFC 3339 date or instant; raises ValueError."""
    if not _INSTANT.fullmatch(text):
        raise ValueError(text)
    moment = datetime.fromisoformat(text.upper().replace(":60", ":59"))  # a leap second is valid there, and unknown here
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def parse_flag(name: str, text: str | None) -> bool:
    """Return a boolean parameter, false by default."""
    if text not in {None, "true", "false"}:
        raise fault(name, str(text), "true or false")
    return text == "true"


def parse_properties(text: str | None, layer: PublishedLayer) -> tuple[str, ...] | None:
    """Return the properties asked for; raises :class:`ParameterError` naming the first that the layer does not have."""
    if text is None:
        return None
    known, names = property_types(layer), tuple(n for n in text.split(",") if n)
    for name in names:
        if name not in known:
            raise fault("properties", name, "some of " + _some(known))
    return names


def _some(names: Mapping[str, str]) -> str:
    """Return the first names as text; a layer may have hundreds."""
    listed = list(names)
    return ", ".join(listed[:30]) + (f" and {len(listed) - 30} more" if len(listed) > 30 else "")


def parse_value(name: str, text: str, kind: str) -> str | float | bool:
    """Return a filter value in the type of its property.

    >>> parse_value("nth", "2", "integer"), parse_value("active", "true", "boolean"), parse_value("name", "2", "text")
    (2, True, '2')
    """
    if kind == "boolean":
        return parse_flag(name, text)
    if kind == "integer":
        if not re.fullmatch(r"[+-]?\d{1,18}", text, re.ASCII):
            raise fault(name, text, "a whole number")
        return int(text)
    if kind == "number":
        try:
            number = float(text)
        except ValueError:
            raise fault(name, text, "a number") from None
        if not math.isfinite(number):
            raise fault(name, text, "a finite number")
        return number
    return text


def item_query(given: Mapping[str, str], reserved: set[str], layer: PublishedLayer) -> ItemQuery:
    """Return the query of a request; what is not ``reserved`` must be a property of the layer, as an equality."""
    types = property_types(layer)
    equals: dict[str, str | float | bool] = {}
    for name, text in given.items():
        if name in reserved:
            continue
        if name not in types:
            allowed = ", ".join(sorted(reserved))
            raise ParameterError(
                f"parameter {name!r:.60} is unknown here, allowed are {allowed} and properties: {_some(types)}"
            )
        equals[name] = parse_value(name, text, types[name])
    check_datetime(given.get("datetime"))
    return ItemQuery(
        limit=parse_limit(given.get("limit")),
        after=parse_after(given.get("after")),
        bbox=parse_bbox(given.get("bbox")),
        equals=equals,
        properties=parse_properties(given.get("properties"), layer),
        geometry=not parse_flag("skipGeometry", given.get("skipGeometry")),
    )
