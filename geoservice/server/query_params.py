"""Validation of query strings: each parameter at most once, without NUL, and with a name that the route accepts.

OGC API Features (7.6) requires a 400 for an unknown parameter. HTML pages ignore unknown parameters, because apps through which
people share links add their own (``from=singlemessage``, ``fbclid``, ``utm_source``).
"""

from collections.abc import Collection, Iterable
from urllib.parse import parse_qsl

from geoservice.errors import ParameterError

Pairs = Iterable[tuple[str, str]]

CACHE_BUSTER = b"_"
"""The parameter that jQuery, Leaflet and OpenLayers add to a URL to bypass caches; all routes ignore it."""


def without_cache_buster(query: bytes) -> bytes:
    """Return a query string without the parameter ``_``.

    >>> without_cache_buster(b"f=json&_=1732771200000")
    b'f=json'
    """
    if CACHE_BUSTER not in query:
        return query
    return b"&".join(part for part in query.split(b"&") if part.partition(b"=")[0] != CACHE_BUSTER)


def parse_query(query: bytes) -> list[tuple[str, str]]:
    """Return the parameters of a query string in order, including those with empty values."""
    return parse_qsl(query.decode("latin-1"), keep_blank_values=True)


def parameters(
    pairs: Pairs, allowed: Collection[str], properties: Collection[str] = (), lenient: bool = False
) -> dict[str, str]:
    """Return validated parameters by name.

    Parameters
    ----------
    pairs
        Names and values.
    allowed
        Names of the route's parameters.
    properties
        Properties of a layer, which are parameters as well.
    lenient
        Whether unknown parameters are ignored instead of refused.

    Raises
    ------
    ParameterError
        For a parameter that is unknown, repeated, or contains NUL.
    """
    values: dict[str, str] = {}
    for name, value in pairs:
        is_allowed = name in allowed or name in properties
        if not is_allowed and lenient:
            continue
        label = repr(name.replace("\0", ""))
        if "\0" in name + value:
            raise ParameterError(f"parameter {label:.60}: contains a NUL character, allowed is text without NUL")
        if not is_allowed:
            further = f" and properties: {first_names(properties)}" if properties else ""
            raise ParameterError(f"parameter {label:.60} is unknown here, allowed are {', '.join(allowed)}{further}")
        if name in values:
            raise ParameterError(f"parameter {label:.60}: given more than once, allowed is once")
        values[name] = value
    return values


def first_names(names: Iterable[str]) -> str:
    """Return the first 30 names as text and the number of further ones; a layer may have hundreds of properties."""
    all_names = list(names)
    return ", ".join(all_names[:30]) + (f" and {len(all_names) - 30} more" if len(all_names) > 30 else "")
