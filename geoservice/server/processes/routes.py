"""``/processes``: the list, a description, and the execution of a process."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request, Response

from geoservice.errors import Forbidden
from geoservice.server import schemas
from geoservice.server.deps import RequestContext, request_context
from geoservice.server.formats import HTML, JSON
from geoservice.server.gazetteer.geocode_inputs import GeocodeQuestion
from geoservice.server.gazetteer.geocode_task import GeocodeTask
from geoservice.server.imports.processes import IMPORT_PROCESSES, ImportInputs
from geoservice.server.imports.rights import note_import, processes_for, require_import
from geoservice.server.jobs.pool import JobPool
from geoservice.server.json_body import read_body
from geoservice.server.links import REL, link, self_links
from geoservice.server.processes.execution import EXECUTE, MAX_BODY, Execution, parse_execution
from geoservice.server.processes.jobs.execute import execute_job, prefers_async
from geoservice.server.processes.jobs.routes import JOB_STATUS
from geoservice.server.processes.jobs.status import wrapped
from geoservice.server.processes.live_task import LiveTask
from geoservice.server.processes.pages import PAGING, PAGING_PARAMETERS, page_of
from geoservice.server.processes.registry import LIST_TITLES, Process, process_of
from geoservice.server.release_pool import version_of
from geoservice.server.responses import document
from geoservice.server.scenarios.resolve import resolved

CONFORMS = tuple(
    f"http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/{name}"
    for name in ("core", "ogc-process-description", "json", "html", "oas30", "job-list", "dismiss")
)
router = APIRouter(tags=["processes"])
Page = Annotated[RequestContext, Depends(request_context("json", "html"))]
List = Annotated[RequestContext, Depends(request_context("json", "html", more=True))]
Answer = Annotated[RequestContext, Depends(request_context("json", cached=False))]
PREFER: dict[str, Any] = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "description": "respond-async: the response is a job",
    "schema": {"type": "string"},
}


@router.get(
    "/processes",
    operation_id="getProcesses",
    summary="Live questions that can be asked",
    responses=schemas.responses(schemas.ANY),
    openapi_extra={"parameters": PAGING_PARAMETERS},
)
async def processes(context: List) -> Response:
    """Return the list of processes."""
    context = context.with_query(PAGING)
    page, links = page_of(context, "/processes", list(processes_for(context).values()))
    summaries = [
        {**p.summary(context.language), "links": [link("self", JSON, context.urls.to(f"/processes/{p.id}"))]} for p in page
    ]
    return document(context, {"processes": summaries, "links": links}, LIST_TITLES[context.language])


@router.get(
    "/processes/{process_id}",
    operation_id="getProcessDescription",
    summary="A process, its inputs and its output",
    responses=schemas.responses(schemas.ANY, missing=True),
)
async def process(context: Page, process_id: str) -> Response:
    """Return the description of a process."""
    described, path = process_of(process_id, processes_for(context)), f"/processes/{process_id}"
    links = [*self_links(context.urls, path, context.query), link(f"{REL}/execute", JSON, context.urls.to(f"{path}/execution"))]
    links.append(link(f"{REL}/job-list", JSON, context.urls.to("/jobs", {"processID": process_id})))
    links.append(link(f"{REL}/job-list", HTML, context.urls.to("/jobs", {"processID": process_id, "f": "html"})))
    content = {**described.describe(context.language), "links": links}
    return document(context, content, str(content["title"]))


@router.post(
    "/processes/{process_id}/execution",
    operation_id="executeProcess",
    summary="Answer a live question",
    responses={**schemas.responses(schemas.ANY, missing=True), 201: JOB_STATUS},
    openapi_extra={"requestBody": {"required": True, "content": {JSON: {"schema": EXECUTE}}}, "parameters": [PREFER]},
)
async def execute(context: Answer, request: Request, process_id: str) -> Response:
    """Return the answer to a question; it is computed from the release, and nothing is kept but jobs, for a day.

    A process without jobs answers at once also where the caller prefers a job.
    """
    process = _executable(context, process_id)
    layer = None if process.layer is None else context.layer(process.layer)
    execution = parse_execution(await read_body(request, "ask with fewer edits or candidates", MAX_BODY), process.inputs)
    if isinstance(execution.inputs, ImportInputs):
        note_import(execution.inputs.targets)
    within = None if layer is None else context.principal.within(layer)
    if process.everywhere and within is not None:
        raise Forbidden(
            f"process {process.id}: it counts the people of all areas, and this token is limited to {', '.join(within)}; ask "
            "with a token for all areas"
        )
    question = await resolved(execution.inputs, context)
    if not process.sync_only and (process.is_long or prefers_async(request.headers)):
        return await execute_job(context, request, process, Execution(question, execution.response), within)
    pool: JobPool = request.app.state.questions
    task = _geocode_task(question, context) if isinstance(question, GeocodeQuestion) else LiveTask(process.id, question, within)
    body = await pool.run(version_of(context.reader), task)
    if execution.response == "document":
        return Response(wrapped(orjson.loads(body), process.media_type, "document"), 200, {"Cache-Control": "no-store"}, JSON)
    return Response(body, 200, {"Cache-Control": "no-store"}, process.media_type)


def _executable(context: RequestContext, process_id: str) -> Process:
    """Return a process that the caller may execute; raises an error of access for imports."""
    if process_id in IMPORT_PROCESSES:
        require_import(context.settings, context.principal)
    return process_of(process_id, processes_for(context))


def _geocode_task(question: GeocodeQuestion, context: RequestContext) -> GeocodeTask:
    return GeocodeTask(question.texts(), question.country, question.scope, context.language)
