"""Layers described as OGC collections."""

from typing import Any

from geoservice.release.base import PublishedLayer
from geoservice.server.deps import RequestContext
from geoservice.server.features.amounts import Amount
from geoservice.server.features.crs import STORAGE, offered
from geoservice.server.features.writers import WRITERS
from geoservice.server.formats import GEOJSON, HTML, JSON, MEDIA, PNG, SCHEMA, STYLE
from geoservice.server.links import CRS84, REL, Link, link
from geoservice.server.pages import WORDS


def links_of(ask: RequestContext, layer: PublishedLayer) -> list[Link]:
    """Return where everything about a layer is."""
    to, path = ask.urls.to, f"/collections/{layer.id}"
    whole, words = Amount(0, None, ask.language), WORDS[ask.language]
    found = [
        link("self", JSON, to(path, {"f": "json"})),
        link("alternate", HTML, to(path, {"f": "html"})),
        link("items", GEOJSON, to(f"{path}/items"), "features"),
        *(link("items", MEDIA[f], to(f"{path}/items", {"f": f}), "features") for f in ("html", *WRITERS)),
        *(link("enclosure", MEDIA[f], to(f"{path}/items", {"f": f}), whole.file_title(words[f])) for f in WRITERS),
        link("describedby", SCHEMA, to(f"{path}/schema"), "schema"),
        link(f"{REL}/queryables", SCHEMA, to(f"{path}/queryables"), "queryables"),
        link(f"{REL}/sortables", SCHEMA, to(f"{path}/sortables"), "sortables"),
    ]
    if layer.geometry != "none":
        found += [
            link(f"{REL}/tilesets-vector", JSON, to(f"{path}/tiles")),
            link("describedby", JSON, to(f"{path}/tilejson"), "TileJSON"),
            link(f"{REL}/styles", JSON, to(f"{path}/styles"), "styles"),
            link("stylesheet", STYLE, to(f"/styles/{layer.id}"), "MapLibre style"),
            link(f"{REL}/map", PNG, to(f"{path}/map"), "map for a document"),
            link(f"{REL}/tilesets-map", JSON, to(f"{path}/map/tiles")),
        ]
    return found


def describe(ask: RequestContext, layer: PublishedLayer) -> dict[str, Any]:
    """Return the collection object of a layer: the same alone and in the list."""
    spatial = {"extent": {"spatial": {"bbox": [list(layer.bbox)], "crs": CRS84}}} if layer.bbox else {}
    return {
        "id": layer.id,
        "title": getattr(layer.title, ask.language),
        "description": getattr(layer.description, ask.language),
        "itemType": "record" if layer.geometry == "none" else "feature",
        "crs": [crs.uri for crs in offered(layer)],
        "storageCrs": STORAGE.uri,
        **spatial,
        "links": links_of(ask, layer),
    }
