"""``/scenarios``: the list, and a scenario as a whole."""

from dataclasses import replace
from typing import Annotated, Any

import orjson
from anyio import to_thread
from fastapi import APIRouter, Depends, Request, Response

from geoservice.live.inputs import validated
from geoservice.server import pages
from geoservice.server.access.token import rfc3339
from geoservice.server.deps import RequestContext, request_context
from geoservice.server.features.params import parse_limit, parse_offset
from geoservice.server.formats import HTML, JSON, MEDIA, OPENAPI
from geoservice.server.json_body import check_media_type, parse_object, read_body
from geoservice.server.links import REL, link, self_links
from geoservice.server.release_pool import version_of
from geoservice.server.responses import document, respond
from geoservice.server.scenarios import conditions
from geoservice.server.scenarios import openapi_parts as parts
from geoservice.server.scenarios.edits_text import plain
from geoservice.server.scenarios.requests import (
    NO_STORE,
    PATH,
    STATIONS,
    allowed_of,
    audit_entry,
    baseline_or_none,
    scenarios_of,
    summary_document,
    with_etag,
)
from geoservice.server.scenarios.scenario import Scenario, ScenarioContent, check_writer, new_id, owner_of
from geoservice.server.scenarios.stations import ScenarioStations, check_edits
from geoservice.server.scenarios.texts import HEADS, TITLES

router = APIRouter(tags=["scenarios"])
ListContext = Annotated[RequestContext, Depends(request_context("json", "html", more=True, cached=False))]
Document = Annotated[RequestContext, Depends(request_context("json", "html", cached=False))]
Write = Annotated[RequestContext, Depends(request_context("json", cached=False))]
EXAMPLE = '{"name": …, "note": …, "edits": […]}'
DEFAULT_LIMIT, MAX_LIMIT = 100, 1000


@router.get(
    PATH,
    operation_id="getScenarios",
    summary="Stored scenarios",
    responses=parts.responses(parts.SCENARIOS, missing=False),
    openapi_extra={"parameters": parts.LIST_PARAMETERS},
)
def scenarios(context: ListContext) -> Response:
    """List the scenarios of all planners of the service without their edits, the last changed first."""
    context = context.with_query(["limit", "offset"])
    store = scenarios_of(context).store
    limit = parse_limit(context.query.get("limit"), DEFAULT_LIMIT, MAX_LIMIT)
    offset = parse_offset(context.query.get("offset"))
    summaries, total = store.summaries(limit, offset)
    links = self_links(context.urls, PATH)
    if offset + len(summaries) < total and summaries:
        query = {**context.query, "limit": limit, "offset": offset + len(summaries), "f": context.format}
        links.append(link("next", MEDIA[context.format], context.urls.to(PATH, query)))
    listed = [
        {**summary_document(s, context.principal), "links": [link("item", JSON, context.urls.to(f"{PATH}/{s.id}"))]}
        for s in summaries
    ]
    title = TITLES["scenarios"][context.language]
    if context.format == "html":
        return respond(context, pages.page(title, _table(context, listed, links), context), HTML, pages.HEADERS)
    content = {"scenarios": listed, "numberMatched": total, "numberReturned": len(listed), "links": links}
    return document(context, content, title)


def _table(context: RequestContext, listed: list[dict[str, Any]], links: list[dict[str, str]]) -> str:
    names = ("name", "owner", "edit_count", "updated", "note")
    to = context.urls.to

    def line(row: dict[str, Any]) -> list[Any]:
        href = to(f"{PATH}/{row['id']}", {"f": "html", "lang": context.language})
        return [pages.Markup(pages.anchor(href, row["name"])), *(row[name] for name in names[1:])]

    following = [pages.anchor(i["href"], pages.LABELS[context.language]["next"]) for i in links if i["rel"] == "next"]
    heads = [HEADS[context.language][name] for name in names]
    return pages.table(heads, map(line, listed)) + pages.navigation(following)


def scenario_document(context: RequestContext, scenario: Scenario) -> dict[str, Any]:
    """Return a scenario with its edits, the stations of edits without effect, and links."""
    path, to, baseline = f"{PATH}/{scenario.id}", context.urls.to, baseline_or_none(context)
    unknown = ScenarioStations(baseline, scenario.edits).unknown if baseline is not None else []
    links = [
        *self_links(context.urls, path),
        link("collection", JSON, to(PATH)),
        link("data", JSON, to(f"{path}/collections")),
        link("items", "application/geo+json", to(f"{path}/{STATIONS}/items")),
        link("conformance", JSON, to(f"{path}/conformance")),
        link("service-desc", OPENAPI, to("/api")),
        link(f"{REL}/execute", JSON, to("/processes/station-scenario/execution")),
    ]
    return {
        **summary_document(scenario, context.principal),
        "edits": plain(scenario.edits),
        "unknown": unknown,
        "links": links,
    }


