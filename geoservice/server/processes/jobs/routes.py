"""``/jobs``: the jobs of a caller, their status and results, and their dismissal."""

from typing import Annotated, Any

import orjson
from anyio import to_thread
from fastapi import APIRouter, Depends, Request, Response

from geoservice.server import pages, schemas
from geoservice.server.deps import RequestContext, request_context
from geoservice.server.formats import GEOJSON, HTML, JSON
from geoservice.server.imports.processes import IMPORT_PROCESSES
from geoservice.server.imports.rights import processes_for, require_import
from geoservice.server.processes.errors import NoSuchJob, ResultNotReady
from geoservice.server.processes.jobs.execute import NO_STORE, job_response, owner_of
from geoservice.server.processes.jobs.filters import FILTERS, PARAMETERS, TYPES, JobFilter
from geoservice.server.processes.jobs.record import JobRecord
from geoservice.server.processes.jobs.runner import JobRunner
from geoservice.server.processes.jobs.stages import STATUS_TEXTS
from geoservice.server.processes.jobs.status import status_info
from geoservice.server.processes.pages import PAGING, PAGING_PARAMETERS, page_of
from geoservice.server.processes.registry import LAYER, process_of
from geoservice.server.responses import respond

router = APIRouter(tags=["processes"])
TITLES = {"zh": "任务", "en": "Jobs"}
Document = Annotated[RequestContext, Depends(request_context("json", "html", cached=False))]
List = Annotated[RequestContext, Depends(request_context("json", "html", more=True, cached=False))]
Data = Annotated[RequestContext, Depends(request_context("json", cached=False))]
STATUS_INFO: schemas.Schema = {
    "type": "object",
    "required": ["jobID", "status", "type"],
    "properties": {
        **dict.fromkeys(("processID", "jobID", "message"), schemas.TEXT),
        "type": {"type": "string", "enum": list(TYPES)},
        "status": {"type": "string", "enum": list(STATUS_TEXTS)},
        "progress": {"type": "integer", "minimum": 0, "maximum": 100},
        **{name: {"type": "string", "format": "date-time"} for name in ("created", "started", "finished", "updated")},
        "links": schemas.LINKS,
    },
}
JOB_STATUS: schemas.Schema = {
    "description": "the job was accepted",
    "headers": {"Location": {"description": "the job", "schema": schemas.URI}},
    "content": {JSON: {"schema": STATUS_INFO}},
}
JOB_LIST: schemas.Schema = {
    "type": "object",
    "required": ["jobs", "links"],
    "properties": {"jobs": {"type": "array", "items": STATUS_INFO}, "links": schemas.LINKS},
}


@router.get(
    "/jobs",
    operation_id="getJobs",
    summary="The caller's jobs",
    responses=schemas.responses(JOB_LIST),
    openapi_extra={"parameters": [*PARAMETERS, *PAGING_PARAMETERS]},
)
async def jobs(context: List, request: Request) -> Response:
    """Return the jobs of the caller's token, the last one first.

    Anonymous callers cannot be told from each other, so their list is empty: they know their jobs by their ids.
    """
    context = context.with_query((*PAGING, *FILTERS))
    owner, matches = owner_of(context.principal), JobFilter(context.query)
    records = await to_thread.run_sync(_runner(request).store.of_owner, owner) if owner else []
    page, links = page_of(context, "/jobs", [record for record in records if matches(record)])
    infos = [status_info(record, context.language, context.urls) for record in page]
    return _document(context, {"jobs": infos, "links": links}, TITLES[context.language])


@router.get(
    "/jobs/{job_id}",
    operation_id="getStatus",
    summary="The status of a job",
    responses=schemas.responses(STATUS_INFO, missing=True),
)
async def status(context: Document, request: Request, job_id: str) -> Response:
    """Return the status of a job."""
    record = await _job(context, request, job_id)
    return _document(context, status_info(record, context.language, context.urls), TITLES[context.language])


@router.get(
    "/jobs/{job_id}/results",
    operation_id="getResult",
    summary="The result of a job",
    responses=schemas.responses(schemas.ANY, GEOJSON, missing=True, more={JSON: schemas.ANY}),
)
async def results(context: Data, request: Request, job_id: str) -> Response:
    """Return the result of a job, or why it failed."""
    record = await _job(context, request, job_id)
    if record.process not in IMPORT_PROCESSES:
        context.layer(LAYER)  # it may have become closed to the caller; and the audit log notes who reads
    if not record.is_finished:
        raise ResultNotReady(f"job {job_id}: it is {record.status}, so there is no result yet; look at its status")
    body = await to_thread.run_sync(_runner(request).store.result, job_id) if record.status == "successful" else b""
    return job_response(record, body, context.language, process_of(record.process, processes_for(context)))


@router.delete(
    "/jobs/{job_id}",
    operation_id="dismissJob",
    summary="Dismiss a job",
    responses=schemas.responses(STATUS_INFO, missing=True),
)
async def dismiss(context: Data, request: Request, job_id: str) -> Response:
    """Stop a job, or drop its result."""
    await _job(context, request, job_id)
    store = _runner(request).store
    await to_thread.run_sync(store.dismiss, job_id)
    record = await _job(context, request, job_id)
    return Response(orjson.dumps(status_info(record, context.language, context.urls)), 200, NO_STORE, JSON)


def _runner(request: Request) -> JobRunner:
    runner: JobRunner = request.app.state.jobs
    return runner


async def _job(context: RequestContext, request: Request, job_id: str) -> JobRecord:
    """Return a job of the caller; that of a token is nobody else's, one without is everybody's who knows its id."""
    record = await to_thread.run_sync(_runner(request).store.get, job_id)
    if record is None or record.owner not in {"", owner_of(context.principal)}:
        raise NoSuchJob(f"no job {job_id!r:.60}; a job is kept for a day after its end")
    if record.process in IMPORT_PROCESSES:
        require_import(context.settings, context.principal)
    return record


def _document(context: RequestContext, content: dict[str, Any], title: str) -> Response:
    """Return a document that no cache stores, as it changes all the time."""
    if context.format == "html":
        return respond(context, pages.document(content, title, context), HTML, {**pages.HEADERS, **NO_STORE})
    return respond(context, orjson.dumps(content), JSON, NO_STORE)
