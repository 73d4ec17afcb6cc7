"""The documents of a copy: collections, schemas, TileJSON, styles, legends, each in both languages."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import orjson

from geoservice.maps.symbology import VARIANTS
from geoservice.release.base import PublishedLayer
from geoservice.release.protocols import ReleaseReader
from geoservice.server.links import CRS84
from geoservice.server.styles.routes import MAP, drawing_order, id_of
from geoservice.server.tiles.route import BASE as BASE_MAP
from geoservice.static_site.in_process import BASE, Documents
from geoservice.static_site.links import (
    INDEX,
    LANGUAGES,
    MANIFEST,
    SPRITE,
    Linker,
    archive_file,
    in_language,
    items_file,
)

OPTIONS = orjson.OPT_INDENT_2
PARTS = ("schema", "tilejson")
GEOJSON_FEATURES = 100_000
"""The most features of a layer that is also written as GeoJSON."""


def layer_suffixes(layer: PublishedLayer, *, timetable: bool) -> tuple[str, ...]:
    """Return the suffixes of the files with a layer's features: tables are CSV and Parquet alone."""
    shapes = (".fgb",) if layer.geometry != "none" else ()
    geojson = (".geojson",) if layer.geometry != "none" and layer.features <= GEOJSON_FEATURES else ()
    return (".csv", ".parquet", *shapes, *geojson, *((".ics", ".zh.ics") if timetable else ()))


def drawn_layers(reader: ReleaseReader, layers: list[PublishedLayer]) -> list[str]:
    """Return the ids of everything that has tiles, the base map among them; a layer without any place has none."""
    return [*([BASE_MAP] if reader.manifest.base_map else []), *(layer.id for layer in layers if layer.bbox is not None)]


def style_ids(layers: list[PublishedLayer]) -> list[str]:
    """Return the ids of all styles."""
    return [id_of(name, variant) for name in (MAP, *(layer.id for layer in drawing_order(layers))) for variant in VARIANTS]


def document_addresses(layers: list[PublishedLayer]) -> Iterator[tuple[str, str, str]]:
    """Yield path, query and English file name of each document in two languages."""
    yield "/", "f=json", INDEX
    yield "/collections", "f=json", "collections/index.json"
    for layer in layers:
        yield f"/collections/{layer.id}", "f=json", f"collections/{layer.id}/index.json"
        for part in PARTS[: 2 if layer.bbox is not None else 1]:
            yield f"/collections/{layer.id}/{part}", "f=json", f"collections/{layer.id}/{part}.json"
    yield "/styles", "f=json", "styles/index.json"
    for style in style_ids(layers):
        yield f"/styles/{style}", "f=json", f"styles/{style}.json"
        yield f"/styles/{style}/legend", "f=json", f"styles/{style}.legend.json"
        yield f"/styles/{style}/legend", "f=svg", f"styles/{style}.legend.svg"


def document_names(layers: list[PublishedLayer]) -> list[str]:
    """Return the names of all documents and sprites."""
    names = [in_language(name, language) for _, _, name in document_addresses(layers) for language in LANGUAGES]
    return [MANIFEST, *names, *(SPRITE + suffix for suffix in SPRITES)]


def data_names(layers: list[PublishedLayer], timetables: set[str], tiles: list[str]) -> list[str]:
    """Return the names of the files with features and tiles."""
    items = [items_file(x.id, s) for x in layers for s in layer_suffixes(x, timetable=x.id in timetables)]
    return [*items, *map(archive_file, tiles)]


SPRITES = (".json", ".png", "@2x.json", "@2x.png")


def documents(source: Documents, layers: list[PublishedLayer], linker: Linker, version: str) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each document, sprites among them; ``version`` is that of the copy."""
    yield MANIFEST, orjson.dumps({**source.json("/manifest"), "version": version})
    for suffix in SPRITES:
        yield SPRITE + suffix, source.get(f"/{SPRITE}{suffix}")
    for path, query, name in document_addresses(layers):
        for language in LANGUAGES:
            file, body = in_language(name, language), source.get(quote(path), f"{query}&lang={language}")
            if name.endswith(".json"):
                content = with_archives(with_stored_crs(orjson.loads(body)), file, linker)
                body = orjson.dumps(linker.rewrite(content, file, language), option=OPTIONS)
            yield file, body


def with_stored_crs(content: Any) -> Any:
    """Return collections with the coordinate reference system of the files alone: a copy does not transform."""
    entries = content.get("collections", [content])
    if all("storageCrs" in entry for entry in entries):
        for entry in (content, *entries):
            entry["crs"] = [CRS84]
    return content


def with_archives(content: Any, document: str, linker: Linker) -> Any:
    """Return TileJSON or a style with PMTiles files in place of the server's tiles, as the library pmtiles names them."""
    for source, (name, entry) in _tile_sources(content):
        archive = "pmtiles://" + linker.href(archive_file(name), document)
        del entry["tiles"]
        entry.update({"url": archive} if source else {"tiles": [archive + "/{z}/{x}/{y}"]})
    return content


def _tile_sources(content: dict[str, Any]) -> Iterator[tuple[bool, tuple[str, dict[str, Any]]]]:
    """Yield whether it is a source of a style, the layer and the entry of everything that has tiles."""
    if "tilejson" in content:
        yield False, (content["vector_layers"][0]["id"], content)
    sources = content.get("sources")
    for name, entry in sources.items() if isinstance(sources, dict) else ():
        assert all(url.startswith(f"{BASE}/tiles/") for url in entry["tiles"]), entry
        yield True, (name, entry)
