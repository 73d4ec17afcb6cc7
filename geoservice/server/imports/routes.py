"""``/imports``: the upload of a file to import, and its deletion."""

from typing import Annotated, Any

import orjson
from anyio import to_thread
from fastapi import APIRouter, Depends, Request, Response

from geoservice.server import schemas
from geoservice.server.deps import RequestContext, request_context
from geoservice.server.formats import JSON
from geoservice.server.imports.rights import require_import
from geoservice.server.imports.uploads import Upload, Uploads
from geoservice.server.processes.jobs.execute import NO_STORE, owner_of
from geoservice.server.processes.jobs.status import rfc3339

router = APIRouter(tags=["imports"])
Context = Annotated[RequestContext, Depends(request_context("json", more=True, cached=False))]
PATH = "/imports"
UPLOAD: schemas.Schema = {
    "type": "object",
    "required": ["upload", "name", "bytes", "sha256", "expires"],
    "properties": {
        **dict.fromkeys(("upload", "name", "sha256"), schemas.TEXT),
        "bytes": {"type": "integer"},
        "expires": {"type": "string", "format": "date-time"},
    },
}
NAME: dict[str, Any] = schemas.parameter("name", "name of the file, such as stations.xlsx", {"type": "string"})
BODY: dict[str, Any] = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


@router.post(
    PATH,
    operation_id="uploadImport",
    summary="Upload a file to import",
    status_code=201,
    responses={201: {"description": "the upload", "content": {JSON: {"schema": UPLOAD}}}},
    openapi_extra={"parameters": [{**NAME, "required": True}], "requestBody": BODY},
)
async def upload(context: Context, request: Request) -> Response:
    """Store the body as a file for an hour, and return the id by which the import processes take it."""
    require_import(context.settings, context.principal)
    name = context.with_query(("name",)).query.get("name", "")
    stored = await uploads_of(request).receive(request.stream(), name, owner_of(context.principal))
    return Response(orjson.dumps(_described(stored)), 201, NO_STORE, JSON)


@router.delete(
    f"{PATH}/{{upload_id}}", operation_id="deleteImport", summary="Delete an upload", status_code=204,
    responses={204: {"description": "it is deleted"}},
)  # fmt: skip
async def delete(context: Context, request: Request, upload_id: str) -> Response:
    """Delete an upload of the caller."""
    require_import(context.settings, context.principal)
    context.with_query(())
    uploads = uploads_of(request)
    stored = await to_thread.run_sync(uploads.get, upload_id, owner_of(context.principal))
    await to_thread.run_sync(uploads.delete, stored)
    return Response(status_code=204, headers=NO_STORE)


def uploads_of(request: Request) -> Uploads:
    """Return the uploads of the service."""
    uploads: Uploads = request.app.state.uploads
    return uploads


def _described(stored: Upload) -> dict[str, Any]:
    return {
        "upload": stored.id, "name": stored.name, "bytes": stored.size, "sha256": stored.sha256,
        "expires": rfc3339(stored.expires),
    }  # fmt: skip
