"""The audit log of a project, for actions outside the server."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from geoservice.api.stores import reachable_dsn

if TYPE_CHECKING:
    from geoservice.server.access import AccessStore, AuditEntry
    from geoservice.settings import Settings

COMMAND_LINE, PYTHON = "command line", "Python"
"""Channels of actions outside the server."""


@contextmanager
def access_of(settings: "Settings") -> "Iterator[AccessStore]":
    """Open the access store of a project, on PostgreSQL with the project's role."""
    from geoservice.server.access import open_access

    store = open_access(settings.home, reachable_dsn(settings, "dsn"), settings.schema_prefix, owner=True)
    try:
        yield store
    finally:
        store.close()


def entry_of(action: str, details: str = "", status: str = "done", channel: str = COMMAND_LINE) -> "AuditEntry":
    """Return the audit log's row of an action of the current user."""
    import getpass

    from geoservice.server.access import AuditEntry

    return AuditEntry(f"{getpass.getuser()} ({channel})", "administrator", action, query=details, status=status)


@contextmanager
def audit_action(settings: "Settings", action: str, details: str = "", channel: str = COMMAND_LINE) -> Iterator[dict[str, Any]]:
    """Write an action to the audit log before it begins and after it has ended.

    The second row has the results that were put into the yielded dictionary, or the type of the error, which is raised again.
    """
    results: dict[str, Any] = {}
    with access_of(settings) as store:
        store.append([entry_of(action, details, "begun", channel)])
        try:
            yield results
        except BaseException as error:
            store.append([entry_of(action, details, f"failed: {type(error).__name__}", channel)])
            raise
        outcome = " ".join([details, *(f"{k}={v}" for k, v in results.items())]).strip()
        store.append([entry_of(action, outcome, channel=channel)])
