"""``/processes``: the list, a description, and the execution of a live question."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from geoservice.errors import ParameterError
from geoservice.live.inputs import checked_inputs
from geoservice.server import schemas
from geoservice.server.deps import RequestContext, request_context
from geoservice.server.formats import HTML, JSON
from geoservice.server.jobs.pool import JobPool
from geoservice.server.json_body import parse_object, read_body
from geoservice.server.links import link
from geoservice.server.processes.live_task import LiveTask
from geoservice.server.processes.registry import LIST_TITLES, PROCESSES, process_of
from geoservice.server.release_pool import version_of
from geoservice.server.responses import document
from geoservice.server.scenarios.resolve import resolved

router = APIRouter(tags=["processes"])
LAYER = "coverage"
"""Who may read this layer may ask: an answer has the same numbers."""
EXAMPLE = '{"inputs": {…}}'
Page = Annotated[RequestContext, Depends(request_context("json", "html"))]
Answer = Annotated[RequestContext, Depends(request_context("json", cached=False))]
EXECUTE: dict[str, Any] = {
    "type": "object",
    "required": ["inputs"],
    "properties": {"inputs": {"type": "object", "properties": {}}},
}


def _links(context: RequestContext, path: str) -> list[dict[str, str]]:
    return [
        link("self", JSON, context.urls.to(path, {"f": "json"})),
        link("alternate", HTML, context.urls.to(path, {"f": "html"})),
    ]


@router.get(
    "/processes",
    operation_id="getProcesses",
    summary="Live questions that can be asked",
    responses=schemas.responses(schemas.ANY),
)
async def processes(context: Page) -> Response:
    """Return the list of processes."""
    summaries = [
        {**p.summary(context.language), "links": [link("self", JSON, context.urls.to(f"/processes/{p.id}"))]}
        for p in PROCESSES.values()
    ]
    content = {"processes": summaries, "links": _links(context, "/processes")}
    return document(context, content, LIST_TITLES[context.language])


@router.get(
    "/processes/{process_id}",
    operation_id="getProcessDescription",
    summary="A process, its inputs and its output",
    responses=schemas.responses(schemas.ANY, missing=True),
)
async def process(context: Page, process_id: str) -> Response:
    """Return the description of a process."""
    found, path = process_of(process_id), f"/processes/{process_id}"
    execute = link("http://www.opengis.net/def/rel/ogc/1.0/execute", JSON, context.urls.to(f"{path}/execution"))
    content = {**found.describe(context.language), "links": [*_links(context, path), execute]}
    return document(context, content, str(content["title"]))


@router.post(
    "/processes/{process_id}/execution",
    operation_id="executeProcess",
    summary="Answer a live question",
    responses=schemas.responses(schemas.ANY, missing=True),
    openapi_extra={"requestBody": {"required": True, "content": {JSON: {"schema": EXECUTE}}}},
)
async def execute(context: Answer, request: Request, process_id: str) -> Response:
    """Return the answer to a question; it is computed from the release, and nothing is kept."""
    found, layer = process_of(process_id), context.layer(LAYER)
    question = parse_inputs(await read_body(request, "ask with fewer edits"), found.inputs)
    question = await resolved(question, context)
    pool: JobPool = request.app.state.questions
    body = await pool.run(version_of(context.reader), LiveTask(found.id, question, context.principal.within(layer)))
    return Response(body, 200, {"Cache-Control": "no-store"}, found.media_type)


def parse_inputs(body: bytes, model: type[BaseModel]) -> BaseModel:
    """Return the inputs of a request's body; raises :class:`ParameterError` that names what is wrong.

    >>> from geoservice.live.question import CoverageQuestion
    >>> parse_inputs(b'{"inputs": {"service": "clinic", "mode": "walk"}}', CoverageQuestion).tier
    'any'
    """
    content = parse_object(body, EXAMPLE)
    if not isinstance(content.get("inputs"), dict):
        raise ParameterError('body: expected an object with "inputs", itself an object')
    return checked_inputs(model, content["inputs"])
