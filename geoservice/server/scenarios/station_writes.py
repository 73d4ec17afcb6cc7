"""Create, replace, update and delete of the stations of a scenario (OGC API Features, Part 4)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any

import orjson
from anyio import to_thread
from fastapi import APIRouter, Depends, Request, Response

from geoservice.live.edits import StationEdit
from geoservice.server.deps import RequestContext, request_context
from geoservice.server.formats import GEOJSON
from geoservice.server.headers import MERGE_PATCH
from geoservice.server.json_body import check_media_type, parse_object, read_body
from geoservice.server.release_pool import version_of
from geoservice.server.scenarios import conditions
from geoservice.server.scenarios import openapi_parts as parts
from geoservice.server.scenarios.requests import (
    NO_STORE,
    allowed_of,
    audit_entry,
    baseline_of,
    scenario_stations,
    scenarios_of,
)
from geoservice.server.scenarios.scenario import Scenario, check_writer
from geoservice.server.scenarios.station_routes import ITEM, ITEMS, station_document, station_url
from geoservice.server.scenarios.stations import ScenarioStations, feature_etag, merge_patch

EXAMPLE = '{"type": "Feature", "geometry": {…}, "properties": {…}}'

router = APIRouter(tags=["scenarios"])
Write = Annotated[RequestContext, Depends(request_context("json", "geojson", cached=False))]
Edit = Callable[[ScenarioStations], tuple[str, tuple[StationEdit, ...]]]
"""Returns the id of the station that is changed and the edits after the change."""


async def _change(context: RequestContext, scenario_id: str, status: int, station: str, edit: Edit) -> tuple[str, Scenario]:
    """Change the edits of a scenario; returns the id of the station and the scenario."""
    stores, release = scenarios_of(context), version_of(context.reader)
    baseline = await to_thread.run_sync(baseline_of, context)
    changed = [station]

    def change(before: Scenario) -> Scenario:
        check_writer(before, context.principal)
        changed[0], edits = edit(ScenarioStations(baseline, before.edits))
        return replace(before, edits=edits, release=release)

    details = f"scenario {scenario_id:.40} station {station or 'new':.200}"
    after = await to_thread.run_sync(stores.store.change, scenario_id, change, audit_entry(context, status, details))
    return changed[0], after


def _written(context: RequestContext, scenario: Scenario, station: str, status: int) -> Response:
    feature = scenario_stations(context, scenario).feature(station)
    headers = {**NO_STORE, "ETag": feature_etag(feature)}
    if status == 201:
        headers["Location"] = station_url(context, scenario.id, station)
    return Response(orjson.dumps(station_document(context, scenario.id, feature)), status, headers, GEOJSON)


async def _body(request: Request, allowed: tuple[str, ...]) -> Mapping[str, Any]:
    check_media_type(request, allowed)
    return parse_object(await read_body(request, "a station needs less"), EXAMPLE)


@router.post(
    ITEMS,
    operation_id="createScenarioStation",
    summary="Add a station to a scenario",
    status_code=201,
    responses=parts.written(201, parts.STATION, GEOJSON, created=True),
    openapi_extra=parts.body(parts.STATION_BODY, *parts.FEATURE_TYPES),
)
async def create(scenario_id: str, context: Write, request: Request) -> Response:
    """Add a new station; the server chooses its id."""
    scenarios_of(context)
    body, allowed = await _body(request, parts.FEATURE_TYPES), allowed_of(context.reader)

    def edit(stations: ScenarioStations) -> tuple[str, tuple[StationEdit, ...]]:
        station = stations.free_id()
        return station, stations.put(station, body, allowed)

    station, scenario = await _change(context, scenario_id, 201, "", edit)
    return await to_thread.run_sync(_written, context, scenario, station, 201)


@router.put(
    ITEM,
    operation_id="replaceScenarioStation",
    summary="Replace a station of a scenario",
    responses=parts.written(200, parts.STATION, GEOJSON, created=True),
    openapi_extra=parts.body(parts.STATION_BODY, *parts.FEATURE_TYPES, parts.IF_MATCH),
)
async def replace_station(scenario_id: str, station: str, context: Write, request: Request) -> Response:
    """Replace a station; what the body leaves out is as in the release. A station that was closed is open again (201)."""
    scenarios_of(context)
    body, allowed, header = await _body(request, parts.FEATURE_TYPES), allowed_of(context.reader), conditions.if_match(request)
    reopened = [False]

    def edit(stations: ScenarioStations) -> tuple[str, tuple[StationEdit, ...]]:
        reopened[0] = header is None and stations.is_closed(station)
        if not reopened[0]:
            conditions.check(header, feature_etag(stations.feature(station)), f"station {station!r:.60}")
        return station, stations.put(station, body, allowed)

    _, scenario = await _change(context, scenario_id, 200, station, edit)
    return await to_thread.run_sync(_written, context, scenario, station, 201 if reopened[0] else 200)


@router.patch(
    ITEM,
    operation_id="updateScenarioStation",
    summary="Change a station of a scenario",
    responses=parts.written(200, parts.STATION, GEOJSON),
    openapi_extra=parts.body({"type": "object"}, *parts.PATCH_TYPES, parts.IF_MATCH),
)
async def update(scenario_id: str, station: str, context: Write, request: Request) -> Response:
    """Change parts of a station by a merge patch; null is as in the release."""
    scenarios_of(context)
    patch, allowed, header = await _body(request, (MERGE_PATCH,)), allowed_of(context.reader), conditions.if_match(request)

    def edit(stations: ScenarioStations) -> tuple[str, tuple[StationEdit, ...]]:
        feature = stations.feature(station)
        conditions.check(header, feature_etag(feature), f"station {station!r:.60}")
        return station, stations.put(station, merge_patch(feature, patch), allowed)

    _, scenario = await _change(context, scenario_id, 200, station, edit)
    return await to_thread.run_sync(_written, context, scenario, station, 200)


@router.delete(
    ITEM,
    operation_id="deleteScenarioStation",
    summary="Remove or close a station of a scenario",
    status_code=204,
    response_class=Response,
    responses=parts.written(204, None),
    openapi_extra={"parameters": [parts.IF_MATCH]},
)
async def delete(scenario_id: str, station: str, context: Write, request: Request) -> Response:
    """Remove a new station, or close one of the release."""
    scenarios_of(context)
    header = conditions.if_match(request)

    def edit(stations: ScenarioStations) -> tuple[str, tuple[StationEdit, ...]]:
        conditions.check(header, feature_etag(stations.feature(station)), f"station {station!r:.60}")
        return station, stations.close(station)

    await _change(context, scenario_id, 204, station, edit)
    return Response(status_code=204, headers=dict(NO_STORE))
