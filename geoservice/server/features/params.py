"""Parsers of the query parameters of items; errors name the parameter, its value, and what is allowed."""

import re
from collections.abc import Iterable

from geoservice.errors import ParameterError
from geoservice.geo import BBox
from geoservice.release.base import PublishedLayer, Sort
from geoservice.release.paging_keys import MAX_SORTS
from geoservice.release.properties import property_types
from geoservice.release.url_numbers import real_number
from geoservice.server.features.crs import STORAGE, Crs
from geoservice.server.query_params import first_names

DEFAULT_LIMIT = 10
MAX_LIMIT = 10_000


def parameter_error(name: str, value: str, allowed: str) -> ParameterError:
    """Return the error for the value of a parameter."""
    return ParameterError(f"parameter {name!s:.60}: got {value!r:.80}, allowed is {allowed}")


def parse_limit(text: str | None, default: int = DEFAULT_LIMIT, most: int = MAX_LIMIT) -> int:
    """Return the page size; larger values are reduced to the maximum, as OGC API Features says.

    >>> parse_limit(None), parse_limit("25"), parse_limit("99999")
    (10, 25, 10000)
    """
    if text is None:
        return default
    if not re.fullmatch(r"[+ ]?\d{1,18}", text, re.ASCII) or int(text) < 1:
        raise parameter_error("limit", text, f"a whole number from 1 to {most}")
    return min(int(text), most)


def parse_offset(text: str | None) -> int:
    """Return the number of features to skip.

    >>> parse_offset(None), parse_offset("20")
    (0, 20)
    """
    if text is None:
        return 0
    if not re.fullmatch(r"[+ ]?\d{1,18}", text, re.ASCII):
        raise parameter_error("offset", text, "a whole number from 0")
    return int(text)


def parse_bbox(text: str | None, crs: Crs = STORAGE) -> BBox | None:
    """Return the box in degrees; heights of a box of six numbers are ignored, and ``west > east`` crosses 180 degrees.

    >>> parse_bbox("24,60,25,61")
    BBox(west=24.0, south=60.0, east=25.0, north=61.0)
    >>> parse_bbox("170,-10,190,10").east
    -170.0
    >>> parse_bbox("170,-50,-170,-40").west
    170.0
    """
    if text is None:
        return None
    try:
        numbers = [real_number(part) for part in text.split(",")]
        if len(numbers) == 6:
            numbers = [numbers[i] for i in (0, 1, 3, 4)]
        a, b, c, d = numbers
        return crs.box((a, b, c, d))
    except ValueError:
        raise parameter_error("bbox", text, bbox_format(crs)) from None


def bbox_format(crs: Crs) -> str:
    """Return the format of a box in a CRS, for error messages.

    >>> bbox_format(Crs(4326))
    'south,west,north,east in degrees, longitudes -540 to 540, latitudes -90 to 90, south <= north'
    """
    order = "south,west,north,east" if crs.north_first else "west,south,east,north"
    if crs.projected:
        return f"{order} in metres of {crs.uri}, south <= north, west <= east, within the area of use of that CRS"
    return f"{order} in degrees, longitudes -540 to 540, latitudes -90 to 90, south <= north"


def parse_flag(name: str, text: str | None) -> bool:
    """Return the value of a boolean parameter, false by default."""
    if text not in {None, "true", "false"}:
        raise parameter_error(name, str(text), "true or false")
    return text == "true"


def parse_names(name: str, text: str, allowed: Iterable[str]) -> tuple[str, ...]:
    """Return the names in a list with commas; raises :class:`ParameterError` naming the first that is not allowed."""
    choices, names = list(allowed), tuple(n for n in text.split(",") if n)
    for item in names:
        if item not in choices:
            raise parameter_error(name, item, "some of " + first_names(choices))
    return names


def parse_properties(include: str | None, exclude: str | None, layer: PublishedLayer) -> tuple[str, ...] | None:
    """Return the properties in ``properties`` without those in ``exclude-properties``, None for all."""
    if include is None and exclude is None:
        return None
    names = property_types(layer)
    included = tuple(names) if include is None else parse_names("properties", include, names)
    excluded = () if exclude is None else parse_names("exclude-properties", exclude, names)
    return tuple(n for n in included if n not in excluded)


def parse_ids(text: str | None) -> tuple[int, ...] | None:
    """Return the requested ids of features, each once.

    >>> parse_ids("3,1,3")
    (3, 1)
    """
    if text is None:
        return None
    parts = dict.fromkeys(text.split(","))
    if len(parts) > MAX_LIMIT or not all(re.fullmatch(r"\d{1,18}", p, re.ASCII) for p in parts):
        raise parameter_error("ids", text, f"at most {MAX_LIMIT} whole numbers with commas between them")
    return tuple(map(int, parts))


def parse_sortby(text: str | None, layer: PublishedLayer) -> tuple[Sort, ...]:
    """Return the requested order; a plus that was not percent-encoded arrives as a space."""
    if text is None:
        return ()
    names = [n for n in text.split(",") if n]
    plain = [n[1:] if n[0] in "+- " else n for n in names]
    parse_names("sortby", ",".join(plain), property_types(layer))
    if len(set(plain)) < len(plain) or len(plain) > MAX_SORTS:
        raise parameter_error("sortby", text, f"at most {MAX_SORTS} properties, each once")
    return tuple(Sort(name, text[0] == "-") for name, text in zip(plain, names, strict=True))
