"""Links of the server's documents as links between files: which file holds what an address answers."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from geoservice.static_site.in_process import BASE

INDEX, MANIFEST, CONFIG = "index.json", "manifest.json", "static.json"
TILES_FOLDER, PAGE_DATA = "tiles", "data"
DOCUMENTS = (
    (re.compile(r"/"), INDEX),
    (re.compile(r"/collections"), "collections/index.json"),
    (re.compile(r"/collections/([^/]+)"), r"collections/\1/index.json"),
    (re.compile(r"/collections/([^/]+)/(schema|tilejson)"), r"collections/\1/\2.json"),
    (re.compile(r"/styles"), "styles/index.json"),
    (re.compile(r"/collections/[^/]+/styles"), "styles/index.json"),
    (re.compile(r"/styles/([^/]+)"), r"styles/\1.json"),
)
"""Paths of documents in two languages, with the name of the English file."""
LEGEND = re.compile(r"/styles/([^/]+)/legend")
ITEMS = re.compile(r"/collections/([^/]+)/items")
TILES = re.compile(r"/tiles/([^/]+)/\{z\}/\{x\}/\{y\}\.mvt")
SPRITE, GLYPHS = "styles/sprite", "fonts/{fontstack}/{range}.pbf"
SUFFIXES = {"json": ".geojson", "csv": ".csv", "parquet": ".parquet", "fgb": ".fgb", "ics": ".ics"}
LANGUAGES = ("en", "zh")


def in_language(name: str, language: str) -> str:
    """Return the name of a file in a language: English has the plain name.

    >>> in_language("styles/map.json", "zh"), in_language("styles/map.json", "en")
    ('styles/map.zh.json', 'styles/map.json')
    """
    stem, suffix = posixpath.splitext(name)
    return name if language == "en" else f"{stem}.{language}{suffix}"


def items_file(layer_id: str, suffix: str) -> str:
    """Return the name of a file with the features of a layer."""
    return f"collections/{layer_id}/items{suffix}"


def archive_file(layer_id: str) -> str:
    """Return the name of the PMTiles file of a layer."""
    return f"{TILES_FOLDER}/{layer_id}.pmtiles"


def file_of(path: str, query: str, language: str) -> str | None:
    """Return the name of the file that holds the answer to a request, None for what only a server can answer.

    >>> file_of("/collections/coverage", "f=json", "zh"), file_of("/collections/coverage/items", "f=fgb", "en")
    ('collections/coverage/index.zh.json', 'collections/coverage/items.fgb')
    >>> file_of("/collections/coverage", "f=html", "en"), file_of("/processes", "", "en")
    (None, None)
    """
    output_format = parse_qs(query).get("f", [""])[0]
    if (match := ITEMS.fullmatch(path)) is not None:
        suffix = SUFFIXES.get(output_format or "json")
        return suffix and in_language(items_file(match[1], suffix), language if suffix == ".ics" else "en")
    if (match := LEGEND.fullmatch(path)) is not None:
        return in_language(f"styles/{match[1]}.legend.{'svg' if output_format == 'svg' else 'json'}", language)
    if output_format not in {"", "json", "style"}:
        return None
    if path == "/manifest":
        return MANIFEST
    matches = ((pattern.fullmatch(path), name) for pattern, name in DOCUMENTS)
    return next((in_language(match.expand(name), language) for match, name in matches if match), None)


@dataclass(frozen=True)
class Linker:
    """Rewrites the links of documents to the files of a folder.

    ``files`` are the names of all files that the folder gets. Links are relative to the document, or absolute below ``base``,
    the public address of the folder (with a slash at its end).
    """

    files: frozenset[str]
    base: str | None = None

    def href(self, name: str, document: str) -> str:
        """Return the link from a document to a file.

        >>> Linker(frozenset()).href("tiles/a b.pmtiles", "styles/map.json")
        '../tiles/a%20b.pmtiles'
        """
        start = posixpath.dirname(document)
        return self.base + quote(name, safe="/{}") if self.base else quote(posixpath.relpath(name, start or "."), safe="/{}")

    def target(self, url: str, language: str) -> str | None:
        """Return the file that an address of the server stands for, None if the folder has none."""
        parts = urlsplit(url)
        name = file_of(unquote(parts.path), parts.query, language)
        return name if name in self.files else None

    def rewrite(self, content: Any, document: str, language: str) -> Any:
        """Return the content of a document with links to files; link objects without a file are left out."""
        if isinstance(content, dict):
            return dict(self._members(content, document, language))
        if isinstance(content, list):
            kept = (item for item in content if not self._is_dead(item, language))
            return _unique([self.rewrite(item, document, language) for item in kept])
        return content

    def _members(self, content: dict[str, Any], document: str, language: str) -> Iterator[tuple[str, Any]]:
        for key, value in content.items():
            if not self._is_dead(value, language):
                yield key, self._text(value, document, language) if _is_ours(value) else self.rewrite(value, document, language)

    def _is_dead(self, value: Any, language: str) -> bool:
        href = value.get("href") if isinstance(value, dict) else None
        return isinstance(href, str) and _is_ours(href) and self.target(href, language) is None

    def _text(self, url: str, document: str, language: str) -> str:
        path = unquote(url.removeprefix(BASE + "/"))
        name = path if path in {SPRITE, GLYPHS} else self.target(url, language)
        if name is None:
            raise AssertionError(f"{document}: no file for {url}")
        return self.href(name, document)


def _is_ours(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(BASE + "/")


def _unique(items: list[Any]) -> list[Any]:
    """Return a list without repeated link objects: several addresses may lead to one file."""
    return [item for i, item in enumerate(items) if not (isinstance(item, dict) and "href" in item and item in items[:i])]
