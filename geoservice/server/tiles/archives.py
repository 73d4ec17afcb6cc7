"""A layer's tiles as one PMTiles file, read by ``Range``: maps without a tile server, QGIS and GDAL read it over HTTP.

One range a request is answered with 206. Several ranges at once get the whole file (200), as RFC 9110 (14.2) lets a server do:
no reader of PMTiles asks for them. A caller whose view is limited to some areas gets no file of a layer that is not public:
it holds the other areas as well.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from anyio import to_thread
from starlette.types import Message, Receive, Scope, Send

from geoservice.errors import Forbidden, NotFound
from geoservice.release.base import PublishedLayer, ReleaseReader
from geoservice.server.deps import Layers, caller, matches
from geoservice.server.errors import PROBLEM, problem
from geoservice.server.headers import Headers, send_whole
from geoservice.server.principal import Principal, audited
from geoservice.server.query_params import pairs_of, parameters
from geoservice.server.release_pool import ReleasePool, version_of
from geoservice.server.tiles.composite import BASE, mapped
from geoservice.server.tiles.route import FOREVER, PRIVATE, failed

PATH = re.compile(r"/tiles/([^/]+)\.pmtiles")
RANGE = re.compile(r"bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})", re.ASCII | re.IGNORECASE)
KIND = b"application/vnd.pmtiles"
STEP = 512 * 1024
"""Bytes read and sent at a time."""
FEW = 4 * 2**20
"""Bytes that a reader of single tiles asks for at most; more is a download."""


class ByteRange(NamedTuple):
    """Bytes from ``start`` up to and without ``stop``."""

    start: int
    stop: int


def archive_of(path: str) -> str | None:
    """Return the layer whose file a path names, or None.

    >>> archive_of("/tiles/coverage.pmtiles")
    'coverage'
    """
    found = PATH.fullmatch(path)
    return found.group(1) if found else None


def span_of(header: str, size: int) -> ByteRange | None:
    """Return what a ``Range`` asks for: None is the whole file, an empty span is nothing that there is.

    >>> span_of("bytes=0-126", 1000), span_of("bytes=990-", 1000), span_of("bytes=-5", 1000)
    (ByteRange(start=0, stop=127), ByteRange(start=990, stop=1000), ByteRange(start=995, stop=1000))
    >>> span_of("bytes=1000-", 1000), span_of("bytes=0-1,5-6", 1000), span_of("lines=1-2", 1000)
    (ByteRange(start=0, stop=0), None, None)
    """
    found = RANGE.fullmatch(header.strip())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        start, stop = max(size - int(last), 0), size
    else:
        start, stop = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < int(first):
            return None
    return ByteRange(start, stop) if start < stop else ByteRange(0, 0)


def is_part(headers: Mapping[bytes, bytes], etag: str) -> bool:
    """Whether the answer is surely a few bytes of the file, told before the file is looked at; ``etag`` is the file's.

    >>> is_part({b"range": b"bytes=0-126"}, "x"), is_part({b"range": b"bytes=-5"}, "x"), is_part({b"range": b"bytes=0-"}, "x")
    (True, True, False)
    >>> is_part({}, "x"), is_part({b"range": b"bytes=0-126", b"if-range": b"y"}, "x")
    (False, False)
    """
    span = span_of(headers.get(b"range", b"").decode("latin-1"), 10**18)
    fresh = headers.get(b"if-range", etag.encode()).strip() == etag.encode()
    return fresh and span is not None and span.stop - span.start <= FEW


def is_same(if_match: str, etag: str) -> bool:
    """Whether an ``If-Match`` names the ETag, by the strong comparison of RFC 9110.

    >>> is_same('"a", "b"', '"b"'), is_same("*", '"b"'), is_same('W/"b"', '"b"')
    (True, True, False)
    """
    return if_match.strip() == "*" or etag in {tag.strip() for tag in if_match.split(",")}


def tag_of(version: str, name: str) -> str:
    """Return the ETag of a layer's file."""
    return f'"{version}-{name}.pmtiles"'


class Archives:
    """The ASGI application of :func:`archive_of` paths."""

    def __init__(self, current: ReleasePool) -> None:
        self._current = current

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Serve a request."""
        started = False

        async def noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._answer(scope, noted)
        except Exception as error:
            if started:
                raise
            await send_whole(send, *failed(error))

    async def _answer(self, scope: Scope, send: Send) -> None:
        name, asked = archive_of(scope["path"]) or "", parameters(pairs_of(scope["query_string"]), ("v",))
        async with self._current.borrow(asked.get("v")) as reader:
            layer = read_range(reader, name, caller(scope), self._current.layers)
            if layer is not None:
                audited(layer)
            size, version = await to_thread.run_sync(reader.archive, name), version_of(reader)
            control = FOREVER if asked.get("v") == version else b"no-cache"
            if layer is not None and layer.role != "public":
                control = PRIVATE
            await self._send(scope, send, reader, name, size, own_headers(version, name, control))

    async def _send(self, scope: Scope, send: Send, reader: ReleaseReader, name: str, size: int, own: Headers) -> None:
        headers, etag = dict(scope["headers"]), dict(own)[b"etag"].decode()
        if not is_same(headers.get(b"if-match", b"*").decode("latin-1"), etag):
            detail = f"header If-Match: the file of layer {name} is another one now; begin again with its header"
            kind = [(b"content-type", PROBLEM.encode()), (b"cache-control", b"no-store")]
            return await send_whole(send, 412, [h for h in own if h[0] != b"cache-control"] + kind, problem(412, detail))
        if matches(headers.get(b"if-none-match", b"").decode("latin-1"), etag):
            return await send_whole(send, 304, own)
        span = span_of(headers.get(b"range", b"").decode("latin-1"), size)
        if headers.get(b"if-range", etag.encode()).strip() != etag.encode():
            span = None
        if span == (0, 0):
            return await send_whole(send, 416, [*own, (b"content-range", f"bytes */{size}".encode())])
        return await self._stream(scope, send, reader, name, size, span, own)

    async def _stream(
        self, scope: Scope, send: Send, reader: ReleaseReader, name: str, size: int, span: ByteRange | None, own: Headers
    ) -> None:
        start, stop = span or (0, size)
        part = [(b"content-range", f"bytes {start}-{stop - 1}/{size}".encode())] if span else []
        length = [(b"content-type", KIND), (b"content-length", str(stop - start).encode())]
        await send({"type": "http.response.start", "status": 206 if span else 200, "headers": [*own, *part, *length]})
        for at in range(start, stop if not scope.get("head") else start, STEP):
            body = await to_thread.run_sync(reader.read_archive, name, at, min(STEP, stop - at))
            await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def read_range(reader: ReleaseReader, name: str, who: Principal, now: Layers) -> PublishedLayer | None:
    """Return the layer of a file, None for the base map; raises :class:`NotFound`, :class:`Forbidden`."""
    if name == BASE:
        if not reader.manifest.base_map:
            raise NotFound("this release has no base map")
        return None
    layer = mapped(reader, name, who, now)
    if who.within(layer) is not None:
        raise Forbidden(f"layer {name}: its file of tiles holds all areas, and this token reads some; ask for single tiles")
    return layer


def own_headers(version: str, name: str, control: bytes) -> Headers:
    """Return what every answer about a file carries."""
    vary = [(b"vary", b"Authorization")] if control == PRIVATE else []
    etag = (b"etag", tag_of(version, name).encode())
    return [etag, (b"cache-control", control), (b"accept-ranges", b"bytes"), *vary]
