"""Items as a file: written aside batch by batch, sent in pieces, and gone from the disk before the first piece is sent."""

from pathlib import Path
from typing import BinaryIO

from anyio import to_thread
from fastapi import Response
from starlette.types import Receive, Scope, Send

from geoservice.durable import disk_full, is_full
from geoservice.errors import TooLarge, for_operators
from geoservice.release.base import PublishedLayer, ReleaseReader
from geoservice.release.batches import Batches
from geoservice.release.query import requested_properties, result_schema
from geoservice.scratch import scratch_folder
from geoservice.server.deps import RequestContext
from geoservice.server.features.items_query import ItemsQuery
from geoservice.server.features.writers import WRITERS, Content
from geoservice.server.formats import CSV, MEDIA
from geoservice.server.pages import WORDS
from geoservice.server.responses import headers_of

NO_ROOM = "the server has no room for this file now; ask for less with limit, bbox or filter"
MAX_FEATURES = 1_000_000
"""Features in one file at the most."""
PIECE = 2**18


class Sent(Response):
    """An open file as a response: sent in pieces and closed, whatever happens on the way.

    ``batches`` says how many features it holds, and where to go on from if a limit has left some out.
    """

    def __init__(self, file: BinaryIO, size: int, kind: str, headers: dict[str, str], batches: Batches) -> None:
        super().__init__(None, 200, {**headers, "Content-Length": str(size)}, kind)
        self._file, self.batches = file, batches

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            while piece := await to_thread.run_sync(self._file.read, PIECE):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            self._file.close()


def download(ask: RequestContext, layer: PublishedLayer, asked: ItemsQuery) -> Sent:
    """Answer with a file in ``ask.format``; raises :class:`TooLarge` where a whole layer is more than a file may hold."""
    check_size(ask.reader, layer, asked)
    batches = Batches(ask.reader, layer.id, asked.query)
    with scratch_folder("geoservice-download") as folder:
        path = Path(folder) / f"{layer.id}.{ask.format}"
        try:
            WRITERS[ask.format](path, content_of(ask, layer, asked, batches))
            size, file = path.stat().st_size, path.open("rb")
        except Exception as e:  # each writer has a class of its own for a full disk; any other error goes on
            if not is_full(e):
                raise
            raise for_operators(disk_full(path.name, path.parent.parent), NO_ROOM) from None
    kind = MEDIA[ask.format] + ("; charset=utf-8" if MEDIA[ask.format] == CSV else "")
    name = {"Content-Disposition": f'attachment; filename="{layer.id}.{ask.format}"'}
    return Sent(file, size, kind, {**headers_of(ask), **name}, batches)


def check_size(reader: ReleaseReader, layer: PublishedLayer, asked: ItemsQuery) -> None:
    """Raise :class:`TooLarge` when no limit was stated and the features are more than a file may hold."""
    if asked.limited or layer.features <= MAX_FEATURES:
        return
    if (found := reader.count(layer.id, asked.query)) > MAX_FEATURES:
        raise TooLarge(
            f"layer {layer.id}: {found} features match, a file holds at most {MAX_FEATURES}; ask for less with bbox or filter, "
            f"or state limit={MAX_FEATURES} and follow the next link in the header Link"
        )


def content_of(ask: RequestContext, layer: PublishedLayer, asked: ItemsQuery, batches: Batches) -> Content:
    """Return what the file is made of."""
    schema = result_schema(layer, requested_properties(layer, asked.query.properties), asked.query.geometry)
    return Content(layer, schema, iter(batches), asked.crs, about(ask, layer))


def about(ask: RequestContext, layer: PublishedLayer) -> dict[str, str]:
    """Return what a file says of itself where its format has a place for it."""
    words, study = WORDS[ask.language], ask.reader.manifest.study
    source = (study.get("source") or {}).get(ask.language, "")
    null = words["null"] + (f" {words['synthetic']}" if study.get("synthetic") else "")
    return {
        "title": getattr(layer.title, ask.language),
        "description": f"{getattr(layer.description, ask.language)} {null}".strip(),
        "source": source,
        "release": str(ask.reader.number),
    }
