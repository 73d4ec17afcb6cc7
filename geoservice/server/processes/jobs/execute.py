"""The execution of a process as a job: the caller waits for its result, or gets the job at once."""

import time

import orjson
from anyio import CancelScope, sleep, to_thread
from fastapi import Request, Response
from starlette.datastructures import Headers

from geoservice.errors import TimedOut, Unavailable
from geoservice.server.access.rate_limits import rate_limit_key
from geoservice.server.deps import RequestContext
from geoservice.server.errors import PROBLEM, error_headers, problem
from geoservice.server.formats import JSON
from geoservice.server.forwarded import client_address, parse_networks
from geoservice.server.principal import Principal
from geoservice.server.processes.execution import Execution
from geoservice.server.processes.jobs.record import JobRecord, new_record
from geoservice.server.processes.jobs.runner import JobRunner
from geoservice.server.processes.jobs.status import result_body, status_info
from geoservice.server.processes.registry import Process
from geoservice.server.release_pool import version_of

WAIT_S = 25.0
"""Seconds that a caller may wait for a result; a request may take ``request_seconds``, 30 by default."""
LOOK_S = 0.02, 0.25
"""Seconds between the first two looks for the result, and the longest time between two."""
NO_STORE = {"Cache-Control": "no-store"}
ASYNC = "respond-async"


def owner_of(principal: Principal) -> str:
    """Return whose job it is: that of a token, empty for an anonymous caller."""
    return f"{principal.token} {principal.name}" if principal.token else ""


def prefers_async(headers: Headers) -> bool:
    """Whether a request has ``Prefer: respond-async`` (RFC 7240).

    >>> prefers_async(Headers({"prefer": "wait=10, Respond-Async"})), prefers_async(Headers({}))
    (True, False)
    """
    return ASYNC in (part.partition(";")[0].strip().lower() for part in ",".join(headers.getlist("prefer")).split(","))


def _caller(context: RequestContext, request: Request) -> str:
    """Return whose jobs are counted together: those of a token or an address; empty for this machine."""
    address = rate_limit_key(client_address(request.scope, parse_networks(context.settings.proxies)))
    return owner_of(context.principal) or address


async def execute_job(
    context: RequestContext, request: Request, process: Process, execution: Execution, within: tuple[str, ...] | None
) -> Response:
    """Return the job that was accepted, or its result if the caller does not prefer to look for it later."""
    runner: JobRunner = request.app.state.jobs
    waits, principal = not prefers_async(request.headers), context.principal
    question = execution.inputs.model_dump_json(exclude_unset=True)
    record = new_record(
        owner_of(principal), _caller(context, request), process.id, version_of(context.reader), question, execution.response,
        within, listed=not waits,
    )  # fmt: skip
    await to_thread.run_sync(lambda: runner.store.add(record, alone=waits))
    runner.wake()
    if waits:
        return await _result(context, request, runner, record, process)
    path = context.urls.to(f"/jobs/{record.id}")
    headers = {**NO_STORE, "Location": path, "Preference-Applied": ASYNC}
    return Response(orjson.dumps(status_info(record, context.language, context.urls)), 201, headers, JSON)


async def _result(
    context: RequestContext, request: Request, runner: JobRunner, record: JobRecord, process: Process
) -> Response:
    """Wait for the result; a caller that has gone, or waited too long, stops the job."""
    try:
        ended = await _ended(request, runner, record)
        body = await to_thread.run_sync(runner.store.result, record.id) if ended.status == "successful" else b""
    finally:
        with CancelScope(shield=True):
            await to_thread.run_sync(runner.store.delete, record.id)
    return job_response(ended, body, context.language, process)


async def _ended(request: Request, runner: JobRunner, record: JobRecord) -> JobRecord:
    until, (pause, longest) = time.monotonic() + WAIT_S, LOOK_S
    while time.monotonic() < until and not await request.is_disconnected():
        current = await to_thread.run_sync(runner.store.get, record.id)
        if current is not None and current.is_finished:
            return current
        await sleep(pause)
        pause = min(pause * 1.5, longest)
    raise TimedOut(f"the answer took longer than {WAIT_S:.0f} s; send Prefer: {ASYNC} and look for the result later")


def job_response(record: JobRecord, body: bytes, language: str, process: Process) -> Response:
    """Return the result of a job that has ended, or why there is none."""
    if record.status == "successful":
        kind = process.media_type if record.response == "raw" else JSON
        return Response(result_body(body, language, process.media_type, record.response), 200, NO_STORE, kind)
    status, text = (410, "the job was dismissed") if record.status == "dismissed" else (record.code, record.error)
    retry = {"Retry-After": error_headers(Unavailable(), 503)["Retry-After"]} if status == 503 else {}
    return Response(problem(status, text), status, {**NO_STORE, **retry}, PROBLEM)
