"""A list of processes or jobs in pages."""

from collections.abc import Sequence
from typing import Any

from geoservice.server import schemas
from geoservice.server.deps import RequestContext
from geoservice.server.features.params import parse_limit, parse_offset
from geoservice.server.formats import JSON
from geoservice.server.links import Link, link, self_links

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000
PAGING = ("limit", "offset")
"""Query parameters of a list."""
PAGING_PARAMETERS = [
    schemas.parameter(
        "limit", f"items per page: {DEFAULT_LIMIT} by default", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT}
    ),
    schemas.parameter("offset", "items to skip", {"type": "integer", "minimum": 0, "default": 0}),
]


def page_of(context: RequestContext, path: str, items: Sequence[Any]) -> tuple[Sequence[Any], list[Link]]:
    """Return the items of the page that a query asks for, and its links, with one to the next page if there is one."""
    limit, start = parse_limit(context.query.get("limit"), DEFAULT_LIMIT, MAX_LIMIT), parse_offset(context.query.get("offset"))
    links = self_links(context.urls, path, context.query)
    if start + limit < len(items):
        links.append(link("next", JSON, context.urls.to(path, {**context.query, "offset": start + limit})))
    return items[start : start + limit], links