@router.get(
    PATH + "/{scenario_id}",
    operation_id="getScenario",
    summary="A stored scenario",
    responses=parts.responses(parts.SCENARIO),
)
def scenario(scenario_id: str, context: Document) -> Response:
    """Return a scenario."""
    stored = scenarios_of(context).store.get(scenario_id)
    return document(with_etag(context, stored.etag), scenario_document(context, stored), stored.name)


def _written(context: RequestContext, scenario: Scenario, status: int) -> Response:
    headers = {**NO_STORE, "ETag": scenario.etag}
    if status == 201:
        headers["Location"] = context.urls.to(f"{PATH}/{scenario.id}")
    return Response(orjson.dumps(scenario_document(context, scenario)), status, headers, JSON)


async def _content(context: RequestContext, request: Request) -> ScenarioContent:
    """Return the content in a body, checked against the study."""
    check_media_type(request, (JSON,))
    body = parse_object(await read_body(request, "store fewer edits"), EXAMPLE)
    content = validated(body, ScenarioContent)
    check_edits(content.edits, allowed_of(context.reader))
    return content


@router.post(
    PATH,
    operation_id="createScenario",
    summary="Store a scenario",
    status_code=201,
    responses=parts.written(201, parts.SCENARIO, created=True),
    openapi_extra=parts.body(parts.SCENARIO_CONTENT, JSON),
)
async def create(context: Write, request: Request) -> Response:
    """Store a scenario of the caller's own."""
    stores, now = scenarios_of(context), rfc3339()
    content = await _content(context, request)
    new = Scenario(
        id=new_id(), owner=owner_of(context.principal), name=content.name, note=content.note, created=now, updated=now,
        release=version_of(context.reader), revision=1, edit_count=len(content.edits), edits=content.edits,
    )  # fmt: skip
    await to_thread.run_sync(stores.store.create, new, audit_entry(context, 201, f"scenario {new.id}"))
    return await to_thread.run_sync(_written, context, new, 201)


@router.put(
    PATH + "/{scenario_id}",
    operation_id="replaceScenario",
    summary="Replace a stored scenario",
    responses=parts.written(200, parts.SCENARIO, required=True),
    openapi_extra=parts.body(parts.SCENARIO_CONTENT, JSON, parts.IF_MATCH_REQUIRED),
)
async def replace_scenario(scenario_id: str, context: Write, request: Request) -> Response:
    """Replace name, note and edits; ``If-Match`` is required."""
    stores, header = scenarios_of(context), conditions.if_match(request, required=True)
    content, release = await _content(context, request), version_of(context.reader)

    def change(before: Scenario) -> Scenario:
        check_writer(before, context.principal)
        conditions.check(header, before.etag, _named(before))
        return replace(before, name=content.name, note=content.note, edits=content.edits, release=release)

    entry = audit_entry(context, 200, f"scenario {scenario_id:.40}")
    after = await to_thread.run_sync(stores.store.change, scenario_id, change, entry)
    return await to_thread.run_sync(_written, context, after, 200)


def _named(scenario: Scenario) -> str:
    return f"scenario {scenario.name!r:.80} (revision {scenario.revision}, {scenario.updated})"


@router.delete(
    PATH + "/{scenario_id}",
    operation_id="deleteScenario",
    summary="Delete a stored scenario",
    status_code=204,
    response_class=Response,
    responses=parts.written(204, None),
    openapi_extra={"parameters": [parts.IF_MATCH]},
)
async def delete(scenario_id: str, context: Write, request: Request) -> Response:
    """Delete a scenario."""
    stores, header = scenarios_of(context), conditions.if_match(request)

    def check(before: Scenario) -> None:
        check_writer(before, context.principal)
        conditions.check(header, before.etag, _named(before))

    entry = audit_entry(context, 204, f"scenario {scenario_id:.40}")
    await to_thread.run_sync(stores.store.delete, scenario_id, check, entry)
    return Response(status_code=204, headers=dict(NO_STORE))
