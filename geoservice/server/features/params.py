"""Query parameters of items, each read alone; a fault names the parameter, what was got, what is allowed."""

import re
from collections.abc import Iterable

from geoservice.errors import ParameterError
from geoservice.geo import BBox
from geoservice.release.base import PublishedLayer, Sort
from geoservice.release.paging_keys import MAX_SORTS
from geoservice.release.properties import property_types
from geoservice.release.url_numbers import real_number
from geoservice.server.features.crs import STORAGE, Crs
from geoservice.server.query_params import some

DEFAULT_LIMIT = 10
MAX_LIMIT = 10_000


def parameter_error(name: str, got: str, allowed: str) -> ParameterError:
    """Return the error of a parameter."""
    return ParameterError(f"parameter {name!s:.60}: got {got!r:.80}, allowed is {allowed}")


def parse_limit(text: str | None, default: int = DEFAULT_LIMIT, most: int = MAX_LIMIT) -> int:
    """Return the page size; more than the maximum is taken as the maximum, as OGC API Features says.

    >>> parse_limit(None), parse_limit("25"), parse_limit("99999")
    (10, 25, 10000)
    """
    if text is None:
        return default
    if not re.fullmatch(r"[+ ]?\d{1,18}", text, re.ASCII) or int(text) < 1:
        raise parameter_error("limit", text, f"a whole number from 1 to {most}")
    return min(int(text), most)


def parse_offset(text: str | None) -> int:
    """Return how many features are passed over.

    >>> parse_offset(None), parse_offset("20")
    (0, 20)
    """
    if text is None:
        return 0
    if not re.fullmatch(r"[+ ]?\d{1,18}", text, re.ASCII):
        raise parameter_error("offset", text, "a whole number from 0")
    return int(text)


def parse_bbox(text: str | None, crs: Crs = STORAGE) -> BBox | None:
    """Return the box in degrees; heights of a six-number box are read over, and ``west > east`` means across 180 degrees.

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
    """Say how a box is written in a CRS.

    >>> box_form(Crs(4326))
    'south,west,north,east in degrees, longitudes -540 to 540, latitudes -90 to 90, south <= north'
    """
    order = "south,west,north,east" if crs.north_first else "west,south,east,north"
    if crs.projected:
        return f"{order} in metres of {crs.uri}, south <= north, west <= east, within the use of that CRS"
    return f"{order} in degrees, longitudes -540 to 540, latitudes -90 to 90, south <= north"


def parse_flag(name: str, text: str | None) -> bool:
    """Return a boolean parameter, false by default."""
    if text not in {None, "true", "false"}:
        raise parameter_error(name, str(text), "true or false")
    return text == "true"


def parse_names(name: str, text: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return names in a list with commas; raises :class:`ParameterError` naming the first that is not known."""
    listed, names = list(known), tuple(n for n in text.split(",") if n)
    for one in names:
        if one not in listed:
            raise parameter_error(name, one, "some of " + some(listed))
    return names


def parse_properties(wanted: str | None, unwanted: str | None, layer: PublishedLayer) -> tuple[str, ...] | None:
    """Return the properties of ``properties`` less those of ``exclude-properties``, None for all."""
    if wanted is None and unwanted is None:
        return None
    known = property_types(layer)
    kept = tuple(known) if wanted is None else parse_names("properties", wanted, known)
    gone = () if unwanted is None else parse_names("exclude-properties", unwanted, known)
    return tuple(n for n in kept if n not in gone)


def parse_ids(text: str | None) -> tuple[int, ...] | None:
    """Return the ids of features wanted.

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
    """Return the order wanted; a plus arrives as a space where it was not encoded."""
    if text is None:
        return ()
    names = [n for n in text.split(",") if n]
    plain = [n[1:] if n[0] in "+- " else n for n in names]
    parse_names("sortby", ",".join(plain), property_types(layer))
    if len(set(plain)) < len(plain) or len(plain) > MAX_SORTS:
        raise parameter_error("sortby", text, f"at most {MAX_SORTS} properties, each once")
    return tuple(Sort(name, given[0] == "-") for name, given in zip(plain, names, strict=True))
