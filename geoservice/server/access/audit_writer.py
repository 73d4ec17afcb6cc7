"""Writes entries of the audit log from a server: many at once are one transaction."""

from dataclasses import dataclass

from anyio import CancelScope, Lock, to_thread

from geoservice.errors import Unavailable
from geoservice.server.access.audit import AuditEntry
from geoservice.server.access.store import AccessStore
from geoservice.server.outage import Outage


@dataclass
class _Waiting:
    """An entry; ``written`` is None until somebody has tried."""

    entry: AuditEntry
    written: bool | None = None


class AuditWriter:
    """One worker's way to the audit log; ``written`` counts its entries."""

    def __init__(self, store: AccessStore) -> None:
        self._store, self._lock, self._waiting = store, Lock(), list[_Waiting]()
        self.written, self._outage = 0, Outage("audit log")

    async def record(self, entry: AuditEntry) -> None:
        """Return when the entry is on the disk; raises :class:`Unavailable` when it cannot be written."""
        mine = _Waiting(entry)
        self._waiting.append(mine)
        with CancelScope(shield=True):  # who writes for others does not leave with their entries
            async with self._lock:  # whoever comes first writes for all who wait
                if mine.written is None:
                    batch, self._waiting = self._waiting, []
                    await to_thread.run_sync(self._write, batch)
        if not mine.written:
            raise Unavailable("this answer must be written into the audit log first, which cannot be done just now")

    def _write(self, batch: list[_Waiting]) -> None:
        written = False
        try:
            self._store.append([w.entry for w in batch])
            self.written += len(batch)
            written = True
            self._outage.end()
        except Exception as error:  # noqa: BLE001 - whatever it was: without its row no answer leaves
            self._outage.begin(error)
        finally:
            for waiting in batch:
                waiting.written = written

    def close(self) -> None:
        """Let go of the store."""
        self._store.close()
