"""Links: all URLs in responses are built here, as absolute URLs."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlencode

from geoservice.server.formats import HTML, JSON

Link = dict[str, str]

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
NO_QUERY: Mapping[str, Any] = MappingProxyType({})
REL = "http://www.opengis.net/def/rel/ogc/1.0"


@dataclass(frozen=True)
class Urls:
    """Absolute URLs below one base, which has no trailing slash."""

    base: str

    def to(self, path: str, query: Mapping[str, Any] | None = None) -> str:
        """Return the URL of a path and a query.

        >>> Urls("http://h").to("/collections/a b", {"f": "json"})
        'http://h/collections/a%20b?f=json'
        """
        parameters = "&".join(_pair(name, str(value)) for name, value in query.items()) if query else ""
        return self.base + _path(path) + ("?" + parameters if parameters else "")

    def formats(self, path: str, query: Mapping[str, Any]) -> Callable[[str], str]:
        """Return a function from a format to the URL of the resource in that format.

        >>> Urls("http://h").formats("/x", {"f": "csv", "limit": 5})("json")
        'http://h/x?limit=5&f=json'
        """
        start = self.to(path, {k: v for k, v in query.items() if k != "f"})
        separator = "&" if "?" in start else "?"
        return lambda f: f"{start}{separator}f={f}"

    def tiles(self, layer: str, release: str) -> str:
        """Return the tile URL template of a layer, with the release's version so that cached tiles are never stale."""
        return f"{self.base}/tiles/{layer}/{{z}}/{{x}}/{{y}}.mvt?v={release}"


@lru_cache(maxsize=256)
def _path(path: str) -> str:
    """Return a percent-encoded path."""
    return quote(path, safe="/{}")


@lru_cache(maxsize=256)
def _pair(name: str, value: str) -> str:
    """Return an encoded query parameter; cached, because one response repeats the same few in a dozen links."""
    return urlencode({name: value}, safe=",:")


def link(rel: str, kind: str, href: str, title: str = "") -> Link:
    """Return a link object."""
    return {"rel": rel, "type": kind, "href": href, **({"title": title} if title else {})}


def self_links(urls: Urls, path: str, query: Mapping[str, Any] = NO_QUERY) -> list[Link]:
    """Return the links of a document to itself and to its HTML page; of the query ``f`` and ``lang`` are left out.

    >>> [item["href"] for item in self_links(Urls("http://h"), "/jobs", {"limit": 5, "f": "html"})]
    ['http://h/jobs?limit=5&f=json', 'http://h/jobs?limit=5&f=html']
    """
    kept = {name: value for name, value in query.items() if name not in {"f", "lang"}}
    return [
        link("self", JSON, urls.to(path, {**kept, "f": "json"})),
        link("alternate", HTML, urls.to(path, {**kept, "f": "html"})),
    ]


def link_header(links: Iterable[Link]) -> str:
    """Return links as a ``Link`` header, for formats without links in the body.

    >>> link_header([link("next", "text/csv", "http://h/x?after=10")])
    '<http://h/x?after=10>; rel="next"; type="text/csv"'
    """
    return ", ".join(f'<{item["href"]}>; rel="{item["rel"]}"; type="{item["type"]}"' for item in links)
