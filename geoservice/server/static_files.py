"""The planner's page: the files that the web build left in ``geoservice/web/static``."""

import hashlib
from pathlib import Path
from types import MappingProxyType

from fastapi import APIRouter, Request, Response

from geoservice.errors import NotFound
from geoservice.server.deps import matches

STATIC = Path(__file__).parent.parent / "web" / "static"
TYPES = MappingProxyType({
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
<pre>cd geoservice/web &amp;&amp; npm ci &amp;&amp; npm run build</pre><p>An installed wheel carries it ready.</p></html>"""

router = APIRouter()


def find(name: str, folder: Path = STATIC) -> Path | None:
    """Return a file of the built page, or None; nothing outside the folder, hidden or of another type is ever found."""
    if "\0" in name or "\\" in name or any(part.startswith(".") or not part for part in name.split("/")):
        return None
    path = folder / name
    try:
        served = path.suffix in TYPES and path.is_file() and path.resolve().is_relative_to(folder.resolve())
    except OSError:  # a name that no file can have: it is too long
        return None
    return path if served else None


def page_file(name: str, if_none_match: str, folder: Path = STATIC) -> Response:
    """Answer with a file; those below ``assets/`` have a hash in their name and never change."""
    path = find(name, folder)
    if path is None:
        if name == "index.html":
            return Response(UNBUILT, 200, {"Cache-Control": "no-store"}, TYPES[".html"])
        raise NotFound(f"nothing is served at /{name:.100}; / and /collections show what there is")
    body = path.read_bytes()
    etag = '"' + hashlib.sha256(body).hexdigest()[:32] + '"'
    forever = name.startswith("assets/")
    headers = {
        "ETag": etag,
        "Vary": "Accept",
        "Cache-Control": "public, max-age=31536000, immutable" if forever else "no-cache",
    }
    return (
        Response(status_code=304, headers=headers)
        if matches(if_none_match, etag)
        else Response(body, 200, headers, TYPES[path.suffix])
    )


@router.get("/{name:path}", include_in_schema=False)
def static(name: str, request: Request) -> Response:
    """Answer with a file of the page; the last route, after everything that has a name."""
    return page_file(name, request.headers.get("if-none-match", ""))
