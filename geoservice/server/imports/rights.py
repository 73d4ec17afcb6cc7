"""Who may import over the API: stewards of all areas and layers, where the operator names a project for it."""

from collections.abc import Iterable, Mapping

from geoservice.errors import Forbidden, NotFound
from geoservice.server.deps import RequestContext
from geoservice.server.imports.processes import IMPORT_PROCESSES
from geoservice.server.principal import AUDITED_LAYERS, Principal
from geoservice.server.processes.registry import PROCESSES, Process
from geoservice.settings import Settings

ROLE = "steward"


def may_import(settings: Settings, principal: Principal) -> bool:
    """Whether a caller may import: a steward whose token is limited to no areas and no layers."""
    return _is_steward(settings, principal) and not _is_limited(principal)


def _is_steward(settings: Settings, principal: Principal) -> bool:
    return settings.steward_project is not None and principal.role == ROLE


def _is_limited(principal: Principal) -> bool:
    return principal.areas is not None or principal.layers is not None


def require_import(settings: Settings, principal: Principal) -> None:
    """Raise :class:`NotFound` for callers who are no stewards or where imports are off, :class:`Forbidden` for limited tokens.

    The call is noted for the audit log.
    """
    if not _is_steward(settings, principal):
        raise NotFound("no such route or process; GET /api describes those that there are")
    note_import(())
    if _is_limited(principal):
        raise Forbidden(
            "imports change the data of all areas, and this token is limited to some; ask with a token without limits"
        )


def note_import(tables: Iterable[str]) -> None:
    """Note for the audit log that a request is about imports, and of which tables."""
    audited = AUDITED_LAYERS.get()
    if audited is not None:
        audited.update(dict.fromkeys(("import", *(f"import {table}" for table in tables))))


def processes_for(context: RequestContext) -> Mapping[str, Process]:
    """Return the processes that are listed for a caller."""
    return {**PROCESSES, **IMPORT_PROCESSES} if may_import(context.settings, context.principal) else PROCESSES
