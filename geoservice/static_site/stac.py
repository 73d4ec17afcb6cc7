"""A STAC catalogue of a copy: one item for the release, with every file of features and tiles as an asset."""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from geoservice.layer import Label
from geoservice.release.base import PublishedLayer
from geoservice.release.protocols import ReleaseReader
from geoservice.server.formats import CALENDAR, CSV, FGB, GEOJSON, JSON, PARQUET, STYLE
from geoservice.server.styles.routes import bounds_of
from geoservice.server.tiles.route import BASE
from geoservice.static_site.links import MANIFEST, Linker, archive_file

VERSION = "1.1.0"
CATALOGUE, ITEM = "stac/catalog.json", "stac/release.json"
PMTILES = "application/vnd.pmtiles"
TYPES = {
    ".csv": CSV, ".parquet": PARQUET, ".fgb": FGB, ".geojson": GEOJSON, ".ics": CALENDAR, ".zh.ics": CALENDAR,
    ".pmtiles": PMTILES,
}  # fmt: skip


def stac_documents(
    reader: ReleaseReader, layers: Sequence[PublishedLayer], linker: Linker, description: str
) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the catalogue and its item."""
    for name, content in ((CATALOGUE, catalogue(reader, linker, description)), (ITEM, item(reader, layers, linker))):
        yield name, orjson.dumps(content, option=orjson.OPT_INDENT_2)


def catalogue(reader: ReleaseReader, linker: Linker, description: str) -> dict[str, Any]:
    """Return the catalogue."""
    links = [
        _link("root", linker.href(CATALOGUE, CATALOGUE)),
        _link("item", linker.href(ITEM, CATALOGUE), "application/geo+json"),
    ]
    return {
        "type": "Catalog", "stac_version": VERSION, "id": str(reader.manifest.study["id"]), "title": title_of(reader),
        "description": description, "links": links,
    }  # fmt: skip


def item(reader: ReleaseReader, layers: Sequence[PublishedLayer], linker: Linker) -> dict[str, Any]:
    """Return the item of the release."""
    manifest, box = reader.manifest, bounds_of(layers)
    west, south, east, north = box
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature", "stac_version": VERSION, "id": f"{manifest.study['id']}-{reader.number}", "bbox": list(box),
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {
            "datetime": manifest.created, "title": title_of(reader), "license": "other",
            "geoservice:release": reader.number, "geoservice:hash": manifest.hash,
            "geoservice:version": manifest.code_version,
        },
        "links": [_link(rel, linker.href(CATALOGUE, ITEM)) for rel in ("root", "parent")],
        "assets": dict(assets(layers, linker)),
    }  # fmt: skip


def title_of(reader: ReleaseReader) -> str:
    """Return the title of the study in both languages."""
    title = reader.manifest.study.get("title") or {}
    return both(Label(zh=title.get("zh", ""), en=title.get("en", ""))) or str(reader.manifest.study["id"])


def assets(layers: Sequence[PublishedLayer], linker: Linker) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield key and content of the asset of each file."""
    yield "manifest", _asset(linker.href(MANIFEST, ITEM), JSON, "metadata", "Manifest / 发布清单")
    yield "style", _asset(linker.href("styles/map.json", ITEM), STYLE, "metadata", "MapLibre style / 地图样式")
    if archive_file(BASE) in linker.files:
        yield f"{BASE}.pmtiles", _asset(linker.href(archive_file(BASE), ITEM), PMTILES, "visual", "Base map / 底图")
    for layer in layers:
        names = (f"collections/{layer.id}/items{s}" if s != ".pmtiles" else archive_file(layer.id) for s in TYPES)
        for (suffix, kind), name in zip(TYPES.items(), names, strict=True):
            if name in linker.files:
                role = "visual" if suffix == ".pmtiles" else "data"
                yield f"{layer.id}{suffix}", _asset(linker.href(name, ITEM), kind, role, both(layer.title))


def both(text: Label) -> str:
    """Return a text in both languages, once if they are the same."""
    return " / ".join(dict.fromkeys(t for t in (text.en, text.zh) if t))


def _asset(href: str, kind: str, role: str, title: str) -> dict[str, Any]:
    return {"href": href, "type": kind, "title": title, "roles": [role]}


def _link(rel: str, href: str, kind: str = JSON) -> dict[str, str]:
    return {"rel": rel, "href": href, "type": kind}
