"""The planner's map page: the files of the web build in ``geoservice/web/static``."""

import hashlib
from pathlib import Path
from types import MappingProxyType

from fastapi import APIRouter, Request, Response

from geoservice.errors import NotFound
from geoservice.server.deps import etag_matches

STATIC = Path(__file__).parent.parent / "web" / "static"
MEDIA_TYPES = MappingProxyType({
    ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8", ".json": "application/json", ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon", ".woff2": "font/woff2", ".wasm": "application/wasm",
    ".txt": "text/plain; charset=utf-8", ".map": "application/json",
})  # fmt: skip
"""Only files of these types are served."""

UNBUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>geoservice</title>
<h1>The map has not been built / 地图页面尚未构建</h1>
<p>The API works: <a href="collections?f=html">data</a>, <a href="api?f=html">API</a>,
<a href="clients?f=html">examples for other programs / 示例</a>. To build the page, in a source tree:</p>
<pre>cd geoservice/web &amp;&amp; npm ci &amp;&amp; npm run build</pre><p>An installed wheel contains it.</p></html>"""

router = APIRouter()


def find_file(name: str, folder: Path = STATIC) -> Path | None:
    """Return the path of a file of the web build, or None: also for files outside the folder, hidden, or of other types."""
    if "\0" in name or "\\" in name or any(part.startswith(".") or not part for part in name.split("/")):
        return None
    path = folder / name
    try:
        is_served = path.suffix in MEDIA_TYPES and path.is_file() and path.resolve().is_relative_to(folder.resolve())
    except OSError:  # the name is too long for a file
        return None
    return path if is_served else None


def page_file(name: str, if_none_match: str, folder: Path = STATIC) -> Response:
    """Return a file as the response; files below ``assets/`` have a hash in their names and never change."""
    path = find_file(name, folder)
    if path is None:
        if name == "index.html":
            return Response(UNBUILT, 200, {"Cache-Control": "no-store"}, MEDIA_TYPES[".html"])
        raise NotFound(f"nothing is served at /{name:.100}; see / and /collections")
    body = path.read_bytes()
    etag = '"' + hashlib.sha256(body).hexdigest()[:32] + '"'
    immutable = name.startswith("assets/")
    headers = {
        "ETag": etag,
        "Vary": "Accept",
        "Cache-Control": "public, max-age=31536000, immutable" if immutable else "no-cache",
    }
    return (
        Response(status_code=304, headers=headers)
        if etag_matches(if_none_match, etag)
        else Response(body, 200, headers, MEDIA_TYPES[path.suffix])
    )


@router.get("/{name:path}", include_in_schema=False)
def static(name: str, request: Request) -> Response:
    """Return a file of the map page; this route matches every path, and so comes last."""
    return page_file(name, request.headers.get("if-none-match", ""))
