"""What a request for items wants: all of its parameters together, checked against the layer."""

from collections.abc import Mapping
from dataclasses import dataclass

from geoservice.cql2 import LANGS, Filter, parse_filter
from geoservice.cql2.ast import Logic
from geoservice.errors import ParameterError
from geoservice.release.base import ItemQuery, Key, PublishedLayer, Sort
from geoservice.release.paging_keys import decode_key
from geoservice.release.properties import property_types, queryables_of
from geoservice.server import schemas
from geoservice.server.deps import COMMON, RequestContext
from geoservice.server.features.crs import Crs, parse_crs
from geoservice.server.features.paging import PAGE_PARAMETERS
from geoservice.server.features.params import (
    DEFAULT_LIMIT,
    MAX_LIMIT,
    parameter_error,
    parse_bbox,
    parse_flag,
    parse_ids,
    parse_limit,
    parse_offset,
    parse_properties,
    parse_sortby,
)
from geoservice.server.features.times import parse_datetime, property_time_filter, time_filter

ITEM_PARAMETERS = tuple(p["name"] for p in schemas.ITEM_PARAMETERS if p is not schemas.FILTERS)
"""Parameters of items beside the common ones that are not properties of a layer."""


@dataclass(frozen=True)
class ItemsQuery:
    """A query, the CRS to answer in, and whether the client stated a limit."""

    query: ItemQuery
    crs: Crs
    limited: bool


def items_query(ask: RequestContext, layer: PublishedLayer, default: int = DEFAULT_LIMIT, most: int = MAX_LIMIT) -> ItemsQuery:
    """Return what a request for a layer's items wants; raises :class:`ParameterError`."""
    given = ask.query
    sortby = parse_sortby(given.get("sortby"), layer)
    query = ItemQuery(
        limit=parse_limit(given.get("limit"), default, most),
        bbox=parse_bbox(given.get("bbox"), parse_crs("bbox-crs", given.get("bbox-crs"), layer)),
        equals=equalities(given, layer),
        properties=parse_properties(given.get("properties"), given.get("exclude-properties"), layer),
        geometry=not parse_flag("skipGeometry", given.get("skipGeometry")),
        within=ask.who.within(layer),
        filter=filter_of(given, layer),
        ids=parse_ids(given.get("ids")),
        sortby=sortby,
        after=parse_key("after", given, layer, sortby),
        before=parse_key("before", given, layer, sortby),
        offset=parse_offset(given.get("offset")),
    )
    return ItemsQuery(query, parse_crs("crs", given.get("crs"), layer), "limit" in given)


def parse_key(name: str, given: Mapping[str, str], layer: PublishedLayer, sortby: tuple[Sort, ...]) -> Key | None:
    """Return where a page begins or ends, out of the token of a link; raises :class:`ParameterError` for any other text."""
    if name not in given:
        return None
    if len(given.keys() & set(PAGE_PARAMETERS)) > 1:
        raise parameter_error(name, given[name], f"one of {', '.join(PAGE_PARAMETERS)}")
    try:
        return decode_key(layer, sortby, given[name])
    except ParameterError:
        raise parameter_error(name, given[name], "the value in a next or prev link of the same layer and sortby") from None


def equalities(given: Mapping[str, str], layer: PublishedLayer) -> dict[str, str | float | bool]:
    """Return the parameters that are properties of the layer, times left to :func:`filter_of`."""
    types = property_types(layer)
    named = {name: text for name, text in given.items() if name not in {*COMMON, *ITEM_PARAMETERS}}
    return {name: text for name, text in named.items() if types[name] not in {"date", "timestamp"}}


def filter_of(given: Mapping[str, str], layer: PublishedLayer) -> Filter | None:
    """Return ``filter``, ``datetime`` and the times among the equalities as one filter."""
    stated = parse_filter_parameter(given, layer)
    times = [property_time_filter(name, kind, given[name]) for name, kind in property_types(layer).items() if name in given]
    times.append(time_filter(layer, parse_datetime("datetime", given.get("datetime"))))
    nodes = [node for node in times if node is not None]
    if not nodes:
        return stated
    if stated is not None:
        nodes.insert(0, stated.root)
    root = nodes[0] if len(nodes) == 1 else Logic("and", tuple(nodes))
    return Filter(root, repr(root), stated.properties if stated else ())


def parse_filter_parameter(given: Mapping[str, str], layer: PublishedLayer) -> Filter | None:
    """Return ``filter`` in the language and CRS that it says."""
    lang = given.get("filter-lang", LANGS[0])
    if lang not in LANGS:
        raise parameter_error("filter-lang", lang, f"one of {', '.join(LANGS)}")
    crs = parse_crs("filter-crs", given.get("filter-crs"), layer)
    if "filter" not in given:
        return None
    return parse_filter(given["filter"], lang, queryables_of(layer), to_lonlat=None if crs.code is None else crs.to_lonlat)
