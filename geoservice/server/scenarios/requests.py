"""What the routes of scenarios have in common: the caller's right, the stores, and the row of a change in the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from geoservice.errors import NotFound
from geoservice.release.protocols import ReleaseReader
from geoservice.server.access.audit import AuditEntry
from geoservice.server.deps import RequestContext
from geoservice.server.operations.logs import REQUEST_LOG
from geoservice.server.principal import Principal
from geoservice.server.scenarios.baseline import LAYER, Baseline, Baselines
from geoservice.server.scenarios.scenario import Scenario, Summary, check_reader, may_change
from geoservice.server.scenarios.stations import Allowed, ScenarioStations
from geoservice.server.scenarios.store import ScenarioStore

PATH = "/scenarios"
STATIONS = "collections/stations"
NO_STORE: Mapping[str, str] = MappingProxyType({"Cache-Control": "private, no-store"})
"""Headers of the response to a change."""


@dataclass(frozen=True)
class Scenarios:
    """The stores of one worker: scenarios, and stations of releases."""

    store: ScenarioStore
    baselines: Baselines


def scenarios_of(context: RequestContext) -> Scenarios:
    """Return the stores; raises :class:`geoservice.errors.Unauthorized` or ``Forbidden`` for a caller who is no planner."""
    check_reader(context.principal)
    stores: Scenarios = context.request.app.state.scenarios
    return stores


def baseline_of(context: RequestContext) -> Baseline:
    """Return the stations of the release that the caller may see; raises :class:`NotFound` if it has no layer of stations."""
    layer, stores = context.layer(LAYER), scenarios_of(context)
    return stores.baselines.of(context.reader, layer, context.principal.within(layer))


def baseline_or_none(context: RequestContext) -> Baseline | None:
    """Return the stations of the release, None if it has no layer of stations."""
    try:
        return baseline_of(context)
    except NotFound:
        return None


def allowed_of(reader: ReleaseReader) -> Allowed:
    """Return what stations of the release's study can be."""
    return Allowed.of(reader.manifest.study)


def audit_entry(context: RequestContext, status: int, details: str) -> AuditEntry:
    """Return the row of a change in the audit log."""
    who, log = context.principal, REQUEST_LOG.get()
    request_id = log.request_id if log else ""
    return AuditEntry(
        who.name, who.role, context.request.method, who.token, context.path, query=details, status=status, request=request_id
    )


def summary_document(summary: Summary, principal: Principal) -> dict[str, Any]:
    """Return what a list says of a scenario."""
    return {
        "id": summary.id,
        "name": summary.name,
        "note": summary.note,
        "owner": summary.owner.partition(":")[2],
        "writable": may_change(summary, principal),
        "created": summary.created,
        "updated": summary.updated,
        "release": summary.release,
        "revision": summary.revision,
        "edit_count": summary.edit_count,
    }


def with_etag(context: RequestContext, etag: str) -> RequestContext:
    """Return the context of a response with an entity tag, which its HTML page does not have."""
    return context if context.format == "html" else replace(context, etag=etag)


def scenario_stations(context: RequestContext, scenario: Scenario) -> ScenarioStations:
    """Return the stations of a scenario on the current release."""
    return ScenarioStations(baseline_of(context), scenario.edits)
