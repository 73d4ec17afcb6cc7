"""Formats and languages: what ``f`` and ``Accept`` ask for, and the media types that answer."""

import re
from collections.abc import Sequence

from geoservice.errors import ParameterError

JSON = "application/json"
GEOJSON = "application/geo+json"
HTML = "text/html"
CSV = "text/csv"
GLYPHS = "application/x-protobuf"
MVT = "application/vnd.mapbox-vector-tile"
PNG = "image/png"
SVG = "image/svg+xml"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
STYLE = "application/vnd.mapbox.style+json"
SCHEMA = "application/schema+json"
PARQUET = "application/vnd.apache.parquet"
GPKG = "application/geopackage+sqlite3"
FGB = "application/flatgeobuf"

MEDIA = {
    "json": JSON, "geojson": GEOJSON, "html": HTML, "csv": CSV, "style": STYLE, "openapi": OPENAPI, "schema": SCHEMA,
    "parquet": PARQUET, "gpkg": GPKG, "fgb": FGB,
    "svg": SVG, "png": PNG,
}  # fmt: skip
LANGUAGES = ("en", "zh")
LANGUAGE_PATTERN = "^(en|zh)([-_][A-Za-z0-9]{1,8})*$"
"""Tags of these languages, with script and region as browsers and systems write them: ``zh-Hans-CN``, ``en_GB``."""


def weighted(header: str) -> list[str]:
    """Return the values of an ``Accept``-like header, most wanted first, refused ones left out.

    >>> weighted("text/html, application/json;q=0.5, image/png;q=0, */*;q=0.8")
    ['text/html', '*/*', 'application/json']
    """
    found: list[tuple[float, int, str]] = []
    for at, part in enumerate(header.split(",")):
        value, *attributes = [p.strip() for p in part.split(";")]
        quality = next((a[2:] for a in attributes if a.startswith("q=")), "1")
        try:
            weight = float(quality)
        except ValueError:
            weight = 0.0
        if value and weight > 0:
            found.append((-weight, at, value.lower()))
    return [value for _, _, value in sorted(found)]


def choose_format(f: str | None, accept: str, offered: Sequence[str]) -> str:
    """Return the format to answer in: ``f`` if given, else the best of ``Accept``, else the first offered.

    Raises :class:`ParameterError` for an ``f`` that is not offered.

    >>> choose_format(None, "text/html,*/*;q=0.8", ("json", "html"))
    'html'
    >>> choose_format(None, "application/vnd.x", ("json", "html"))
    'json'
    """
    if f is not None:
        if f not in offered:
            raise ParameterError(f"parameter f: got {f!r:.40}, allowed are {', '.join(offered)}")
        return f
    for wanted in weighted(accept):
        for name in offered:
            if wanted in {MEDIA[name].split(";")[0], "*/*"} or (wanted == JSON and name in {"geojson", "json"}):
                return name
    return offered[0]


def choose_language(lang: str | None, accept: str) -> str:
    """Return ``en`` or ``zh``: ``lang`` if given, else the best of ``Accept-Language``, else English.

    >>> choose_language(None, "zh-CN,zh;q=0.9,en;q=0.5"), choose_language("zh-CN", "en")
    ('zh', 'zh')
    """
    if lang is not None:
        if not (known := re.match(LANGUAGE_PATTERN, lang, re.IGNORECASE | re.ASCII)):
            raise ParameterError(f"parameter lang: got {lang!r:.40}, allowed are {', '.join(LANGUAGES)}, also with a region")
        return known[1].lower()
    return next((w[:2] for w in weighted(accept) if w[:2] in LANGUAGES), "en")
