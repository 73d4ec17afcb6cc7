"""The server's writer of the audit log: concurrent entries share one transaction."""

from dataclasses import dataclass

from anyio import CancelScope, Lock, to_thread

from geoservice.errors import Unavailable
from geoservice.server.access.audit import AuditEntry
from geoservice.server.access.store import AccessStore
from geoservice.server.outage import Outage


@dataclass
class _Pending:
    """An entry; ``written`` is None until a write was attempted."""

    entry: AuditEntry
    written: bool | None = None


class AuditWriter:
    """The audit writer of one worker; ``written`` counts its entries."""

    def __init__(self, store: AccessStore) -> None:
        self._store, self._lock, self._pending = store, Lock(), list[_Pending]()
        self.written, self._outage = 0, Outage("audit log")

    async def record(self, entry: AuditEntry) -> None:
        """Write an entry, and return once it is on disk; raises :class:`Unavailable` if it cannot be written."""
        pending = _Pending(entry)
        self._pending.append(pending)
        with CancelScope(shield=True):  # the task that writes a batch must finish it: it holds entries of other requests
            async with self._lock:  # the first task to get the lock writes the entries of all waiting tasks
                if pending.written is None:
                    batch, self._pending = self._pending, []
                    await to_thread.run_sync(self._write, batch)
        if not pending.written:
            raise Unavailable("this response must be recorded in the audit log first, which is not possible at the moment")

    def _write(self, batch: list[_Pending]) -> None:
        written = False
        try:
            self._store.append([w.entry for w in batch])
            self.written += len(batch)
            written = True
            self._outage.end()
        except Exception as error:  # noqa: BLE001 - whatever the error is: no response is sent without its row
            self._outage.begin(error)
        finally:
            for pending in batch:
                pending.written = written

    def close(self) -> None:
        """Close the store."""
        self._store.close()
