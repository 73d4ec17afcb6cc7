"""A layer's tiles as one PMTiles file with HTTP range requests, for serverless maps, QGIS and GDAL.

A request with one range is answered with 206. Several ranges get the whole file (200), as RFC 9110 (14.2) allows: no PMTiles
reader requests them. A caller who may see some areas only gets no file of a non-public layer, as it holds all areas.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from anyio import to_thread
from starlette.types import Message, Receive, Scope, Send

from geoservice.errors import Forbidden, NotFound
from geoservice.release.base import PublishedLayer
from geoservice.release.protocols import ReleaseReader
from geoservice.server.deps import Layers, etag_matches, if_match_holds, principal_of
from geoservice.server.errors import PROBLEM, problem
from geoservice.server.headers import Headers, send_problem, send_response
from geoservice.server.principal import Principal, note_for_audit
from geoservice.server.query_params import parameters, parse_query
from geoservice.server.release_pool import ReleasePool, version_of
from geoservice.server.tiles.composite import BASE, layer_with_tiles
from geoservice.server.tiles.route import FOREVER, PRIVATE

PATH = re.compile(r"/tiles/([^/]+)\.pmtiles")
RANGE = re.compile(r"bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})", re.ASCII | re.IGNORECASE)
MEDIA_TYPE = b"application/vnd.pmtiles"
CHUNK_BYTES = 512 * 1024
"""Bytes that are read and sent in one piece."""
PARTIAL_BYTES = 4 * 2**20
"""The largest range that a reader of single tiles requests; more counts as a download."""


class ByteRange(NamedTuple):
    """Bytes from ``start`` up to but excluding ``stop``."""

    start: int
    stop: int


def archive_name(path: str) -> str | None:
    """Return the layer id in the path of a PMTiles file, None for other paths.

    >>> archive_name("/tiles/coverage.pmtiles")
    'coverage'
    """
    match = PATH.fullmatch(path)
    return match.group(1) if match else None


def parse_range(header: str, size: int) -> ByteRange | None:
    """Return the bytes that a ``Range`` requests: None for the whole file, an empty range if none of them exist.

    >>> parse_range("bytes=0-126", 1000), parse_range("bytes=990-", 1000), parse_range("bytes=-5", 1000)
    (ByteRange(start=0, stop=127), ByteRange(start=990, stop=1000), ByteRange(start=995, stop=1000))
    >>> parse_range("bytes=1000-", 1000), parse_range("bytes=0-1,5-6", 1000), parse_range("lines=1-2", 1000)
    (ByteRange(start=0, stop=0), None, None)
    """
    match = RANGE.fullmatch(header.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        start, stop = max(size - int(last), 0), size
    else:
        start, stop = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < int(first):
            return None
    return ByteRange(start, stop) if start < stop else ByteRange(0, 0)


def is_partial(headers: Mapping[bytes, bytes], etag: str) -> bool:
    """Whether a request gets a small part of the file for certain, before the file is opened; ``etag`` is the file's.

    >>> [is_partial({b"range": value}, "x") for value in (b"bytes=0-126", b"bytes=-5", b"bytes=0-")]
    [True, True, False]
    >>> is_partial({}, "x"), is_partial({b"range": b"bytes=0-126", b"if-range": b"y"}, "x")
    (False, False)
    """
    byte_range = parse_range(headers.get(b"range", b"").decode("latin-1"), 10**18)
    unchanged = headers.get(b"if-range", etag.encode()).strip() == etag.encode()
    return unchanged and byte_range is not None and byte_range.stop - byte_range.start <= PARTIAL_BYTES


def archive_etag(version: str, name: str) -> str:
    """Return the ETag of a layer's PMTiles file."""
    return f'"{version}-{name}.pmtiles"'


class Archives:
    """The ASGI application of PMTiles files: paths that :func:`archive_name` matches."""

    def __init__(self, releases: ReleasePool) -> None:
        self._releases = releases

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Serve a request."""
        started = False

        async def send_and_note(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._respond(scope, send_and_note)
        except Exception as error:
            if started:
                raise
            await send_problem(send, error)

    async def _respond(self, scope: Scope, send: Send) -> None:
        name, query = archive_name(scope["path"]) or "", parameters(parse_query(scope["query_string"]), ("v",))
        async with self._releases.borrow(query.get("v")) as reader:
            layer = archive_layer(reader, name, principal_of(scope), self._releases.layers)
            if layer is not None:
                note_for_audit(layer)
            size, version = await to_thread.run_sync(reader.archive, name), version_of(reader)
            control = FOREVER if query.get("v") == version else b"no-cache"
            if layer is not None and layer.role != "public":
                control = PRIVATE
            await self._send(scope, send, reader, name, size, archive_headers(version, name, control))

    async def _send(self, scope: Scope, send: Send, reader: ReleaseReader, name: str, size: int, common: Headers) -> None:
        headers, etag = dict(scope["headers"]), dict(common)[b"etag"].decode()
        if not if_match_holds(headers.get(b"if-match", b"*").decode("latin-1"), etag):
            detail = f"header If-Match: the file of layer {name} has changed; read it again from its start"
            kind = [(b"content-type", PROBLEM.encode()), (b"cache-control", b"no-store")]
            return await send_response(send, 412, [h for h in common if h[0] != b"cache-control"] + kind, problem(412, detail))
        if etag_matches(headers.get(b"if-none-match", b"").decode("latin-1"), etag):
            return await send_response(send, 304, common)
        byte_range = parse_range(headers.get(b"range", b"").decode("latin-1"), size)
        if headers.get(b"if-range", etag.encode()).strip() != etag.encode():
            byte_range = None
        if byte_range == (0, 0):
            return await send_response(send, 416, [*common, (b"content-range", f"bytes */{size}".encode())])
        return await self._stream(scope, send, reader, name, size, byte_range, common)

    async def _stream(
        self,
        scope: Scope,
        send: Send,
        reader: ReleaseReader,
        name: str,
        size: int,
        byte_range: ByteRange | None,
        common: Headers,
    ) -> None:
        start, stop = byte_range or (0, size)
        part = [(b"content-range", f"bytes {start}-{stop - 1}/{size}".encode())] if byte_range else []
        length = [(b"content-type", MEDIA_TYPE), (b"content-length", str(stop - start).encode())]
        await send({"type": "http.response.start", "status": 206 if byte_range else 200, "headers": [*common, *part, *length]})
        for at in range(start, stop if not scope.get("head") else start, CHUNK_BYTES):
            body = await to_thread.run_sync(reader.read_archive, name, at, min(CHUNK_BYTES, stop - at))
            await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def archive_layer(reader: ReleaseReader, name: str, principal: Principal, current: Layers) -> PublishedLayer | None:
    """Return the layer of a PMTiles file, None for the base map; raises :class:`NotFound`, :class:`Forbidden`."""
    if name == BASE:
        if not reader.manifest.base_map:
            raise NotFound("this release has no base map")
        return None
    layer = layer_with_tiles(reader, name, principal, current)
    if principal.within(layer) is not None:
        raise Forbidden(f"layer {name}: its file holds all areas, and this token may read some only; request single tiles")
    return layer


def archive_headers(version: str, name: str, control: bytes) -> Headers:
    """Return the headers of all responses about a file."""
    vary = [(b"vary", b"Authorization")] if control == PRIVATE else []
    etag = (b"etag", archive_etag(version, name).encode())
    return [etag, (b"cache-control", control), (b"accept-ranges", b"bytes"), *vary]
