"""Writes entries of the audit log from a server: many at once are one transaction."""

from dataclasses import dataclass

from anyio import Lock, to_thread

from geoservice.errors import GeoserviceError, Unavailable
from geoservice.publish.access.audit import Entry
from geoservice.publish.access.store import AccessStore


@dataclass
class _Waiting:
    entry: Entry
    done: bool = False
    failed: bool = False


class Recorder:
    """One worker's way to the audit log; ``written`` counts its entries."""

    def __init__(self, store: AccessStore) -> None:
        self._store, self._lock, self._waiting = store, Lock(), list[_Waiting]()
        self.written = 0

    async def record(self, entry: Entry) -> None:
        """Return when the entry is on the disk; raises :class:`Unavailable` when it cannot be written."""
        mine = _Waiting(entry)
        self._waiting.append(mine)
        async with self._lock:  # whoever comes first writes for all who wait
            if not mine.done:
                batch, self._waiting = self._waiting, []
                await to_thread.run_sync(self._write, batch)
        if mine.failed:
            raise Unavailable("this answer must be written into the audit log first, which cannot be done just now")

    def _write(self, batch: list[_Waiting]) -> None:
        try:
            self._store.append([w.entry for w in batch])
            self.written += len(batch)
        except GeoserviceError:
            for waiting in batch:
                waiting.failed = True
        for waiting in batch:
            waiting.done = True

    def close(self) -> None:
        """Let go of the store."""
        self._store.close()
