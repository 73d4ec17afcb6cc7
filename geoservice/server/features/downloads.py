"""Items as a file: written to a temporary file batch by batch, unlinked before sending, and sent in chunks."""

from pathlib import Path
from typing import BinaryIO

from anyio import to_thread
from fastapi import Response
from starlette.types import Receive, Scope, Send

from geoservice.durable import disk_full, is_disk_full
from geoservice.errors import TooLarge, for_operators
from geoservice.release.base import ItemQuery, PublishedLayer
from geoservice.release.batches import Batches
from geoservice.release.protocols import ReleaseReader
from geoservice.release.query import requested_properties, result_schema
from geoservice.scratch import scratch_folder
from geoservice.server.deps import RequestContext
from geoservice.server.features.crs import Crs
from geoservice.server.features.file_formats import WRITERS, check_file_format
from geoservice.server.features.items_query import ItemsQuery
from geoservice.server.features.writers import Content
from geoservice.server.formats import MEDIA
from geoservice.server.pages import LABELS
from geoservice.server.responses import response_headers

NO_ROOM = "the server has no disk space for this file at the moment; request less with limit, bbox or filter"
MAX_FEATURES = 1_000_000
"""The maximum number of features in a file."""
CHUNK_BYTES = 2**18


class FileResponse(Response):
    """An open file as a response: sent in chunks and closed in any case.

    ``batches`` has the number of features in the file, and the key of the next page if a limit cut it short.
    """

    def __init__(self, file: BinaryIO, size: int, kind: str, headers: dict[str, str], batches: Batches) -> None:
        super().__init__(None, 200, {**headers, "Content-Length": str(size)}, kind)
        self._file, self.batches = file, batches

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send the file."""
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            while chunk := await to_thread.run_sync(self._file.read, CHUNK_BYTES):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            self._file.close()


def download(context: RequestContext, layer: PublishedLayer, selection: ItemsQuery) -> FileResponse:
    """Return a file in the requested format; raises :class:`TooLarge` if a layer has too many features for a file.

    Raises :class:`ParameterError` for a calendar of a layer that is no timetable.
    """
    check_file_format(layer, context.format)
    check_size(context.reader, layer, selection)
    batches = Batches(context.reader, layer.id, selection.query)
    with scratch_folder("geoservice-download") as folder:
        path = Path(folder) / f"{layer.id}.{context.format}"
        try:
            content = content_of(context.reader, layer, selection.query, selection.crs, batches, context.language)
            WRITERS[context.format](path, content)
            size, file = path.stat().st_size, path.open("rb")
        except Exception as e:  # each writer raises a different class for a full disk; other errors are raised again
            if not is_disk_full(e):
                raise
            raise for_operators(disk_full(path.name, path.parent.parent), NO_ROOM) from None
    kind = MEDIA[context.format] + ("; charset=utf-8" if MEDIA[context.format].startswith("text/") else "")
    name = {"Content-Disposition": f'attachment; filename="{layer.id}.{context.format}"'}
    return FileResponse(file, size, kind, {**response_headers(context), **name}, batches)


def check_size(reader: ReleaseReader, layer: PublishedLayer, selection: ItemsQuery) -> None:
    """Raise :class:`TooLarge` if the request has no limit and more features match than a file may contain."""
    if selection.limited or layer.features <= MAX_FEATURES:
        return
    if (matched := reader.count(layer.id, selection.query)) > MAX_FEATURES:
        raise TooLarge(
            f"layer {layer.id}: {matched} features match, a file has at most {MAX_FEATURES}; request less with bbox or "
            f"filter, or set limit={MAX_FEATURES} and follow the next link in the header Link"
        )


def content_of(
    reader: ReleaseReader, layer: PublishedLayer, query: ItemQuery, crs: Crs, batches: Batches, language: str
) -> Content:
    """Return the content of the file with a query's features."""
    schema = result_schema(layer, requested_properties(layer, query.properties), query.geometry)
    manifest, about = reader.manifest, file_metadata(reader, layer, language)
    return Content(layer, schema, iter(batches), crs, about, manifest.study, manifest.created, language)


def file_metadata(reader: ReleaseReader, layer: PublishedLayer, language: str) -> dict[str, str]:
    """Return the metadata of a file, for formats that have room for it."""
    texts, study = LABELS[language], reader.manifest.study
    source = (study.get("source") or {}).get(language, "")
    null = texts["null"] + (f" {texts['synthetic']}" if study.get("synthetic") else "")
    return {
        "title": getattr(layer.title, language),
        "description": f"{getattr(layer.description, language)} {null}".strip(),
        "source": source,
        "release": str(reader.number),
    }
