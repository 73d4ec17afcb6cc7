"""The rules of every query string: each parameter once, as text, and of a name that the route knows.

OGC API Features (7.6) asks for a 400 where a parameter is unknown. A page for people passes over such ones: links that people
share come back with parameters of the programs they went through (``from=singlemessage``, ``fbclid``, ``utm_source``).
"""

from collections.abc import Collection, Iterable
from urllib.parse import parse_qsl

from geoservice.errors import ParameterError

Pairs = Iterable[tuple[str, str]]

CACHE_BUSTER = b"_"
"""What scripts add to a URL so that no cache answers it (jQuery, Leaflet, OpenLayers); every route passes over it."""


def without_cache_buster(query: bytes) -> bytes:
    """Return a query string without the parameter ``_``.

    >>> without_cache_buster(b"f=json&_=1732771200000")
    b'f=json'
    """
    if CACHE_BUSTER not in query:
        return query
    return b"&".join(part for part in query.split(b"&") if part.partition(b"=")[0] != CACHE_BUSTER)


def parse_query(query: bytes) -> list[tuple[str, str]]:
    """Return the parameters of a query string in order, values that are empty among them."""
    return parse_qsl(query.decode("latin-1"), keep_blank_values=True)


def parameters(
    pairs: Pairs, allowed: Collection[str], properties: Collection[str] = (), lenient: bool = False
) -> dict[str, str]:
    """Return parameters by name, checked.

    Parameters
    ----------
    pairs
        Names and values.
    allowed
        Names that the route knows.
    properties
        Properties of a layer that are parameters as well.
    lenient
        Whether other names are left out instead of refused.

    Raises
    ------
    ParameterError
        For a parameter that is unknown, given twice or not text.
    """
    checked: dict[str, str] = {}
    for name, value in pairs:
        known = name in allowed or name in properties
        if not known and lenient:
            continue
        shown = repr(name.replace("\0", ""))
        if "\0" in name + value:
            raise ParameterError(f"parameter {shown:.60}: holds a NUL character, allowed is text without")
        if not known:
            further = f" and properties: {first_names(properties)}" if properties else ""
            raise ParameterError(f"parameter {shown:.60} is unknown here, allowed are {', '.join(allowed)}{further}")
        if name in checked:
            raise ParameterError(f"parameter {shown:.60}: given more than once, allowed is once")
        checked[name] = value
    return checked


def first_names(names: Iterable[str]) -> str:
    """Return the first names as text; a layer may have hundreds."""
    listed = list(names)
    return ", ".join(listed[:30]) + (f" and {len(listed) - 30} more" if len(listed) > 30 else "")
