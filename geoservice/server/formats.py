"""Content negotiation: format and language of a response from ``f``, ``lang`` and the ``Accept`` headers."""

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
CALENDAR = "text/calendar"

MEDIA = {
    "json": JSON, "geojson": GEOJSON, "html": HTML, "csv": CSV, "style": STYLE, "openapi": OPENAPI, "schema": SCHEMA,
    "parquet": PARQUET, "gpkg": GPKG, "fgb": FGB, "ics": CALENDAR,
    "svg": SVG, "png": PNG,
}  # fmt: skip
LANGUAGES = ("en", "zh")
LANGUAGE_PATTERN = "^(en|zh)([-_][A-Za-z0-9]{1,8})*$"
"""Tags of these languages, also with script and region: ``zh-Hans-CN``, ``en_GB``."""


def quality_values(header: str) -> list[tuple[str, float]]:
    """Return the values of an ``Accept``-like header in lower case with their ``q``; a ``q`` that is not a number counts as 0.

    >>> quality_values("gzip;q=0.5, BR, *;q=x")
    [('gzip', 0.5), ('br', 1.0), ('*', 0.0)]
    """
    return [_quality_value(part) for part in header.lower().split(",")]


def _quality_value(part: str) -> tuple[str, float]:
    value, *attributes = [p.strip() for p in part.split(";")]
    quality = next((a[2:] for a in attributes if a.startswith("q=")), "1")
    try:
        return value, min(max(float(quality), 0.0), 1.0)
    except ValueError:
        return value, 0.0


def accepted_values(header: str) -> list[str]:
    """Return the values of an ``Accept``-like header by descending ``q``, without those of ``q=0``.

    >>> accepted_values("text/html, application/json;q=0.5, image/png;q=0, */*;q=0.8")
    ['text/html', '*/*', 'application/json']
    """
    accepted = [(value, weight) for value, weight in quality_values(header) if value and weight > 0]
    return [value for value, _ in sorted(accepted, key=lambda pair: -pair[1])]


def choose_format(f: str | None, accept: str, offered: Sequence[str]) -> str:
    """Return the format of the response: ``f`` if present, else the best match of ``Accept``, else the first offered.

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
    for media_type in accepted_values(accept):
        for name in offered:
            if media_type in {MEDIA[name].split(";")[0], "*/*"} or (media_type == JSON and name in {"geojson", "json"}):
                return name
    return offered[0]


def choose_language(lang: str | None, accept: str) -> str:
    """Return ``en`` or ``zh``: ``lang`` if present, else the best match of ``Accept-Language``, else English.

    >>> choose_language(None, "zh-CN,zh;q=0.9,en;q=0.5"), choose_language("zh-CN", "en")
    ('zh', 'zh')
    """
    if lang is not None:
        if not (match := re.match(LANGUAGE_PATTERN, lang, re.IGNORECASE | re.ASCII)):
            raise ParameterError(f"parameter lang: got {lang!r:.40}, allowed are {', '.join(LANGUAGES)}, also with a region")
        return match[1].lower()
    return next((tag[:2] for tag in accepted_values(accept) if tag[:2] in LANGUAGES), "en")
