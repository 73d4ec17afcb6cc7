"""Pictures made once and kept: however many ask for one it is drawn once, in one of few threads, so that nobody starves."""

import os
from collections.abc import Callable, Hashable

import anyio
from anyio import to_thread

from geoservice.errors import NotFound
from geoservice.release.base import ReleaseReader
from geoservice.server.release_pool import ReleasePool, version_of
from geoservice.server.single_flight import SingleFlight

CACHE_BYTES = 64 * 2**20


class Pictures:
    """The pictures of one worker; ``threads`` are drawn at a time, the others wait."""

    def __init__(self, current: ReleasePool, threads: int | None = None, cache_bytes: int = CACHE_BYTES) -> None:
        self.current, self.once = current, SingleFlight(cache_bytes)
        self._limit = anyio.CapacityLimiter(threads or os.cpu_count() or 2)

    async def get(self, version: str, key: Hashable, draw: Callable[[ReleaseReader], bytes]) -> bytes:
        """Return a picture of a release, from memory if it was asked for before."""

        def leased() -> bytes:
            with self.current.lease(version) as reader:
                if version_of(reader) != version:
                    raise NotFound(f"release {version} is gone; ask again without v")
                return draw(reader)

        async def make() -> bytes:
            return await to_thread.run_sync(leased, limiter=self._limit)

        return await self.once.get((version, key), make)
