"""The audit log of a project: what is done outside the server is written there too."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from geoservice.api.stores import reached

if TYPE_CHECKING:
    from geoservice.server.access import AccessStore, AuditEntry
    from geoservice.settings import Settings

COMMAND_LINE, PYTHON = "command line", "Python"
"""Over which channel somebody acts who is no caller of the server."""


@contextmanager
def access_of(settings: "Settings") -> "Iterator[AccessStore]":
    """Open the access store of a project: with the project's role on PostgreSQL."""
    from geoservice.server.access import open_access

    store = open_access(settings.home, reached(settings, "dsn"), settings.schema_prefix, owner=True)
    try:
        yield store
    finally:
        store.close()


def entry_of(what: str, said: str = "", status: str = "done", channel: str = COMMAND_LINE) -> "AuditEntry":
    """Return the row of the audit log for what is done here, in the name of the user who does it."""
    import getpass

    from geoservice.server.access import AuditEntry

    return AuditEntry(f"{getpass.getuser()} ({channel})", "administrator", what, query=said, status=status)


@contextmanager
def written_down(settings: "Settings", what: str, said: str = "", channel: str = COMMAND_LINE) -> Iterator[dict[str, Any]]:
    """Write what is done into the audit log before it begins and when it has ended.

    What is put into the dictionary yielded is told in the second row; an error is named there and goes on.
    """
    told: dict[str, Any] = {}
    with access_of(settings) as store:
        store.append([entry_of(what, said, "begun", channel)])
        try:
            yield told
        except BaseException as error:
            store.append([entry_of(what, said, f"failed: {type(error).__name__}", channel)])
            raise
        results = " ".join([said, *(f"{k}={v}" for k, v in told.items())]).strip()
        store.append([entry_of(what, results, channel=channel)])
