"""The query of a request for items: all of its parameters, checked against the layer."""

from collections.abc import Mapping
from dataclasses import dataclass

from geoservice.cql2 import LANGS, Filter, parse_filter
from geoservice.cql2.ast import Logic
from geoservice.errors import ParameterError
from geoservice.release.base import ItemQuery, Key, PublishedLayer, Sort
from geoservice.release.paging_keys import decode_key
from geoservice.release.properties import property_types, queryables_of
from geoservice.release.protocols import ReleaseReader
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
"""Parameters of items other than the common ones and the properties of a layer."""


@dataclass(frozen=True)
class ItemsQuery:
    """A query, the CRS of the response, and whether the request has a limit."""

    query: ItemQuery
    crs: Crs
    limited: bool


def items_query(
    context: RequestContext, layer: PublishedLayer, default: int = DEFAULT_LIMIT, most: int = MAX_LIMIT
) -> ItemsQuery:
    """Return the query of a request for a layer's items; raises :class:`ParameterError`."""
    parameters = context.query
    sortby = parse_sortby(parameters.get("sortby"), layer)
    query = ItemQuery(
        limit=parse_limit(parameters.get("limit"), default, most),
        bbox=parse_bbox(parameters.get("bbox"), parse_crs("bbox-crs", parameters.get("bbox-crs"), layer)),
        equals=equalities(parameters, layer),
        properties=parse_properties(parameters.get("properties"), parameters.get("exclude-properties"), layer),
        geometry=not parse_flag("skipGeometry", parameters.get("skipGeometry")),
        within=context.principal.within(layer),
        filter=filter_of(parameters, layer),
        ids=parse_ids(parameters.get("ids")),
        sortby=sortby,
        after=parse_key("after", parameters, layer, sortby),
        before=parse_key("before", parameters, layer, sortby),
        offset=parse_offset(parameters.get("offset")),
        area=parse_within(context.reader, parameters.get("within")),
    )
    return ItemsQuery(query, parse_crs("crs", parameters.get("crs"), layer), "limit" in parameters)


def parse_within(reader: ReleaseReader, code: str | None) -> str | None:
    """Return the path of the area of ``within``, None without one; raises :class:`ParameterError` for an unknown area."""
    if code is None:
        return None
    path = reader.area_path(code)
    if path is None:
        raise parameter_error("within", code, "the code of an area of this release")
    return path


def parse_key(name: str, parameters: Mapping[str, str], layer: PublishedLayer, sortby: tuple[Sort, ...]) -> Key | None:
    """Return the key at which a page begins or ends, from the token of a link; raises :class:`ParameterError`."""
    if name not in parameters:
        return None
    if len(parameters.keys() & set(PAGE_PARAMETERS)) > 1:
        raise parameter_error(name, parameters[name], f"one of {', '.join(PAGE_PARAMETERS)}")
    try:
        return decode_key(layer, sortby, parameters[name])
    except ParameterError:
        raise parameter_error(name, parameters[name], "the value in a next or prev link of the same layer and sortby") from None


def equalities(parameters: Mapping[str, str], layer: PublishedLayer) -> dict[str, str | float | bool]:
    """Return the parameters that are properties of the layer, except times, which :func:`filter_of` handles."""
    types = property_types(layer)
    texts = {name: text for name, text in parameters.items() if name not in {*COMMON, *ITEM_PARAMETERS}}
    return {name: text for name, text in texts.items() if types[name] not in {"date", "timestamp"}}


def filter_of(parameters: Mapping[str, str], layer: PublishedLayer) -> Filter | None:
    """Return one filter of ``filter``, ``datetime`` and parameters that are times."""
    filter_ = parse_filter_parameter(parameters, layer)
    times = [
        property_time_filter(name, kind, parameters[name]) for name, kind in property_types(layer).items() if name in parameters
    ]
    times.append(time_filter(layer, parse_datetime("datetime", parameters.get("datetime"))))
    nodes = [node for node in times if node is not None]
    if not nodes:
        return filter_
    if filter_ is not None:
        nodes.insert(0, filter_.root)
    root = nodes[0] if len(nodes) == 1 else Logic("and", tuple(nodes))
    return Filter(root, repr(root), filter_.properties if filter_ else ())


def parse_filter_parameter(parameters: Mapping[str, str], layer: PublishedLayer) -> Filter | None:
    """Return the parsed ``filter``, in the language and CRS of ``filter-lang`` and ``filter-crs``."""
    lang = parameters.get("filter-lang", LANGS[0])
    if lang not in LANGS:
        raise parameter_error("filter-lang", lang, f"one of {', '.join(LANGS)}")
    crs = parse_crs("filter-crs", parameters.get("filter-crs"), layer)
    if "filter" not in parameters:
        return None
    return parse_filter(parameters["filter"], lang, queryables_of(layer), to_lonlat=None if crs.code is None else crs.to_lonlat)
