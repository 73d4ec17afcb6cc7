"""Collection objects of layers (OGC API Features)."""

from typing import Any

from geoservice.release.base import PublishedLayer
from geoservice.server.deps import RequestContext
from geoservice.server.features.amounts import Amount
from geoservice.server.features.crs import STORAGE, supported_crs
from geoservice.server.features.file_formats import file_formats
from geoservice.server.formats import GEOJSON, JSON, MEDIA, PNG, SCHEMA, STYLE
from geoservice.server.links import CRS84, REL, Link, link, self_links
from geoservice.server.pages import LABELS


def layer_links(context: RequestContext, layer: PublishedLayer) -> list[Link]:
    """Return the links of a layer's collection."""
    to, path = context.urls.to, f"/collections/{layer.id}"
    formats = file_formats(layer)
    everything, texts = Amount(0, None, context.language), LABELS[context.language]
    links = [
        *self_links(context.urls, path),
        link("items", GEOJSON, to(f"{path}/items"), "features"),
        *(link("items", MEDIA[f], to(f"{path}/items", {"f": f}), "features") for f in ("html", *formats)),
        *(link("enclosure", MEDIA[f], to(f"{path}/items", {"f": f}), everything.file_title(texts[f])) for f in formats),
        link("describedby", SCHEMA, to(f"{path}/schema"), "schema"),
        link(f"{REL}/queryables", SCHEMA, to(f"{path}/queryables"), "queryables"),
        link(f"{REL}/sortables", SCHEMA, to(f"{path}/sortables"), "sortables"),
    ]
    if layer.geometry != "none":
        links += [
            link(f"{REL}/tilesets-vector", JSON, to(f"{path}/tiles")),
            link("describedby", JSON, to(f"{path}/tilejson"), "TileJSON"),
            link(f"{REL}/styles", JSON, to(f"{path}/styles"), "styles"),
            link("stylesheet", STYLE, to(f"/styles/{layer.id}"), "MapLibre style"),
            link(f"{REL}/map", PNG, to(f"{path}/map"), "map for a document"),
            link(f"{REL}/tilesets-map", JSON, to(f"{path}/map/tiles")),
        ]
    return links


def describe(context: RequestContext, layer: PublishedLayer) -> dict[str, Any]:
    """Return the collection object of a layer, the same by itself and in the list of collections."""
    spatial = {"extent": {"spatial": {"bbox": [list(layer.bbox)], "crs": CRS84}}} if layer.bbox else {}
    return {
        "id": layer.id,
        "title": getattr(layer.title, context.language),
        "description": getattr(layer.description, context.language),
        "itemType": "record" if layer.geometry == "none" else "feature",
        "crs": [crs.uri for crs in supported_crs(layer)],
        "storageCrs": STORAGE.uri,
        **spatial,
        "links": layer_links(context, layer),
    }
